package catalog_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// pushBed is a shop with one item, which is sold.
type pushBed struct {
	*WithT
	store  deliverytest.Store
	sim    *simulator.Simulator
	clock  *simulator.Clock
	ledger *ledger.Ledger
	client *shopify.Client
	item   simulator.Product
	// written is called once the product's status was written, before anybody knows.
	written func()
}

func newPushBed(t *testing.T) *pushBed {
	t.Helper()
	b := &pushBed{
		WithT: NewWithT(t), store: deliverytest.NewStore("maple-kids"), written: func() {},
		clock: simulator.NewClock(time.Now().UTC().Truncate(time.Second)),
	}
	b.sim = simulator.New(simulator.Options{Clock: b.clock, Versions: simulator.KnownVersions()})
	t.Cleanup(b.sim.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		b.Expect(err).NotTo(HaveOccurred())
		r.Body = io.NopCloser(bytes.NewReader(body))
		b.sim.ServeHTTP(w, r)
		if strings.Contains(string(body), "mutation UpdateProduct") {
			b.written()
		}
	}))
	t.Cleanup(server.Close)
	b.ledger = ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, nil)
	b.Expect(b.store.OpenShop(b.sim, "http://127.0.0.1:1")).To(Succeed())
	b.Expect(b.store.Found(t.Context(), b.ledger, b.sim, b.clock.Now())).To(Succeed())
	var err error
	b.item, err = b.store.Bring(t.Context(), b.ledger, b.sim, "boots", string(catalog.Sold), 2499)
	b.Expect(err).NotTo(HaveOccurred())
	shops, err := deliverytest.NewShops(server.URL, []deliverytest.Store{b.store})
	b.Expect(err).NotTo(HaveOccurred())
	b.client, err = shops.Client(t.Context(), b.store.Store)
	b.Expect(err).NotTo(HaveOccurred())
	return b
}

// look reads the product as a webhook has it read, and records it.
func (b *pushBed) look(t *testing.T) {
	t.Helper()
	p, err := b.client.Product(t.Context(), b.item.ID)
	b.Expect(err).NotTo(HaveOccurred())
	b.Expect(b.ledger.Update(t.Context(), b.store.Store, func(tx *ledger.Tx) error {
		_, err := catalog.See(tx, p, "webhook")
		return err
	})).To(Succeed())
}

// merchant shows the product again.
func (b *pushBed) merchant() {
	b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) { s.Products[0].Status = "ACTIVE" })).To(Succeed())
}

// TestPushAwaitsItsEcho holds that only what can be nothing but the echo of our own
// change is awaited as one: whatever is taken for it is not looked at.
func TestPushAwaitsItsEcho(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		// written happens once the change is made, pushed once what it came to was
		// read, recorded once that is in the ledger.
		written, pushed, recorded func(*testing.T, *pushBed)
		awaited                   bool
	}{
		"usual":    {reason: "nobody has seen it yet", awaited: true},
		"overtook": {reason: "the echo was quicker than the ledger", pushed: func(t *testing.T, b *pushBed) { b.look(t) }},
		"looked":   {reason: "the look may be the one that the echo asked for", recorded: func(t *testing.T, b *pushBed) { b.look(t) }},
		"undone": {reason: "the product's last change is not ours", written: func(_ *testing.T, b *pushBed) {
			b.clock.Advance(time.Second)
			b.merchant()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newPushBed(t)
			at := func(f func(*testing.T, *pushBed)) {
				if f != nil {
					f(t, b)
				}
			}
			b.clock.Advance(time.Minute)
			b.written = func() { at(c.written) }
			shop := &catalog.Shop{Client: b.client, Ledger: b.ledger, Store: b.store.Store}
			record, err := shop.Push(t.Context(), "boots", "push-1")
			b.Expect(err).NotTo(HaveOccurred())
			at(c.pushed)
			b.Expect(b.ledger.Update(t.Context(), b.store.Store, record)).To(Succeed())
			at(c.recorded)
			b.Expect(b.ledger.View(t.Context(), b.store.Store, func(tx *ledger.Tx) error {
				p, err := tx.Product("boots")
				b.Expect(!p.AppliedAt.IsZero()).To(Equal(c.awaited), c.reason)
				return err
			})).To(Succeed())
		})
	}
}
