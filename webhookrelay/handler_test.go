package webhookrelay

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
)

func TestAWebhookIsStoredAndThenAnswered(t *testing.T) {
	g := NewWithT(t)
	inbox := &recorder{}
	h := newTestHandler(inbox, nil)
	now := time.Date(2026, 11, 23, 14, 0, 1, 0, time.UTC)
	h.now = func() time.Time { return now }
	r := webhook(maple(), currentSecret, orderBody)
	r.Header.Set("X-Shopify-Name", "shopkeeper-1")
	r.Header.Set("X-Shopify-Sub-Topic", "sub")
	g.Expect(ask(h, r).StatusCode).To(Equal(200))
	g.Expect(inbox.stored()).To(Equal([]deliveries.Received{{
		Tenant: "client-maple-kids", Store: "maple-kids", Topic: "orders/create", WebhookID: "w-1", EventID: "e-1",
		APIVersion: "2026-07", Name: "shopkeeper-1", SubTopic: "sub",
		TriggeredAt: time.Date(2026, 11, 23, 14, 0, 0, 123456789, time.UTC), ReceivedAt: now, Body: []byte(orderBody),
	}}))
	g.Expect(testutil.ToFloat64(h.metrics.accepted.WithLabelValues("orders/create"))).To(Equal(1.0))
	g.Expect(testutil.ToFloat64(h.metrics.bytes)).To(Equal(float64(len(orderBody))))
	g.Expect(h.buffered.used.Load()).To(BeZero(), "what a request took is given back")
	g.Expect(h.requests.used.Load()).To(BeZero())
}

func TestRefusals(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	cases := map[string]struct {
		reason string
		change func(*http.Request)
		status int
		want   Outcome
	}{
		"previous secret":    {"Shopify signs with the oldest that is not revoked", header(signatureHeader, signature(previousSecret, orderBody)), 200, Stored},
		"get":                {"webhooks are posted", func(r *http.Request) { r.Method = http.MethodGet }, 405, NotPost},
		"put":                {"and nothing else", func(r *http.Request) { r.Method = http.MethodPut }, 405, NotPost},
		"no signature":       {"nobody signed it", func(r *http.Request) { r.Header.Del(signatureHeader) }, 401, Unauthorized},
		"forged":             {"somebody else signed it", header(signatureHeader, signature("guess", orderBody)), 401, Unauthorized},
		"empty secret":       {"everybody can sign with it", header(signatureHeader, signature("", orderBody)), 401, Unauthorized},
		"another store's":    {"a client signs for its own store only", header(signatureHeader, signature("shpss_thrifty", orderBody)), 401, Unauthorized},
		"to another store":   {"the same the other way round", func(r *http.Request) { r.URL.Path = thrifty().Path() }, 401, Unauthorized},
		"unknown store":      {"nobody learns which there are", func(r *http.Request) { r.URL.Path = "/webhooks/client-maple-kids/oak" }, 401, Unauthorized},
		"unknown namespace":  {"the same", func(r *http.Request) { r.URL.Path = "/webhooks/oak/maple-kids" }, 401, Unauthorized},
		"spoofed shop":       {"the header is not signed; the route says whose it is", header(shopHeader, "thrifty-bees.myshopify.com"), 403, WrongShop},
		"no shop":            {"the same", func(r *http.Request) { r.Header.Del(shopHeader) }, 403, WrongShop},
		"spoofed topic":      {"a body that was signed for one topic is no other's", header(topicHeader, "products/delete"), 403, TopicNotRouted},
		"no topic":           {"nobody would know what to do", func(r *http.Request) { r.Header.Del(topicHeader) }, 403, TopicNotRouted},
		"topic's case":       {"there is one spelling", header(topicHeader, "Orders/Create"), 403, TopicNotRouted},
		"webhook as a probe": {"there is no proof for what is no question", header(topicHeader, "shopkeeper/probe"), 403, NotWebhook},
		"many headers":       {"Shopify sends some fifteen", func(r *http.Request) { r.Header["X-Many"] = make([]string, 64) }, 431, TooManyHeaders},
		"elsewhere":          {"there is nothing", func(r *http.Request) { r.URL.Path = "/" }, 404, NoSuchPath},
		"below a store":      {"there is nothing either", func(r *http.Request) { r.URL.Path += "/x" }, 404, NoSuchPath},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			inbox := &recorder{}
			h := newTestHandler(inbox, nil)
			r := webhook(maple(), currentSecret, orderBody)
			tc.change(r)
			resp := ask(h, r)
			g.Expect(resp.StatusCode).To(Equal(tc.status), tc.reason)
			g.Expect(textOf(t, resp)).To(Equal(answers[tc.want].text + "\n"))
			g.Expect(inbox.stored()).To(HaveLen(map[bool]int{true: 1, false: 0}[tc.want == Stored]))
			g.Expect(testutil.CollectAndCount(h.metrics.duration)).To(Equal(1))
			g.Expect(h.metrics.duration.DeleteLabelValues(string(tc.want))).To(BeTrue(), "it is counted by outcome")
		})
	}
}

func TestNothingTellsWhichStoresThereAre(t *testing.T) {
	g := NewWithT(t)
	h := newTestHandler(&recorder{}, nil)
	known := ask(h, webhook(maple(), "guess", orderBody))
	other := maple()
	other.Store = "oak"
	unknown := ask(h, webhook(other, "guess", orderBody))
	g.Expect(unknown.StatusCode).To(Equal(known.StatusCode))
	g.Expect(unknown.Header).To(Equal(known.Header))
	g.Expect(textOf(t, unknown)).To(Equal(textOf(t, known)))
}

func TestMethodsThatAreAllowed(t *testing.T) {
	r := webhook(maple(), currentSecret, orderBody)
	r.Method = http.MethodDelete
	NewWithT(t).Expect(ask(newTestHandler(&recorder{}, nil), r).Header.Get("Allow")).To(Equal("POST"))
}

func TestWhatIsNotStoredIsNotAnswered200(t *testing.T) {
	cases := map[string]struct {
		reason string
		put    func(ctx context.Context) error
		want   Outcome
	}{
		"full":   {"the waiting room is full", func(context.Context) error { return deliveries.ErrFull }, InboxFull},
		"down":   {"the ledger is down", func(context.Context) error { return errors.New("connection refused") }, InboxFailed},
		"slow":   {"Shopify no longer waits for the answer", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, InboxFailed},
		"panics": {"a mistake of ours takes nobody else down", func(context.Context) error { panic("mistake") }, Panicked},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			inbox := &recorder{put: tc.put}
			h := newTestHandler(inbox, func(l *Limits) { l.AnswerTime = 20 * time.Millisecond })
			resp := ask(h, webhook(maple(), currentSecret, orderBody))
			g.Expect(resp.StatusCode).To(Equal(answers[tc.want].status), tc.reason)
			if resp.StatusCode == 503 {
				g.Expect(resp.Header.Get("Retry-After")).To(Equal("5"))
			}
			g.Expect(textOf(t, resp)).To(Equal(answers[tc.want].text + "\n"))
			g.Expect(h.buffered.used.Load()).To(BeZero())
			g.Expect(h.requests.used.Load()).To(BeZero())

			inbox.put = nil
			g.Expect(ask(h, webhook(maple(), currentSecret, orderBody)).StatusCode).To(Equal(200), "it goes on")
		})
	}
}

func TestASenderThatLeavesIsStored(t *testing.T) {
	g := NewWithT(t)
	inbox := &recorder{put: func(ctx context.Context) error { return ctx.Err() }}
	r := webhook(maple(), currentSecret, orderBody)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g.Expect(ask(newTestHandler(inbox, nil), r.WithContext(ctx)).StatusCode).To(Equal(200))
	g.Expect(inbox.stored()).To(HaveLen(1), "so that it is there when Shopify sends it again")
}

func TestWithoutRoutesNobodyIsTurnedAwayForGood(t *testing.T) {
	h := newTestHandler(&recorder{}, nil)
	h.routes.Store(nil)
	resp := ask(h, webhook(maple(), currentSecret, orderBody))
	NewWithT(t).Expect(resp.StatusCode).To(Equal(503), "a 401 would say that the store is not there")
}

func TestHeadersThatAreMissingOrStrange(t *testing.T) {
	cases := map[string]struct {
		reason        string
		header, value string
		want          func(deliveries.Received) any
		equals        any
	}{
		// printf 'orders/create\n%s' "$body" | sha256sum
		"no id":        {"the same request has the same one", webhookIDHeader, "", func(d deliveries.Received) any { return d.WebhookID }, orderID},
		"id not ASCII": {"a database refuses it", webhookIDHeader, "w\xff", func(d deliveries.Received) any { return d.WebhookID }, orderID},
		"id too long":  {"nor are there such", webhookIDHeader, strings.Repeat("w", 256), func(d deliveries.Received) any { return d.WebhookID }, orderID},
		"no time":      {"the time is a hint", triggeredAtHeader, "", func(d deliveries.Received) any { return d.TriggeredAt }, time.Time{}},
		"strange time": {"which may be left out", triggeredAtHeader, "yesterday", func(d deliveries.Received) any { return d.TriggeredAt }, time.Time{}},
		"event":        {"so may others", eventIDHeader, "\xf0", func(d deliveries.Received) any { return d.EventID }, ""},
		"name":         {"so may others", nameHeader, "é", func(d deliveries.Received) any { return d.Name }, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			inbox := &recorder{}
			r := webhook(maple(), currentSecret, orderBody)
			r.Header.Set(tc.header, tc.value)
			g.Expect(ask(newTestHandler(inbox, nil), r).StatusCode).To(Equal(200), tc.reason)
			g.Expect(tc.want(inbox.stored()[0])).To(Equal(tc.equals), tc.reason)
		})
	}
}

// orderID is what orderBody is called where Shopify gives it no name.
const orderID = "sha256:e61b528d3137af2543037512a874dd7c87bac810e188050215cc0a761a7aefb8"
