package deliveries_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/riverqueue/river/rivertype"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/webhookrelay" //nolint:depguard // tests go the whole way, from a signed request
)

// engines make a place for a ledger in each database.
var engines = map[string]func(testing.TB) ledgertest.Place{"PostgreSQL": ledgertest.OnPostgres, "SQLite": ledgertest.OnSQLite}

// patience is how long a condition may take to come about on a machine that has
// much else to do. It is less than the two minutes after which a job that got lost is
// found, so that no test passes by that.
const patience = 100 * time.Second

// bed is all that there is between a shop and the ledger: a simulated Shopify, a
// relay, and a queue that works off what it takes in.
type bed struct {
	*WithT
	t      *testing.T
	stores []deliverytest.Store
	sim    *simulator.Simulator
	way    *way
	clock  *simulator.Clock // nil for the real one
	ledger *ledger.Ledger
	inbox  *deliveries.Inbox
	shops  *deliverytest.Shops
	queue  *deliveries.Queue // the one that was started last
}

// options make a bed another than usual.
type options struct {
	// clock is the simulated Shopify's and, from Advance to Advance, its webhooks'.
	clock *simulator.Clock
	// queueClock is the queue's.
	queueClock rivertype.TimeGenerator
	// idle leaves the queue to be started by the test.
	idle bool
	// perQueue is how many jobs a queue works on at a time.
	perQueue int
	// stores are the words of the stores; two that are in different queues where nil.
	stores []string
}

func newBed(t *testing.T, place ledgertest.Place, o options) *bed {
	t.Helper()
	b := &bed{WithT: NewWithT(t), t: t, clock: o.clock}
	if o.stores == nil {
		o.stores = []string{"maple-kids", "thrifty-bees"}
	}
	for _, word := range o.stores {
		b.stores = append(b.stores, deliverytest.NewStore(word))
	}
	b.SetDefaultEventuallyTimeout(patience)
	b.SetDefaultEventuallyPollingInterval(50 * time.Millisecond)

	b.way = newWay()
	b.sim = simulator.New(simulator.Options{Clock: o.clock, Versions: simulator.KnownVersions(), Webhooks: simulator.WebhookOptions{Transport: b.way, Retries: deliverytest.Retries()}})
	shopify := httptest.NewServer(b.sim)
	t.Cleanup(shopify.Close)
	var now func() time.Time
	if o.queueClock != nil {
		now = o.queueClock.Now
	}
	b.ledger = ledgertest.Open(t, place.Manager, now)
	relayLedger := b.ledger
	if place.Relay != place.Manager {
		relayLedger = ledgertest.Open(t, place.Relay, nil)
	}
	var err error
	b.inbox = deliveries.NewInbox(relayLedger)
	t.Cleanup(b.inbox.Close)
	relay := b.startRelay()
	t.Cleanup(b.way.CloseIdleConnections) // or the relay waits for what may come over new ones
	t.Cleanup(b.sim.Close)
	for _, s := range b.stores {
		b.Expect(s.OpenShop(b.sim, relay)).To(Succeed())
		b.Expect(s.Found(t.Context(), b.ledger, b.sim, time.Now())).To(Succeed())
	}
	b.shops, err = deliverytest.NewShops(shopify.URL, b.stores)
	b.Expect(err).NotTo(HaveOccurred())
	if !o.idle {
		b.startQueue(deliveries.Options{Clock: o.queueClock, PerQueue: o.perQueue})
	}
	return b
}

// startRelay runs a relay until the test's end, and returns its address.
func (b *bed) startRelay() string {
	var list []routes.Route
	for _, s := range b.stores {
		list = append(list, s.Route())
	}
	text, err := routes.Format(list)
	b.Expect(err).NotTo(HaveOccurred())
	file := filepath.Join(b.t.TempDir(), "routes.json")
	b.Expect(os.WriteFile(file, text, 0o600)).To(Succeed())
	server, err := webhookrelay.New(b.t.Context(), webhookrelay.Options{
		Inbox: b.inbox, Routes: file, DrainTime: patience, ReloadInterval: time.Minute, Log: slog.New(slog.DiscardHandler),
	})
	b.Expect(err).NotTo(HaveOccurred())
	listen := func() net.Listener {
		l, err := (&net.ListenConfig{}).Listen(b.t.Context(), "tcp", "127.0.0.1:0")
		b.Expect(err).NotTo(HaveOccurred())
		return l
	}
	webhooks, operations := listen(), listen()
	b.running(func(ctx context.Context) error { return server.Run(ctx, webhooks, operations) })
	return "http://" + webhooks.Addr().String()
}

// startQueue works deliveries off until the test's end, or until stopped.
func (b *bed) startQueue(o deliveries.Options) (stop func()) {
	o.Ledger, o.Shops = b.ledger, b.shops
	var err error
	b.queue, err = deliveries.New(o)
	b.Expect(err).NotTo(HaveOccurred())
	return b.running(b.queue.Start)
}

// running runs something until the test's end, or until stopped.
func (b *bed) running(run func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		b.Expect(<-ended).NotTo(HaveOccurred())
	}
	b.t.Cleanup(stop)
	return stop
}

// bring puts items on the shelf of the first store.
func (b *bed) bring(items ...string) {
	b.t.Helper()
	for _, item := range items {
		_, err := b.stores[0].Bring(b.t.Context(), b.ledger, b.sim, item, "listed", price)
		b.Expect(err).NotTo(HaveOccurred())
	}
}

// price is what everything costs, and robins and kims what their consignors and the
// shop have of it.
const (
	price  = 2499
	robins = "robin 1499/1000"
	kims   = "kim 1749/750"
)

// quiet waits until Shopify has delivered, and all that is to be done is done.
func (b *bed) quiet() {
	b.t.Helper()
	b.Eventually(b.unfinished).Should(BeEmpty())
}

// unfinished are the things that are still to be done, in words. Work brings about
// webhooks, so it is no use to look where one came meanwhile.
func (b *bed) unfinished() []string {
	webhooks := func() int { return len(b.sim.Deliveries(simulator.DeliveryFilter{})) }
	before := webhooks()
	left := b.left()
	if n := webhooks() - before; n > 0 {
		left = append(left, fmt.Sprintf("%d webhooks came meanwhile", n))
	}
	return left
}

func (b *bed) left() []string {
	var left []string
	for _, d := range b.sim.Deliveries(simulator.DeliveryFilter{State: simulator.DeliveryPending}) {
		if b.clock == nil || d.Next == nil || len(d.Attempts) > 0 {
			left = append(left, fmt.Sprintf("Shopify has to deliver %s, and tried %v", d.Topic, d.Attempts))
		}
	}
	for _, s := range b.stores {
		for _, d := range b.deliveries(s.Store, ledger.Pending) {
			left = append(left, d.Topic+" is in the inbox: "+d.Error)
		}
	}
	jobs, err := deliverytest.UnfinishedJobs(b.t.Context(), b.ledger)
	b.Expect(err).NotTo(HaveOccurred())
	return append(left, jobs...)
}

func (b *bed) deliveries(store ledger.Store, state string) (list []ledger.Delivery) {
	b.t.Helper()
	b.view(store, func(tx *ledger.Tx) (err error) { list, err = tx.Deliveries(state, 10_000); return err })
	return list
}

func (b *bed) view(store ledger.Store, f func(*ledger.Tx) error) {
	b.t.Helper()
	b.Expect(b.ledger.View(b.t.Context(), store, f)).To(Succeed())
}

// calls counts the calls of an operation to the first store's shop.
func (b *bed) calls(operation string) int {
	return len(b.sim.Calls(simulator.CallFilter{Shop: b.stores[0].Domain, Operation: operation}))
}

// shop is the first store's.
func (b *bed) shop() simulator.Shop {
	shop, _ := b.sim.Shop(b.stores[0].Domain)
	return shop
}

// product is what the first store's shop has of an item: nil where it is gone.
func (b *bed) product(sku string) *simulator.Product {
	shop := b.shop()
	i := slices.IndexFunc(shop.Products, func(p simulator.Product) bool { return p.Title == sku })
	if i < 0 {
		return nil
	}
	return &shop.Products[i]
}

// stock is what is available of an item at each location.
func (b *bed) stock(sku string) (at []int) {
	for _, item := range b.shop().InventoryItems {
		if item.SKU == sku {
			for _, level := range item.Levels {
				at = append(at, level.Available)
			}
		}
	}
	return at
}

// sell checks things out in the first store's shop.
func (b *bed) sell(c simulator.Checkout, skus ...string) simulator.Order {
	b.t.Helper()
	for _, sku := range skus {
		c.Lines = append(c.Lines, simulator.CheckoutLine{SKU: sku})
	}
	o, err := b.sim.Checkout(b.stores[0].Domain, c)
	b.Expect(err).NotTo(HaveOccurred())
	return o
}

// deliver has the first store's shop deliver by a rule.
func (b *bed) deliver(rule simulator.DeliveryRule) {
	b.t.Helper()
	settings := simulator.DeliverySettings{Via: b.shop().Delivery.Via, Rules: []simulator.DeliveryRule{rule}}
	b.Expect(b.sim.SetDelivery(b.stores[0].Domain, settings)).To(Succeed())
}

// fault has calls to Shopify go wrong, and returns how to end that.
func (b *bed) fault(f simulator.Fault) (end func()) {
	b.t.Helper()
	id, err := b.sim.AddFault(f)
	b.Expect(err).NotTo(HaveOccurred())
	return func() { b.sim.RemoveFault(id) }
}

// jobs counts the jobs in a state.
func (b *bed) jobs(state string) func() int {
	return func() int {
		var n int
		b.Expect(b.ledger.DB().QueryRowContext(b.t.Context(), "SELECT COUNT(*) FROM river_job WHERE CAST(state AS TEXT) = $1", state).Scan(&n)).To(Succeed())
		return n
	}
}

// findings are those of the first store, as kind and subject.
func (b *bed) findings() (list []string) {
	b.t.Helper()
	b.view(b.stores[0].Store, func(tx *ledger.Tx) error {
		found, err := tx.Findings()
		for _, f := range found {
			list = append(list, f.Kind+" "+f.Subject)
		}
		return err
	})
	return list
}
