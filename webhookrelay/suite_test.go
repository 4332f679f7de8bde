package webhookrelay

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

const (
	currentSecret  = "shpss_current"
	previousSecret = "shpss_previous"
	mapleShop      = "maple-kids.myshopify.com"
	orderBody      = `{"id":820982911946154508,"updated_at":"2026-11-23T09:00:00-05:00"}`
)

func maple() routes.Route {
	return routes.Route{
		Namespace: "client-maple-kids", Store: "maple-kids", Shop: mapleShop,
		Secrets: []string{currentSecret, previousSecret}, Topics: []string{"app/uninstalled", "orders/create"},
	}
}

func thrifty() routes.Route {
	return routes.Route{
		Namespace: "client-thrifty-bees", Store: "thrifty-bees", Shop: "thrifty-bees.myshopify.com",
		Secrets: []string{"shpss_thrifty"}, Topics: []string{"orders/create"},
	}
}

// recorder is an inbox that keeps what it is given, unless put says otherwise.
type recorder struct {
	put  func(ctx context.Context) error
	ping func(ctx context.Context) error

	mu  sync.Mutex
	got []deliveries.Received
}

func (r *recorder) Put(ctx context.Context, d deliveries.Received) error {
	if r.put != nil {
		if err := r.put(ctx); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, d)
	return nil
}

func (r *recorder) Ping(ctx context.Context) error {
	if r.ping != nil {
		return r.ping(ctx)
	}
	return nil
}

func (r *recorder) stored() []deliveries.Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// patience is how long anything may take on a machine that has much else to do.
const patience = time.Minute

func TestMain(m *testing.M) {
	SetDefaultEventuallyTimeout(patience)
	os.Exit(m.Run())
}

// patientLimits are the default limits, but that nothing is over before a busy machine
// came to it.
func patientLimits() Limits {
	limits := DefaultLimits()
	limits.HeaderTime, limits.BodyTime, limits.AnswerTime = patience, patience, patience
	return limits
}

// newTestHandler serves maple and thrifty, with patient limits but for what change
// does.
func newTestHandler(inbox Inbox, change func(*Limits)) *Handler {
	limits := patientLimits()
	if change != nil {
		change(&limits)
	}
	h := newHandler(inbox, limits, Peers{}, newMetrics(prometheus.NewRegistry()), slog.New(slog.DiscardHandler))
	h.routes.Store(newTable([]routes.Route{maple(), thrifty()}))
	return h
}

func signature(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// webhook is a request as Shopify makes it.
func webhook(to routes.Route, secret, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, to.Path(), strings.NewReader(body))
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Shopify-Captain-Hook",
		"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": to.Shop, "X-Shopify-API-Version": "2026-07",
		"X-Shopify-Webhook-Id": "w-1", "X-Shopify-Event-Id": "e-1", "X-Shopify-Triggered-At": "2026-11-23T09:00:00.123456789-05:00",
		"X-Shopify-Hmac-Sha256": signature(secret, body),
	} {
		r.Header.Set(name, value)
	}
	return r
}

// ask gives a handler a request, without a connection.
func ask(h *Handler, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h.paths().ServeHTTP(w, r)
	return w.Result()
}

func textOf(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// over makes a request into one that a client can send to a server.
func over(base string, r *http.Request) *http.Request {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	out, err := http.NewRequestWithContext(r.Context(), r.Method, base+r.URL.Path, strings.NewReader(string(body)))
	if err != nil {
		panic(err)
	}
	out.Header = r.Header.Clone()
	return out
}

// listen opens a port that is free.
func listen(t *testing.T) net.Listener {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	return l
}
