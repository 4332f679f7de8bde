package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// emitTen emits ten orders at once and lets a day pass.
func (w *hooked) emitTen() {
	for i := range 10 {
		w.emit("ORDERS_CREATE", map[string]any{"id": i})
	}
	w.clock.Advance(24 * time.Hour)
}

// ids are those of the orders that arrived, in order.
func (w *hooked) ids() []int {
	ids := []int{}
	for _, body := range w.got.bodies() {
		var order struct {
			ID int `json:"id"`
		}
		w.Expect(json.Unmarshal([]byte(body), &order)).To(Succeed())
		ids = append(ids, order.ID)
	}
	return ids
}

func TestDisorder(t *testing.T) {
	inOrder := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	cases := map[string]struct {
		reason string
		rules  []DeliveryRule
		want   []int // nil where check says it
		check  func(g *WithT, ids []int)
	}{
		"none":        {reason: "left alone, all come once and in order", want: inOrder},
		"duplicates":  {reason: "copies follow", rules: []DeliveryRule{{Duplicates: 1}}, want: []int{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9}},
		"every third": {reason: "some are lost, by number", rules: []DeliveryRule{{LoseEvery: 3}}, want: []int{0, 1, 3, 4, 6, 7, 9}},
		"all lost":    {reason: "or all", rules: []DeliveryRule{{LoseProbability: 1}}, want: []int{}},
		"some lost": {reason: "or some, by chance", rules: []DeliveryRule{{LoseProbability: 0.5, Seed: 1}}, check: func(g *WithT, ids []int) {
			g.Expect(len(ids)).To(And(BeNumerically(">", 0), BeNumerically("<", 10)))
		}},
		"reordered": {reason: "all come, in another order", rules: []DeliveryRule{{Reorder: Duration(time.Minute), Seed: 1}}, check: func(g *WithT, ids []int) {
			g.Expect(ids).To(ConsistOf(inOrder))
			g.Expect(slices.IsSorted(ids)).To(BeFalse())
		}},
		"reordered copies": {reason: "copies have places of their own", rules: []DeliveryRule{{Reorder: Duration(time.Minute), Duplicates: 2}}, check: func(g *WithT, ids []int) {
			g.Expect(ids).To(ConsistOf(append(append(slices.Clone(inOrder), inOrder...), inOrder...)))
			g.Expect(slices.IsSorted(ids)).To(BeFalse())
		}},
		"another topic": {reason: "a rule is its topic's", rules: []DeliveryRule{{Topic: "PRODUCTS_UPDATE", LoseEvery: 1}}, want: inOrder},
		"the first":     {reason: "the first that fits holds", rules: []DeliveryRule{{Topic: "ORDERS_CREATE"}, {LoseEvery: 1}}, want: inOrder},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.Expect(w.sim.SetDelivery(maple, DeliverySettings{Rules: tc.rules})).To(Succeed())
			w.emitTen()
			ids := w.ids()
			if tc.check == nil {
				w.Expect(ids).To(Equal(tc.want), tc.reason)
			} else {
				tc.check(w.WithT, ids)
			}

			again := newHooked(t, nil)
			w.Expect(again.sim.SetDelivery(maple, DeliverySettings{Rules: tc.rules})).To(Succeed())
			again.emitTen()
			w.Expect(again.ids()).To(Equal(ids), "chance repeats itself")
		})
	}
}

func TestSeedsDiffer(t *testing.T) {
	orders := map[string]bool{}
	for seed := range uint64(5) {
		w := newHooked(t, nil)
		w.Expect(w.sim.SetDelivery(maple, DeliverySettings{Rules: []DeliveryRule{{Reorder: Duration(time.Hour), Seed: seed}}})).To(Succeed())
		w.emitTen()
		orders[fmt.Sprint(w.ids())] = true
	}
	NewWithT(t).Expect(orders).To(HaveLen(5))
}

func TestDelay(t *testing.T) {
	w := newHooked(t, nil)
	w.Expect(w.sim.SetDelivery(maple, DeliverySettings{Rules: []DeliveryRule{{Delay: Duration(3 * time.Hour)}}})).To(Succeed())
	w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	w.clock.Advance(3*time.Hour - 1)
	w.Expect(w.got.requests()).To(BeEmpty())
	w.clock.Advance(1)
	w.Expect(w.got.requests()).To(HaveLen(1))
	w.Expect(w.got.requests()[0].header.Get("X-Shopify-Triggered-At")).To(Equal("2026-11-23T09:00:00Z"), "the event's own time")
}

func TestIDsOfCopies(t *testing.T) {
	for name, fresh := range map[string]bool{"same": false, "fresh": true} {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.Expect(w.sim.SetDelivery(maple, DeliverySettings{Rules: []DeliveryRule{{Duplicates: 2, FreshWebhookIDs: fresh}}})).To(Succeed())
			e := w.emit("ORDERS_CREATE", map[string]any{"id": 1})
			w.Expect(e.Deliveries).To(Equal([]uint64{1, 2, 3}))
			w.clock.Advance(0)
			ids := map[string]bool{}
			for i, r := range w.got.requests() {
				ids[r.header.Get("X-Shopify-Webhook-Id")] = true
				w.Expect(r.header.Get("X-Shopify-Event-Id")).To(Equal(e.ID), "the event is the same")
				w.Expect(w.sim.Deliveries(DeliveryFilter{})[i].Copy).To(Equal(i))
			}
			w.Expect(ids).To(HaveLen(map[bool]int{true: 3, false: 1}[fresh]))
		})
	}
}

func TestRulesCountFromTheStartWhenSet(t *testing.T) {
	w := newHooked(t, nil)
	rules := DeliverySettings{Rules: []DeliveryRule{{LoseEvery: 2}}}
	for range 3 {
		w.Expect(w.sim.SetDelivery(maple, rules)).To(Succeed())
		w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	}
	w.clock.Advance(0)
	w.Expect(w.got.requests()).To(HaveLen(3), "the first after each setting is not lost")
}

func TestControlDelivery(t *testing.T) {
	w := newHooked(t, nil)
	path := "/shops/" + maple + "/delivery"
	settings := `{"via": "http://127.0.0.1:8081", "rules": [{"topic": "ORDERS_CREATE", "duplicates": 2, "reorder": "1m0s", "delay": "1s", "seed": 7}]}`
	a := w.control("PUT", path, settings)
	w.Expect(a.status).To(Equal(200), a.text)
	w.Expect(a.text).To(MatchJSON(settings))
	w.Expect(w.control("GET", path, "").text).To(MatchJSON(settings))
	w.Expect(w.shop().Delivery.Rules[0].Reorder).To(Equal(Duration(time.Minute)))
	w.Expect(w.control("DELETE", path, "").status).To(Equal(204))
	w.Expect(w.shop().Delivery).To(Equal(DeliverySettings{}))
	for reason, body := range map[string]string{
		"a misspelt field would do nothing": `{"rulez": []}`,
		"topics are known":                  `{"rules": [{"topic": "orders/create"}]}`,
		"copies are few":                    `{"rules": [{"duplicates": 101}]}`,
		"and not less than none":            `{"rules": [{"duplicates": -1}]}`,
		"a probability is one":              `{"rules": [{"loseProbability": 1.5}]}`,
		"nothing comes before its event":    `{"rules": [{"delay": "-1s"}]}`,
		"nor out of order like that":        `{"rules": [{"reorder": "-1s"}]}`,
		"an address has a scheme":           `{"via": "127.0.0.1:8081"}`,
		"and keeps the path":                `{"via": "http://127.0.0.1:8081/x"}`,
		"durations are text":                `{"rules": [{"delay": 5}]}`,
	} {
		w.Expect(w.control("PUT", path, body).status).To(Equal(422), reason)
	}
	w.Expect(w.control("PUT", "/shops/x.myshopify.com/delivery", "{}").status).To(Equal(404))
	w.Expect(w.control("GET", "/shops/x.myshopify.com/delivery", "").status).To(Equal(404))
	w.Expect(w.control("DELETE", "/shops/x.myshopify.com/delivery", "").status).To(Equal(404))
}

func TestLostDeliveriesAreLogged(t *testing.T) {
	w := newHooked(t, nil)
	w.Expect(w.sim.SetDelivery(maple, DeliverySettings{Rules: []DeliveryRule{{LoseEvery: 2}}})).To(Succeed())
	w.emitTen()
	w.Expect(w.control("GET", "/deliveries?state=LOST", "").at("deliveries")).To(HaveLen(5))
	w.Expect(w.control("GET", "/deliveries?state=LOST", "").at("deliveries.0.attempts")).To(BeEmpty())
}

func TestDeliveryLog(t *testing.T) {
	w := newHooked(t, func(o *Options) { o.Webhooks.Log = 3 })
	w.subscribe(WebhookSubscription{Topic: "PRODUCTS_UPDATE", URI: relay})
	w.emitTen()
	w.emit("PRODUCTS_UPDATE", map[string]any{"id": 1})
	w.Expect(w.sim.AddShop(NewShop("oak-kids.myshopify.com", "Oak Kids"))).To(Succeed())

	sequences := func(query string) []float64 {
		all := []float64{}
		for _, d := range w.control("GET", "/deliveries?"+query, "").at("deliveries").([]any) {
			all = append(all, d.(map[string]any)["sequence"].(float64))
		}
		return all
	}
	w.Expect(sequences("")).To(Equal([]float64{9, 10, 11}), "the latest are kept")
	w.Expect(sequences("topic=orders/create")).To(Equal([]float64{9, 10}))
	w.Expect(sequences("topic=ORDERS_CREATE&after=9")).To(Equal([]float64{10}), "topics are written either way")
	w.Expect(sequences("state=PENDING&shop=" + maple)).To(Equal([]float64{11}))
	w.Expect(sequences("shop=oak-kids.myshopify.com")).To(BeEmpty())
	w.Expect(w.control("GET", "/deliveries?after=x", "").status).To(Equal(422))
	w.Expect(w.control("DELETE", "/deliveries", "").status).To(Equal(204))
	w.Expect(sequences("")).To(BeEmpty())
	w.clock.Advance(0)
	w.Expect(w.got.requests()).To(HaveLen(11), "what waits goes on without the log")
}
