package controllers

import (
	"slices"
	"strings"
	"testing"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// forget loses the record of all that was made, as a restore from a backup does.
func (b *bed) forget() {
	b.t.Helper()
	b.refresh()
	b.store.Status.Inventory = nil
	b.must(api.Status().Update(b.t.Context(), b.store))
}

func TestSubscriptionsAreRecognisedByName(t *testing.T) {
	cases := map[string]struct {
		reason  string
		version string
		left    int // subscriptions to the old address
	}{
		"with names":    {"the name tells whose they are", "2026-07", 0},
		"without names": {"nothing tells: they are left, and Shopify removes them once nobody answers", "2026-01", 9},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.store.Spec.APIVersion = tc.version
			b.apply()
			b.ready()
			b.shop(func(s *simulator.Shop) {
				s.WebhookSubscriptions = append(s.WebhookSubscriptions, simulator.WebhookSubscription{
					ID: 9999, App: s.Apps[0].ClientID, Topic: "ORDERS_PAID", URI: "https://books.example/hooks", Name: "bookkeeping", Format: "JSON",
				})
			})
			b.forget()
			b.r.RelayURL = "https://new.example.com"
			b.calls()
			b.ready()
			asked := slices.Contains(b.calls(), "WebhookSubscriptionNames")
			count := map[string]int{}
			for _, s := range b.inShop().WebhookSubscriptions {
				count[strings.Split(s.URI, "/")[2]]++
			}
			if count["new.example.com"] != 9 || count["hooks.example.com"] != tc.left || count["books.example"] != 1 {
				t.Errorf("%s: %v", tc.reason, count)
			}
			if asked != (tc.left == 0) {
				t.Errorf("%s: names asked for: %v", tc.reason, asked)
			}
			b.ready()
			if got := b.calls(); !slices.Equal(got, []string{"ObserveStore"}) {
				t.Errorf("%s: an idle store asks %v", tc.reason, got)
			}
		})
	}
}

// The address of one was changed by somebody, and the correction is cut short.
func TestAHijackedSubscriptionIsNotForgotten(t *testing.T) {
	for _, operation := range []string{"CreateWebhookSubscription", "DeleteWebhookSubscription"} {
		t.Run(operation, func(t *testing.T) {
			b := newBed(t)
			b.store.Spec.APIVersion = "2026-01" // no names to fall back to
			b.apply()
			b.ready()
			b.shop(func(s *simulator.Shop) { s.WebhookSubscriptions[0].URI = "https://evil.example/hook" })
			_, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultStatus, Status: 500, Operation: operation})
			b.must(err)
			b.settle()
			b.settle()
			b.sim.ClearFaults()
			b.happened()
			b.ready()
			shop := b.inShop()
			if i := slices.IndexFunc(shop.WebhookSubscriptions, func(s simulator.WebhookSubscription) bool { return s.URI == "https://evil.example/hook" }); i >= 0 {
				t.Errorf("our subscription of %s still delivers to somebody else", shop.WebhookSubscriptions[i].Topic)
			}
			if len(shop.WebhookSubscriptions) != 9 {
				t.Errorf("%d subscriptions", len(shop.WebhookSubscriptions))
			}
			if got := b.happened(); operation == "CreateWebhookSubscription" && !slices.ContainsFunc(got, func(e string) bool { return strings.HasPrefix(e, "Warning Corrected") }) {
				t.Errorf("a correction that failed at first is told as something else: %q", got)
			}
		})
	}
}

func TestWebhooksNeedASigningSecret(t *testing.T) {
	b := newBed(t)
	b.secret(map[string]string{"accessToken": "shpat_" + b.store.Spec.ClientName})
	b.apply()
	b.settle()
	if c := b.condition(v1alpha1.WebhooksAppliedCondition); c.Reason != v1alpha1.ReasonSecretInvalid || !strings.Contains(c.Message, "webhookSecret") {
		t.Errorf("nobody could verify a webhook: %s", c)
	}
	if n := len(b.inShop().WebhookSubscriptions); n > 0 {
		t.Errorf("%d subscriptions whose deliveries nobody can verify", n)
	}
	b.change(func(s *v1alpha1.ShopifyStoreSpec) {
		s.Webhooks = v1alpha1.WebhookSettings{Topics: []string{}, AdditionalTopics: []string{}}
	})
	b.settle()
}

func TestSigningSecrets(t *testing.T) {
	cases := map[string]struct {
		reason                    string
		webhook, client, previous string
		want                      []string
	}{
		"none":             {"nothing can be verified", "", "", "", nil},
		"of the app":       {"Shopify signs with the client secret", "", "c", "", []string{"c"}},
		"of its own":       {"an app with a static token has no client secret here", "w", "", "", []string{"w"}},
		"both":             {"what is given on purpose counts", "w", "c", "", []string{"w"}},
		"rotation":         {"Shopify signs with the old one for up to an hour", "w", "", "p", []string{"w", "p"}},
		"rotation, client": {"the same for a client secret", "", "c", "p", []string{"c", "p"}},
		"previous alone":   {"it may have been given up because it leaked", "", "", "p", nil},
		"the same":         {"it counts once", "w", "", "w", []string{"w"}},
	}
	for name, tc := range cases {
		if got := signingSecrets(tc.webhook, tc.client, tc.previous); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %s: got %q, want %q", name, tc.reason, got, tc.want)
		}
	}
}
