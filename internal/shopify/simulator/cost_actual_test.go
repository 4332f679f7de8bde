package simulator

import (
	"testing"

	. "github.com/onsi/gomega"
)

// TestActualCost asks a shop that is known and looks at what is charged.
func TestActualCost(t *testing.T) {
	cases := map[string]struct {
		reason, document  string
		requested, actual float64
	}{
		"all there":  {"what is returned whole costs what was asked", `{ shop { id plan { displayName } } }`, 2, 2},
		"null":       {"null costs nothing", `{ location(id: "gid://shopify/Location/9") { id localPickupSettingsV2 { pickupTime } } shop { id } }`, 3, 1},
		"null below": {"nor does it within an object", `{ location { id localPickupSettingsV2 { pickupTime } } }`, 2, 1},
		"one of 250": {"each node its share, rounded up", `{ locations(first: 250) { nodes { id } } }`, 2 + 11, 3},
		"3 of 10":    {"3 × ⌊2·ln 10⌋ / 10, rounded up", `{ webhookSubscriptions(first: 10) { nodes { id } } }`, 2 + 4, 2 + 2},
		"3 of 4":     {"3 × ⌊2·ln 4⌋ / 4, rounded up", `{ webhookSubscriptions(first: 4) { edges { node { id } } } }`, 2 + 2, 2 + 2},
		"3 of 50":    {"with what is below the nodes", `{ webhookSubscriptions(first: 50) { nodes { id apiVersion { handle } } } }`, 2 + 2*7, 2 + 1},
		"none":       {"an empty page is 2", `{ metafieldDefinitions(first: 10, ownerType: PRODUCT) { nodes { id } } }`, 2 + 4, 2},
		"count":      {"a count is what it is", `{ webhookSubscriptionsCount { count } }`, 10, 10},
		"failed":     {"a mutation without its object", `mutation { webhookSubscriptionUpdate(id: "gid://shopify/WebhookSubscription/9", webhookSubscription: {}) { webhookSubscription { id apiVersion { handle } } userErrors { message } } }`, 11, 10},
		"twice":      {"two selections of a field are one object", `{ shop { id } shop { name plan { displayName } } }`, 3, 2},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.update(func(s *Shop) {
				for _, topic := range []string{"SHOP_UPDATE", "ORDERS_PAID", "ORDERS_CREATE"} {
					s.WebhookSubscriptions = append(s.WebhookSubscriptions, WebhookSubscription{App: s.Apps[0].ClientID, Topic: topic, URI: "https://a.example"})
				}
			})
			a := w.ask(tc.document, nil)
			w.Expect(a.at("errors")).To(BeNil(), a.text)
			w.Expect([]any{a.at("extensions.cost.requestedQueryCost"), a.at("extensions.cost.actualQueryCost")}).To(Equal([]any{tc.requested, tc.actual}), tc.reason+a.text)
			w.Expect(a.at("extensions.cost.throttleStatus.currentlyAvailable")).To(Equal(2000-tc.actual), "the rest is given back")
		})
	}
}
