package simulator

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/gomega"
)

func TestCalls(t *testing.T) {
	w := newWorld(t)
	w.ask(`query Named { shop { id } }`, nil)
	w.ask(`mutation { tagsAdd(id: "gid://shopify/Product/1", tags: []) { node { id } } }`, nil)
	w.askAs("wrong", latest, `{ shop { id } }`, nil)
	w.get("/admin/api/2024-01/shop.json")
	w.mint("", mapleGrant)

	calls := w.sim.Calls(CallFilter{})
	w.Expect(calls).To(HaveLen(5))
	for i, want := range []Call{
		{Kind: KindGraphQL, App: "maple-kids-app", Operation: "Named", RootFields: []string{"shop"}, VersionRequested: latest, VersionServed: latest, Status: 200, RequestedCost: 1, ActualCost: 1},
		{Kind: KindGraphQL, App: "maple-kids-app", Operation: "tagsAdd", RootFields: []string{"tagsAdd"}, Mutation: true, VersionRequested: latest, VersionServed: latest, Status: 200, RequestedCost: 10, ActualCost: 10, Errors: []string{"NOT_MODELLED"}},
		{Kind: KindGraphQL, Operation: "POST /admin/api/2026-10/graphql.json", VersionRequested: latest, VersionServed: latest, Status: 401},
		{Kind: KindREST, App: "maple-kids-app", Operation: "GET /admin/api/2024-01/shop.json", VersionRequested: "2024-01", VersionServed: "2026-01", Status: 200},
		{Kind: KindOAuth, App: "maple-kids-app", Operation: "POST /admin/oauth/access_token", Status: 200},
	} {
		want.Sequence, want.Time, want.Shop, want.RequestID = uint64(i+1), w.time, maple, calls[i].RequestID
		w.Expect(calls[i]).To(Equal(want))
	}
	w.Expect(w.sim.Calls(CallFilter{After: 3})).To(HaveLen(2))
	w.Expect(w.sim.Calls(CallFilter{Operation: "Named"})).To(HaveLen(1))
	w.Expect(w.sim.Calls(CallFilter{Shop: "oak-kids.myshopify.com"})).To(BeEmpty())

	w.sim.ResetCalls()
	w.Expect(w.sim.CallCount()).To(BeZero())
	w.ask(`{ shop { id } }`, nil)
	w.Expect(w.sim.Calls(CallFilter{After: 5})).To(HaveLen(1), "sequence numbers go on")
}

func TestCallLogIsBounded(t *testing.T) {
	g := NewWithT(t)
	sim := New(Options{CallLog: 10})
	for i := range 35 {
		sim.calls.add(Call{Operation: fmt.Sprint(i)})
		g.Expect(len(sim.calls.calls)).To(BeNumerically("<", 20))
	}
	calls := sim.Calls(CallFilter{})
	g.Expect(calls).To(HaveLen(10))
	g.Expect([]string{calls[0].Operation, calls[9].Operation}).To(Equal([]string{"25", "34"}))
	g.Expect(sim.CallCount()).To(BeEquivalentTo(35))
}

// TestManyAtOnce is for the race detector, and holds that nothing is lost.
func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 5 {
				w.ask(createWebhook, map[string]any{"topic": "SHOP_UPDATE", "in": map[string]any{"uri": fmt.Sprintf("https://a.example/%d/%d", i, j)}})
				w.ask(`{ webhookSubscriptions(first: 250) { nodes { id } } locations(first: 1) { nodes { name } } }`, nil)
				w.update(func(s *Shop) { s.Locations[0].Name = fmt.Sprint(i, j) })
				w.shop()
				w.get("/admin/api/2026-10/shipping_zones.json")
				w.mint("", mapleGrant)
				w.do(call{method: "GET", path: "/__sim/shops"})
				w.sim.Calls(CallFilter{})
			}
		})
	}
	all.Wait()
	w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(40))
	ids := map[uint64]bool{}
	for _, s := range w.shop().WebhookSubscriptions {
		ids[s.ID] = true
	}
	w.Expect(ids).To(HaveLen(40))
	w.Expect(w.sim.CallCount()).To(BeEquivalentTo(8 * 5 * 4))
}

func TestCallsAreCut(t *testing.T) {
	w := newWorld(t)
	w.get("/" + strings.Repeat("x", 5000))
	w.ask("{"+strings.Repeat(" shop { id }", 500)+"}", nil)
	calls := w.sim.Calls(CallFilter{})
	w.Expect(calls[0].Operation).To(HaveLen(maxCallText))
	w.Expect(calls[1].RootFields).To(HaveLen(maxCallList))
}
