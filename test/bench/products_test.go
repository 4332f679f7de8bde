package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// The rate limit that a standard shop has on record, in points, and points a second.
const (
	standardBucket = 2000
	standardRate   = 100
)

// BenchmarkProducts lists items by a SyncJob, and looks at them again unchanged; beside it
// the plain way, which makes each product for sale, publishes it and sets its stock, one
// item at a time and whatever comes in between. Time is that of a standard shop's rate
// limit, which BenchmarkBudget shows to be used up.
func BenchmarkProducts(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				measureProducts(b, n)
			}
		})
	}
}

// BenchmarkProductsInAStorm lists 10,000 items while every twentieth request fails, half of
// them after Shopify did what was asked: each item has one product at the end.
func BenchmarkProductsInAStorm(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		f := newFloor(b)
		f.bring(n)
		for _, fault := range []simulator.Fault{
			{Kind: simulator.FaultStatus, Status: 503, Probability: 0.025, Seed: 1},
			{Kind: simulator.FaultDrop, Probability: 0.025, Seed: 2, AfterWork: true},
		} {
			_, err := f.sim.AddFault(fault)
			must(b, err)
		}
		points, requests := f.sync(func() {})
		b.ReportMetric(points/n, "points/new-item")
		b.ReportMetric(requests/n, "requests/new-item")
		shop, _ := f.sim.Shop(f.store.Domain)
		items := map[string]bool{}
		for _, i := range shop.InventoryItems {
			items[i.SKU] = true
		}
		if len(shop.Products) != n || len(items) != n {
			b.Fatalf("%d products of %d items", len(shop.Products), len(items))
		}
		f.close()
	}
}

func measureProducts(b *testing.B, n int) {
	b.Helper()
	f := newFloor(b)
	defer f.close()
	f.bring(n)

	started := time.Now()
	points, requests := f.sync(func() {})
	b.ReportMetric(time.Since(started).Seconds(), "s-of-this-machine")
	b.ReportMetric(points/float64(n), "points/new-item")
	b.ReportMetric(requests/float64(n), "requests/new-item")
	b.ReportMetric(underTheLimit(points), "s-of-the-rate-limit")

	memory := kept{before: inUse()}
	again, requests := f.sync(memory.look)
	b.ReportMetric(again/float64(n), "points/unchanged-item")
	b.ReportMetric(requests, "requests/resync")
	b.ReportMetric(underTheLimit(again), "s-of-the-rate-limit/resync")
	b.ReportMetric(memory.megabytes(), "MB-kept/resync")

	plain := f.plain(min(n, 200))
	b.ReportMetric(points/float64(n)/plain, "x-points-of-the-plain-way")
}

// underTheLimit is how many seconds a standard shop takes to give points.
func underTheLimit(points float64) float64 { return max(0, points-standardBucket) / standardRate }

// floor is a shop, a ledger with items, and what jobs need.
type floor struct {
	b      *testing.B
	store  deliverytest.Store
	sim    *simulator.Simulator
	server *httptest.Server
	ledger *ledger.Ledger
	kit    jobs.Kit
}

func newFloor(b *testing.B) *floor {
	b.Helper()
	f := &floor{b: b, store: deliverytest.NewStore("maple-kids")}
	f.sim = simulator.New(simulator.Options{Now: time.Now, Versions: simulator.KnownVersions()})
	f.server = httptest.NewServer(f.sim)
	f.ledger = ledgertest.Open(b, ledgertest.OnSQLite(b).Manager, nil)
	must(b, f.store.OpenShop(f.sim, "http://127.0.0.1:1"))
	must(b, f.sim.Update(f.store.Domain, func(s *simulator.Shop) { s.WebhookSubscriptions = nil }))
	must(b, f.store.Found(b.Context(), f.ledger, f.sim, time.Now()))
	shops, err := deliverytest.NewShops(f.server.URL, []deliverytest.Store{f.store})
	must(b, err)
	place, err := shops.Place(b.Context(), f.store.Store)
	must(b, err)
	placed := placedShops{shops, place}
	queue, err := deliveries.New(deliveries.Options{Ledger: f.ledger, Shops: placed})
	must(b, err)
	f.kit = jobs.Kit{Ledger: f.ledger, Queue: queue, Shops: placed, Now: time.Now}
	return f
}

// placedShops remembers where products go, as a manager does.
type placedShops struct {
	*deliverytest.Shops
	place catalog.Place
}

func (p placedShops) Place(context.Context, ledger.Store) (catalog.Place, error) { return p.place, nil }

func (f *floor) close() {
	f.server.Close()
	f.sim.Close()
}

func (f *floor) bring(n int) {
	f.b.Helper()
	must(f.b, f.ledger.Update(f.b.Context(), f.store.Store, func(tx *ledger.Tx) (err error) {
		for i := range n {
			err = errors.Join(err, tx.PutItem(ledger.Item{
				ID: fmt.Sprintf("item-%05d", i), ConsignorID: deliverytest.Robin, EventID: deliverytest.Event, Title: "Rain boots", PriceCents: 2499, State: string(catalog.Ready),
			}))
		}
		return err
	}))
}

// sync runs a job to its end, and returns what it cost. look is called after each step.
func (f *floor) sync(look func()) (points, requests float64) {
	f.b.Helper()
	before, meter := f.sim.CallCount(), &shopify.Meter{}
	ctx := shopify.WithMeter(f.b.Context(), meter)
	client, err := f.kit.Shops.Client(f.b.Context(), f.store.Store)
	must(f.b, err)
	run := &jobs.Run{Kit: f.kit, Store: f.store.Store, Name: "sync", ID: "1", Spec: &v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobProducts}, Shop: client}
	task, err := run.Task()
	must(f.b, err)
	var status v1alpha1.SyncJobStatus
	failures := 0
	for cursor := ""; ; {
		var report jobs.Report
		next, err := task.Step(ctx, cursor, func() bool { return false }, &report)
		failures++
		if err != nil && failures < 7 { // in a row, as a controller bears them
			continue
		}
		must(f.b, err)
		cursor, failures = next, 0
		report.AddTo(&status)
		look()
		if cursor == "" {
			break
		}
	}
	if p := status.Progress; p.Failed > 0 || p.Skipped > 0 || p.Done != p.Expected {
		f.b.Fatalf("%+v", status)
	}
	return float64(meter.Points()), float64(f.sim.CallCount() - before)
}

// plain lists some items the plain way, and returns the points for each.
func (f *floor) plain(n int) (points float64) {
	f.b.Helper()
	f.sim.ResetCalls()
	shop := plainShop{b: f.b, url: f.server.URL, store: f.store, place: f.kit.Shops.(placedShops).place}
	for i := range n {
		shop.list(fmt.Sprintf("plain-%05d", i))
	}
	for _, c := range f.sim.Calls(simulator.CallFilter{}) {
		points += float64(c.ActualCost)
	}
	return points / float64(n)
}

// kept is the most memory that was in use between two steps, beyond what was before the
// first: what a job holds on to. Within a step it has a page of 250 products in hand.
type kept struct{ before, most uint64 }

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (k *kept) look() { k.most = max(k.most, inUse()) }

func (k *kept) megabytes() float64 { return float64(max(k.most, k.before)-k.before) / (1 << 20) }
