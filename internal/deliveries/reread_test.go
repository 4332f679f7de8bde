package deliveries_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// atTheStart is a clock of a simulated Shopify that starts now.
func atTheStart() *simulator.Clock { return simulator.NewClock(time.Now().UTC().Truncate(time.Second)) }

// on runs a test in a bed of each database.
func on(t *testing.T, o func() options, test func(b *bed)) {
	for engine, place := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(newBed(t, place(t), o()))
		})
	}
}

func usual() options { return options{} }

func TestOwnChangesAreNotReadAgain(t *testing.T) {
	on(t, func() options { return options{clock: atTheStart()} }, func(b *bed) {
		b.bring("boots")
		b.deliver(simulator.DeliveryRule{Topic: "PRODUCTS_UPDATE", Delay: simulator.Duration(time.Minute)})
		b.clock.Advance(time.Hour)
		b.sell(simulator.Checkout{}, "boots")
		b.clock.Advance(30 * time.Second) // all but products/update
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("sold, Sold, " + robins + ", [0], DRAFT"))
		b.sim.ResetCalls()
		b.clock.Advance(time.Hour)
		b.quiet()
		b.Expect(b.sim.Deliveries(simulator.DeliveryFilter{Topic: "PRODUCTS_UPDATE"})).To(HaveLen(2), "of the sale, and of our own change")
		b.Expect(b.sim.Calls(simulator.CallFilter{})).To(BeEmpty(), "both are known already")
	})
}

// TestOthersChangesInTheSecondOfOwnOnes holds two changes apart that Shopify, which
// dates by the second, dates alike.
func TestOthersChangesInTheSecondOfOwnOnes(t *testing.T) {
	on(t, func() options { return options{clock: atTheStart()} }, func(b *bed) {
		b.bring("boots")
		b.deliver(simulator.DeliveryRule{Topic: "PRODUCTS_UPDATE", Delay: simulator.Duration(time.Minute)})
		b.sell(simulator.Checkout{}, "boots")
		b.clock.Advance(30 * time.Second)
		b.quiet()
		merchant(func(p *simulator.Product, _ *simulator.InventoryItem) { p.Status = "ACTIVE" })(b, "boots", 0)
		b.clock.Advance(time.Hour)
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("sold, Sold, " + robins + ", [0], DRAFT"))
	})
}

func TestReadsOfOneOrderAreShared(t *testing.T) {
	on(t, func() options { return options{idle: true, perQueue: 8} }, func(b *bed) {
		b.bring("boots")
		b.deliver(simulator.DeliveryRule{Duplicates: 2, FreshWebhookIDs: true})
		b.sell(unpaid, "boots")
		b.Eventually(func() int { return len(b.deliveries(b.stores[0].Store, ledger.Pending)) }).Should(Equal(9), "three of the order, its stock and its product")
		// The first read lasts until the others wait for it.
		end := b.fault(simulator.Fault{Kind: simulator.FaultTimeout, Operation: "Order", First: 1})
		b.startQueue(deliveries.Options{PerQueue: 8})
		b.Eventually(b.jobs("running")).Should(Equal(3))
		b.Eventually(b.queue.Readers).Should(Equal(3))
		end()
		b.quiet()
		b.Expect(b.calls("Order")).To(BeNumerically("<=", 3), "the one that failed, and two for three deliveries")
		b.Expect(b.outcome("boots")).To(Equal("reserved, Reserved, , [0], DRAFT"))
	})
}

// lagging has what Shopify shows lag behind by some seconds from here on: reads
// show the shop as it is now.
func (b *bed) lagging(seconds float64) {
	b.t.Helper()
	b.fault(simulator.Fault{Kind: simulator.FaultStaleReads, First: 1, Seconds: seconds})
	client, err := b.shops.Client(b.t.Context(), b.stores[0].Store)
	b.Expect(err).NotTo(HaveOccurred())
	b.Expect(client.SetProductStatus(b.t.Context(), b.product("anything").ID, "ARCHIVED")).To(Succeed())
}

func TestWhatLagsBehindIsReadAgain(t *testing.T) {
	on(t, usual, func(b *bed) {
		b.bring("anything", "boots", "hat")
		order := b.sell(unpaid, "boots")
		b.quiet()
		// A change is dated by the second, so the order's next one is to be another second's.
		b.Eventually(time.Now).Should(BeTemporally(">", order.CreatedAt.Add(1100*time.Millisecond)))
		b.lagging(3)
		pay(b, "", order.ID)
		b.sell(simulator.Checkout{}, "hat") // an order that reads do not show at all yet
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("sold, Sold, " + robins + ", [0], DRAFT"))
		b.Expect(b.outcome("hat")).To(Equal("sold, Sold, " + robins + ", [0], DRAFT"))
		b.Expect(b.findings()).To(BeEmpty(), "no order is missing")
	})
}

// TestALaggingReadCoversNobodyWhoKnowsBetter has three deliveries wait while the
// order is read for a fourth. The first two tell of the order as it was, the last of
// its payment, which reads do not show yet.
func TestALaggingReadCoversNobodyWhoKnowsBetter(t *testing.T) {
	on(t, func() options { return options{idle: true} }, func(b *bed) {
		b.bring("anything", "boots")
		b.deliver(simulator.DeliveryRule{Topic: "ORDERS_CREATE", Duplicates: 2, FreshWebhookIDs: true})
		order := b.sell(unpaid, "boots")
		b.Eventually(time.Now).Should(BeTemporally(">", order.CreatedAt.Add(1100*time.Millisecond)))
		waiting := func() int {
			n := 0
			for _, d := range b.deliveries(b.stores[0].Store, ledger.Pending) {
				if d.Topic == "orders/create" || d.Topic == "orders/paid" {
					n++
				}
			}
			return n
		}
		b.Eventually(waiting).Should(Equal(3))
		b.lagging(4)
		pay(b, "", order.ID)
		b.Eventually(waiting).Should(Equal(4))
		end := b.fault(simulator.Fault{Kind: simulator.FaultTimeout, Operation: "Order", First: 1})
		b.startQueue(deliveries.Options{PerQueue: 12})
		b.Eventually(b.queue.Readers).Should(Equal(4))
		end()
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("sold, Sold, " + robins + ", [0], DRAFT"))
	})
}

func TestDeletedProducts(t *testing.T) {
	on(t, usual, func(b *bed) {
		b.bring("boots", "hat")
		b.sell(simulator.Checkout{}, "hat")
		title(b, "boots")
		b.quiet()
		b.Expect(b.sim.DeleteProduct(b.stores[0].Domain, b.product("boots").ID)).To(Succeed())
		b.Expect(b.sim.DeleteProduct(b.stores[0].Domain, b.product("hat").ID)).To(Succeed())
		b.quiet()
		b.Expect(b.findings()).To(ConsistOf("ProductDeleted item/boots"), "that of a sold item is no loss")
	})
}

func TestReadyItemsAreListedOnceOnSale(t *testing.T) {
	on(t, usual, func(b *bed) {
		_, err := b.stores[0].Bring(b.t.Context(), b.ledger, b.sim, "boots", "ready", price)
		b.Expect(err).NotTo(HaveOccurred())
		title(b, "boots")
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("listed, , , [1], ACTIVE"))
	})
}

func title(b *bed, sku string) {
	merchant(func(p *simulator.Product, _ *simulator.InventoryItem) { p.BodyHTML = "As good as new." })(b, sku, 0)
}

func TestEveryLocationIsEmptied(t *testing.T) {
	on(t, usual, func(b *bed) {
		b.bring("boots")
		annex := b.shop().Locations[1].ID
		merchant(func(_ *simulator.Product, i *simulator.InventoryItem) {
			i.Levels = append(i.Levels, simulator.InventoryLevel{LocationID: annex, Available: 2})
		})(b, "boots", 0)
		b.sell(simulator.Checkout{}, "boots")
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("sold, Sold, " + robins + ", [0 0], DRAFT"))
	})
}

// TestThereIsOneOfEach: what a person counts up is brought down again, wherever it is;
// what they count down stays down.
func TestThereIsOneOfEach(t *testing.T) {
	on(t, usual, func(b *bed) {
		b.bring("boots", "hat", "scarf")
		annex := b.shop().Locations[1].ID
		stocked := func(sku string, levels ...int) {
			merchant(func(_ *simulator.Product, i *simulator.InventoryItem) {
				i.Levels = append(i.Levels, simulator.InventoryLevel{LocationID: annex})
				for n, available := range levels {
					i.Levels[n].Available = available
				}
			})(b, sku, 0)
		}
		stocked("boots", 3, 0)
		stocked("hat", 1, 1)
		stocked("scarf", 0, 0)
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("listed, , , [1 0], ACTIVE"))
		b.Expect(b.outcome("hat")).To(Equal("listed, , , [1 0], ACTIVE"))
		b.Expect(b.outcome("scarf")).To(Equal("listed, , , [0 0], ACTIVE"))
	})
}

func TestUnknownItems(t *testing.T) {
	on(t, usual, func(b *bed) {
		_, err := b.stores[0].Shelve(b.sim, "lamp", price)
		b.Expect(err).NotTo(HaveOccurred())
		b.sell(simulator.Checkout{}, "lamp")
		b.quiet()
		b.Expect(b.findings()).To(HaveLen(1))
		b.Expect(b.findings()[0]).To(HavePrefix("UnknownItem #1001 line "))
		b.Expect(b.stock("lamp")).To(Equal([]int{0}))
		b.Expect(b.product("lamp").Status).To(Equal("ACTIVE"), "what is no item is the shop's own affair")
	})
}

func TestUninstalledAppsHaveTheStoreLookedAt(t *testing.T) {
	on(t, usual, func(b *bed) {
		b.Expect(b.sim.Update(b.stores[0].Domain, func(s *simulator.Shop) { s.Apps[0].Uninstalled = true })).To(Succeed())
		b.quiet()
		b.Expect(b.shops.Looked()).To(ConsistOf(b.stores[0].Store))
	})
}
