package controllers

import (
	"slices"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestADriftLoopStops(t *testing.T) {
	cases := map[string]struct {
		reason    string
		change    func(*simulator.Shop)
		condition string
		names     string
		mend      func(*v1alpha1.ShopifyStoreSpec)
	}{
		"a field": {"somebody's script wants another label",
			func(s *simulator.Shop) { s.MetafieldDefinitions[0].Name = "X" },
			v1alpha1.MetafieldsAppliedCondition, "(name)", func(s *v1alpha1.ShopifyStoreSpec) { s.MetafieldDefinitions[0].Name = "X" }},
		"a setting": {"somebody wants no pickup",
			func(s *simulator.Shop) { s.Locations[0].LocalPickup = nil },
			v1alpha1.SettingsVerifiedCondition, "time", func(s *v1alpha1.ShopifyStoreSpec) { s.Settings.Fulfillment = v1alpha1.FulfillmentUnmanaged }},
		"a thing": {"another program removes a subscription",
			func(s *simulator.Shop) {
				s.WebhookSubscriptions = slices.DeleteFunc(s.WebhookSubscriptions, func(w simulator.WebhookSubscription) bool { return w.Topic == "REFUNDS_CREATE" })
			},
			v1alpha1.WebhooksAppliedCondition, "presence", func(s *v1alpha1.ShopifyStoreSpec) { s.Webhooks.AdditionalTopics = []string{"ORDERS_EDITED"} }},
		"an address": {
			"what is left alone is not deleted either, though it has another key by now",
			func(s *simulator.Shop) {
				i := slices.IndexFunc(s.WebhookSubscriptions, func(w simulator.WebhookSubscription) bool { return w.Topic == "REFUNDS_CREATE" })
				s.WebhookSubscriptions[i].URI = "https://elsewhere.example/hook"
			},
			v1alpha1.WebhooksAppliedCondition, "presence", func(s *v1alpha1.ShopifyStoreSpec) { s.Webhooks.AdditionalTopics = []string{"ORDERS_EDITED"} },
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.apply()
			b.ready()
			for range 3 {
				b.shop(tc.change)
				b.ready()
			}
			b.shop(tc.change)
			b.restart() // the count survives the process
			writes := b.mutations()
			b.settle()
			c := b.condition(tc.condition)
			if c.Reason != v1alpha1.ReasonDriftLoop || !strings.Contains(c.Message, tc.names) || !conditions.IsStalled(b.store) {
				t.Fatalf("%s: %s", tc.reason, c)
			}
			if b.mutations() != writes || len(b.store.Status.Drift) == 0 || b.condition(v1alpha1.InSyncCondition).Condition.Status != "False" {
				t.Errorf("%s: %d writes, drift %q, %s", tc.reason, b.mutations()-writes, b.store.Status.Drift, b.condition(v1alpha1.InSyncCondition))
			}
			version := b.store.ResourceVersion
			b.settle()
			if b.store.ResourceVersion != version || b.mutations() != writes {
				t.Errorf("%s: waiting costs something", tc.reason)
			}
			b.change(tc.mend)
			b.ready()
		})
	}
}

func TestADriftLoopLeavesTheRestInLine(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	rename := func(s *simulator.Shop) { s.MetafieldDefinitions[0].Name = "X" }
	for range 4 {
		b.shop(rename)
		b.settle()
	}
	b.shop(func(s *simulator.Shop) { s.WebhookSubscriptions = nil })
	b.settle()
	if n := len(b.inShop().WebhookSubscriptions); n != 9 || b.condition(meta.ReadyCondition).Reason != v1alpha1.ReasonDriftLoop {
		t.Errorf("%d subscriptions, %s", n, b.condition(meta.ReadyCondition))
	}
	b.shop(func(s *simulator.Shop) { s.MetafieldDefinitions[0].Name = b.store.Spec.MetafieldDefinitions[0].Name })
	b.ready() // undone by hand
	b.shop(rename)
	b.ready() // and kept in line again
}

// What Observe shows is what Enforce would do, which starts anew.
func TestObserveKeepsThePlanOfADriftLoop(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	for range 4 {
		b.shop(func(s *simulator.Shop) { s.MetafieldDefinitions[0].Name = "X" })
		b.settle()
	}
	b.change(observe)
	b.settle()
	first := b.store.Status.Plan
	b.settle()
	if second := b.store.Status.Plan; first == nil || second == nil || first.Hash != second.Hash {
		t.Errorf("nothing changed, and the plan did: %+v, %+v", first, second)
	}
}

// While something keeps failing, a change of the spec forgives once, not at each
// attempt.
func TestADriftLoopStopsWhileSomethingElseFails(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	_, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503, Operation: "CreateWebhookSubscription"})
	b.must(err)
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Webhooks.AdditionalTopics = []string{"PRODUCTS_CREATE"} })
	for range 5 {
		b.shop(func(s *simulator.Shop) { s.MetafieldDefinitions[0].Name = "X" })
		b.settle()
	}
	if c := b.condition(v1alpha1.MetafieldsAppliedCondition); c.Reason != v1alpha1.ReasonDriftLoop {
		t.Errorf("corrected for ever: %s", c)
	}
}
