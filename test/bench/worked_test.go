package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// ordersEach is how many orders a store has for each of the two measurements. Every
// order is told of twice: that it was made, and that it was paid.
const ordersEach = 30

// BenchmarkWebhooksToLedger has webhooks of orders worked off in the process that
// takes them in, against a simulated Shopify in the same process: from the arrival of
// a request until its order is in the ledger and its delivery is done. Nothing is
// written to the shops.
func BenchmarkWebhooksToLedger(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			p := engine.make(b)
			manager := ledgertest.Open(b, p.Manager, nil)
			taking := manager
			if p.Relay != p.Manager {
				taking = ledgertest.Open(b, p.Relay, nil)
			}
			for b.Loop() {
				f := newFlow(b, manager)
				address := relay(b, openInbox(b, taking), f.routes)
				f.steady(address)
				f.drain(address)
			}
		})
	}
}

// flow is stores whose orders come in.
type flow struct {
	b       *testing.B
	ledger  *ledger.Ledger
	clients *shopify.Clients
	routes  []routes.Route
	sim     *simulator.Simulator
}

func newFlow(b *testing.B, l *ledger.Ledger) *flow {
	b.Helper()
	f := &flow{b: b, ledger: l, routes: benchRoutes(), sim: simulator.New(simulator.Options{Now: time.Now, Versions: simulator.KnownVersions()})}
	server := httptest.NewServer(f.sim)
	b.Cleanup(server.Close)
	var err error
	f.clients, err = shopify.NewClients(shopify.Options{Endpoint: server.URL})
	must(b, err)
	for n, r := range f.routes {
		shop := simulator.NewShop(r.Shop, r.Namespace)
		shop.RateLimit = simulator.RateLimit{Maximum: 20_000, RestoreRate: 1000} // Shopify's limits are not what is measured
		must(b, f.sim.AddShop(shop))
		must(b, l.Update(b.Context(), storeOf(r), func(tx *ledger.Tx) error {
			return errors.Join(
				tx.Bind(ledger.Binding{ShopID: uint64(n + 1), ShopDomain: r.Shop, Currency: "CAD"}),
				tx.PutSaleEvent(ledger.SaleEvent{ID: "spring", StartsAt: time.Now().Add(-time.Hour), EndsAt: time.Now().Add(24 * time.Hour), ReturnWindowEndsAt: time.Now().Add(48 * time.Hour)}),
				tx.PutTerms("spring", []ledger.Terms{{EffectiveFrom: time.Now().Add(-time.Hour), RegularPercent: 6000, SuperPercent: 7000, MaxPercent: 8500}}),
				tx.PutConsignor(ledger.Consignor{ID: "robin", Class: "Regular"}),
			)
		}))
	}
	return f
}

func storeOf(r routes.Route) ledger.Store { return ledger.Store{Tenant: r.Namespace, Name: r.Store} }

// sell sells items in all stores, and returns what the shops have to tell.
func (f *flow) sell(name string) []webhook {
	f.b.Helper()
	var hooks []webhook
	for n := range ordersEach {
		var created, paid []webhook
		for _, r := range f.routes {
			item := fmt.Sprintf("%s-%d", name, n)
			must(f.b, f.ledger.Update(f.b.Context(), storeOf(r), func(tx *ledger.Tx) error {
				return tx.PutItem(ledger.Item{ID: item, ConsignorID: "robin", EventID: "spring", Title: item, PriceCents: 2499, State: "listed"})
			}))
			_, err := f.sim.AddProduct(r.Shop, simulator.NewProduct{Title: item, Variants: []simulator.NewVariant{{SKU: item, Price: 2499, Available: 1}}})
			must(f.b, err)
			o, err := f.sim.Checkout(r.Shop, simulator.Checkout{Lines: []simulator.CheckoutLine{{SKU: item}}})
			must(f.b, err)
			fields := fmt.Sprintf(`"id":%d,"updated_at":%q`, o.ID, o.UpdatedAt.UTC().Format(time.RFC3339))
			created, paid = append(created, sign(r, "orders/create", fields)), append(paid, sign(r, "orders/paid", fields))
		}
		hooks = append(append(hooks, created...), paid...)
	}
	return hooks
}

// steady measures how long webhooks take that come at steadyRate.
func (f *flow) steady(address string) {
	f.b.Helper()
	hooks := f.sell("steady")
	stop := f.work()
	steady(f.b, address, hooks)
	f.wait(len(hooks))
	stop()
	var took []time.Duration
	for _, d := range f.done() {
		took = append(took, d.FinishedAt.Sub(d.ReceivedAt))
	}
	f.b.ReportMetric(milliseconds(p99(took)), fmt.Sprintf("ms-p99-to-ledger-at-%d/s", steadyRate))
	f.b.ReportMetric(milliseconds(median(took)), fmt.Sprintf("ms-p50-to-ledger-at-%d/s", steadyRate))
}

// drain measures how fast a backlog is worked off.
func (f *flow) drain(address string) {
	f.b.Helper()
	before := f.worked()
	hooks := f.sell("drain")
	steady(f.b, address, hooks)
	began := time.Now()
	stop := f.work()
	f.wait(before + len(hooks))
	f.b.ReportMetric(float64(len(hooks))/time.Since(began).Seconds(), "jobs/s")
	stop()
}

// work starts a queue, and returns how to end it.
func (f *flow) work() (stop func()) {
	f.b.Helper()
	queue, err := deliveries.New(deliveries.Options{Ledger: f.ledger, Shops: f})
	must(f.b, err)
	ctx, cancel := context.WithCancel(f.b.Context())
	ended := make(chan error, 1)
	go func() { ended <- queue.Start(ctx) }()
	return func() { cancel(); must(f.b, <-ended) }
}

// wait waits until so many deliveries are worked off in all stores. It looks at the
// jobs alone, so as not to be what is measured.
func (f *flow) wait(want int) {
	f.b.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for ctx := f.b.Context(); f.worked() < want; {
		select {
		case <-look.C:
		case <-ctx.Done():
			f.b.Fatal(ctx.Err())
		}
	}
}

// worked is how many deliveries are worked off.
func (f *flow) worked() (n int) {
	f.b.Helper()
	must(f.b, f.ledger.DB().QueryRowContext(f.b.Context(), "SELECT COUNT(*) FROM river_job WHERE kind = 'delivery' AND finalized_at IS NOT NULL").Scan(&n))
	return n
}

// done are the deliveries that are worked off.
func (f *flow) done() (list []ledger.Delivery) {
	f.b.Helper()
	for _, r := range f.routes {
		must(f.b, f.ledger.View(f.b.Context(), storeOf(r), func(tx *ledger.Tx) error {
			done, err := tx.Deliveries(ledger.Done, 10*ordersEach)
			list = append(list, done...)
			return err
		}))
	}
	return list
}

// Client implements deliveries.Shops.
func (f *flow) Client(_ context.Context, store ledger.Store) (*shopify.Client, error) {
	domain := shopify.Domain(store.Tenant + ".myshopify.com")
	return f.clients.For(store.String(), domain, shopify.PinnedVersion, shopify.Credentials{AccessToken: "shpat_" + store.Tenant}, "1")
}

// MayWrite implements deliveries.Shops.
func (*flow) MayWrite(context.Context, ledger.Store) error { return deliveries.ErrWithheld }

// Place implements deliveries.Shops.
func (*flow) Place(context.Context, ledger.Store) (catalog.Place, error) {
	return catalog.Place{}, deliveries.ErrWithheld
}

// Look implements deliveries.Shops.
func (*flow) Look(ledger.Store) {}

// Stores implements deliveries.Shops.
func (f *flow) Stores(context.Context) ([]ledger.Store, error) {
	var list []ledger.Store
	for _, r := range f.routes {
		list = append(list, storeOf(r))
	}
	return list, nil
}
