package shopify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const testShop = Domain("maple-kids.myshopify.com")

// clock is a clock that waiting moves.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept time.Duration
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.slept = c.now.Add(d), c.slept+d
	passed := make(chan time.Time, 1)
	passed <- c.now
	return passed
}

// dial makes a client of a server that stands in for Shopify.
func dial(t *testing.T, clock *clock, creds Credentials, handler http.HandlerFunc) (*Client, *Clients) {
	t.Helper()
	return dialWith(t, Options{Clock: clock}, creds, handler)
}

// dialWith is dial with more options; it fills in the endpoint.
func dialWith(t *testing.T, o Options, creds Credentials, handler http.HandlerFunc) (*Client, *Clients) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o.Endpoint = server.URL
	clients, err := NewClients(o)
	if err != nil {
		t.Fatal(err)
	}
	client, err := clients.For("owner", testShop, PinnedVersion, creds, "1")
	if err != nil {
		t.Fatal(err)
	}
	return client, clients
}

var static = Credentials{AccessToken: "shpat_test"}

const granted = `{"data":{"currentAppInstallation":{"accessScopes":[{"handle":"read_products"}]}}}`

func TestFailuresAndRetries(t *testing.T) {
	reply := func(status int, body string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Request-Id", "req-1")
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	const throttled = `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],` +
		`"extensions":{"cost":{"requestedQueryCost":60,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":10,"restoreRate":100}}}}`
	drop := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

	cases := map[string]struct {
		reason    string
		handler   http.HandlerFunc
		kind      Kind
		reads     int32 // requests that a query makes
		mutations int32 // requests that a mutation makes
		message   string
	}{
		"rejected":      {"the same token would be rejected again", reply(401, `{"errors":"[API] Invalid API key"}`), CredentialsRejected, 1, 1, "rejects the access token"},
		"forbidden":     {"a grant is missing", reply(403, `{"errors":"[API] This action requires merchant approval for read_shipping scope."}`), ScopeMissing, 1, 1, "read_shipping"},
		"no shop":       {"there is nothing to retry", reply(404, `{"errors":"Not Found"}`), NotFound, 1, 1, ""},
		"unpaid":        {"only the merchant can help", reply(402, `{"errors":"Unavailable Shop"}`), Frozen, 1, 1, ""},
		"locked":        {"only the merchant can help", reply(423, `{"errors":"Locked"}`), Frozen, 1, 1, ""},
		"throttled":     {"nothing was carried out, so anything may be sent again", reply(200, throttled), Throttled, 3, 3, "rate limit"},
		"429":           {"nothing was carried out", reply(429, `{"errors":"Exceeded"}`, "Retry-After", "0.5"), Throttled, 3, 3, "rate limit"},
		"429 for long":  {"who is to wait for long comes back later", reply(429, `{}`, "Retry-After", "30"), Throttled, 1, 1, ""},
		"429 as HTML":   {"a proxy's page is a 429 too", reply(429, `<html>`, "Content-Type", "text/html"), Throttled, 3, 3, ""},
		"500":           {"a mutation may have been carried out", reply(500, `{"errors":"Internal Server Error"}`), Unavailable, 3, 1, ""},
		"502":           {"a gateway's failure says nothing of the shop", reply(502, `<html>`, "Content-Type", "text/html"), Unavailable, 3, 1, ""},
		"503":           {"the same", reply(503, ``, "Retry-After", "1"), Unavailable, 3, 1, ""},
		"dropped":       {"the connection broke before a reply", drop, Unavailable, 3, 1, "no usable reply"},
		"HTML":          {"a 200 that is no JSON is no reply", reply(200, `<html>password</html>`, "Content-Type", "text/html"), Unavailable, 3, 1, "not JSON"},
		"truncated":     {"a reply that ends early is no reply", reply(200, `{"data":{"curr`), Unavailable, 3, 1, "not JSON"},
		"empty":         {"no data where the schema promises some", reply(200, `{"data":{}}`), Unavailable, 1, 1, "holds no"},
		"wrong shape":   {"a list where an object belongs", reply(200, `{"data":[]}`), Unavailable, 1, 1, ""},
		"redirect":      {"a redirect would carry the token away", reply(302, ``, "Location", "https://evil.example/"), NotFound, 1, 1, "redirect"},
		"access denied": {"a scope is missing", reply(200, `{"data":null,"errors":[{"message":"Access denied for locations field.","extensions":{"code":"ACCESS_DENIED"}}]}`), ScopeMissing, 1, 1, "Access denied"},
		"bad document":  {"our own mistake", reply(200, `{"errors":[{"message":"Field 'x' doesn't exist"}]}`), Invalid, 1, 1, "doesn't exist"},
		"too large":     {"a reply must not fill the memory", reply(200, `{"data":"`+strings.Repeat("x", maxReply)+`"}`), Unavailable, 3, 1, "larger than 16 MiB"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			counted := func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				tc.handler(w, r)
			}
			client, _ := dial(t, newClock(), static, counted)
			_, err := client.GrantedScopes(t.Context())
			checkFailure(t, tc.reason+" (query)", err, tc.kind, tc.message, calls.Swap(0), tc.reads)
			client, _ = dial(t, newClock(), static, counted)
			err = client.DeleteWebhookSubscription(t.Context(), "gid://shopify/WebhookSubscription/1")
			checkFailure(t, tc.reason+" (mutation)", err, tc.kind, tc.message, calls.Load(), tc.mutations)
		})
	}
}

func checkFailure(t *testing.T, reason string, err error, kind Kind, message string, calls, want int32) {
	t.Helper()
	if KindOf(err) != kind {
		t.Errorf("%s: got %q (%v), want %q", reason, KindOf(err), err, kind)
	} else if !strings.Contains(err.Error(), message) {
		t.Errorf("%s: got %q, want %q in it", reason, err, message)
	}
	if calls != want {
		t.Errorf("%s: %d requests, want %d", reason, calls, want)
	}
	if err != nil && strings.Contains(err.Error(), static.AccessToken) {
		t.Errorf("%s: the error gives the token away: %v", reason, err)
	}
}

func TestAFailureThatPasses(t *testing.T) {
	var calls atomic.Int32
	clock := newClock()
	client, _ := dial(t, clock, static, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if calls.Add(1) < 3 {
			w.Header().Set("Retry-After", "1.5")
			w.WriteHeader(429)
			return
		}
		_, _ = io.WriteString(w, granted)
	})
	if _, err := client.GrantedScopes(t.Context()); err != nil {
		t.Fatal(err)
	}
	if clock.slept != 3*time.Second {
		t.Errorf("waited %v, but Shopify asked for 1.5 s twice", clock.slept)
	}
}

// TestWorkThatComesBack: a call that would have to wait is not sent, and not tried
// again here, but says when its turn comes.
func TestWorkThatComesBack(t *testing.T) {
	clock := newClock()
	var calls atomic.Int32
	client, _ := dial(t, clock, static, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":{"currentAppInstallation":{"accessScopes":[{"handle":"read_products"}]}},`+
			`"extensions":{"cost":{"requestedQueryCost":10,"actualQueryCost":10,"throttleStatus":{"maximumAvailable":1000,"currentlyAvailable":0,"restoreRate":50}}}}`)
	})
	if _, err := client.GrantedScopes(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := client.GrantedScopes(ComingBack(t.Context(), 100*time.Millisecond))
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Throttled || e.RetryAfter != 240*time.Millisecond {
		t.Errorf("got %v, want it throttled for 240 ms", err)
	}
	if calls.Load() != 1 || clock.slept != 0 {
		t.Errorf("%d requests were sent, and %v slept", calls.Load(), clock.slept)
	}
	if _, err := client.GrantedScopes(ComingBack(t.Context(), time.Second)); err != nil {
		t.Errorf("who can wait does: %v", err)
	}
}

func TestRequestsStayWithTheShop(t *testing.T) {
	var host, path, token string
	client, _ := dial(t, newClock(), static, func(w http.ResponseWriter, r *http.Request) {
		host, path, token = r.Host, r.URL.Path, r.Header.Get(tokenHeader)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, granted)
	})
	if _, err := client.GrantedScopes(t.Context()); err != nil {
		t.Fatal(err)
	}
	if host != string(testShop) || path != "/admin/api/"+PinnedVersion+"/graphql.json" || token != static.AccessToken {
		t.Errorf("host %q, path %q, token %q", host, path, token)
	}
	elsewhere, err := http.NewRequestWithContext(withCall(t.Context(), &call{operation: "Test"}), http.MethodGet, "https://evil.example/admin", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := client.base.Client.Transport.RoundTrip(elsewhere); err == nil {
		_ = resp.Body.Close()
		t.Error("the transport sent a token to another host")
	}
}

func TestCancelledCall(t *testing.T) {
	client, _ := dial(t, newClock(), static, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client.GrantedScopes(ctx)
	if err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call: got %v", err)
	}
}
