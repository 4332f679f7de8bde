package simulator

import (
	"encoding/json"
	"testing"

	. "github.com/onsi/gomega"
)

func TestFilters(t *testing.T) {
	cases := []struct {
		reason, filter string
		want           bool
	}{
		{"none lets all through", ``, true},
		{"a value", `status:active`, true},
		{"another", `status:draft`, false},
		{"whatever the case", `status:ACTIVE`, true},
		{"a whole value, not a word of it", `title:Rain`, false},
		{"in quotes", `title:"Rain boots"`, true},
		{"of either kind", `title:'Rain boots'`, true},
		{"a number", `id:820982911946154508`, true},
		{"to the last digit", `id:820982911946154509`, false},
		{"a truth", `published:true`, true},
		{"a field that is there", `id:*`, true},
		{"is not null", `category:*`, false},
		{"nor is one that is not there", `colour:*`, false},
		{"a field that is not there is nothing", `colour:red`, false},
		{"null is not a word", `category:null`, false},
		{"an empty text is there", `tags:*`, true},
		{"any item of a list", `variants.sku:B`, true},
		{"none of them", `variants.sku:C`, false},
		{"money is compared as a number", `variants.price:18.5`, true},
		{"at least", `variants.price:>=18.50`, true},
		{"more", `variants.price:>18.50`, false},
		{"less", `variants.price:<5.01`, true},
		{"at most", `variants.price:<=4.99`, false},
		{"not digit by digit", `variants.price:>6`, true},
		{"deeper", `variants.image.width:<6`, true},
		{"a time", `updated_at:>='2026-11-23T09:00:00Z'`, true},
		{"in any zone", `updated_at:<'2026-11-23T09:00:00Z'`, false},
		{"what has no order is not before or after", `status:>5`, false},
		{"both", `status:active AND variants.sku:B`, true},
		{"both without a word between", `status:active variants.sku:C`, false},
		{"either", `status:draft OR variants.sku:B`, true},
		{"neither", `status:draft OR variants.sku:C`, false},
		{"not", `NOT status:draft`, true},
		{"not any item", `NOT variants.sku:B`, false},
		{"not, shorter", `-status:active`, false},
		{"in parentheses", `status:active AND (variants.sku:C OR title:"Rain boots")`, true},
		{"Shopify's own example", `id:* AND status:active AND (product_type:Music OR product_type:Movies)`, false},
	}
	for _, tc := range cases {
		t.Run(tc.reason, func(t *testing.T) {
			w := newHooked(t, nil)
			w.update(func(s *Shop) {
				s.WebhookSubscriptions[0].Filter = tc.filter
				s.WebhookSubscriptions[0].IncludeFields = []string{"id"} // the filter sees the whole payload
			})
			e := w.emit("ORDERS_CREATE", json.RawMessage(aProduct))
			w.Expect(len(e.Deliveries) == 1).To(Equal(tc.want), tc.filter)
		})
	}
}

func TestFiltersThatAreRefused(t *testing.T) {
	for reason, filter := range map[string]string{
		"a word without a field":         `boots`,
		"the beginning of a value":       `title:Rain*`,
		"the order of words":             `status:>active`,
		"the order of anything":          `status:>*`,
		"a parenthesis that stays open":  `(status:active`,
		"a quote that stays open":        `title:"Rain`,
		"a field without a value":        `status:`,
		"a connective without its terms": `status:active AND`,
	} {
		t.Run(reason, func(t *testing.T) {
			w := newHooked(t, nil)
			for document, variables := range map[string]map[string]any{
				createWebhook: {"topic": "ORDERS_PAID", "in": map[string]any{"uri": "https://a.example", "filter": filter}},
				updateWebhook: {"id": gid("WebhookSubscription", w.shop().WebhookSubscriptions[0].ID), "in": map[string]any{"filter": filter}},
			} {
				a := w.ask(document, variables)
				w.Expect(a.at("errors.0.extensions.code")).To(Equal("NOT_MODELLED"), a.text)
				w.Expect(a.at("errors.0.message")).To(ContainSubstring("webhook filter"))
			}
			a := w.control("PATCH", "/shops/"+maple+"/webhook_subscriptions/"+jsonText(w.shop().WebhookSubscriptions[0].ID), `{"filter": `+jsonText(filter)+`}`)
			w.Expect(a.status).To(Equal(422), "behind the API's back too")
			w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(1))
			w.Expect(w.shop().WebhookSubscriptions[0].Filter).To(BeEmpty())
		})
	}
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // a number or a text
	}
	return string(text)
}

func TestAFilteredEventHasNoDelivery(t *testing.T) {
	w := newHooked(t, nil)
	a := w.ask(createWebhook, map[string]any{"topic": "ORDERS_PAID", "in": map[string]any{"uri": "https://a.example", "filter": "test:false"}})
	w.Expect(a.at("data.webhookSubscriptionCreate.userErrors")).To(BeEmpty(), a.text)
	w.emit("ORDERS_PAID", map[string]any{"id": 1, "test": true})
	w.emit("ORDERS_PAID", map[string]any{"id": 2, "test": false})
	w.clock.Advance(0)
	w.Expect(w.got.bodies()).To(Equal([]string{`{"id":2,"test":false}`}))
	w.Expect(w.sim.Deliveries(DeliveryFilter{})).To(HaveLen(1))
}
