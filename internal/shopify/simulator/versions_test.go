package simulator

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestServing(t *testing.T) {
	served := []string{"2026-01", "2026-07"}
	cases := map[string]struct{ reason, requested, want string }{
		"served":    {"a version that is served answers", "2026-07", "2026-07"},
		"retired":   {"the oldest answers for those that are gone", "2024-01", "2026-01"},
		"gap":       {"the next answers for one that is left out", "2026-04", "2026-07"},
		"future":    {"one that is yet to come is not found", "2027-01", ""},
		"month":     {"versions come by the quarter", "2026-02", ""},
		"malformed": {"what is no version is not found", "2026-7", ""},
		"unstable":  {"there is no schema for it", "unstable", ""},
		"empty":     {"nothing is no version", "", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			got, ok := serving(served, tc.requested)
			g.Expect(got).To(Equal(tc.want), tc.reason)
			g.Expect(ok).To(Equal(tc.want != ""))
		})
	}
}

func TestVersionsOverTheWire(t *testing.T) {
	w := newWorld(t)
	a := w.askAs("shpat_maple-kids", "2024-01", `{ publicApiVersions { handle displayName supported } }`, nil)
	w.Expect(a.header.Get("X-Shopify-API-Version")).To(Equal("2026-01"))
	w.Expect(a.at("data.publicApiVersions.0")).To(Equal(map[string]any{"handle": "2026-01", "displayName": "2026-01", "supported": true}))
	w.Expect(a.at("data.publicApiVersions.3.displayName")).To(Equal("2026-10 (Latest)"))
	logged := w.sim.Calls(CallFilter{})[0]
	w.Expect([]string{logged.VersionRequested, logged.VersionServed}).To(Equal([]string{"2024-01", "2026-01"}))

	a = w.askAs("shpat_maple-kids", "2027-01", `{ shop { id } }`, nil)
	w.Expect(a.status).To(Equal(404))
	w.Expect(a.text).To(Equal(`{"errors":"Not Found"}` + "\n"))

	features := `{ shop { features { marketDrivenShipping } } }`
	w.Expect(w.askAs("shpat_maple-kids", "2026-10", features, nil).at("data.shop.features.marketDrivenShipping")).To(Equal(false))
	a = w.askAs("shpat_maple-kids", "2026-01", features, nil)
	w.Expect(a.at("errors.0.extensions")).To(Equal(map[string]any{"code": "undefinedField", "fieldName": "marketDrivenShipping", "typeName": "ShopFeatures"}),
		"each version has its own schema")
	w.Expect(func() { New(Options{Versions: []string{"2019-04"}}) }).To(Panic())
}
