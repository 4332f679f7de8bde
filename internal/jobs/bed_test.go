package jobs_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// bed is a shop of which no webhook tells anything, and what jobs work with. The queue
// stands still: what is done, a job did.
type bed struct {
	*WithT
	t      *testing.T
	store  deliverytest.Store
	sim    *simulator.Simulator
	now    time.Time
	ledger *ledger.Ledger
	kit    jobs.Kit
	runs   int
	// meanwhile is called before Shopify gets a request.
	meanwhile func(*http.Request)
}

func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{WithT: NewWithT(t), t: t, meanwhile: func(*http.Request) {}, store: deliverytest.NewStore("maple-kids"), now: time.Now().UTC().Truncate(time.Second)}
	b.sim = simulator.New(simulator.Options{Now: func() time.Time { return b.now }, Versions: simulator.KnownVersions()})
	t.Cleanup(b.sim.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.meanwhile(r)
		b.sim.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	b.ledger = ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, func() time.Time { return b.now })
	b.Expect(b.store.OpenShop(b.sim, "http://127.0.0.1:1")).To(Succeed())
	b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) { s.WebhookSubscriptions = nil })).To(Succeed())
	b.Expect(b.store.Found(t.Context(), b.ledger, b.sim, b.now)).To(Succeed())
	shops, err := deliverytest.NewShops(server.URL, []deliverytest.Store{b.store})
	b.Expect(err).NotTo(HaveOccurred())
	queue, err := deliveries.New(deliveries.Options{Ledger: b.ledger, Shops: shops, Clock: bedClock{b}})
	b.Expect(err).NotTo(HaveOccurred())
	b.kit = jobs.Kit{Ledger: b.ledger, Queue: queue, Shops: shops, Now: func() time.Time { return b.now }}
	return b
}

// bedClock is the bed's clock as the queue has it.
type bedClock struct{ b *bed }

func (c bedClock) Now() time.Time       { return c.b.now }
func (c bedClock) NowOrNil() *time.Time { return &c.b.now }

func (b *bed) task(spec v1alpha1.SyncJobSpec) jobs.Task {
	b.t.Helper()
	client, err := b.kit.Shops.Client(b.t.Context(), b.store.Store)
	b.Expect(err).NotTo(HaveOccurred())
	b.runs++
	run := &jobs.Run{Kit: b.kit, Store: b.store.Store, Name: fmt.Sprintf("job-%d", b.runs), ID: fmt.Sprint(b.runs), Spec: &spec, Shop: client}
	task, err := run.Task()
	b.Expect(err).NotTo(HaveOccurred())
	return task
}

// never has a step go as far as it can, always has it end as soon as it may.
func never() bool  { return false }
func always() bool { return true }

// run makes all steps of a job, and returns what it says of itself.
func (b *bed) run(spec v1alpha1.SyncJobSpec) v1alpha1.SyncJobStatus {
	b.t.Helper()
	return b.runIn(spec, never)
}

// runIn makes all steps of a job, each no longer than enough says. What fails is made
// again, as a controller does.
func (b *bed) runIn(spec v1alpha1.SyncJobSpec, enough func() bool) v1alpha1.SyncJobStatus {
	b.t.Helper()
	var status v1alpha1.SyncJobStatus
	task, cursor, failures := b.task(spec), "", 0
	for {
		var report jobs.Report
		next, err := task.Step(b.t.Context(), cursor, enough, &report)
		if err != nil {
			failures++
			if failures > 6 {
				b.t.Fatalf("%d steps in a row failed, the last one so: %v", failures, err)
			}
			continue
		}
		failures = 0
		report.AddTo(&status)
		if cursor = next; cursor == "" {
			return status
		}
	}
}

// in changes the ledger.
func (b *bed) in(f func(*ledger.Tx) error) {
	b.t.Helper()
	b.Expect(b.ledger.Update(b.t.Context(), b.store.Store, f)).To(Succeed())
}

// bring takes items in that are ready to be listed.
func (b *bed) bring(ids ...string) {
	b.t.Helper()
	b.in(func(tx *ledger.Tx) error {
		for _, id := range ids {
			if err := tx.PutItem(ledger.Item{ID: id, ConsignorID: deliverytest.Robin, EventID: deliverytest.Event, Title: "Rain boots", PriceCents: 2499, State: string(catalog.Ready)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// state is an item's.
func (b *bed) state(id string) string {
	b.t.Helper()
	var item ledger.Item
	b.Expect(b.ledger.View(b.t.Context(), b.store.Store, func(tx *ledger.Tx) (err error) { item, err = tx.Item(id); return err })).To(Succeed())
	return item.State
}

// there are the products of items in the shop: status, price and stock, by SKU.
func (b *bed) there() map[string]string {
	b.t.Helper()
	shop, _ := b.sim.Shop(b.store.Domain)
	items := map[uint64]simulator.InventoryItem{}
	for _, i := range shop.InventoryItems {
		items[i.ID] = i
	}
	found := map[string]string{}
	for _, p := range shop.Products {
		for _, v := range p.Variants {
			i, stock := items[v.InventoryItemID], 0
			for _, l := range i.Levels {
				stock += l.Available
			}
			if found[i.SKU] != "" {
				found[i.SKU] += " and "
			}
			found[i.SKU] += fmt.Sprintf("%s %s %d", p.Status, v.Price, stock)
		}
	}
	return found
}

// buy has a customer buy an item and pay.
func (b *bed) buy(id string) simulator.Order {
	b.t.Helper()
	o, err := b.sim.Checkout(b.store.Domain, simulator.Checkout{Lines: []simulator.CheckoutLine{{SKU: id}}})
	b.Expect(err).NotTo(HaveOccurred())
	return o
}

func (b *bed) calls() []string {
	var names []string
	for _, c := range b.sim.Calls(simulator.CallFilter{}) {
		names = append(names, c.Operation)
	}
	b.sim.ResetCalls()
	return names
}

// kinds are the findings of a status by kind.
func kinds(s v1alpha1.SyncJobStatus) map[string]int64 {
	counts := map[string]int64{}
	if s.Findings != nil {
		for _, k := range s.Findings.Kinds {
			counts[k.Kind] = k.Count
		}
	}
	return counts
}
