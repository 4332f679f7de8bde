package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// A bucket of Shopify's usual size that fills 20 times as fast, so that a few
// seconds of real time show what minutes would.
const (
	bucketSize  = 2000
	restoreRate = 2000
	spell       = 4 * time.Second
)

// BenchmarkBudget lets 24 workers call as fast as the budget allows, and compares
// the points they spent with what the bucket gives in that time.
func BenchmarkBudget(b *testing.B) {
	small := func(ctx context.Context, c *shopify.Client, _ int) error {
		_, err := c.GrantedScopes(ctx)
		return err
	}
	large := func(ctx context.Context, c *shopify.Client, _ int) error {
		_, err := c.Observe(ctx)
		return err
	}
	mixed := func(ctx context.Context, c *shopify.Client, n int) error {
		if n%4 == 0 {
			return large(ctx, c, n)
		}
		return small(ctx, c, n)
	}
	cases := []struct {
		name   string
		call   func(context.Context, *shopify.Client, int) error
		greedy bool
	}{
		{"small", small, false}, {"large", large, false}, {"mixed", mixed, false},
		{"mixed-beside-a-greedy-client", mixed, true},
	}
	for _, tc := range cases {
		b.Run(tc.name, func(b *testing.B) {
			for b.Loop() {
				measureBudget(b, tc.call, tc.greedy)
			}
		})
	}
}

func measureBudget(b *testing.B, call func(context.Context, *shopify.Client, int) error, greedy bool) {
	b.Helper()
	const domain, app = "bench.myshopify.com", "bench-app"
	sim := simulator.New(simulator.Options{Now: time.Now, Versions: simulator.KnownVersions()})
	shop := simulator.NewShop(domain, "bench")
	shop.RateLimit = simulator.RateLimit{Maximum: bucketSize, RestoreRate: restoreRate}
	must(b, sim.AddShop(shop))
	server := httptest.NewServer(sim)
	defer server.Close()
	clients, err := shopify.NewClients(shopify.Options{Endpoint: server.URL})
	must(b, err)
	client, err := clients.For("bench", domain, shopify.PinnedVersion, shopify.Credentials{AccessToken: "shpat_bench"}, "1")
	must(b, err)
	must(b, call(b.Context(), client, 0)) // learns the bucket and the costs
	must(b, call(b.Context(), client, 1))
	sim.ResetCalls()

	ctx, stop := context.WithTimeout(b.Context(), spell)
	defer stop()
	started := time.Now()
	left := client.Budget().Available()
	var workers sync.WaitGroup
	for w := range 24 {
		workers.Go(func() {
			for n := w; ctx.Err() == nil; n++ {
				_ = call(ctx, client, n) // the end of the spell cuts calls off
			}
		})
	}
	if greedy {
		workers.Go(func() { beGreedy(ctx, server.URL, domain) })
	}
	workers.Wait()
	elapsed := time.Since(started).Seconds()

	spent, others, throttled, made := 0.0, 0.0, 0.0, 0.0
	for _, c := range sim.Calls(simulator.CallFilter{}) {
		if c.Operation == "Greedy" {
			others += float64(c.ActualCost)
			continue
		}
		made++
		spent += float64(c.ActualCost)
		if c.Throttled {
			throttled++
		}
	}
	b.ReportMetric((spent+others)/(left+elapsed*restoreRate), "of-the-ideal")
	b.ReportMetric(throttled/made, "throttled/call")
	b.ReportMetric(made/elapsed, "calls/s")
	if greedy {
		b.ReportMetric(spent/(spent+others), "ours-of-what-was-spent")
	}
}

// beGreedy is another client of the same app, without manners.
func beGreedy(ctx context.Context, endpoint, domain string) {
	for ctx.Err() == nil {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/admin/api/"+shopify.PinnedVersion+"/graphql.json",
			strings.NewReader(`{"query":"query Greedy { locations(first: 50) { nodes { id name localPickupSettingsV2 { pickupTime } } } }","operationName":"Greedy"}`))
		if err != nil {
			return
		}
		req.Host = domain
		req.Header.Set("X-Shopify-Access-Token", "shpat_bench")
		req.Header.Set("Content-Type", "application/json")
		if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
		<-time.After(20 * time.Millisecond)
	}
}

// BenchmarkSimulator measures what a test pays for the simulator: a round trip
// with the routine look's document, held against the whole official schema, and
// the memory of 1,000 shops.
func BenchmarkSimulator(b *testing.B) {
	const shops = 1000
	var before, after runtime.MemStats
	sim := simulator.New(simulator.Options{Now: time.Now, Versions: simulator.KnownVersions()})
	server := httptest.NewServer(sim)
	b.Cleanup(server.Close)
	clients, err := shopify.NewClients(shopify.Options{Endpoint: server.URL})
	must(b, err)
	domain := func(i int) string { return fmt.Sprintf("bench-%d.myshopify.com", i) }
	look := func(i int) {
		c, err := clients.For(domain(i), shopify.Domain(domain(i)), shopify.PinnedVersion, shopify.Credentials{AccessToken: fmt.Sprintf("shpat_bench-%d", i)}, "1")
		must(b, err)
		_, err = c.Observe(b.Context())
		must(b, err)
	}
	add := func(i int) {
		shop := simulator.NewShop(domain(i), "bench")
		shop.RateLimit = simulator.RateLimit{Maximum: 1e9, RestoreRate: 1e9}
		must(b, sim.AddShop(shop))
	}
	add(0)
	started := time.Now()
	look(0) // parses the schema
	first := time.Since(started)
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := 1; i <= shops; i++ {
		add(i)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ResetTimer()
	n := 0
	started = time.Now()
	for b.Loop() {
		for range 2000 {
			n++
			look(n % shops)
		}
	}
	elapsed := time.Since(started).Seconds()
	b.ReportMetric(float64(n)/elapsed, "round-trips/s")
	b.ReportMetric(first.Seconds()*float64(n)/elapsed, "round-trips-to-parse-the-schema")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/shops/1024, "KiB/shop")
}
