package simulator

import (
	"testing"
	"time"

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

func TestAccessibleVersions(t *testing.T) {
	known := []string{"2026-01", "2026-04", "2026-07", "2026-10"}
	cases := map[string]struct {
		reason, at string
		want       []string
	}{
		"before all":      {"the simulator has nothing older", "2025-06-01T00:00:00Z", known[:1]},
		"before release":  {"a version comes out at 17:00 UTC", "2026-07-01T16:59:59Z", known[:2]},
		"at release":      {"and is there from then on", "2026-07-01T17:00:00Z", known[:3]},
		"all":             {"four overlap", "2026-11-23T09:00:00Z", known},
		"a year old":      {"the oldest outlives its year by two weeks", "2027-01-15T23:59:59Z", known},
		"ended":           {"and is gone", "2027-01-16T00:00:00Z", known[1:]},
		"one left":        {"until the last that is known", "2027-08-01T00:00:00Z", known[3:]},
		"after all":       {"which stays, for there is no other schema", "2030-01-01T00:00:00Z", known[3:]},
		"between the two": {"only those that are out", "2026-04-02T00:00:00Z", known[:2]},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			at, err := time.Parse(time.RFC3339, tc.at)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(accessibleAt(known, at)).To(Equal(tc.want), tc.reason)
		})
	}
}

func TestVersionsOverTheWire(t *testing.T) {
	w := newWorld(t)
	a := w.askAs("shpat_maple-kids", "2024-01", `{ publicApiVersions { handle displayName supported } }`, nil)
	w.Expect(a.header.Get("X-Shopify-API-Version")).To(Equal("2026-01"))
	w.Expect(a.header.Get("X-Shopify-API-Version-Warning")).NotTo(BeEmpty())
	w.Expect(a.at("data.publicApiVersions.0")).To(Equal(map[string]any{"handle": "2026-01", "displayName": "2026-01", "supported": true}))
	w.Expect(a.at("data.publicApiVersions.3.displayName")).To(Equal("2026-10 (Latest)"))
	logged := w.sim.Calls(CallFilter{})[0]
	w.Expect([]string{logged.VersionRequested, logged.VersionServed}).To(Equal([]string{"2024-01", "2026-01"}))

	a = w.askAs("shpat_maple-kids", "2027-04", `{ shop { id } }`, nil)
	w.Expect(a.status).To(Equal(404))
	w.Expect(a.text).To(Equal(`{"errors":"Not Found"}` + "\n"))

	features := `{ shop { features { marketDrivenShipping } } }`
	w.Expect(w.askAs("shpat_maple-kids", "2026-10", features, nil).at("data.shop.features.marketDrivenShipping")).To(Equal(false))
	a = w.askAs("shpat_maple-kids", "2026-01", features, nil)
	w.Expect(a.at("errors.0.extensions")).To(Equal(map[string]any{"code": "undefinedField", "fieldName": "marketDrivenShipping", "typeName": "ShopFeatures"}),
		"each version has its own schema")
	w.Expect(func() { New(Options{Versions: []string{"2019-04"}}) }).To(Panic())
}

func TestVersionsWithoutSchema(t *testing.T) {
	for requested, reason := range map[string]string{
		"unstable": "Shopify serves it, so not found would be a wrong answer",
		"2027-01":  "the release candidate too",
	} {
		w := newWorld(t)
		a := w.askAs("shpat_maple-kids", requested, `{ shop { id } }`, nil)
		w.Expect(a.status).To(Equal(501), reason)
		w.Expect(a.at("errors")).To(HavePrefix("API version " + requested + " is not modelled"))
	}
}

func TestVersionsEndByTheClock(t *testing.T) {
	w := newWorld(t)
	ask := func(version string) (served, warning string) {
		a := w.askAs("shpat_maple-kids", version, `{ shop { id } }`, nil)
		return a.header.Get("X-Shopify-API-Version"), a.header.Get("X-Shopify-API-Version-Warning")
	}
	w.update(func(s *Shop) {
		s.WebhookSubscriptions = []WebhookSubscription{{App: "maple-kids-app", Topic: "SHOP_UPDATE", URI: "https://a.example", APIVersion: "2026-01"}}
	})
	served, warning := ask("2026-01")
	w.Expect([]string{served, warning}).To(Equal([]string{"2026-01", ""}))

	w.time = time.Date(2026, 12, 17, 0, 0, 0, 0, time.UTC)
	served, warning = ask("2026-01")
	w.Expect([]string{served, warning}).To(Equal([]string{"2026-01", "https://shopify.dev/concepts/about-apis/versioning"}), "30 days before its end")

	w.time = time.Date(2027, 1, 16, 0, 0, 0, 0, time.UTC)
	served, warning = ask("2026-01")
	w.Expect([]string{served, warning}).To(Equal([]string{"2026-04", "https://shopify.dev/concepts/about-apis/versioning"}))
	a := w.askAs("shpat_maple-kids", "2026-10", `{ publicApiVersions { handle } webhookSubscriptions(first: 1) { nodes { apiVersion { displayName supported } } } }`, nil)
	w.Expect(a.at("data.publicApiVersions")).To(HaveLen(3))
	w.Expect(a.at("data.webhookSubscriptions.nodes.0.apiVersion")).To(Equal(map[string]any{"displayName": "2026-01 (Unsupported)", "supported": false}))

	w.Expect(w.sim.PinVersions(KnownVersions()...)).To(Succeed())
	served, warning = ask("2026-01")
	w.Expect([]string{served, warning}).To(Equal([]string{"2026-01", ""}), "a version that is pinned does not end")
	w.time = time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	w.Expect(w.sim.Versions()).To(Equal(KnownVersions()), "ever")
	w.Expect(w.sim.PinVersions("2019-04")).To(MatchError(ContainSubstring("2019-04")))
}

func TestControlVersions(t *testing.T) {
	w := newWorld(t)
	w.Expect(w.control("GET", "/versions", "").text).To(MatchJSON(`{
		"accessible": ["2026-01", "2026-04", "2026-07", "2026-10"], "known": ["2026-01", "2026-04", "2026-07", "2026-10"], "pinned": []}`))
	a := w.control("PUT", "/versions", `{"pinned": ["2026-10", "2026-04"]}`)
	w.Expect(a.at("accessible")).To(Equal([]any{"2026-04", "2026-10"}), a.text)
	w.Expect(w.control("PUT", "/versions", `{"pinned": ["2019-04"]}`).status).To(Equal(422))
	w.Expect(w.control("PUT", "/versions", `{"pin": []}`).status).To(Equal(422))
	w.Expect(w.control("PUT", "/versions", `{}`).at("accessible")).To(HaveLen(4), "nothing pinned leaves it to the clock")
}
