package simulator

import (
	"encoding/json"
	"testing"

	. "github.com/onsi/gomega"
)

func parse(g *WithT, text string) map[string]any {
	var value map[string]any
	g.Expect(json.Unmarshal([]byte(text), &value)).To(Succeed(), text)
	return value
}

const aProduct = `{"id": 820982911946154508, "title": "Rain boots", "status": "active", "tags": "", "category": null, "published": true,
	"updated_at": "2026-11-23T04:00:00-05:00", "options": [],
	"variants": [{"id": 1, "price": "18.50", "sku": null, "image": {"src": "a", "width": 5}}, {"id": 2, "price": "5.00", "sku": "B", "image": null}]}`

func TestIncludeFields(t *testing.T) {
	cases := map[string]struct {
		reason  string
		include []string
		want    string
	}{
		"one":            {"a field", []string{"id"}, `{"id": 820982911946154508}`},
		"some":           {"or several", []string{"status", "category"}, `{"status": "active", "category": null}`},
		"unknown":        {"one that is not there is left out", []string{"id", "colour"}, `{"id": 820982911946154508}`},
		"nothing":        {"even if nothing is left", []string{"colour"}, `{}`},
		"nested":         {"a field of each item of a list", []string{"variants.price"}, `{"variants": [{"price": "18.50"}, {"price": "5.00"}]}`},
		"two nested":     {"or two", []string{"variants.id", "variants.sku"}, `{"variants": [{"id": 1, "sku": null}, {"id": 2, "sku": "B"}]}`},
		"deeper":         {"at any depth", []string{"variants.image.src"}, `{"variants": [{"image": {"src": "a"}}, {"image": null}]}`},
		"empty list":     {"a list without items", []string{"options.name"}, `{"options": []}`},
		"whole and part": {"the whole and a part of it is the whole", []string{"variants.image.src", "variants.image"}, `{"variants": [{"image": {"src": "a", "width": 5}}, {"image": null}]}`},
		"part and whole": {"in either order", []string{"variants.image", "variants.image.src"}, `{"variants": [{"image": {"src": "a", "width": 5}}, {"image": null}]}`},
		"all":            {"none named are all", nil, aProduct},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.update(func(s *Shop) { s.WebhookSubscriptions[0].IncludeFields = tc.include })
			w.emit("ORDERS_CREATE", json.RawMessage(aProduct))
			w.clock.Advance(0)
			w.Expect(w.got.requests()).To(HaveLen(1))
			w.Expect(w.got.requests()[0].body).To(MatchJSON(tc.want), tc.reason)
			w.Expect(w.got.requests()[0].header.Get("X-Shopify-Hmac-Sha256")).To(Equal(mac(w.got.bodies()[0], "maple-kids-secret")), "what is signed is what is sent")
		})
	}
}
