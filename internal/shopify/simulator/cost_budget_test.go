package simulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// dear asks for as many points as n locations' pages cost: 13 each.
func dear(n int) string {
	var document strings.Builder
	for i := range n {
		fmt.Fprintf(&document, " l%d: locations(first: 250) { nodes { id } }", i)
	}
	return "{" + document.String() + "}"
}

func (w *world) left() any {
	return w.ask(`{ __typename }`, nil).at("extensions.cost.throttleStatus.currentlyAvailable")
}

func TestThrottled(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		s.RateLimit = RateLimit{Maximum: 1000, RestoreRate: 50}
		s.Apps = append(s.Apps, App{ClientID: "other", AccessToken: "shpat_other", Scopes: DefaultScopes})
	})
	for range 5 { // 10 pages are asked for at 130 points and cost 30
		w.Expect(w.ask(dear(10), nil).at("errors")).To(BeNil())
	}
	a := w.ask(dear(70), nil)
	w.Expect(a.status).To(Equal(200), "throttling is no HTTP error")
	w.Expect(a.text).To(Equal(`{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED","documentation":"https://shopify.dev/api/usage/rate-limits"}}],` +
		`"extensions":{"cost":{"actualQueryCost":null,"requestedQueryCost":910,"throttleStatus":{"currentlyAvailable":850,"maximumAvailable":1000.0,"restoreRate":50.0}}}}` + "\n"))
	calls := w.sim.Calls(CallFilter{})
	logged := calls[len(calls)-1]
	w.Expect([]any{logged.Throttled, logged.RequestedCost, logged.ActualCost, logged.Errors}).To(Equal([]any{true, 910, 0, []string{"THROTTLED"}}))

	w.time = w.time.Add(1100 * time.Millisecond)
	a = w.ask(dear(70), nil)
	w.Expect(a.at("errors.0.message")).To(Equal("Throttled"), "55 points came back, 60 were missing")
	w.time = w.time.Add(100 * time.Millisecond)
	a = w.ask(dear(70), nil)
	w.Expect(a.at("errors")).To(BeNil(), "now they are there")
	w.Expect(a.at("extensions.cost.throttleStatus.currentlyAvailable")).To(BeEquivalentTo(1000-90-210), "what was not used came back")

	w.time = w.time.Add(time.Hour)
	w.Expect(w.left()).To(BeEquivalentTo(999), "more than its size never fits")
}

func TestThrottledChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) { s.RateLimit.Maximum = 9 })
	a := w.ask(createWebhook, map[string]any{"topic": "SHOP_UPDATE", "in": map[string]any{"uri": "https://a.example"}})
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("THROTTLED"), a.text)
	w.Expect(a.body).NotTo(HaveKey("data"))
	w.Expect(w.shop().WebhookSubscriptions).To(BeEmpty())
}

func TestWhoSharesABucket(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		s.Apps[0].Tokens = []Token{{Value: "shpat_second", ExpiresAt: w.time.Add(time.Hour)}}
		s.Apps = append(s.Apps, App{ClientID: "other", AccessToken: "shpat_other", Scopes: DefaultScopes})
	})
	w.Expect(w.sim.AddShop(NewShop("oak-kids.myshopify.com", "Oak Kids"))).To(Succeed())
	w.ask(dear(70), nil)

	left := func(token string) any {
		return w.askAs(token, latest, `{ __typename }`, nil).at("extensions.cost.throttleStatus.currentlyAvailable")
	}
	w.Expect(left("shpat_second")).To(BeEquivalentTo(2000-210-1), "another token of the app spends from the same bucket")
	w.Expect(left("shpat_other")).To(BeEquivalentTo(1999), "another app has its own")
	oak := w.do(call{method: "POST", host: "oak-kids.myshopify.com", path: "/admin/api/" + latest + "/graphql.json", token: "shpat_oak-kids", body: `{"query": "{ __typename }"}`})
	w.Expect(oak.at("extensions.cost.throttleStatus.currentlyAvailable")).To(BeEquivalentTo(1999), "so has another shop")
}

// TestBucketNumbers holds the form in which Shopify writes the numbers: a client
// that reads the bucket's size as an integer falls over.
func TestBucketNumbers(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) { s.RateLimit.RestoreRate = 62.5 })
	w.Expect(w.ask(`{ __typename }`, nil).text).To(ContainSubstring(`{"currentlyAvailable":1999,"maximumAvailable":2000.0,"restoreRate":62.5}`))
}

func TestRESTBucket(t *testing.T) {
	w := newWorld(t)
	const shopJSON = "/admin/api/" + latest + "/shop.json"
	for i := range 40 {
		a := w.get(shopJSON)
		w.Expect(a.status).To(Equal(200))
		w.Expect(a.header.Get("X-Shopify-Shop-Api-Call-Limit")).To(Equal(fmt.Sprintf("%d/40", i+1)))
	}
	a := w.get("/admin/oauth/access_scopes.json")
	w.Expect(a.status).To(Equal(429), "all of REST shares the bucket")
	w.Expect(a.header.Get("Retry-After")).To(Equal("2.0"))
	w.Expect(a.header.Get("X-Shopify-Shop-Api-Call-Limit")).To(Equal("40/40"))
	w.Expect(a.text).To(Equal(`{"errors":"Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."}` + "\n"))
	w.Expect(w.sim.Calls(CallFilter{After: 40})[0].Throttled).To(BeTrue())
	w.Expect(w.left()).To(BeEquivalentTo(1999), "GraphQL has another bucket")

	w.time = w.time.Add(499 * time.Millisecond)
	w.Expect(w.get(shopJSON).status).To(Equal(429), "0.998 calls leaked out")
	w.time = w.time.Add(1001 * time.Millisecond)
	w.Expect(w.get(shopJSON).header.Get("X-Shopify-Shop-Api-Call-Limit")).To(Equal("38/40"))

	w.update(func(s *Shop) { s.Plan = "Shopify Plus" })
	w.Expect(w.get(shopJSON).header.Get("X-Shopify-Shop-Api-Call-Limit")).To(Equal("39/400"))
}
