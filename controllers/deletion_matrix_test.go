package controllers

import (
	"slices"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// What becomes of a deletion, for each policy and each state of the world. None
// waits in silence, and none needs more than the policy Orphan to end.
func TestDeletionMatrix(t *testing.T) {
	fault := func(f simulator.Fault) func(*bed) {
		return func(b *bed) {
			_, err := b.sim.AddFault(f)
			b.must(err)
		}
	}
	// What a policy does at once, after a minute and after an hour: "gone",
	// "abandoned" (gone, and it is said that the store was not cleared), or what
	// the condition Deleting says.
	type fates [3]string
	const (
		gone      = "gone"
		abandoned = "abandoned"
	)
	forGood := func(held string) fates { return fates{held, held, held} }
	bestEffort := func(held string) fates { return fates{held, held, abandoned} }
	cases := map[string]struct {
		reason         string
		arrange        func(*bed)
		retain, delete fates
	}{
		"healthy": {"nothing stands in the way", func(*bed) {}, forGood(gone), forGood(gone)},
		"401": {"nobody but the merchant can let us in again", func(b *bed) { b.secret(map[string]string{"accessToken": "shpat_wrong"}) },
			forGood(abandoned), forGood("rejects the access token")},
		"403": {"a refusal is not a deletion", fault(simulator.Fault{Kind: simulator.FaultStatus, Status: 403}),
			forGood(abandoned), forGood("the app may not do this")},
		"404": {"the shop is closed, or its domain was mistyped at Shopify's end", func(b *bed) { b.must(b.sim.RemoveShop(b.domain)) },
			forGood(abandoned), forGood("there is no such shop")},
		"429": {"it passes", fault(simulator.Fault{Kind: simulator.FaultStatus, Status: 429, RetryAfter: "2.0"}),
			bestEffort("rate limit"), forGood("rate limit")},
		"Shopify down": {"it passes, or not", func(b *bed) { b.server.Close() },
			bestEffort("cannot be reached"), forGood("cannot be reached")},
		"Shopify failing": {"it passes, or not", fault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503}),
			bestEffort("Service Unavailable"), forGood("Service Unavailable")},
		"one refused, then down": {"a refusal of one thing does not end the wait for the others", func(b *bed) {
			fault(simulator.Fault{Kind: simulator.FaultUserErrors, Operation: "DeleteWebhookSubscription", First: 1, UserErrors: []simulator.FaultUserError{{Message: "no"}}})(b)
			fault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503, Operation: "DeleteWebhookSubscription"})(b)
		}, fates{"Service Unavailable", "Service Unavailable", abandoned}, forGood("Service Unavailable")},
		"Secret gone": {"the last credentials do, as long as the process remembers them", (*bed).deleteSecret, forGood(gone), forGood(gone)},
		"Secret gone, and a new process": {"the namespace is being deleted, and the operator was restarted", func(b *bed) { b.deleteSecret(); b.restart() },
			forGood(abandoned), forGood("Secret shopify does not exist")},
		"Secret emptied": {"a mistake in it is not a wish", func(b *bed) { b.secret(map[string]string{"other": "x"}) },
			forGood(abandoned), forGood("set accessToken")},
		"another shop": {"it is not ours to clear", func(b *bed) {
			b.must(b.sim.RemoveShop(b.domain))
			other := simulator.NewShop(b.domain, b.store.Spec.ClientName)
			other.ID = 4711
			b.must(b.sim.AddShop(other))
		}, forGood(abandoned), forGood("Another shop answers")},
	}
	for name, tc := range cases {
		for policy, fate := range map[v1alpha1.DeletionPolicy]fates{
			v1alpha1.DeletionRetain: tc.retain, v1alpha1.DeletionDelete: tc.delete, v1alpha1.DeletionOrphan: forGood(gone),
		} {
			for i, waited := range []time.Duration{0, time.Minute, time.Hour} {
				if i > 0 && fate[i] == fate[0] && i < 2 {
					continue // the hour tells
				}
				t.Run(name+" "+string(policy)+" after "+waited.String(), func(t *testing.T) {
					b := newBed(t)
					lean(&b.store.Spec)
					b.store.Spec.DeletionPolicy = policy
					b.apply()
					b.ready()
					tc.arrange(b)
					b.happened()
					b.expectFate(tc.reason, fate[i], waited)
				})
			}
		}
	}
}

func (b *bed) expectFate(reason, want string, waited time.Duration) {
	b.t.Helper()
	isGone := b.deleted(waited)
	warned := slices.ContainsFunc(b.happened(), func(e string) bool { return strings.HasPrefix(e, "Warning Abandoned") })
	switch want {
	case "gone", "abandoned":
		if !isGone || warned != (want == "abandoned") {
			b.t.Errorf("%s: want %s; gone: %v, said that it was abandoned: %v, %+v", reason, want, isGone, warned, b.store.Status.Conditions)
		}
		return
	}
	if isGone {
		b.t.Fatalf("%s: gone, and the store is not cleared", reason)
	}
	b.checkStatus()
	if c := b.condition(v1alpha1.DeletingCondition); !strings.Contains(c.Message, want) || !strings.Contains(c.Message, "Orphan") {
		b.t.Errorf("%s: it does not say that it waits for %q, and the way out: %s", reason, want, c)
	}
	version := b.store.ResourceVersion
	_, _ = b.reconcile()
	b.refresh()
	if b.store.ResourceVersion != version {
		b.t.Errorf("%s: waiting writes", reason)
	}
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.DeletionPolicy = v1alpha1.DeletionOrphan })
	if !b.deleted(waited) {
		b.t.Errorf("%s: the way out is closed: %+v", reason, b.store.Status.Conditions)
	}
}

func TestDeletionOfAStoreThatWasNeverReconciled(t *testing.T) {
	for _, policy := range []v1alpha1.DeletionPolicy{v1alpha1.DeletionRetain, v1alpha1.DeletionDelete, v1alpha1.DeletionOrphan} {
		b := newBed(t)
		b.store.Spec.DeletionPolicy = policy
		b.apply()
		if !b.deleted(0) || len(b.calls()) > 0 {
			t.Errorf("%s: nothing was made, so nothing holds it", policy)
		}
	}
}
