package faults

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// world is Shopify, in this process, and where the others find it and one another.
type world struct {
	*WithT
	t     *testing.T
	sim   *simulator.Simulator
	place ledgertest.Place
	// endpoint is Shopify's URL, relay the relay's address, routes its file.
	endpoint, relay, routes string
}

// patience is how long a condition may take to come about.
const patience = 5 * time.Minute

func newWorld(t *testing.T, place ledgertest.Place) *world {
	w := &world{WithT: NewWithT(t), t: t, place: place}
	w.SetDefaultEventuallyTimeout(patience)
	w.SetDefaultEventuallyPollingInterval(250 * time.Millisecond) // to look costs those who work
	w.sim = simulator.New(simulator.Options{Versions: simulator.KnownVersions(), Webhooks: simulator.WebhookOptions{Retries: deliverytest.Retries()}})
	server := httptest.NewServer(w.sim)
	t.Cleanup(server.Close)
	t.Cleanup(w.sim.Close)
	port, err := ledgertest.Port(t.Context())
	w.Expect(err).NotTo(HaveOccurred())
	w.endpoint, w.relay, w.routes = server.URL, fmt.Sprintf("127.0.0.1:%d", port), filepath.Join(t.TempDir(), "routes.json")
	var list []routes.Route
	for _, s := range stores {
		list = append(list, s.Route())
		w.Expect(s.OpenShop(w.sim, "http://"+w.relay)).To(Succeed())
		settings := simulator.DeliverySettings{Via: "http://" + w.relay, Rules: []simulator.DeliveryRule{{Duplicates: 1, Reorder: simulator.Duration(200 * time.Millisecond)}}}
		w.Expect(w.sim.SetDelivery(s.Domain, settings)).To(Succeed())
		w.inLedger(func(l *ledger.Ledger) error { return s.Found(t.Context(), l, w.sim, time.Now()) })
	}
	text, err := routes.Format(list)
	w.Expect(err).NotTo(HaveOccurred())
	w.Expect(os.WriteFile(w.routes, text, 0o600)).To(Succeed())
	return w
}

// inLedger opens the ledger as a manager does, for as long as f takes.
func (w *world) inLedger(f func(*ledger.Ledger) error) {
	w.t.Helper()
	l, err := ledger.Open(w.t.Context(), ledger.Options{URL: w.place.Manager})
	w.Expect(err).NotTo(HaveOccurred())
	w.Expect(f(l)).To(Succeed())
	w.Expect(l.Close()).To(Succeed())
}

// stockUp brings items to both stores.
func (w *world) stockUp(items int) {
	w.t.Helper()
	w.inLedger(func(l *ledger.Ledger) error {
		for _, s := range stores {
			for n := range items {
				if _, err := s.Bring(w.t.Context(), l, w.sim, itemName(n), "listed", 2499); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func itemName(n int) string { return fmt.Sprintf("%s-%d", []string{"kim", "robin"}[n%2], n) }

// sell sells the items from one to another in both stores. Every third is given
// back, every fifth cancelled, and of every seventh the price is lower.
func (w *world) sell(from, to int) {
	w.t.Helper()
	for n := from; n < to; n++ {
		for _, s := range stores {
			c := simulator.Checkout{Lines: []simulator.CheckoutLine{{SKU: itemName(n)}}}
			if n%7 == 0 {
				c.Discounts = []simulator.Discount{{Code: "LESS", Amount: 333, Method: simulator.AllocateAcross}}
			}
			o, err := w.sim.Checkout(s.Domain, c)
			w.Expect(err).NotTo(HaveOccurred())
			switch {
			case n%3 == 0:
				_, err = w.sim.RefundOrder(s.Domain, o.ID, simulator.RefundRequest{Lines: []simulator.RefundRequestLine{{SKU: itemName(n), RestockType: "RETURN"}}})
			case n%5 == 0:
				_, err = w.sim.CancelOrder(s.Domain, o.ID, simulator.Cancellation{})
			}
			w.Expect(err).NotTo(HaveOccurred())
		}
	}
}

// goOn takes webhooks in and works them off in this process until the test's end.
func (w *world) goOn(l *ledger.Ledger) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	group, ctx := errgroup.WithContext(ctx)
	w.t.Cleanup(func() { cancel(); w.Expect(group.Wait()).To(Succeed()) })
	w.Expect(takeIn(ctx, group, l, w.routes, w.relay)).To(Succeed())
	w.Expect(workOff(ctx, group, l, w.endpoint)).To(Succeed())
}

// acknowledged are the deliveries that were answered 200, by store, topic and
// webhook id: how often each was.
func (w *world) acknowledged() map[string]int {
	got := map[string]int{}
	for _, d := range w.sim.Deliveries(simulator.DeliveryFilter{State: simulator.DeliveryDone}) {
		got[d.Shop+" "+d.Topic+" "+d.WebhookID]++
	}
	return got
}

// sellUntil sells, and waits until so many more deliveries were acknowledged than
// before. Those that are while it sells count: on a busy machine that may be all.
func (w *world) sellUntil(from, to, deliveries int) {
	w.t.Helper()
	until := len(w.acknowledged()) + deliveries
	w.sell(from, to)
	w.Eventually(func() int { return len(w.acknowledged()) }).Should(BeNumerically(">=", until), w.answers)
}

// answers say how Shopify's attempts ended that are not done: how many how.
func (w *world) answers() string {
	how := map[string]int{}
	for _, d := range w.sim.Deliveries(simulator.DeliveryFilter{}) {
		last := "none"
		if n := len(d.Attempts); n > 0 {
			last = fmt.Sprint(d.Attempts[n-1].Status, " ", d.Attempts[n-1].Error)
		}
		how[d.State+" "+last]++
	}
	return fmt.Sprint(how)
}

// delivered waits until Shopify has nothing left to deliver.
func (w *world) delivered() {
	w.t.Helper()
	w.Eventually(func() int { return len(w.sim.Deliveries(simulator.DeliveryFilter{State: simulator.DeliveryPending})) }).Should(BeZero())
	for _, d := range w.sim.Deliveries(simulator.DeliveryFilter{}) {
		w.Expect(d.State).To(Equal(simulator.DeliveryDone), d.Topic)
	}
}

// settled waits until everything is worked off, and counts.
func (w *world) settled(l *ledger.Ledger) {
	w.t.Helper()
	w.Eventually(func() ([]string, error) { return w.unfinished(l) }).Should(BeEmpty())
	w.count(l)
}

// unfinished is what is still to be delivered and worked off, in words. Work brings
// about webhooks, and webhooks bring about work: nothing is left where no job was
// while all webhooks that there ever were had been delivered, before and after.
func (w *world) unfinished(l *ledger.Ledger) ([]string, error) {
	webhooks := func() (all, waiting int) {
		return len(w.sim.Deliveries(simulator.DeliveryFilter{})), len(w.sim.Deliveries(simulator.DeliveryFilter{State: simulator.DeliveryPending}))
	}
	before, waiting := webhooks()
	left, err := deliverytest.UnfinishedJobs(w.t.Context(), l)
	after, _ := webhooks()
	if waiting > 0 || after > before {
		left = append(left, fmt.Sprintf("%d webhooks to deliver, and %d that came meanwhile", waiting, after-before))
	}
	return left, err
}

// count holds the ledger against Shopify: each acknowledged delivery is in the
// inbox once, and done; each item earned what it should, and stands as it should.
func (w *world) count(l *ledger.Ledger) {
	w.t.Helper()
	acknowledged := slices.Sorted(maps.Keys(w.acknowledged()))
	var inbox []string
	for _, s := range stores {
		names, err := deliverytest.Inbox(w.t.Context(), l, s)
		w.Expect(err).NotTo(HaveOccurred())
		inbox = append(inbox, names...)
		shop, _ := w.sim.Shop(s.Domain)
		earned, err := deliverytest.Earned(w.t.Context(), l, s.Store)
		w.Expect(err).NotTo(HaveOccurred())
		w.Expect(earned).To(Equal(deliverytest.Due(shop)))
		w.shelf(l, s, shop)
	}
	slices.Sort(inbox)
	w.Expect(inbox).To(Equal(acknowledged))
	w.t.Logf("%d deliveries, each of them done once", len(inbox))
}

// shelf holds each item's state and its stock against one another.
func (w *world) shelf(l *ledger.Ledger, s deliverytest.Store, shop simulator.Shop) {
	w.t.Helper()
	due := deliverytest.Due(shop)
	w.Expect(l.View(w.t.Context(), s.Store, func(tx *ledger.Tx) error {
		for _, stock := range shop.InventoryItems {
			item, err := tx.Item(stock.SKU)
			if err != nil {
				return err
			}
			want, left := "customerReturned", 0
			switch {
			case due[stock.SKU] != "":
				want = "sold"
			case stock.Levels[0].Available == 1:
				want, left = "listed", 1
			}
			w.Expect(item.State).To(Equal(want), item.ID)
			w.Expect(stock.Levels[0].Available).To(Equal(left), item.ID)
		}
		return nil
	})).To(Succeed())
}
