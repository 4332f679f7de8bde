package simulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// Example is the way of docs/simulator.md for a test in Go.
func Example() {
	clock := simulator.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	sim := simulator.New(simulator.Options{Clock: clock, Versions: simulator.KnownVersions()})
	defer sim.Close()
	if err := sim.AddShop(simulator.NewShop("maple-kids.myshopify.com", "Maple Kids")); err != nil {
		panic(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()

	req, err := http.NewRequest(http.MethodPost, server.URL+"/admin/api/2026-07/graphql.json", strings.NewReader(`{"query": "{ shop { name } }"}`))
	if err != nil {
		panic(err)
	}
	req.Host = "maple-kids.myshopify.com"
	req.Header.Set("X-Shopify-Access-Token", "shpat_maple-kids")
	resp, err := server.Client().Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	for _, call := range sim.Calls(simulator.CallFilter{}) {
		fmt.Println(call.Time.Format(time.RFC3339), call.Operation, call.Status)
	}
	// Output: 2026-11-23T09:00:00Z shop 200
}
