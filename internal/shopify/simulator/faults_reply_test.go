package simulator

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// createOne makes the shop's one subscription.
func (w *world) createOne() answer {
	return w.ask(createWebhook, map[string]any{"topic": "SHOP_UPDATE", "in": map[string]any{"uri": "https://a.example"}})
}

// try sends a document whose reply may not arrive. It gives back how much of the
// body came.
func (w *world) try(ctx context.Context, document string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL+"/admin/api/"+latest+"/graphql.json",
		strings.NewReader(`{"query": "`+strings.ReplaceAll(document, `"`, `\"`)+`"}`))
	w.Expect(err).NotTo(HaveOccurred())
	req.Host = maple
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Shopify-Access-Token", "shpat_maple-kids")
	resp, err := w.server.Client().Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return len(text), err
}

const createDocument = `mutation { webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: {uri: "https://a.example"}) { webhookSubscription { id } userErrors { message } } }`

func TestFaultStatuses(t *testing.T) {
	const limit = "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."
	cases := map[string]struct {
		reason     string
		fault      Fault
		text       string
		retryAfter string
	}{
		"429":            {"as REST words it", Fault{Status: 429}, `{"errors":"` + limit + `"}`, ""},
		"429 later":      {"with a header", Fault{Status: 429, RetryAfter: "2.0"}, `{"errors":"` + limit + `"}`, "2.0"},
		"429 fractional": {"which may be a fraction", Fault{Status: 429, RetryAfter: "0.25"}, `{"errors":"` + limit + `"}`, "0.25"},
		"429 page":       {"or a page, from a gateway", Fault{Status: 429, HTML: true, RetryAfter: "1"}, "<title>429 Too Many Requests</title>", "1"},
		"402":            {"a frozen shop", Fault{Status: 402}, `{"errors":"This shop's plan does not have access to this feature"}`, ""},
		"403":            {"a fraudulent shop", Fault{Status: 403}, `{"errors":"Unavailable Shop"}`, ""},
		"423":            {"a locked shop", Fault{Status: 423}, `{"errors":"This shop is unavailable"}`, ""},
		"500":            {"an error of Shopify's", Fault{Status: 500}, `{"errors":"An unexpected error occurred"}`, ""},
		"418":            {"any other", Fault{Status: 418}, `{"errors":"I'm a teapot"}`, ""},
		"502":            {"gateways answer with pages", Fault{Status: 502}, "<center><h1>502 Bad Gateway</h1></center>", ""},
		"503":            {"and may say when to come back", Fault{Status: 503, RetryAfter: "30"}, "503 Service Unavailable", "30"},
		"504":            {"or not", Fault{Status: 504}, "504 Gateway Timeout", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tc.fault.Kind = FaultStatus
			w.add(tc.fault)
			a := w.createOne()
			w.Expect(a.status).To(Equal(tc.fault.Status), tc.reason)
			w.Expect(a.text).To(ContainSubstring(tc.text), tc.reason)
			w.Expect(a.header.Get("Retry-After")).To(Equal(tc.retryAfter))
			if strings.HasPrefix(tc.text, "{") {
				w.Expect(a.header.Get("Content-Type")).To(HavePrefix("application/json"))
			} else {
				w.Expect(a.header.Get("Content-Type")).To(HavePrefix("text/html"))
			}
			w.Expect(w.shop().WebhookSubscriptions).To(BeEmpty(), "nothing was done")
			logged := w.sim.Calls(CallFilter{})[0]
			w.Expect([]any{logged.Status, logged.Throttled, logged.Fault, logged.ActualCost}).To(
				Equal([]any{tc.fault.Status, tc.fault.Status == 429, FaultStatus, 0}))
			w.Expect(a.header.Get("X-Request-Id")).To(Equal(logged.RequestID))
		})
	}
}

func TestFaultAfterWork(t *testing.T) {
	w := newWorld(t)
	w.add(Fault{Kind: FaultStatus, Status: 502, AfterWork: true, First: 1})
	w.Expect(w.createOne().status).To(Equal(502))
	w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(1), "the work was done and the client cannot know")
	logged := w.sim.Calls(CallFilter{})[0]
	w.Expect([]any{logged.Status, logged.ActualCost > 0}).To(Equal([]any{502, true}))
	w.Expect(w.createOne().at("data.webhookSubscriptionCreate.userErrors.0.message")).To(Equal("Address for this topic has already been taken"))
}

func TestFaultThrottled(t *testing.T) {
	w := newWorld(t)
	w.add(Fault{Kind: FaultThrottled, First: 1})
	w.Expect(w.get("/admin/api/"+latest+"/shop.json").status).To(Equal(200), "GraphQL's alone")
	a := w.createOne()
	w.Expect(a.status).To(Equal(200))
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("THROTTLED"))
	w.Expect(a.at("extensions.cost")).To(Equal(map[string]any{
		"requestedQueryCost": 13.0, "actualQueryCost": nil,
		"throttleStatus": map[string]any{"maximumAvailable": 2000.0, "currentlyAvailable": 12.0, "restoreRate": 100.0},
	}), "so little is left that it makes sense: "+a.text)
	w.Expect(w.shop().WebhookSubscriptions).To(BeEmpty())
	w.Expect(w.createOne().at("errors")).To(BeNil(), "nothing was taken out of the bucket")
	calls := w.sim.Calls(CallFilter{})
	w.Expect([]bool{calls[0].Throttled, calls[1].Throttled, calls[2].Throttled}).To(Equal([]bool{false, true, false}))
}

func TestFaultDrop(t *testing.T) {
	for name, after := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.add(Fault{Kind: FaultDrop, AfterWork: after, First: 1})
			_, err := w.try(t.Context(), createDocument)
			w.Expect(err).To(MatchError(ContainSubstring("EOF")))
			w.Expect(len(w.shop().WebhookSubscriptions) == 1).To(Equal(after))
			logged := w.sim.Calls(CallFilter{})[0]
			w.Expect([]any{logged.Status, logged.Fault, logged.ActualCost > 0}).To(Equal([]any{0, FaultDrop, after}))
			_, err = w.try(t.Context(), createDocument)
			w.Expect(err).NotTo(HaveOccurred())
		})
	}
}

func TestFaultDropsOtherCalls(t *testing.T) {
	w := newWorld(t)
	w.add(Fault{Kind: FaultStatus, Status: 500, AfterWork: true, Operation: KindOAuth})
	w.add(Fault{Kind: FaultStatus, Status: 429, Operation: KindREST, HTML: true})
	w.Expect(w.mint("", mapleGrant).status).To(Equal(500))
	w.Expect(w.shop().Apps[0].Tokens).To(HaveLen(1), "a token that nobody got")
	w.Expect(w.get("/admin/api/" + latest + "/shop.json").text).To(ContainSubstring("429 Too Many Requests"))
}

func TestFaultTruncate(t *testing.T) {
	w := newWorld(t)
	w.add(Fault{Kind: FaultTruncate, First: 1})
	n, err := w.try(t.Context(), createDocument)
	w.Expect(err).To(MatchError(io.ErrUnexpectedEOF))
	w.Expect(n).To(BeNumerically(">", 0))
	w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(1), "the work was done")
	w.Expect(w.sim.Calls(CallFilter{})[0].Status).To(Equal(200))
}

func TestFaultBodies(t *testing.T) {
	w := newWorld(t)
	w.add(Fault{Kind: FaultOversize, Bytes: 300_000, Nth: 1})
	w.add(Fault{Kind: FaultOversize, Nth: 2})
	w.add(Fault{Kind: FaultContentType, Nth: 3})
	w.add(Fault{Kind: FaultOversize, Bytes: 1, Nth: 4})
	a := w.ask(`{ shop { name } }`, nil)
	w.Expect(len(a.text)).To(Equal(300_000))
	w.Expect(strings.TrimSpace(a.text)).To(HavePrefix(`{"data":{"shop":{"name":"Maple Kids"}}`), "JSON, if a client reads so much")
	w.Expect(len(w.ask(`{ shop { name } }`, nil).text)).To(Equal(oversizeBytes))
	a = w.ask(`{ shop { name } }`, nil)
	w.Expect(a.header.Get("Content-Type")).To(Equal("text/html; charset=utf-8"))
	w.Expect(a.at("data.shop.name")).To(Equal("Maple Kids"))
	w.Expect(w.ask(`{ shop { name } }`, nil).at("data.shop.name")).To(Equal("Maple Kids"), "never less than the reply")
}

func TestFaultUserErrors(t *testing.T) {
	w := newWorld(t)
	w.add(Fault{Kind: FaultUserErrors, UserErrors: []FaultUserError{{Field: []string{"webhookSubscription", "uri"}, Message: "No room"}, {Message: "At all"}}})
	w.Expect(w.ask(`{ shop { name } }`, nil).at("data.shop.name")).To(Equal("Maple Kids"), "queries have none")
	a := w.createOne()
	w.Expect(a.at("errors")).To(BeNil(), a.text)
	w.Expect(a.at("data.webhookSubscriptionCreate")).To(Equal(map[string]any{"webhookSubscription": nil, "userErrors": []any{
		map[string]any{"field": []any{"webhookSubscription", "uri"}, "message": "No room"}, map[string]any{"field": nil, "message": "At all"},
	}}))
	w.Expect(w.shop().WebhookSubscriptions).To(BeEmpty())

	a = w.ask(`mutation { locationActivate(locationId: "gid://shopify/Location/1") { location { id } locationActivateUserErrors { code message } } }`, nil)
	w.Expect(a.at("data.locationActivate.locationActivateUserErrors.0.message")).To(Equal("No room"), "whatever the list is called, and whether or not the mutation is modelled: "+a.text)
}

func TestFaultInternal(t *testing.T) {
	two := `mutation { one: webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: {uri: "https://a.example"}) { webhookSubscription { topic } userErrors { message } }
		two: webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: {uri: "https://b.example"}) { webhookSubscription { topic } userErrors { message } } }`
	made := `{"webhookSubscription":{"topic":"SHOP_UPDATE"},"userErrors":[]}`
	cases := map[string]struct {
		reason, document string
		fault            Fault
		path             string
		data             string
		made             int
	}{
		"first":      {"a document's first field", two, Fault{}, "one", `{"one":null,"two":` + made + `}`, 1},
		"named":      {"or the one that is named", two, Fault{Field: "two"}, "two", `{"one":` + made + `,"two":null}`, 1},
		"unknown":    {"the first where there is none of the name", two, Fault{Field: "three"}, "one", `{"one":null,"two":` + made + `}`, 1},
		"after work": {"the work may be done all the same", two, Fault{AfterWork: true}, "one", `{"one":null,"two":` + made + `}`, 2},
		"query":      {"queries too", `{ location { name } shop { name } }`, Fault{}, "location", `{"location":null,"shop":{"name":"Maple Kids"}}`, 0},
		"not null":   {"a field that cannot be null takes all along", `{ location { name } shop { name } }`, Fault{Field: "shop"}, "shop", `null`, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tc.fault.Kind = FaultInternal
			w.add(tc.fault)
			a := w.ask(tc.document, nil)
			w.Expect(a.status).To(Equal(200))
			w.Expect(a.at("errors")).To(HaveLen(1), a.text)
			logged := w.sim.Calls(CallFilter{})[0]
			w.Expect(a.at("errors.0.extensions")).To(Equal(map[string]any{"code": "INTERNAL_SERVER_ERROR", "requestId": logged.RequestID}))
			w.Expect(a.at("errors.0.message")).To(Equal("Internal error. Looks like something went wrong on our end.\nRequest ID: " + logged.RequestID + " (include this in support requests)."))
			w.Expect(a.at("errors.0.path")).To(Equal([]any{tc.path}), tc.reason)
			w.Expect(a.text).To(ContainSubstring(`"data":`+tc.data+`,`), tc.reason)
			w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(tc.made), tc.reason)
			w.Expect(logged.Errors).To(Equal([]string{"INTERNAL_SERVER_ERROR"}))
		})
	}
}

// TestTimeouts closes the server at the end of each case, which waits for every
// request: none is held longer than it should be.
func TestTimeouts(t *testing.T) {
	cases := map[string]struct {
		reason string
		fault  Fault
		end    func(giveUp func(), w *world, clock *atomic.Int64)
		status int // 0: the client gave up
		made   int
	}{
		"client": {reason: "until the client gives up", end: func(giveUp func(), _ *world, _ *atomic.Int64) { giveUp() }},
		"after":  {reason: "which may be after the work", fault: Fault{AfterWork: true}, end: func(giveUp func(), _ *world, _ *atomic.Int64) { giveUp() }, made: 1},
		"clock":  {reason: "or for some time", fault: Fault{Seconds: 30}, end: func(_ func(), _ *world, clock *atomic.Int64) { clock.Add(30) }, status: 504},
		"lifted": {reason: "or until the fault is lifted", end: func(_ func(), w *world, _ *atomic.Int64) { w.sim.ClearFaults() }, status: 504},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var seconds atomic.Int64
			w := &world{WithT: NewWithT(t), sim: New(Options{Now: func() time.Time { return time.Date(2026, 11, 23, 9, 0, int(seconds.Load()), 0, time.UTC) }})}
			w.Expect(w.sim.AddShop(NewShop(maple, "Maple Kids"))).To(Succeed())
			w.server = httptest.NewServer(w.sim)
			t.Cleanup(w.server.Close)
			tc.fault.Kind = FaultTimeout
			w.add(tc.fault)

			ctx, giveUp := context.WithCancel(t.Context())
			defer giveUp()
			done := make(chan error, 1)
			go func() {
				_, err := w.try(ctx, createDocument)
				done <- err
			}()
			w.Eventually(func() []Call { return w.sim.Calls(CallFilter{}) }).Should(HaveLen(1))
			w.Consistently(done, "20ms").ShouldNot(Receive(), "it is held")
			tc.end(giveUp, w, &seconds)
			var err error
			w.Eventually(done).Should(Receive(&err), tc.reason)
			if tc.status == 0 {
				w.Expect(err).To(MatchError(context.Canceled))
			} else {
				w.Expect(err).NotTo(HaveOccurred())
			}
			w.server.Close()
			w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(tc.made))
			w.Expect(w.sim.Calls(CallFilter{})[0].Status).To(BeZero(), "no answer had been given")
		})
	}
}
