package shopify

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMetrics(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if calls.Add(1) == 1 {
			w.WriteHeader(429)
			return
		}
		_, _ = io.WriteString(w, strings.TrimSuffix(granted, "}")+`,"extensions":{"cost":{"requestedQueryCost":5,"actualQueryCost":3,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":1997,"restoreRate":100}}}}`)
	}))
	t.Cleanup(server.Close)
	registry := prometheus.NewRegistry()
	clients, err := NewClients(Options{Endpoint: server.URL, Clock: newClock(), Registerer: registry})
	if err != nil {
		t.Fatal(err)
	}
	client, err := clients.For("owner", testShop, PinnedVersion, static, "1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.GrantedScopes(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := `
# HELP shopkeeper_shopify_points_available Points of the GraphQL rate limit that a shop's last reply left.
# TYPE shopkeeper_shopify_points_available gauge
shopkeeper_shopify_points_available{shop="maple-kids.myshopify.com"} 1997
# HELP shopkeeper_shopify_points_spent_total Points of the GraphQL rate limit that requests cost, by shop.
# TYPE shopkeeper_shopify_points_spent_total counter
shopkeeper_shopify_points_spent_total{shop="maple-kids.myshopify.com"} 3
# HELP shopkeeper_shopify_retries_total Requests that were sent again, by operation.
# TYPE shopkeeper_shopify_retries_total counter
shopkeeper_shopify_retries_total{operation="GrantedScopes"} 1
# HELP shopkeeper_shopify_throttled_total Requests that Shopify throttled, by shop.
# TYPE shopkeeper_shopify_throttled_total counter
shopkeeper_shopify_throttled_total{shop="maple-kids.myshopify.com"} 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "shopkeeper_shopify_points_available", "shopkeeper_shopify_points_spent_total",
		"shopkeeper_shopify_retries_total", "shopkeeper_shopify_throttled_total"); err != nil {
		t.Error(err)
	}
	if n := testutil.CollectAndCount(clients.metrics.duration); n != 2 {
		t.Errorf("%d results of the operation are timed, want OK and Throttled", n)
	}
	if n := testutil.CollectAndCount(clients.metrics.waited); n != 1 {
		t.Errorf("the waits of %d priorities are timed, want that of pushes", n)
	}
	clients.Forget("owner")
	if n := testutil.CollectAndCount(clients.metrics.spent); n != 0 {
		t.Errorf("a store that is gone leaves %d series", n)
	}
}

func TestLogsHoldNoSecrets(t *testing.T) {
	var lines bytes.Buffer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "req-7")
		if r.URL.Path == "/admin/oauth/access_token" {
			_, _ = io.WriteString(w, `{"access_token":"shpat_minted","expires_in":86399}`)
			return
		}
		w.WriteHeader(401)
		_, _ = io.WriteString(w, `{"errors":"[API] Invalid API key or access token"}`)
	}))
	t.Cleanup(server.Close)
	clients, err := NewClients(Options{Endpoint: server.URL, Clock: newClock(), Log: slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	client, err := clients.For("owner", testShop, PinnedVersion, Credentials{ClientID: "app", ClientSecret: "hush"}, "1")
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.GrantedScopes(t.Context())
	got := lines.String() + err.Error() + fmt.Sprintf("%+v", err)
	if !strings.Contains(got, "operation=GrantedScopes") || !strings.Contains(got, "req-7") {
		t.Errorf("the log does not tell what happened: %s", got)
	}
	for _, secret := range []string{"hush", "shpat_minted"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q in %s", secret, got)
		}
	}
}
