package simulator

import (
	"encoding/json"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

func TestEveryTopicHasAName(t *testing.T) {
	g := NewWithT(t)
	for _, version := range schema.Versions {
		s, err := schema.Load(version)
		g.Expect(err).NotTo(HaveOccurred())
		for _, value := range s.Types["WebhookSubscriptionTopic"].EnumValues {
			g.Expect(topicNames[value.Name]).NotTo(BeEmpty(), value.Name+" of "+version)
		}
	}
	for topic, want := range map[string]string{
		"ORDERS_CREATE": "orders/create", "INVENTORY_LEVELS_UPDATE": "inventory_levels/update", "APP_SCOPES_UPDATE": "app/scopes_update",
		"CUSTOMER_TAGS_ADDED": "customer.tags_added", "ORDERS_PARTIALLY_FULFILLED": "orders/partially_fulfilled",
	} {
		g.Expect(topicNames[topic]).To(Equal(want))
		g.Expect(topicOf(want)).To(Equal(topic))
		g.Expect(topicOf(topic)).To(Equal(topic))
	}
	g.Expect(topicOf("orders/made_up")).To(BeEmpty())
}

func TestWhoIsTold(t *testing.T) {
	other := App{Title: "Other", ClientID: "other", ClientSecret: "other-secret", AccessToken: "shpat_other", Scopes: DefaultScopes}
	cases := map[string]struct {
		reason string
		change func(*Shop)
		want   []string // the uris
	}{
		"the topic's": {"a subscription is to one topic", func(s *Shop) {
			s.WebhookSubscriptions = append(s.WebhookSubscriptions, WebhookSubscription{App: "maple-kids-app", Topic: "ORDERS_PAID", URI: "https://paid.example"})
		}, []string{relay}},
		"all of them": {"every subscription gets its own", func(s *Shop) {
			s.WebhookSubscriptions = append(s.WebhookSubscriptions, WebhookSubscription{App: "maple-kids-app", Topic: "ORDERS_CREATE", URI: "https://b.example"})
		}, []string{relay, "https://b.example"}},
		"other apps": {"whosever it is", func(s *Shop) {
			s.Apps = append(s.Apps, other)
			s.WebhookSubscriptions = append(s.WebhookSubscriptions, WebhookSubscription{App: "other", Topic: "ORDERS_CREATE", URI: "https://b.example"})
		}, []string{relay, "https://b.example"}},
		"configuration": {"one of a configuration file too", func(s *Shop) { s.WebhookSubscriptions[0].AppConfig = true }, []string{relay}},
		"nobody":        {"without one nobody is", func(s *Shop) { s.WebhookSubscriptions = nil }, []string{}},
		"uninstalled":   {"an app that is gone is not", func(s *Shop) { s.Apps[0].Uninstalled = true }, []string{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.update(tc.change)
			e := w.emit("ORDERS_CREATE", map[string]any{"id": 1})
			w.clock.Advance(0)
			uris := []string{}
			for _, r := range w.got.requests() {
				uris = append(uris, r.url)
				w.Expect(r.header.Get("X-Shopify-Event-Id")).To(Equal(e.ID), "one event, one id")
			}
			w.Expect(uris).To(Equal(tc.want), tc.reason)
			w.Expect(e.Deliveries).To(HaveLen(len(tc.want)))
		})
	}
}

func TestAppsHaveTheirOwnSecrets(t *testing.T) {
	w := newHooked(t, nil)
	w.update(func(s *Shop) {
		s.Apps = append(s.Apps, App{Title: "Other", ClientID: "other", ClientSecret: "other-secret"}, App{Title: "Mute", ClientID: "mute"})
		for _, app := range []string{"other", "mute"} {
			s.WebhookSubscriptions = append(s.WebhookSubscriptions, WebhookSubscription{App: app, Topic: "ORDERS_CREATE", URI: relay})
		}
	})
	w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	w.clock.Advance(0)
	w.Expect(w.got.requests()).To(HaveLen(2))
	w.Expect(w.got.requests()[1].header.Get("X-Shopify-Hmac-Sha256")).To(Equal(mac(`{"id":1}`, "other-secret")))
	w.Expect(w.sim.Deliveries(DeliveryFilter{State: DeliveryNotSent})[0].Error).To(ContainSubstring("no client secret"))
}

func TestEventsThatAreRefused(t *testing.T) {
	w := newHooked(t, nil)
	cases := map[string]struct {
		reason, domain, topic string
		payload               any
		want                  string
	}{
		"topic":   {"a misspelt topic would tell nobody", maple, "ORDERS_MADE", map[string]any{}, "ORDERS_CREATE"},
		"shop":    {"a shop is there", "x.myshopify.com", "ORDERS_CREATE", map[string]any{}, "no shop"},
		"list":    {"a payload is an object", maple, "ORDERS_CREATE", []int{1}, "not a JSON object"},
		"no json": {"and has a JSON", maple, "ORDERS_CREATE", json.RawMessage(`{`), "JSON"},
	}
	for name, tc := range cases {
		_, err := w.sim.Emit(tc.domain, tc.topic, tc.payload, EventOptions{})
		w.Expect(err).To(MatchError(ContainSubstring(tc.want)), name+": "+tc.reason)
	}
	w.clock.Advance(0)
	w.Expect(w.got.requests()).To(BeEmpty())
}

func TestWhatCannotBeDelivered(t *testing.T) {
	cases := map[string]struct {
		reason string
		with   WebhookSubscription
		want   string
	}{
		"xml":         {"payloads are JSON here", WebhookSubscription{URI: "https://xml.example", Format: "XML"}, "XML"},
		"pubsub":      {"queues are elsewhere", WebhookSubscription{URI: "pubsub://project:topic"}, "Pub/Sub"},
		"eventbridge": {"of either kind", WebhookSubscription{URI: "arn:aws:events:us-east-1::event-source/x"}, "EventBridge"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			tc.with.Topic = "ORDERS_CREATE"
			id := w.subscribe(tc.with)
			e, err := w.sim.Emit(maple, "ORDERS_CREATE", map[string]any{"id": 1}, EventOptions{})
			w.Expect(err).To(MatchError(And(ContainSubstring(tc.want), ContainSubstring("not modelled"))), tc.reason)
			w.Expect(e.Deliveries).To(HaveLen(2))
			w.clock.Advance(24 * time.Hour)
			w.Expect(w.got.requests()).To(HaveLen(1), "the others get theirs")
			d := w.sim.Deliveries(DeliveryFilter{State: DeliveryNotSent})
			w.Expect(d).To(HaveLen(1))
			w.Expect(d[0].Subscription).To(Equal(id))
			w.Expect(d[0].Error).To(ContainSubstring(tc.want))
		})
	}
}

func TestPayloadVersions(t *testing.T) {
	cases := map[string]struct{ reason, of, want string }{
		"accessible": {"a subscription's payloads have its version", "2026-07", "2026-07"},
		"ended":      {"or the oldest that is accessible", "2024-01", "2026-01"},
		"none":       {"or the latest where it has none", "", "2026-10"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.update(func(s *Shop) { s.WebhookSubscriptions[0].APIVersion = tc.of })
			w.emit("ORDERS_CREATE", PayloadByVersion(func(version string) any { return map[string]any{"version": version} }))
			w.clock.Advance(0)
			w.Expect(w.got.requests()[0].header.Get("X-Shopify-API-Version")).To(Equal(tc.want), tc.reason)
			w.Expect(w.got.requests()[0].body).To(MatchJSON(`{"version": "` + tc.want + `"}`))
		})
	}
}

func TestMetafieldsThatAreAskedFor(t *testing.T) {
	all := []EventMetafield{
		{ID: 1, Namespace: "consignment", Key: "consignor", Type: "single_line_text_field", Value: "c-1"},
		{ID: 2, Namespace: "consignment", Key: "rate", Type: "number_decimal", Value: "0.5"},
		{ID: 3, Namespace: "other", Key: "x", Type: "boolean", Value: "true"},
	}
	cases := map[string]struct {
		reason string
		with   WebhookSubscription
		given  []EventMetafield
		want   []int // their ids; nil for no such member
	}{
		"none":      {"who does not ask gets none", WebhookSubscription{}, all, nil},
		"namespace": {"a namespace's", WebhookSubscription{MetafieldNamespaces: []string{"consignment"}}, all, []int{1, 2}},
		"one":       {"or one", WebhookSubscription{Metafields: []MetafieldIdentifier{{"other", "x"}}}, all, []int{3}},
		"cut":       {"beside the fields that are included", WebhookSubscription{MetafieldNamespaces: []string{"other"}, IncludeFields: []string{"id"}}, all, []int{3}},
		"empty":     {"a resource may have none", WebhookSubscription{MetafieldNamespaces: []string{"other"}}, nil, []int{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.update(func(s *Shop) {
				tc.with.App, tc.with.Topic, tc.with.URI = "maple-kids-app", "ORDERS_CREATE", relay
				s.WebhookSubscriptions = []WebhookSubscription{tc.with}
			})
			_, err := w.sim.Emit(maple, "ORDERS_CREATE", map[string]any{"id": 1}, EventOptions{Metafields: tc.given})
			w.Expect(err).NotTo(HaveOccurred())
			w.clock.Advance(0)
			var body struct {
				Metafields []EventMetafield `json:"metafields"`
			}
			w.Expect(json.Unmarshal([]byte(w.got.bodies()[0]), &body)).To(Succeed())
			var ids []int
			if body.Metafields != nil {
				ids = []int{}
			}
			for _, m := range body.Metafields {
				ids = append(ids, int(m.ID))
			}
			w.Expect(ids).To(Equal(tc.want), tc.reason)
		})
	}
}

func TestControlEvents(t *testing.T) {
	w := newHooked(t, nil)
	path := "/shops/" + maple + "/events"
	a := w.control("POST", path, `{"topic": "orders/create", "payload": {"id": 820982911946154508}, "eventID": "e-1", "at": "2026-11-23T08:00:00Z"}`)
	w.Expect(a.status).To(Equal(202), a.text)
	w.Expect(a.body).To(Equal(map[string]any{"eventID": "e-1", "topic": "orders/create", "deliveries": []any{1.0}}))
	w.Expect(w.control("POST", path, `{"topic": "ORDERS_CREATE"}`).status).To(Equal(202), "a payload can be made up")
	w.clock.Advance(0)
	w.Expect(w.got.bodies()[0]).To(Equal(`{"id":820982911946154508}`))
	w.Expect(w.got.requests()[0].header.Get("X-Shopify-Triggered-At")).To(Equal("2026-11-23T08:00:00Z"))
	w.Expect(w.got.bodies()[1]).To(ContainSubstring(`"order_number":1001`))
	for reason, tc := range map[string]struct {
		path, body string
		status     int
	}{
		"a misspelt field":         {path, `{"topik": "ORDERS_CREATE"}`, 422},
		"a misspelt topic":         {path, `{"topic": "ORDERS_MADE", "payload": {}}`, 422},
		"no sample of the topic":   {path, `{"topic": "CARTS_UPDATE"}`, 422},
		"a payload that is a list": {path, `{"topic": "ORDERS_CREATE", "payload": []}`, 422},
		"no shop":                  {"/shops/x.myshopify.com/events", `{"topic": "ORDERS_CREATE"}`, 404},
	} {
		w.Expect(w.control("POST", tc.path, tc.body).status).To(Equal(tc.status), reason)
	}
}
