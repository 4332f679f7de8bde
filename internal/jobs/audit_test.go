package jobs_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// auditOf is a job that makes checks, all of them where none are given.
func auditOf(repair v1alpha1.AuditRepair, checks ...v1alpha1.AuditCheck) v1alpha1.SyncJobSpec {
	if len(checks) == 0 {
		checks = []v1alpha1.AuditCheck{v1alpha1.AuditStock, v1alpha1.AuditPrice, v1alpha1.AuditStatus, v1alpha1.AuditOrders, v1alpha1.AuditIntegrity}
	}
	return v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobAudit, Audit: v1alpha1.AuditSpec{Checks: checks, Repair: repair}}
}

// findings are those of the ledger that stand: their kinds and subjects.
func (b *bed) findings() (list []string) {
	b.t.Helper()
	b.Expect(b.ledger.View(b.t.Context(), b.store.Store, func(tx *ledger.Tx) error {
		found, err := tx.Findings()
		for _, f := range found {
			list = append(list, f.Severity+" "+f.Kind+" "+f.Subject)
		}
		return err
	})).To(Succeed())
	return list
}

// withdraw takes an item out of its event, of which nothing is pushed.
func (b *bed) withdraw(id string) {
	b.t.Helper()
	b.in(func(tx *ledger.Tx) error { _, err := catalog.Withdraw(tx, id, catalog.By{Actor: "ann"}); return err })
}

// stockAnnex puts another piece of an item where none is kept.
func stockAnnex(id string) func(*bed) {
	return func(b *bed) {
		shop, _ := b.sim.Shop(b.store.Domain)
		b.merchant(id, func(_ *simulator.Product, i *simulator.InventoryItem) {
			i.Levels = append(i.Levels, simulator.InventoryLevel{LocationID: shop.Locations[1].ID, Available: 1})
		})
	}
}

// TestWhatAnAuditOfProductsFinds changes one of three items that are for sale.
func TestWhatAnAuditOfProductsFinds(t *testing.T) {
	const id = "item-00001"
	cases := map[string]struct {
		reason string
		did    func(*bed)
		found  []string
		// safe is what stands after a safe repair, and there how the item is in the shop then.
		safe  []string
		there string
	}{
		"nothing":   {"it is in order", func(*bed) {}, nil, nil, onSale},
		"price":     {"a price is never mended by itself", func(b *bed) { b.merchant(id, costs(100)) }, []string{"Warning PriceDiffers item/" + id}, []string{"Warning PriceDiffers item/" + id}, "ACTIVE 1.00 1"},
		"unlisted":  {"to list is more than safe", func(b *bed) { b.merchant(id, is("DRAFT")) }, []string{"Warning StatusDiffers item/" + id}, []string{"Warning StatusDiffers item/" + id}, "DRAFT 24.99 1"},
		"several":   {"there is one of a kind", func(b *bed) { b.merchant(id, counts(3)) }, []string{"Critical StockDiffers item/" + id}, []string{"Critical StockDiffers item/" + id}, "ACTIVE 24.99 3"},
		"elsewhere": {"all locations are read", stockAnnex(id), []string{"Critical StockDiffers item/" + id}, []string{"Critical StockDiffers item/" + id}, "ACTIVE 24.99 2"},
		"none":      {"stock is never raised", func(b *bed) { b.merchant(id, counts(0)) }, []string{"Warning StockDiffers item/" + id}, []string{"Warning StockDiffers item/" + id}, "ACTIVE 24.99 0"},
		"uncounted": {"customers could buy it twice", func(b *bed) {
			b.merchant(id, func(p *simulator.Product, _ *simulator.InventoryItem) { p.Variants[0].InventoryPolicy = "CONTINUE" })
		}, []string{"Critical StockDiffers item/" + id}, []string{"Critical StockDiffers item/" + id}, onSale},
		"withdrawn": {"what is off the shelf is taken off it", func(b *bed) { b.withdraw(id) },
			[]string{"Warning StatusDiffers item/" + id, "Critical StockDiffers item/" + id}, nil, "DRAFT 24.99 0"},
		"a draft with stock": {"nobody can buy it", func(b *bed) { b.withdraw(id); b.merchant(id, is("DRAFT")) },
			[]string{"Warning StockDiffers item/" + id}, nil, "DRAFT 24.99 0"},
		"deleted": {"an item for sale has a product", func(b *bed) {
			shop, _ := b.sim.Shop(b.store.Domain)
			at := slices.IndexFunc(shop.InventoryItems, func(i simulator.InventoryItem) bool { return i.SKU == id })
			p := slices.IndexFunc(shop.Products, func(p simulator.Product) bool { return p.Variants[0].InventoryItemID == shop.InventoryItems[at].ID })
			b.Expect(b.sim.DeleteProduct(b.store.Domain, shop.Products[p].ID)).To(Succeed())
		}, []string{"Warning StatusDiffers item/" + id}, []string{"Warning StatusDiffers item/" + id}, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.bring(named(0, 3)...)
			b.run(syncProducts)
			tc.did(b)
			before := b.there()

			status := b.run(auditOf(v1alpha1.AuditRepairNone))
			b.Expect(b.findings()).To(BeEmpty(), "what was changed a moment ago is on its way")
			if len(tc.found) > 0 {
				b.Expect(status.Progress.Skipped).To(BeEquivalentTo(1))
			}
			b.now = b.now.Add(3 * time.Minute)
			spec := auditOf(v1alpha1.AuditRepairNone)
			status = b.run(spec)
			b.Expect(b.findings()).To(ConsistOf(tc.found), tc.reason)
			b.Expect(status.Progress.Done).To(BeEquivalentTo(3))
			b.Expect(status.Progress.Changed + status.Progress.Skipped + status.Progress.Failed).To(BeZero())
			if len(tc.found) > 0 {
				b.Expect(status.Findings.Total).To(BeEquivalentTo(len(tc.found)))
			}
			b.Expect(b.there()).To(Equal(before), "it only looks")
			spec = auditOf(v1alpha1.AuditRepairSafe)
			spec.DryRun = true
			b.run(spec)
			b.Expect(b.there()).To(Equal(before), "so does a dry run")
			b.Expect(b.findings()).To(ConsistOf(tc.found), "what stands, stands")

			b.run(auditOf(v1alpha1.AuditRepairSafe))
			b.Expect(b.there()[id]).To(Equal(tc.there), tc.reason)
			b.Expect(b.findings()).To(ConsistOf(tc.safe))

			b.run(syncProducts)
			if name == "deleted" { // which a person decides about
				b.withdraw(id)
			}
			if name == "none" { // which takes a person
				b.merchant(id, counts(1))
			}
			b.run(auditOf(v1alpha1.AuditRepairNone))
			b.Expect(slices.DeleteFunc(b.findings(), func(f string) bool { return f == "Warning ProductDeleted item/"+id })).To(BeEmpty(), "what is in order is found no more")
		})
	}
}

func TestAnAuditLooksAtWhatIsAskedFor(t *testing.T) {
	b := newBed(t)
	b.bring(named(0, 3)...)
	b.run(syncProducts)
	b.merchant("item-00000", costs(100))
	b.merchant("item-00001", costs(100))
	b.merchant("item-00001", is("DRAFT"))
	b.now = b.now.Add(3 * time.Minute)
	b.calls()
	b.run(auditOf("", v1alpha1.AuditStatus))
	b.Expect(b.findings()).To(Equal([]string{"Warning StatusDiffers item/item-00001"}))
	b.calls()

	spec := auditOf("")
	spec.Selector = &v1alpha1.SyncJobSelector{ItemIDs: []string{"item-00001", "nobody-knows"}}
	status := b.run(spec)
	b.Expect(b.findings()).To(Equal([]string{"Warning PriceDiffers item/item-00001", "Warning StatusDiffers item/item-00001"}))
	b.Expect(kinds(status)).To(HaveKeyWithValue(jobs.ItemUnknown, int64(1)))
	b.Expect(status.Progress.Failed).To(BeEquivalentTo(1))

	b.calls()
	b.run(auditOf("", v1alpha1.AuditStock, v1alpha1.AuditPrice, v1alpha1.AuditStatus))
	b.Expect(slices.DeleteFunc(b.calls(), func(o string) bool { return o == "ObserveStore" || o == "Publications" })).To(Equal([]string{"Products"}), "one walk serves them all")
}

// TestWhileAnEventTurns: what a markdown asks for takes its time.
func TestWhileAnEventTurns(t *testing.T) {
	b := newBed(t)
	b.bring("hat")
	b.in(func(tx *ledger.Tx) error {
		i, _ := tx.Item("hat")
		i.MarkdownEligible = true
		e, _ := tx.SaleEvent(deliverytest.Event)
		e.MarkdownStartsAt, e.MarkdownPercent = b.now.Add(time.Hour), 50_00
		b.Expect(tx.PutItem(i)).To(Succeed())
		return tx.PutSaleEvent(e)
	})
	b.run(syncProducts)
	b.now = b.now.Add(90 * time.Minute)
	b.Expect(b.run(auditOf("")).Progress.Skipped).To(BeEquivalentTo(1))
	b.Expect(b.findings()).To(BeEmpty(), "half an hour is not much for very many items")
	b.now = b.now.Add(time.Hour)
	b.run(auditOf(""))
	b.Expect(b.findings()).To(Equal([]string{"Warning PriceDiffers item/hat"}))
}

func TestWhatAnAuditOfOrdersFinds(t *testing.T) {
	b := newBed(t)
	b.now = b.now.Add(-time.Hour)
	numbers := map[string]uint64{}
	for _, id := range []string{"unknown", "changed", "deleted", "known", "old"} {
		_, err := b.store.Bring(t.Context(), b.ledger, b.sim, id, "listed", 1000)
		b.Expect(err).NotTo(HaveOccurred())
	}
	buy := func(id string) { numbers[id] = b.buy(id).ID; b.now = b.now.Add(time.Minute) }
	for _, id := range []string{"changed", "deleted", "known"} {
		buy(id)
	}
	b.run(checkOrders)
	b.in(func(tx *ledger.Tx) error {
		_, err := tx.PutOrder(ledger.Order{ID: 7, Name: "#7", CreatedAt: b.now.Add(-61 * 24 * time.Hour), UpdatedAt: b.now})
		b.Expect(err).NotTo(HaveOccurred(), "Shopify shows no order for so long")
		i, _ := tx.Item("old")
		_, _, err = orders.Sell(tx, i.ID, 1000, "ann")
		return err
	})
	buy("unknown")
	_, err := b.sim.CancelOrder(b.store.Domain, numbers["changed"], simulator.Cancellation{})
	b.Expect(err).NotTo(HaveOccurred())
	b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) {
		s.Orders = slices.DeleteFunc(s.Orders, func(o simulator.Order) bool { return o.ID == numbers["deleted"] })
	})).To(Succeed())

	check := auditOf("", v1alpha1.AuditOrders)
	status := b.run(check)
	b.Expect(kinds(status)).To(Equal(map[string]int64{"OrderMissing": 1}), "webhooks may still come")
	b.Expect(status.Progress.Skipped).To(BeEquivalentTo(2))
	b.now = b.now.Add(time.Hour)
	status = b.runIn(check, always)
	b.Expect(kinds(status)).To(Equal(map[string]int64{"OrderDiffers": 2, "OrderMissing": 1}))
	b.Expect(b.findings()).To(HaveLen(3))
	b.Expect(status.Progress.Done).To(BeEquivalentTo(4))

	missing := b.findings()[2]
	b.Expect(missing).To(HavePrefix("Warning OrderMissing #"))
	b.in(func(tx *ledger.Tx) error { return tx.Resolve("OrderMissing", missing[len("Warning OrderMissing "):]) })
	b.run(check)
	b.Expect(b.findings()).To(HaveLen(2), "a person has seen to it")

	check.Selector = &v1alpha1.SyncJobSelector{Since: &metav1.Time{Time: b.now.Add(-time.Minute)}}
	b.Expect(b.run(check).Progress.Done).To(BeZero(), "nothing was changed since")

	safe := auditOf(v1alpha1.AuditRepairSafe, v1alpha1.AuditOrders)
	status = b.run(safe)
	b.Expect(kinds(status)).To(Equal(map[string]int64{jobs.OrderRecovered: 2, "OrderMissing": 1}))
	b.Expect(status.Progress.Changed).To(BeEquivalentTo(2))
	b.Expect(b.state("unknown")).To(Equal("sold"))
	b.Expect(b.findings()).To(BeEmpty())
}

func TestWhatAnAuditOfTheLedgerFinds(t *testing.T) {
	sold := func(b *bed) {
		for _, id := range []string{"boots", "hat"} {
			_, err := b.store.Bring(b.t.Context(), b.ledger, b.sim, id, "listed", 1000)
			b.Expect(err).NotTo(HaveOccurred())
			b.buy(id)
		}
		b.run(checkOrders)
	}
	cases := map[string]struct {
		reason string
		did    func(*ledger.Tx) error
		mend   func(*ledger.Tx) error
		found  []string
	}{
		"nothing": {"it is in order", func(*ledger.Tx) error { return nil }, nil, nil},
		"state": {"an order has it", func(tx *ledger.Tx) error { return tx.SetItemState("boots", "listed") },
			func(tx *ledger.Tx) error { return tx.SetItemState("boots", "sold") }, []string{"Critical LedgerInconsistent item/boots"}},
		"sold to nobody": {"no order has it, and it is met no more once that is mended", func(tx *ledger.Tx) error {
			return tx.PutItem(ledger.Item{ID: "coat", ConsignorID: deliverytest.Robin, EventID: deliverytest.Event, State: "sold"})
		}, func(tx *ledger.Tx) error { return tx.SetItemState("coat", "listed") }, []string{"Critical LedgerInconsistent item/coat"}},
		"entries": {"more was posted than was sold", func(tx *ledger.Tx) error {
			lines, _ := tx.LinesFor("hat")
			return tx.Post(ledger.Entry{Key: "by-hand", Kind: ledger.Adjustment, ConsignorID: deliverytest.Robin, EventID: deliverytest.Event, LineID: lines[0].ID, OrderID: lines[0].OrderID, ItemID: "hat", NetCents: 5, ConsignorCents: 5, Inputs: "{}"})
		}, func(tx *ledger.Tx) error { _, err := orders.Settle(tx, "hat", "test"); return err }, []string{"Critical LedgerInconsistent item/hat"}},
		"a statement": {"its balance is not what it shows", func(tx *ledger.Tx) error {
			entries, _ := tx.EntriesOf(deliverytest.Event, deliverytest.Robin)
			return tx.CloseStatement(ledger.Statement{ID: "st1", EventID: deliverytest.Event, ConsignorID: deliverytest.Robin, Number: 1, BalanceCents: 1}, []string{entries[0].Key})
		}, nil, []string{"Critical LedgerInconsistent account/spring/robin"}},
		"no sale": {"an entry is for one", func(tx *ledger.Tx) error {
			return tx.Post(ledger.Entry{Key: "by-hand", Kind: ledger.Adjustment, ConsignorID: deliverytest.Kim, EventID: deliverytest.Event, LineID: 5, NetCents: 5, ConsignorCents: 5, Inputs: "{}"})
		}, nil, []string{"Critical LedgerInconsistent account/spring/kim"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			sold(b)
			b.in(tc.did)
			b.calls()
			status := b.runIn(auditOf(v1alpha1.AuditRepairSafe, v1alpha1.AuditIntegrity), always)
			b.Expect(b.calls()).To(BeEmpty(), "it asks Shopify nothing")
			b.Expect(b.findings()).To(ConsistOf(tc.found), tc.reason)
			if len(tc.found) > 0 {
				b.Expect(slices.Collect(maps.Keys(kinds(status)))).To(Equal([]string{jobs.LedgerInconsistent}))
			}
			if tc.mend == nil {
				return
			}
			b.in(tc.mend)
			b.run(auditOf("", v1alpha1.AuditIntegrity))
			b.Expect(b.findings()).To(BeEmpty(), "it is mended")
		})
	}
}

// TestAnAuditGoesOn: each step ends at a cursor that a new process goes on from, and every
// record is looked at once.
func TestAnAuditGoesOn(t *testing.T) {
	b := newBed(t)
	b.bring(named(0, 60)...)
	b.run(syncProducts)
	for _, id := range []string{"item-00003", "item-00030"} {
		b.buy(id)
	}
	b.run(checkOrders)
	b.run(syncProducts)
	b.now = b.now.Add(3 * time.Minute)
	var status v1alpha1.SyncJobStatus
	percent := int32(0)
	for cursor := ""; ; {
		var report jobs.Report
		next, err := b.task(auditOf("")).Step(t.Context(), cursor, always, &report)
		b.Expect(err).NotTo(HaveOccurred())
		b.Expect(len(next)).To(BeNumerically("<", 1024))
		report.AddTo(&status)
		b.Expect(status.Progress.Percent).To(BeNumerically(">=", percent), "it only rises")
		percent = status.Progress.Percent
		if cursor = next; next == "" {
			break
		}
	}
	b.Expect(*status.Progress).To(Equal(v1alpha1.SyncJobProgress{Expected: 65, Done: 65, Percent: 100}), "60 products, 2 orders, 2 items that were sold, 1 account")
	b.Expect(status.Findings).To(BeNil())
}
