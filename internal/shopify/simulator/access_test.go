package simulator

import (
	"slices"
	"testing"

	. "github.com/onsi/gomega"
)

const definitionSentence = "API client to have access to the namespace and the resource type associated with the metafield definition.\n"

func TestAccess(t *testing.T) {
	locationSentence := "`read_locations` access scope, `read_inventory` access scope or `read_markets_home` access scope."
	cases := map[string]struct {
		reason   string
		scopes   []string
		document string
		message  string // empty: allowed
		sentence string
		path     []any
		data     string
	}{
		"free": {
			reason:   "the shop, the app and its subscriptions need no scope",
			document: `{ shop { id } currentAppInstallation { id } webhookSubscriptions(first: 1) { nodes { id } } }`,
		},
		"connection": {
			reason:   "a connection asks what its nodes ask, and is named as clients know it",
			document: `{ locations(first: 1) { nodes { id } } }`,
			message:  "Access denied for locations field. Required access: " + locationSentence, sentence: locationSentence,
			path: []any{"locations"}, data: "null",
		},
		"nullable": {
			reason:   "a field that can be null is null and the rest is answered",
			document: `{ location { id } shop { name } }`,
			message:  "Access denied for location field. Required access: " + locationSentence, sentence: locationSentence,
			path: []any{"location"}, data: `{"location":null,"shop":{"name":"Maple Kids"}}`,
		},
		"field": {
			reason: "a field may ask more than its type", scopes: []string{"read_inventory"},
			document: `{ location { id name } }`,
			message:  "Access denied for name field. Required access: `read_locations` access scope or `read_markets_home` access scope.",
			sentence: "`read_locations` access scope or `read_markets_home` access scope.",
			path:     []any{"location", "name"}, data: `{"location":null}`,
		},
		"node": {
			reason:   "an interface opens nothing",
			document: `{ node(id: "gid://shopify/Location/1001") { id } }`,
			message:  "Access denied for node field. Required access: " + locationSentence, sentence: locationSentence,
			path: []any{"node"}, data: `{"node":null}`,
		},
		"granted": {
			reason: "the scope opens it", scopes: []string{"read_locations"},
			document: `{ locations(first: 1) { nodes { id name } } }`,
		},
		"mutation": {
			reason: "reading does not let write", scopes: []string{"read_shipping", "read_locations"},
			document: `mutation { locationLocalPickupDisable(locationId: "gid://shopify/Location/1001") { locationId } }`,
			message:  "Access denied for locationLocalPickupDisable field. Required access: Any of `shipping` access scopes or `manage_delivery_settings` user permission.",
			sentence: "Any of `shipping` access scopes or `manage_delivery_settings` user permission.",
			path:     []any{"locationLocalPickupDisable"}, data: `{"locationLocalPickupDisable":null}`,
		},
		"write implies read": {
			reason: "who may write products may read their definitions", scopes: []string{"write_products"},
			document: `{ metafieldDefinitions(first: 1, ownerType: PRODUCT) { nodes { id } } }`,
		},
		"definitions": {
			reason:   "a definition belongs to the resource type of its owner",
			document: `{ metafieldDefinitions(first: 1, ownerType: PRODUCT) { nodes { id } } }`,
			message:  "Access denied for metafieldDefinitions field. Required access: " + definitionSentence, sentence: definitionSentence,
			path: []any{"metafieldDefinitions"}, data: `null`,
		},
		"definition's write": {
			reason: "reading does not let define", scopes: []string{"read_products"},
			document: `mutation { metafieldDefinitionCreate(definition: {ownerType: PRODUCT, namespace: "abc", key: "ab", name: "n", type: "boolean"}) { createdDefinition { id } } }`,
			message:  "Access denied for metafieldDefinitionCreate field. Required access: " + definitionSentence, sentence: definitionSentence,
			path: []any{"metafieldDefinitionCreate"}, data: `{"metafieldDefinitionCreate":null}`,
		},
		"another app's namespace": {
			reason: "a reserved namespace is its app's", scopes: []string{"write_products"},
			document: `mutation { metafieldDefinitionCreate(definition: {ownerType: PRODUCT, namespace: "app--1--x", key: "ab", name: "n", type: "boolean"}) { createdDefinition { id } } }`,
			message:  "Access denied for metafieldDefinitionCreate field. Required access: " + definitionSentence, sentence: definitionSentence,
			path: []any{"metafieldDefinitionCreate"}, data: `{"metafieldDefinitionCreate":null}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.update(func(s *Shop) { s.Apps[0].Scopes = tc.scopes })
			a := w.ask(tc.document, nil)
			w.Expect(a.status).To(Equal(200))
			if tc.message == "" {
				w.Expect(a.at("errors")).To(BeNil(), tc.reason+a.text)
				return
			}
			w.Expect(a.at("errors")).To(HaveLen(1), a.text)
			w.Expect(a.at("errors.0.message")).To(Equal(tc.message), tc.reason)
			w.Expect(a.at("errors.0.path")).To(Equal(tc.path))
			w.Expect(a.at("errors.0.extensions")).To(Equal(map[string]any{
				"code": "ACCESS_DENIED", "documentation": "https://shopify.dev/api/usage/access-scopes", "requiredAccess": tc.sentence,
			}))
			w.Expect(a.text).To(ContainSubstring(`"data":` + tc.data + `,`))
			w.Expect(w.sim.Calls(CallFilter{})[0].Errors).To(Equal([]string{"ACCESS_DENIED"}))
		})
	}
}

func TestTopicsNeedTheirScope(t *testing.T) {
	w := newWorld(t)
	create := `mutation ($topic: WebhookSubscriptionTopic!) { webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: "https://a.example"}) {
		webhookSubscription { id } userErrors { field message } } }`
	w.update(func(s *Shop) {
		s.Apps[0].Scopes = slices.DeleteFunc(s.Apps[0].Scopes, func(scope string) bool { return scope == "read_orders" || scope == "write_orders" })
	})
	a := w.ask(create, map[string]any{"topic": "ORDERS_CREATE"})
	w.Expect(a.at("data.webhookSubscriptionCreate")).To(Equal(map[string]any{
		"webhookSubscription": nil,
		"userErrors": []any{map[string]any{
			"field": []any{"topic"}, "message": "You cannot create a webhook subscription with the specified topic",
		}},
	}), a.text)
	w.Expect(w.ask(create, map[string]any{"topic": "APP_UNINSTALLED"}).at("data.webhookSubscriptionCreate.userErrors")).To(BeEmpty(), "a topic without a scope is for all")
}
