package simulator

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestRetryTimes(t *testing.T) {
	w := newHooked(t, nil)
	w.got.answer = failing
	w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	w.clock.Advance(24 * time.Hour)
	var after []string
	for _, r := range w.got.requests() {
		after = append(after, r.at.Sub(clockStart).Truncate(time.Second).String())
	}
	w.Expect(after).To(Equal([]string{"0s", "56s", "2m49s", "6m35s", "14m7s", "29m10s", "59m17s", "1h59m31s", "4h0m0s"}),
		"the first attempt, and 8 retries over 4 hours, each pause twice the one before")
	retries := DefaultRetries()
	w.Expect(retries).To(HaveLen(8))
	w.Expect(retries[7]).To(Equal(4 * time.Hour))
}

func TestARetryIsTheSameDelivery(t *testing.T) {
	for name, fresh := range map[string]bool{"same id": false, "an id of its own": true} {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, func(o *Options) { o.Webhooks.FreshWebhookIDs = fresh })
			w.got.answer = func(n int, _ *http.Request) (int, error) { return map[bool]int{true: 200, false: 503}[n == 3], nil }
			w.emit("ORDERS_CREATE", map[string]any{"id": 1})
			w.clock.Advance(0)
			w.update(func(s *Shop) {
				s.WebhookSubscriptions[0].URI = "https://elsewhere.example"
				s.WebhookSubscriptions[0].IncludeFields = []string{"name"}
			})
			w.clock.Advance(24 * time.Hour)

			requests := w.got.requests()
			w.Expect(requests).To(HaveLen(3), "a delivery that succeeded is over")
			for _, r := range requests {
				w.Expect(r.url).To(Equal(relay), "to the address of its time")
				w.Expect(r.body).To(Equal(`{"id":1}`), "with the payload of its time")
				w.Expect(r.header.Get("X-Shopify-Event-Id")).To(Equal(requests[0].header.Get("X-Shopify-Event-Id")))
				w.Expect(r.header.Get("X-Shopify-Triggered-At")).To(Equal("2026-11-23T09:00:00Z"))
			}
			ids := map[string]bool{}
			for i, r := range requests {
				ids[r.header.Get("X-Shopify-Webhook-Id")] = true
				w.Expect(w.sim.Deliveries(DeliveryFilter{})[0].Attempts[i].WebhookID).To(Equal(r.header.Get("X-Shopify-Webhook-Id")))
			}
			w.Expect(ids).To(HaveLen(map[bool]int{true: 3, false: 1}[fresh]))
			w.Expect(w.shop().WebhookSubscriptions[0].Failures).To(BeZero(), "a success ends the row of failures")
		})
	}
}

func TestAFailingSubscriptionIsRemoved(t *testing.T) {
	cases := map[string]struct {
		reason   string
		removal  Removal
		config   bool
		events   int
		succeeds map[int]bool // by request
		attempts int
		removed  bool
	}{
		"8 retries":        {reason: "a delivery whose 8 retries all fail", events: 1, attempts: 9, removed: true},
		"many in flight":   {reason: "8 failures of different deliveries do not suffice", events: 8, succeeds: upTo(16, 9), attempts: 16},
		"strict":           {reason: "but do by the strictest reading", removal: RemoveEighth, events: 8, attempts: 8, removed: true},
		"strict and alone": {reason: "which does not wait for the 8th retry", removal: RemoveEighth, events: 1, attempts: 8, removed: true},
		"seven":            {reason: "7 in a row are too few", removal: RemoveEighth, events: 1, succeeds: map[int]bool{8: true}, attempts: 8},
		"last retry":       {reason: "the last retry saves all", events: 1, succeeds: map[int]bool{9: true}, attempts: 9},
		"configuration":    {reason: "what the app's configuration file made stays", config: true, events: 1, attempts: 9},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, func(o *Options) { o.Webhooks.Removal = tc.removal })
			w.update(func(s *Shop) { s.WebhookSubscriptions[0].AppConfig = tc.config })
			w.got.answer = func(n int, _ *http.Request) (int, error) {
				return map[bool]int{true: 200, false: 500}[tc.succeeds[n]], nil
			}
			for i := range tc.events {
				w.emit("ORDERS_CREATE", map[string]any{"id": i})
			}
			w.clock.Advance(24 * time.Hour)
			w.Expect(w.got.requests()).To(HaveLen(tc.attempts), tc.reason)
			w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(map[bool]int{true: 0, false: 1}[tc.removed]), tc.reason)

			a := w.control("GET", "/deliveries?shop="+maple+"&state=FAILED", "")
			told := 0
			for i := range a.at("deliveries").([]any) {
				if a.at(fmt.Sprintf("deliveries.%d.removedSubscription", i)) == true {
					told++
				}
			}
			w.Expect(told == 1).To(Equal(tc.removed), a.text)
			if tc.removed {
				w.emit("ORDERS_CREATE", map[string]any{"id": 99})
				w.clock.Advance(24 * time.Hour)
				w.Expect(w.got.requests()).To(HaveLen(tc.attempts), "nothing is sent to a subscription that is gone")
				w.Expect(w.ask(`{ webhookSubscriptionsCount { count } }`, nil).at("data.webhookSubscriptionsCount.count")).To(Equal(0.0))
			}
		})
	}
}

// upTo are the numbers up to last but those before first.
func upTo(last, first int) map[int]bool {
	numbers := map[int]bool{}
	for n := first; n <= last; n++ {
		numbers[n] = true
	}
	return numbers
}

func TestFailuresInARowAreShown(t *testing.T) {
	w := newHooked(t, nil)
	w.got.answer = failing
	w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	w.clock.Advance(10 * time.Minute)
	w.Expect(w.shop().WebhookSubscriptions[0].Failures).To(Equal(4))
	w.Expect(w.control("GET", "/shops/"+maple, "").at("webhookSubscriptions.0.failures")).To(Equal(4.0))
}

func TestWhatEndsPendingDeliveries(t *testing.T) {
	cases := map[string]struct {
		reason string
		end    func(*hooked)
		want   string
	}{
		"subscription": {"the subscription is deleted", func(w *hooked) {
			w.update(func(s *Shop) { s.WebhookSubscriptions = nil })
		}, "subscription is gone"},
		"app": {"the app is uninstalled", func(w *hooked) {
			w.update(func(s *Shop) { s.Apps[0].Uninstalled = true })
		}, "subscription is gone"},
		"app forgotten": {"the app is taken out of the shop", func(w *hooked) {
			w.update(func(s *Shop) { s.Apps, s.WebhookSubscriptions = nil, nil })
		}, "app is gone"},
		"shop": {"the shop is closed", func(w *hooked) { w.Expect(w.sim.RemoveShop(maple)).To(Succeed()) }, "shop is gone"},
		"another shop": {"and another opened in its place", func(w *hooked) {
			w.Expect(w.sim.RemoveShop(maple)).To(Succeed())
			w.Expect(w.sim.AddShop(NewShop(maple, "Maple Kids"))).To(Succeed())
		}, "shop is gone"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.got.answer = failing
			w.emit("ORDERS_CREATE", map[string]any{"id": 1})
			w.clock.Advance(0)
			tc.end(w)
			w.clock.Advance(24 * time.Hour)
			w.Expect(w.got.requests()).To(HaveLen(1), tc.reason)
			d := w.sim.Deliveries(DeliveryFilter{})[0]
			w.Expect(d.State).To(Equal(DeliveryCancelled))
			w.Expect(d.Error).To(ContainSubstring(tc.want))
		})
	}
}
