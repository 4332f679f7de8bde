package simulator

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestEventsOfTheShopItself(t *testing.T) {
	cases := map[string]struct {
		reason, topic string
		change        func(*Shop)
		want          string // the body, in part; empty for no event
	}{
		"renamed":       {"a shop's own fields", "SHOP_UPDATE", func(s *Shop) { s.Name = "Maple & Oak" }, `{"name": "Maple & Oak", "updated_at": "2026-11-23T05:00:00-05:00"}`},
		"password":      {"whichever", "SHOP_UPDATE", func(s *Shop) { s.PasswordEnabled = false }, `{"password_enabled": false}`},
		"not its own":   {"its lists are not among them", "SHOP_UPDATE", func(s *Shop) { s.MetafieldDefinitions = []MetafieldDefinition{} }, ""},
		"the same":      {"nor is no change", "SHOP_UPDATE", func(*Shop) {}, ""},
		"scopes":        {"what an app may do", "APP_SCOPES_UPDATE", func(s *Shop) { s.Apps[0].Scopes = []string{"read_products", "read_orders"} }, `{"current": ["read_products", "read_orders"]}`},
		"scopes' order": {"which is no order", "APP_SCOPES_UPDATE", func(s *Shop) { s.Apps[0].Scopes = append(s.Apps[0].Scopes[1:], s.Apps[0].Scopes[0]) }, ""},
		"others'":       {"another app's scopes are its own affair", "APP_SCOPES_UPDATE", func(s *Shop) { s.Apps[1].Scopes = nil }, ""},
		"uninstalled":   {"an app that goes", "APP_UNINSTALLED", func(s *Shop) { s.Apps[0].Uninstalled = true }, `{"name": "Maple Kids", "myshopify_domain": "` + maple + `"}`},
		"other gone":    {"hears only of itself", "APP_UNINSTALLED", func(s *Shop) { s.Apps[1].Uninstalled = true }, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.update(func(s *Shop) {
				s.Apps = append(s.Apps, App{Title: "Other", ClientID: "other", ClientSecret: "other-secret", Scopes: DefaultScopes})
			})
			w.subscribe(WebhookSubscription{Topic: tc.topic, URI: relay})
			w.clock.Advance(time.Hour)
			w.update(tc.change)
			w.clock.Advance(0)
			if tc.want == "" {
				w.Expect(w.got.requests()).To(BeEmpty(), tc.reason)
				return
			}
			w.Expect(w.got.requests()).To(HaveLen(1), tc.reason)
			got := w.got.requests()[0]
			w.Expect(got.header.Get("X-Shopify-Topic")).To(Equal(topicNames[tc.topic]))
			w.Expect(got.header.Get("X-Shopify-Hmac-Sha256")).To(Equal(mac(got.body, "maple-kids-secret")))
			body, want := parse(w.WithT, got.body), parse(w.WithT, tc.want)
			w.Expect(pick(body, want)).To(Equal(want))
		})
	}
}

func TestTheLastWordsToAnAppAreRetried(t *testing.T) {
	w := newHooked(t, nil)
	w.subscribe(WebhookSubscription{Topic: "APP_UNINSTALLED", URI: relay})
	w.got.answer = failing
	a := w.control("PATCH", "/shops/"+maple+"/apps/maple-kids-app", `{"uninstalled": true}`)
	w.Expect(a.status).To(Equal(200), a.text)
	w.Expect(w.shop().WebhookSubscriptions).To(BeEmpty())
	w.clock.Advance(24 * time.Hour)
	w.Expect(w.got.requests()).To(HaveLen(9))
	w.Expect(w.states()).To(Equal([]string{DeliveryFailed}))

	w.update(func(s *Shop) { s.Name = "Still Maple" })
	w.update(func(s *Shop) { s.Apps[0].Uninstalled = false })
	w.clock.Advance(24 * time.Hour)
	w.Expect(w.got.requests()).To(HaveLen(9), "an app that comes back has no subscriptions")
}
