package controllers

import (
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// rivalOf makes a younger store of the same shop, in the same namespace.
func (b *bed) rivalOf() *bed {
	b.t.Helper()
	other := *b
	other.store = &v1alpha1.ShopifyStore{ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: "younger"}, Spec: *b.store.Spec.DeepCopy()}
	return &other
}

func TestTheOlderOfTwoKeepsTheShop(t *testing.T) {
	cases := map[string]struct {
		reason string
		// between happens after the older one was onboarded.
		between func(*bed)
		rival   bool
	}{
		"in order":  {"it serves the shop", func(*bed) {}, true},
		"suspended": {"its subscriptions are still there", func(b *bed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true }); b.settle() }, true},
		"Secret missing": {"it may come back the next moment", func(b *bed) {
			b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.CredentialsSecretRef.Name = "gone" })
			b.settle()
		}, true},
		"deleting": {"what it made is still there", func(b *bed) { b.must(api.Delete(b.t.Context(), b.store)) }, true},
		"rejected": {"it definitely cannot serve the shop", func(b *bed) {
			b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.ClientName = "Somebody else" })
			b.settle()
		}, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			older := newBed(t)
			older.apply()
			older.ready()
			younger := older.rivalOf()
			tc.between(older)
			younger.apply()
			younger.settle()
			c := younger.condition(v1alpha1.ConnectedCondition)
			if got := c.Reason == v1alpha1.ReasonRival; got != tc.rival {
				t.Errorf("%s: %s", tc.reason, c)
			}
			if tc.rival && len(older.inShop().WebhookSubscriptions) != 9 {
				t.Errorf("%s: the younger wrote to the shop", tc.reason)
			}
			version := younger.store.ResourceVersion
			younger.settle()
			if tc.rival && younger.store.ResourceVersion != version {
				t.Errorf("%s: a stalled rival writes", tc.reason)
			}
		})
	}
}

func TestTwoAreAppliedAtOnce(t *testing.T) {
	older := newBed(t)
	older.apply()
	younger := older.rivalOf()
	younger.apply()
	if result := younger.settle(); result.RequeueAfter > time.Minute || younger.condition(v1alpha1.ConnectedCondition).Reason != v1alpha1.ReasonRival {
		t.Errorf("the younger waits for the older to be looked at: %+v, %s", result, younger.condition(v1alpha1.ConnectedCondition))
	}
	younger.now = older.store.CreationTimestamp.Add(2 * rivalGrace)
	younger.restart()
	younger.settle()
	if younger.condition(v1alpha1.ConnectedCondition).Reason == v1alpha1.ReasonRival {
		t.Error("one that is never looked at blocks for ever")
	}
	older.ready()
	younger.settle()
	for _, s := range older.inShop().WebhookSubscriptions {
		if !strings.HasSuffix(s.URI, "/store") {
			t.Errorf("%s goes to the younger: %s", s.Topic, s.URI)
		}
	}
}

func TestWhoBecomesARivalWithdraws(t *testing.T) {
	older := newBed(t)
	older.store.Spec.CredentialsSecretRef.Name = "later"
	older.apply()
	older.settle()
	younger := older.rivalOf()
	younger.store.Spec.CredentialsSecretRef.Name = "shopify"
	younger.apply()
	younger.ready() // the older never connected, so it blocks nobody
	older.change(func(s *v1alpha1.ShopifyStoreSpec) { s.CredentialsSecretRef.Name = "shopify" })
	older.settle()
	younger.settle()
	if c := younger.condition(meta.ReadyCondition); c.Reason != v1alpha1.ReasonRival {
		t.Errorf("the older one came: %s", c)
	}
	older.settle()
	if n := len(older.inShop().WebhookSubscriptions); n != 9 {
		t.Errorf("%d subscriptions, want the older's 9", n)
	}
}

// What a store made before it turned out to be a rival is the older one's now.
func TestTheDeletionOfARivalTakesNothing(t *testing.T) {
	for _, seen := range []string{"withdrawn", "not looked at"} {
		t.Run(seen, func(t *testing.T) {
			older := newBed(t)
			older.store.Spec.CredentialsSecretRef.Name = "later"
			older.apply()
			older.settle()
			younger := older.rivalOf()
			younger.store.Spec.CredentialsSecretRef.Name = "shopify"
			younger.store.Spec.DeletionPolicy = v1alpha1.DeletionDelete
			younger.apply()
			younger.ready()
			older.change(func(s *v1alpha1.ShopifyStoreSpec) { s.CredentialsSecretRef.Name = "shopify" })
			older.settle()
			if seen == "withdrawn" {
				younger.settle()
				if c := younger.condition(v1alpha1.WebhooksAppliedCondition); c.Condition.Status != "" || len(younger.store.Status.Inventory) > 0 {
					t.Errorf("it made none of what is there: %s, inventory %+v", c, younger.store.Status.Inventory)
				}
			}
			b := younger
			b.must(api.Delete(t.Context(), younger.store))
			_, err := younger.reconcile()
			b.must(err)
			shop := older.inShop()
			if len(shop.MetafieldDefinitions) != 3 || len(shop.WebhookSubscriptions) != 9 {
				t.Errorf("the older has %d definitions and %d subscriptions left", len(shop.MetafieldDefinitions), len(shop.WebhookSubscriptions))
			}
		})
	}
}

func TestARefusedStoreDoesNotComeBackByFailingOtherwise(t *testing.T) {
	cases := map[string]struct {
		reason string
		bound  bool // the older had served the shop before it was refused
		fail   func(*v1alpha1.ShopifyStoreSpec)
	}{
		"never bound":      {"it never was the client's", false, func(s *v1alpha1.ShopifyStoreSpec) { s.CredentialsSecretRef.Name = "gone" }},
		"bound before":     {"another took over since", true, func(s *v1alpha1.ShopifyStoreSpec) { s.CredentialsSecretRef.Name = "gone" }},
		"unknown version":  {"it is refused before the shop is asked", true, func(s *v1alpha1.ShopifyStoreSpec) { s.APIVersion = "2099-01" }},
		"suspended by now": {"it has nothing in the shop", false, func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			older := newBed(t)
			client := older.store.Spec.ClientName
			if !tc.bound {
				older.store.Spec.ClientName = "Somebody else"
			}
			older.apply()
			older.settle()
			younger := older.rivalOf()
			younger.store.Spec.ClientName = client
			older.change(func(s *v1alpha1.ShopifyStoreSpec) { s.ClientName = "Somebody else" })
			older.settle()
			younger.apply()
			younger.ready()
			older.change(tc.fail)
			older.settle()
			younger.settle()
			if c := younger.condition(v1alpha1.ConnectedCondition); c.Reason == v1alpha1.ReasonRival {
				t.Errorf("%s: %s", tc.reason, c)
			}
			if n := len(older.inShop().WebhookSubscriptions); n < 9 {
				t.Errorf("%s: %d subscriptions", tc.reason, n)
			}
		})
	}
}
