package jobs_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	. "github.com/onsi/gomega"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

var syncProducts = v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobProducts}

func named(from, to int) (ids []string) {
	for i := from; i < to; i++ {
		ids = append(ids, fmt.Sprintf("item-%05d", i))
	}
	return ids
}

const onSale = "ACTIVE 24.99 1"

func TestItemsAreListedByAJob(t *testing.T) {
	b := newBed(t)
	b.bring(named(0, 20)...)
	status := b.run(syncProducts)
	b.Expect(*status.Progress).To(Equal(v1alpha1.SyncJobProgress{Expected: 20, Done: 20, Changed: 20, Percent: 100}), "%v", status.Findings)
	b.Expect(b.there()).To(HaveLen(20))
	for id, is := range b.there() {
		b.Expect(is).To(Equal(onSale), id)
		b.Expect(b.state(id)).To(Equal("listed"))
	}
	b.calls()
	status = b.run(syncProducts)
	b.Expect(*status.Progress).To(Equal(v1alpha1.SyncJobProgress{Expected: 20, Done: 20, Percent: 100}))
	b.Expect(slices.DeleteFunc(b.calls(), func(o string) bool { return o == "ObserveStore" || o == "Publications" })).To(Equal([]string{"Products"}), "what is in order costs a page")
}

// TestWhatAProductsJobMends: an item that is listed, and what somebody did meanwhile.
func TestWhatAProductsJobMends(t *testing.T) {
	product := func(b *bed, id string, change func(*simulator.Product)) {
		b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) {
			for i := range s.Products {
				for _, n := range s.InventoryItems {
					if n.SKU == id && n.ID == s.Products[i].Variants[0].InventoryItemID {
						change(&s.Products[i])
					}
				}
			}
		})).To(Succeed())
	}
	number := func(b *bed, id string) (n uint64) {
		product(b, id, func(p *simulator.Product) { n = p.ID })
		return n
	}
	cases := map[string]struct {
		reason string
		did    func(*bed)
		there  string
		state  string
		found  map[string]int64
		counts v1alpha1.SyncJobProgress
	}{
		"nothing":  {"it is in order", func(*bed) {}, onSale, "listed", map[string]int64{}, v1alpha1.SyncJobProgress{Done: 3}},
		"a price":  {"prices are the ledger's to say", func(b *bed) { product(b, "item-00001", func(p *simulator.Product) { p.Variants[0].Price = 100 }) }, onSale, "listed", map[string]int64{}, v1alpha1.SyncJobProgress{Done: 3, Changed: 1}},
		"unlisted": {"an item for sale is for sale", func(b *bed) { product(b, "item-00001", func(p *simulator.Product) { p.Status = "DRAFT" }) }, onSale, "listed", map[string]int64{}, v1alpha1.SyncJobProgress{Done: 3, Changed: 1}},
		"withdrawn": {"what is withdrawn leaves the shop", func(b *bed) {
			b.in(func(tx *ledger.Tx) error {
				_, err := catalog.Withdraw(tx, "item-00001", catalog.By{Actor: "ann"})
				return err
			})
		}, "DRAFT 24.99 0", "withdrawn", map[string]int64{}, v1alpha1.SyncJobProgress{Done: 3, Changed: 1}},
		"sold out": {"the last piece is not put back: it was probably sold just now", func(b *bed) { b.buy("item-00001") }, "ACTIVE 24.99 0", "listed", map[string]int64{}, v1alpha1.SyncJobProgress{Done: 3}},
		"deleted": {"a person deleted it, and a person decides", func(b *bed) {
			b.Expect(b.sim.DeleteProduct(b.store.Domain, number(b, "item-00001"))).To(Succeed())
		}, "", "listed", map[string]int64{catalog.FindingProductDeleted: 1}, v1alpha1.SyncJobProgress{Done: 3, Skipped: 1}},
		"last one deleted": {"what is behind the last page is gone, too", func(b *bed) {
			b.Expect(b.sim.DeleteProduct(b.store.Domain, number(b, "item-00002"))).To(Succeed())
		}, onSale, "listed", map[string]int64{catalog.FindingProductDeleted: 1}, v1alpha1.SyncJobProgress{Done: 3, Skipped: 1}},
	}
	for name, tc := range cases {
		for _, dry := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, dry run %t", name, dry), func(t *testing.T) {
				b := newBed(t)
				b.bring(named(0, 3)...)
				b.run(syncProducts)
				tc.did(b)
				before := b.there()
				spec := syncProducts
				spec.DryRun = dry
				status := b.run(spec)
				p := *status.Progress
				p.Expected, p.Percent = 0, 0
				if dry {
					b.Expect(b.there()).To(Equal(before), "a dry run changes nothing")
					b.Expect(p.Changed + p.Skipped).To(Equal(tc.counts.Changed + tc.counts.Skipped))
					return
				}
				b.Expect(b.there()["item-00001"]).To(Equal(tc.there), tc.reason)
				b.Expect(b.state("item-00001")).To(Equal(tc.state))
				b.Expect(kinds(status)).To(Equal(tc.found))
				b.Expect(p).To(Equal(tc.counts))
				b.Expect(b.run(syncProducts).Progress.Changed).To(BeZero(), "once is enough")
			})
		}
	}
}

func TestSelectedItems(t *testing.T) {
	cases := map[string]struct {
		reason   string
		selector v1alpha1.SyncJobSelector
		want     []string
		status   v1alpha1.SyncJobProgress
	}{
		"items":     {"those that are named", v1alpha1.SyncJobSelector{ItemIDs: []string{"item-00001", "kims"}}, []string{"item-00001", "kims"}, v1alpha1.SyncJobProgress{Expected: 2, Done: 2, Changed: 2, Percent: 100}},
		"unknown":   {"a typing error does not pass in silence", v1alpha1.SyncJobSelector{ItemIDs: []string{"item-1", "kims"}}, []string{"kims"}, v1alpha1.SyncJobProgress{Expected: 2, Done: 2, Changed: 1, Failed: 1, Percent: 100}},
		"consignor": {"those of a consignor", v1alpha1.SyncJobSelector{ConsignorID: deliverytest.Kim}, []string{"kims"}, v1alpha1.SyncJobProgress{Expected: 1, Done: 1, Changed: 1, Percent: 100}},
		"both":      {"what is given holds together", v1alpha1.SyncJobSelector{ConsignorID: deliverytest.Kim, ItemIDs: []string{"item-00001", "kims"}}, []string{"kims"}, v1alpha1.SyncJobProgress{Expected: 2, Done: 2, Changed: 1, Percent: 100}},
		"no event":  {"there is none of it", v1alpha1.SyncJobSelector{SaleEventID: "fall"}, nil, v1alpha1.SyncJobProgress{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.bring(named(0, 3)...)
			b.in(func(tx *ledger.Tx) error {
				return tx.PutItem(ledger.Item{ID: "kims", ConsignorID: deliverytest.Kim, EventID: deliverytest.Event, Title: "Coat", PriceCents: 2499, State: string(catalog.Ready)})
			})
			spec := syncProducts
			spec.Selector = &tc.selector
			status := b.run(spec)
			b.Expect(slices.Sorted(maps.Keys(b.there()))).To(Equal(tc.want), tc.reason)
			b.Expect(*status.Progress).To(Equal(tc.status))
		})
	}
}

// TestListingInTheStorm lists many items while Shopify fails at every twentieth request,
// half of the time after it did what was asked.
func TestListingInTheStorm(t *testing.T) {
	b := newBed(t)
	const many = 2_000
	b.bring(named(0, many)...)
	for _, f := range []simulator.Fault{
		{Kind: simulator.FaultStatus, Status: 503, Probability: 0.025, Seed: 1},
		{Kind: simulator.FaultDrop, Probability: 0.025, Seed: 2, AfterWork: true},
	} {
		_, err := b.sim.AddFault(f)
		b.Expect(err).NotTo(HaveOccurred())
	}
	status := b.runIn(syncProducts, always)
	b.Expect(status.Progress.Expected).To(BeEquivalentTo(many))
	b.Expect(status.Progress.Done).To(BeEquivalentTo(many))
	b.Expect(status.Progress.Failed).To(BeZero(), "%+v", status.Findings)
	there := b.there()
	b.Expect(there).To(HaveLen(many))
	for id, is := range there {
		b.Expect(is).To(Equal(onSale), "%s: one product, right price, one piece", id)
	}
}

// TestAListingGoesOn: a job whose process is killed goes on from its checkpoint, and does
// not list again what is listed.
func TestAListingGoesOn(t *testing.T) {
	b := newBed(t)
	b.bring("first") // with which the definition of custom ids is made
	b.run(syncProducts)
	b.calls()
	b.bring(named(0, 30)...)
	cursor, created := "", 0
	for {
		var report jobs.Report
		next, err := b.task(syncProducts).Step(t.Context(), cursor, always, &report)
		b.Expect(err).NotTo(HaveOccurred())
		for _, operation := range b.calls() {
			if operation == "CreateProduct" {
				created++
			}
		}
		if cursor = next; next == "" {
			break
		}
	}
	b.Expect(created).To(Equal(30))
	b.Expect(b.there()).To(HaveLen(31))
}
