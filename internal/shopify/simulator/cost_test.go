package simulator

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

func TestCost(t *testing.T) {
	cases := map[string]struct {
		reason, document string
		want             int
	}{
		"scalars":        {"an object is 1, its scalars nothing", `{ shop { id name } }`, 1},
		"nested":         {"and each object below 1 more", `{ shop { plan { displayName } features { storefront } } }`, 3},
		"connection":     {"2 + its node × ⌊2·ln 50⌋", `{ locations(first: 50) { nodes { id } pageInfo { hasNextPage } } }`, 2 + 7},
		"edges":          {"an edge adds nothing to its node", `{ locations(last: 50) { edges { cursor node { id } } } }`, 2 + 7},
		"one":            {"a page of one is one node", `{ locations(first: 1) { nodes { id } } }`, 3},
		"node's part":    {"what is below a node counts with it", `{ locations(first: 250) { nodes { id localPickupSettingsV2 { pickupTime } address { city } } } }`, 2 + 2*11},
		"list":           {"a list of objects is 1 + what is below", `{ currentAppInstallation { accessScopes { handle } } }`, 2},
		"count":          {"a count at the root is 10", `{ webhookSubscriptionsCount { count } }`, 10},
		"alias":          {"each root field counts", `{ a: shop { id } b: shop { id } }`, 2},
		"skipped":        {"what is left out does not", `{ shop { id plan @skip(if: true) { displayName } } }`, 1},
		"root fragments": {"fragments of the root are its fields", `{ ...A ... { b: shop { id } } } fragment A on QueryRoot { a: shop { id } }`, 2},
		"typename":       {"nothing is 1", `{ __typename }`, 1},
		"union":          {"of what can be, the dearest is", `{ webhookSubscription(id: "gid://shopify/WebhookSubscription/1") { endpoint { ... on WebhookHttpEndpoint { callbackUrl } } apiVersion { handle } } }`, 3},
		"mutation":       {"a mutation is 10, its payload included", `mutation { webhookSubscriptionDelete(id: "gid://shopify/WebhookSubscription/1") { deletedWebhookSubscriptionId userErrors { message } } }`, 10},
		"mutation's":     {"and what is below that is added", `mutation { webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: {uri: "https://a.example"}) { webhookSubscription { id apiVersion { handle } } userErrors { message } } }`, 11},
		"two mutations":  {"each is 10", `mutation { a: locationLocalPickupDisable(locationId: "gid://shopify/Location/1") { locationId } b: locationLocalPickupDisable(locationId: "gid://shopify/Location/2") { locationId } }`, 20},
	}
	sch, err := schema.Load(latest)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			doc, faults := new(documentCache).load(sch, latest, tc.document)
			g.Expect(faults).To(BeEmpty())
			g.Expect(requestedCost(sch, doc.Operations[0], nil)).To(Equal(tc.want), tc.reason)
			g.Expect(actualCost(sch, doc.Operations[0], nil, nil)).To(BeNumerically("<=", tc.want))
		})
	}
}

func TestCostOverTheWire(t *testing.T) {
	w := newWorld(t)
	a := w.ask(`query ($n: Int!) { locations(first: $n) { nodes { id } } }`, map[string]any{"n": 250})
	w.Expect(a.at("extensions.cost")).To(Equal(map[string]any{
		"requestedQueryCost": 13.0, "actualQueryCost": 3.0,
		"throttleStatus": map[string]any{"maximumAvailable": 2000.0, "currentlyAvailable": 1997.0, "restoreRate": 100.0},
	}), a.text)
	logged := w.sim.Calls(CallFilter{})[0]
	w.Expect([]int{logged.RequestedCost, logged.ActualCost}).To(Equal([]int{13, 3}))

	var document strings.Builder
	for i := range 100 {
		document.WriteString(" l" + strings.Repeat("x", i) + ": locations(first: 250) { nodes { id } }")
	}
	a = w.ask("{"+document.String()+"}", nil)
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("MAX_COST_EXCEEDED"))
	w.Expect(a.at("errors.0.message")).To(HavePrefix("Query cost is 1300, which exceeds the single query max cost limit (1000)."))
	w.Expect(a.at("extensions.cost.actualQueryCost")).To(BeNil())
	w.Expect(a.body).NotTo(HaveKey("data"))
}
