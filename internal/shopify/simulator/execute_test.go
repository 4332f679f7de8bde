package simulator

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestExecution(t *testing.T) {
	cases := map[string]struct {
		reason    string
		document  string
		variables map[string]any
		want      string // of data
	}{
		"alias": {
			reason:   "a field answers under the name that it is asked for by",
			document: `{ here: shop { title: name } }`,
			want:     `{"here":{"title":"Maple Kids"}}`,
		},
		"order": {
			reason:   "members come in the order in which they are asked for",
			document: `{ shop { name id currencyCode } onlineStore { passwordProtection { enabled } } }`,
			want:     `{"shop":{"name":"Maple Kids","id":"gid://shopify/Shop/1","currencyCode":"CAD"},"onlineStore":{"passwordProtection":{"enabled":true}}}`,
		},
		"merge": {
			reason:   "two selections of one field are one",
			document: `{ shop { plan { displayName } } shop { plan { shopifyPlus } } }`,
			want:     `{"shop":{"plan":{"displayName":"Basic","shopifyPlus":false}}}`,
		},
		"skip": {
			reason:    "@skip and @include leave fields out",
			document:  `query ($yes: Boolean!) { shop { name @skip(if: $yes) id @include(if: $yes) ... @skip(if: $yes) { email } ...Money @include(if: $yes) } } fragment Money on Shop { currencyCode }`,
			variables: map[string]any{"yes": true},
			want:      `{"shop":{"id":"gid://shopify/Shop/1","currencyCode":"CAD"}}`,
		},
		"typename": {
			reason:   "__typename is the object's type, of the root too",
			document: `{ __typename shop { __typename plan { __typename } } }`,
			want:     `{"__typename":"QueryRoot","shop":{"__typename":"Shop","plan":{"__typename":"ShopPlan"}}}`,
		},
		"interface": {
			reason:   "a fragment counts only for an object of its type",
			document: `{ node(id: "gid://shopify/Shop/1") { __typename id ... on Shop { name } ... on Location { address { city } } } }`,
			want:     `{"node":{"__typename":"Shop","id":"gid://shopify/Shop/1","name":"Maple Kids"}}`,
		},
		"nodes": {
			reason:   "what is not there is null in its place",
			document: `{ nodes(ids: ["gid://shopify/Location/9", "gid://shopify/Shop/1"]) { id } }`,
			want:     `{"nodes":[null,{"id":"gid://shopify/Shop/1"}]}`,
		},
		"default of a variable": {
			reason:   "an absent variable takes its default",
			document: `query ($n: Int = 1) { locations(first: $n) { nodes { name } } }`,
			want:     `{"locations":{"nodes":[{"name":"Warehouse"}]}}`,
		},
		"list of one": {
			reason:   "one value may stand for a list of one",
			document: `{ webhookSubscriptions(first: 1, topics: ORDERS_PAID) { nodes { id } } }`,
			want:     `{"webhookSubscriptions":{"nodes":[]}}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.ask(tc.document, tc.variables)
			w.Expect(a.at("errors")).To(BeNil(), a.text)
			w.Expect(a.text).To(HavePrefix(`{"data":`+tc.want+`,`), tc.reason)
		})
	}
}

func TestUnion(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		for _, uri := range []string{"https://a.example/hook", "pubsub://project:topic", "arn:aws:events:ca-central-1::event-source/aws.partner/shopify.com/1/x"} {
			s.WebhookSubscriptions = append(s.WebhookSubscriptions, WebhookSubscription{App: s.Apps[0].ClientID, Topic: "SHOP_UPDATE", URI: uri})
		}
	})
	a := w.ask(`{ webhookSubscriptions(first: 5) { nodes { endpoint { __typename
		... on WebhookHttpEndpoint { callbackUrl } ... on WebhookPubSubEndpoint { pubSubTopic } ... on WebhookEventBridgeEndpoint { arn } } } } }`, nil)
	w.Expect(a.at("data.webhookSubscriptions.nodes")).To(Equal([]any{
		map[string]any{"endpoint": map[string]any{"__typename": "WebhookHttpEndpoint", "callbackUrl": "https://a.example/hook"}},
		map[string]any{"endpoint": map[string]any{"__typename": "WebhookPubSubEndpoint", "pubSubTopic": "topic"}},
		map[string]any{"endpoint": map[string]any{"__typename": "WebhookEventBridgeEndpoint", "arn": "arn:aws:events:ca-central-1::event-source/aws.partner/shopify.com/1/x"}},
	}), a.text)
}

func TestNotModelledFailsLoudly(t *testing.T) {
	cases := map[string]struct {
		reason   string
		document string
		message  string
		path     []any
		data     string
	}{
		"field": {
			reason:   "a nullable field is null and the rest is answered",
			document: `{ shop { name description } }`,
			message:  "Shop.description is not modelled by the simulator", path: []any{"shop", "description"},
			data: `{"shop":{"name":"Maple Kids","description":null}}`,
		},
		"non-null field": {
			reason:   "a field that cannot be null takes its parents along, up to data",
			document: `{ shop { name billingAddress { city } } }`,
			message:  "Shop.billingAddress is not modelled by the simulator", path: []any{"shop", "billingAddress"},
			data: `null`,
		},
		"null stops": {
			reason:   "the nearest parent that can be null is",
			document: `{ location { name metafields(first: 1) { nodes { id } } } shop { name } }`,
			message:  "Location.metafields is not modelled by the simulator", path: []any{"location", "metafields"},
			data: `{"location":null,"shop":{"name":"Maple Kids"}}`,
		},
		"null in a list": {
			reason:   "an item of a list that cannot hold null takes the list along",
			document: `{ currentAppInstallation { id } a: locations(first: 1) { nodes { hasActiveInventory } } }`,
			message:  "Location.hasActiveInventory is not modelled by the simulator", path: []any{"a", "nodes", float64(0), "hasActiveInventory"},
			data: `null`,
		},
		"argument": {
			reason:   "an argument is never ignored",
			document: `{ locations(first: 1, includeLegacy: true) { nodes { id } } }`,
			message:  "the argument includeLegacy of QueryRoot.locations is not modelled by the simulator", path: []any{"locations"},
			data: `null`,
		},
		"sort key": {
			reason:   "neither is an order that is not there",
			document: `{ locations(first: 1, sortKey: RELEVANCE) { nodes { id } } }`,
			message:  "sortKey RELEVANCE is not modelled by the simulator", path: []any{"locations"},
			data: `null`,
		},
		"root": {
			reason:   "a resource that is not there at all",
			document: `{ collections(first: 1) { nodes { id } } }`,
			message:  "QueryRoot.collections is not modelled by the simulator", path: []any{"collections"},
			data: `null`,
		},
		"mutation": {
			reason:   "a mutation that is not there changes nothing",
			document: `mutation { tagsAdd(id: "gid://shopify/Product/1", tags: ["a"]) { node { id } } }`,
			message:  "Mutation.tagsAdd is not modelled by the simulator", path: []any{"tagsAdd"},
			data: `{"tagsAdd":null}`,
		},
		"node": {
			reason:   "an id of a type that is not there",
			document: `{ node(id: "gid://shopify/Collection/1") { id } }`,
			message:  "Collection (of those with ids: App, AppInstallation, BulkOperation, InventoryItem, InventoryLevel, Location, MediaImage, MetafieldDefinition, Order, Product, ProductVariant, Publication, Refund, Shop, WebhookSubscription) is not modelled by the simulator", path: []any{"node"},
			data: `{"node":null}`,
		},
		"introspection": {
			reason:   "clients have the schema from elsewhere",
			document: `{ __schema { queryType { name } } }`,
			message:  "QueryRoot.__schema is not modelled by the simulator", path: []any{"__schema"},
			data: `null`,
		},
		"input": {
			reason:   "a field of an input is never ignored",
			document: `mutation { metafieldDefinitionCreate(definition: {ownerType: PRODUCT, namespace: "abc", key: "ab", name: "n", type: "boolean", useAsCollectionCondition: true}) { createdDefinition { id } } }`,
			message:  "the field useAsCollectionCondition of MetafieldDefinitionInput is not modelled by the simulator", path: []any{"metafieldDefinitionCreate"},
			data: `{"metafieldDefinitionCreate":null}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.ask(tc.document, nil)
			w.Expect(a.at("errors")).To(HaveLen(1), a.text)
			w.Expect(a.at("errors.0.message")).To(Equal(tc.message), tc.reason)
			w.Expect(a.at("errors.0.extensions.code")).To(Equal("NOT_MODELLED"))
			w.Expect(a.at("errors.0.path")).To(Equal(tc.path))
			w.Expect(a.at("errors.0.locations.0.line")).NotTo(BeNil())
			w.Expect(a.text).To(ContainSubstring(`"data":`+tc.data+`,"extensions"`), tc.reason)
			w.Expect(w.shop().MetafieldDefinitions).To(BeEmpty())
		})
	}
}

func TestMutationsRunInOrder(t *testing.T) {
	w := newWorld(t)
	create := func(topic, uri string) string {
		return `webhookSubscriptionCreate(topic: ` + topic + `, webhookSubscription: {uri: "` + uri + `"}) { webhookSubscription { id } userErrors { message } }`
	}
	a := w.ask(`mutation { one: `+create("SHOP_UPDATE", "https://a.example")+` two: `+create("SHOP_UPDATE", "https://a.example")+` three: `+create("SHOP_UPDATE", "https://b.example")+`}`, nil)
	w.Expect(a.at("data.one.webhookSubscription.id")).NotTo(BeNil(), a.text)
	w.Expect(a.at("data.two.userErrors.0.message")).To(Equal("Address for this topic has already been taken"))
	w.Expect(a.at("data.three.webhookSubscription.id")).NotTo(BeNil())
	w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(2))
}
