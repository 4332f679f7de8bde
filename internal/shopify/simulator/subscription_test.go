package simulator

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

const (
	createWebhook = `mutation ($topic: WebhookSubscriptionTopic!, $in: WebhookSubscriptionInput!) {
		webhookSubscriptionCreate(topic: $topic, webhookSubscription: $in) { webhookSubscription { ...All } userErrors { field message } } } ` + allOfWebhook
	updateWebhook = `mutation ($id: ID!, $in: WebhookSubscriptionInput!) {
		webhookSubscriptionUpdate(id: $id, webhookSubscription: $in) { webhookSubscription { ...All } userErrors { field message } } } ` + allOfWebhook
	deleteWebhook = `mutation ($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } } }`
	allOfWebhook  = `fragment All on WebhookSubscription { id legacyResourceId topic uri callbackUrl format filter name includeFields metafieldNamespaces
		metafields { namespace key } apiVersion { handle } createdAt updatedAt endpoint { __typename } }`
)

func TestWebhookInputs(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     map[string]any
		want   [][2]string // field and message; none for success
	}{
		"uri":          {"an https address", map[string]any{"uri": "https://a.example/hook"}, nil},
		"callbackUrl":  {"under its old name", map[string]any{"callbackUrl": "https://a.example/hook"}, nil},
		"pubsub":       {"a Pub/Sub topic", map[string]any{"uri": "pubsub://project:topic"}, nil},
		"eventbridge":  {"an EventBridge source", map[string]any{"uri": "arn:aws:events:us-east-1::event-source/aws.partner/shopify.com/1/x"}, nil},
		"none":         {"an address is needed", map[string]any{}, [][2]string{{"callbackUrl", "Address can't be blank"}}},
		"http":         {"in the clear is refused", map[string]any{"uri": "http://a.example"}, [][2]string{{"callbackUrl", "Address protocol http:// is not supported"}}},
		"ftp":          {"as is another protocol", map[string]any{"uri": "ftp://a.example"}, [][2]string{{"callbackUrl", "Address protocol ftp:// is not supported"}}},
		"words":        {"and what is no address", map[string]any{"uri": "hook"}, [][2]string{{"callbackUrl", "Address is invalid"}}},
		"no host":      {"or has no host", map[string]any{"uri": "https:///hook"}, [][2]string{{"callbackUrl", "Address is invalid"}}},
		"half pubsub":  {"or no topic", map[string]any{"uri": "pubsub://project"}, [][2]string{{"callbackUrl", "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic"}}},
		"xml pubsub":   {"queues take JSON", map[string]any{"uri": "pubsub://project:topic", "format": "XML"}, [][2]string{{"format", "Format can only be used with format: 'json'"}}},
		"taken":        {"topic and address are an identity", map[string]any{"uri": "https://taken.example"}, [][2]string{{"callbackUrl", "Address for this topic has already been taken"}}},
		"name":         {"a name of 50", map[string]any{"uri": "https://a.example", "name": strings.Repeat("a", 50)}, nil},
		"long name":    {"and no more", map[string]any{"uri": "https://a.example", "name": strings.Repeat("a", 51)}, [][2]string{{"name", "Name is too long (maximum is 50 characters)"}}},
		"spaced name":  {"of letters, digits, _ and -", map[string]any{"uri": "https://a.example", "name": "a b"}, [][2]string{{"name", "Name name field can only contain alphanumeric characters, underscores, and hyphens"}}},
		"empty name":   {"not empty", map[string]any{"uri": "https://a.example", "name": ""}, [][2]string{{"name", "Name is too short (minimum is 1 character)"}}},
		"taken name":   {"a name is one subscription's", map[string]any{"uri": "https://a.example", "name": "Taken"}, [][2]string{{"name", "Name already exists, no duplicate allowed"}}},
		"two mistakes": {"all mistakes are told", map[string]any{"name": "a b"}, [][2]string{{"callbackUrl", "Address can't be blank"}, {"name", "Name name field can only contain alphanumeric characters, underscores, and hyphens"}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.update(func(s *Shop) {
				s.WebhookSubscriptions = []WebhookSubscription{{App: s.Apps[0].ClientID, Topic: "ORDERS_PAID", URI: "https://taken.example", Name: "taken"}}
			})
			a := w.ask(createWebhook, map[string]any{"topic": "ORDERS_PAID", "in": tc.in})
			want := []any{}
			for _, e := range tc.want {
				want = append(want, map[string]any{"field": []any{"webhookSubscription", e[0]}, "message": e[1]})
			}
			w.Expect(a.at("data.webhookSubscriptionCreate.userErrors")).To(Equal(want), tc.reason+a.text)
			made := a.at("data.webhookSubscriptionCreate.webhookSubscription")
			if len(want) > 0 {
				w.Expect(made).To(BeNil())
				w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(1))
			} else {
				w.Expect(made).NotTo(BeNil())
				w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(2))
			}
		})
	}
}

func TestWebhookLife(t *testing.T) {
	w := newWorld(t)
	a := w.ask(createWebhook, map[string]any{"topic": "ORDERS_PAID", "in": map[string]any{
		"uri": "https://a.example", "filter": "id:*", "name": "shopkeeper-1", "includeFields": []string{"id"},
		"metafieldNamespaces": []string{"consignment"}, "metafields": []any{map[string]any{"namespace": "consignment", "key": "event_id"}},
	}})
	made := a.at("data.webhookSubscriptionCreate.webhookSubscription").(map[string]any)
	id := made["id"].(string)
	w.Expect(made).To(Equal(map[string]any{
		"id": id, "legacyResourceId": id[len("gid://shopify/WebhookSubscription/"):], "topic": "ORDERS_PAID",
		"uri": "https://a.example", "callbackUrl": "https://a.example", "format": "JSON", "filter": "id:*", "name": "shopkeeper-1",
		"includeFields": []any{"id"}, "metafieldNamespaces": []any{"consignment"},
		"metafields": []any{map[string]any{"namespace": "consignment", "key": "event_id"}}, "apiVersion": map[string]any{"handle": latest},
		"createdAt": "2026-11-23T09:00:00Z", "updatedAt": "2026-11-23T09:00:00Z", "endpoint": map[string]any{"__typename": "WebhookHttpEndpoint"},
	}), a.text)

	w.time = w.time.Add(time.Hour)
	a = w.ask(updateWebhook, map[string]any{"id": id, "in": map[string]any{"uri": "https://b.example", "filter": nil}})
	changed := a.at("data.webhookSubscriptionUpdate.webhookSubscription").(map[string]any)
	want := map[string]any{
		"uri": "https://b.example", "filter": nil, "name": "shopkeeper-1", "includeFields": []any{"id"},
		"createdAt": "2026-11-23T09:00:00Z", "updatedAt": "2026-11-23T10:00:00Z",
	}
	w.Expect(pick(changed, want)).To(Equal(want), "what is left out stays, what is null goes")
	refused := w.ask(updateWebhook, map[string]any{"id": id, "in": map[string]any{"uri": "http://b.example"}})
	w.Expect(refused.at("data.webhookSubscriptionUpdate.userErrors.0.message")).To(ContainSubstring("not supported"))
	w.Expect(w.shop().WebhookSubscriptions[0].URI).To(Equal("https://b.example"))

	for path, want := range map[string]any{
		`{ webhookSubscription(id: "` + id + `") { topic } }`:                         map[string]any{"webhookSubscription": map[string]any{"topic": "ORDERS_PAID"}},
		`{ webhookSubscription(id: "gid://shopify/Location/1") { topic } }`:           map[string]any{"webhookSubscription": nil},
		`{ webhookSubscriptionsCount { count precision } }`:                           map[string]any{"webhookSubscriptionsCount": map[string]any{"count": 1.0, "precision": "EXACT"}},
		`{ webhookSubscriptions(first: 5, uri: "https://x") { nodes { topic } } }`:    map[string]any{"webhookSubscriptions": map[string]any{"nodes": []any{}}},
		`{ webhookSubscriptions(first: 5, format: XML) { nodes { topic } } }`:         map[string]any{"webhookSubscriptions": map[string]any{"nodes": []any{}}},
		`{ webhookSubscriptions(first: 5, topics: [ORDERS_PAID]) { nodes { uri } } }`: map[string]any{"webhookSubscriptions": map[string]any{"nodes": []any{map[string]any{"uri": "https://b.example"}}}},
	} {
		w.Expect(w.ask(path, nil).at("data")).To(Equal(want), path)
	}

	a = w.ask(deleteWebhook, map[string]any{"id": id})
	w.Expect(a.at("data.webhookSubscriptionDelete")).To(Equal(map[string]any{"deletedWebhookSubscriptionId": id, "userErrors": []any{}}))
	gone := []any{map[string]any{"field": []any{"id"}, "message": "Webhook subscription does not exist"}}
	w.Expect(w.ask(deleteWebhook, map[string]any{"id": id}).at("data.webhookSubscriptionDelete.userErrors")).To(Equal(gone))
	w.Expect(w.ask(updateWebhook, map[string]any{"id": id, "in": map[string]any{}}).at("data.webhookSubscriptionUpdate.userErrors")).To(Equal(gone))
	a = w.ask(createWebhook, map[string]any{"topic": "ORDERS_PAID", "in": map[string]any{"uri": "https://a.example"}})
	w.Expect(a.at("data.webhookSubscriptionCreate.webhookSubscription.id")).NotTo(Equal(id), "an id is never used again")
}

func TestAnAppSeesItsOwnSubscriptions(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		s.Apps = append(s.Apps, App{Title: "Other", ClientID: "other", AccessToken: "shpat_other", Scopes: DefaultScopes})
		s.WebhookSubscriptions = []WebhookSubscription{{App: "other", Topic: "ORDERS_PAID", URI: "https://a.example", Name: "n"}}
	})
	id := gid("WebhookSubscription", w.shop().WebhookSubscriptions[0].ID)
	w.Expect(w.ask(`{ webhookSubscriptions(first: 9) { nodes { id } } }`, nil).at("data.webhookSubscriptions.nodes")).To(BeEmpty())
	w.Expect(w.ask(`{ node(id: "`+id+`") { id } }`, nil).at("data.node")).To(BeNil())
	w.Expect(w.ask(deleteWebhook, map[string]any{"id": id}).at("data.webhookSubscriptionDelete.userErrors")).To(HaveLen(1))
	a := w.ask(createWebhook, map[string]any{"topic": "ORDERS_PAID", "in": map[string]any{"uri": "https://a.example", "name": "n"}})
	w.Expect(a.at("data.webhookSubscriptionCreate.userErrors")).To(BeEmpty(), "another app's subscription takes nothing")
	w.Expect(w.askAs("shpat_other", latest, `{ webhookSubscriptions(first: 9) { nodes { id } } }`, nil).at("data.webhookSubscriptions.nodes")).To(HaveLen(1))

	w.update(func(s *Shop) { s.Apps[1].Uninstalled = true })
	w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(1), "an app's subscriptions go with it")
}
