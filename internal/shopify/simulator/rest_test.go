package simulator

import (
	"testing"

	. "github.com/onsi/gomega"
)

func (w *world) get(path string) answer {
	return w.do(call{method: "GET", path: path, token: "shpat_maple-kids"})
}

func TestREST(t *testing.T) {
	w := newWorld(t)
	a := w.get("/admin/api/2026-07/shop.json")
	w.Expect(a.status).To(Equal(200), a.text)
	w.Expect(a.header.Get("X-Shopify-API-Version")).To(Equal("2026-07"))
	w.Expect(a.header.Get("X-Shopify-Shop-Api-Call-Limit")).To(Equal("1/40"))
	for path, want := range map[string]any{
		"shop.myshopify_domain": maple, "shop.password_enabled": true, "shop.currency": "CAD", "shop.plan_name": "basic",
		"shop.province_code": "ON", "shop.primary_location_id": float64(w.shop().Locations[0].ID), "shop.tax_shipping": false,
	} {
		w.Expect(a.at(path)).To(Equal(want), path)
	}

	a = w.get("/admin/oauth/access_scopes.json")
	w.Expect(a.at("access_scopes.0")).To(Equal(map[string]any{"handle": "read_products"}), a.text)

	a = w.get("/admin/api/2026-10/shipping_zones.json")
	for path, want := range map[string]any{
		"shipping_zones.0.name": "Canada", "shipping_zones.0.price_based_shipping_rates": []any{},
		"shipping_zones.0.weight_based_shipping_rates": []any{}, "shipping_zones.0.carrier_shipping_rate_providers": []any{},
		"shipping_zones.0.countries.0.code": "CA", "shipping_zones.0.countries.0.provinces.0.code": "ON",
		"shipping_zones.0.countries.0.provinces.0.tax": 0.13, "shipping_zones.0.countries.0.provinces.0.tax_name": "HST",
		"shipping_zones.0.countries.0.provinces.0.tax_type": "harmonized", "shipping_zones.0.countries.0.provinces.0.tax_percentage": 13.0,
	} {
		w.Expect(a.at(path)).To(Equal(want), path)
	}
	w.Expect(a.at("shipping_zones.0.countries.0.shipping_zone_id")).To(Equal(a.at("shipping_zones.0.id")))
}

func TestRESTRefusals(t *testing.T) {
	cases := map[string]struct {
		reason string
		call   call
		want   int
		text   string
	}{
		"scope": {
			reason: "zones need read_shipping", want: 403,
			call: call{method: "GET", path: "/admin/api/2026-10/shipping_zones.json", token: "shpat_maple-kids"},
			text: `{"errors":"[API] This action requires merchant approval for read_shipping scope."}`,
		},
		"token":   {reason: "REST needs a token too", want: 401, call: call{method: "GET", path: "/admin/api/2026-10/shop.json"}},
		"path":    {reason: "a path that is not there", want: 404, call: call{method: "GET", path: "/admin/api/2026-10/products.json", token: "shpat_maple-kids"}},
		"method":  {reason: "a method that is not there", want: 404, call: call{method: "GET", path: "/admin/api/2026-10/graphql.json", token: "shpat_maple-kids"}},
		"version": {reason: "a version that is not there", want: 404, call: call{method: "GET", path: "/admin/api/v1/shop.json", token: "shpat_maple-kids"}},
		"host":    {reason: "a shop that is not there", want: 404, call: call{method: "GET", path: "/", host: "localhost"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.update(func(s *Shop) { s.Apps[0].Scopes = []string{"read_products"} })
			a := w.do(tc.call)
			w.Expect(a.status).To(Equal(tc.want), tc.reason)
			if tc.text != "" {
				w.Expect(a.text).To(Equal(tc.text + "\n"))
			}
			w.Expect(w.sim.Calls(CallFilter{})[0].Status).To(Equal(tc.want))
		})
	}
}
