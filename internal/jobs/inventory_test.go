package jobs_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func reconcile(policy v1alpha1.ConflictPolicy) v1alpha1.SyncJobSpec {
	return v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobInventory, ConflictPolicy: policy}
}

// merchant changes the product of an item, and its stock, in the shop's admin.
func (b *bed) merchant(id string, change func(p *simulator.Product, i *simulator.InventoryItem)) {
	b.t.Helper()
	b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) {
		for n := range s.InventoryItems {
			if i := &s.InventoryItems[n]; i.SKU == id {
				change(&s.Products[slices.IndexFunc(s.Products, func(p simulator.Product) bool { return p.Variants[0].InventoryItemID == i.ID })], i)
			}
		}
	})).To(Succeed())
}

func costs(cents simulator.Cents) func(*simulator.Product, *simulator.InventoryItem) {
	return func(p *simulator.Product, _ *simulator.InventoryItem) { p.Variants[0].Price = cents }
}

func is(status string) func(*simulator.Product, *simulator.InventoryItem) {
	return func(p *simulator.Product, _ *simulator.InventoryItem) { p.Status = status }
}

func counts(n int) func(*simulator.Product, *simulator.InventoryItem) {
	return func(_ *simulator.Product, i *simulator.InventoryItem) { i.Levels[0].Available = n }
}

// reprice changes an item's price in the ledger, of which nothing is pushed.
func (b *bed) reprice(id string, cents int64) {
	b.in(func(tx *ledger.Tx) error {
		i, err := tx.Item(id)
		i.PriceCents = cents
		b.Expect(err).NotTo(HaveOccurred())
		return tx.PutItem(i)
	})
}

// standing is how an item stands in the ledger, in words.
func (b *bed) standing(id string) string {
	b.t.Helper()
	var i ledger.Item
	b.Expect(b.ledger.View(b.t.Context(), b.store.Store, func(tx *ledger.Tx) (err error) { i, err = tx.Item(id); return err })).To(Succeed())
	text := fmt.Sprintf("%s %d", i.State, i.PriceCents)
	if i.Unlisted {
		text += " unlisted"
	}
	return text
}

func TestBothSidesAreBroughtTogether(t *testing.T) {
	const id = "item-00001"
	shelf := func(b *bed) { // an item that was taken off the shelf in the shop, and is so in the ledger
		b.merchant(id, is("DRAFT"))
		b.run(reconcile(""))
		b.Expect(b.standing(id)).To(Equal("listed 2499 unlisted"))
		b.Expect(b.there()[id]).To(Equal("DRAFT 24.99 0"))
	}
	markDown := func(b *bed) {
		b.in(func(tx *ledger.Tx) error {
			i, _ := tx.Item(id)
			i.MarkdownEligible = true
			e, _ := tx.SaleEvent(deliverytest.Event)
			e.MarkdownStartsAt, e.MarkdownPercent = b.now, 50_00
			b.Expect(tx.PutItem(i)).To(Succeed())
			return tx.PutSaleEvent(e)
		})
		b.run(syncProducts)
		b.Expect(b.there()[id]).To(Equal("ACTIVE 12.50 1"))
	}
	type progress = v1alpha1.SyncJobProgress
	cases := map[string]struct {
		reason   string
		policy   v1alpha1.ConflictPolicy
		did      func(*bed)
		there    string
		standing string
		found    map[string]int64
		counts   progress
	}{
		"nothing":           {"it is in order", "", func(*bed) {}, onSale, "listed 2499", nil, progress{Done: 3}},
		"price in the shop": {"it was changed last", "", func(b *bed) { b.merchant(id, costs(3000)) }, "ACTIVE 30.00 1", "listed 3000", nil, progress{Done: 3, Changed: 1}},
		"price here":        {"it was changed last", "", func(b *bed) { b.reprice(id, 3000) }, "ACTIVE 30.00 1", "listed 3000", nil, progress{Done: 3, Changed: 1}},
		"price, local wins": {"the ledger says", v1alpha1.ConflictLocalWins, func(b *bed) { b.merchant(id, costs(3000)) }, onSale, "listed 2499", nil, progress{Done: 3, Changed: 1}},
		"price, shop wins":  {"the shop says", v1alpha1.ConflictShopifyWins, func(b *bed) { b.reprice(id, 3000) }, onSale, "listed 2499", nil, progress{Done: 3, Changed: 1}},
		"both, here later":  {"the later one counts", "", func(b *bed) { b.merchant(id, costs(2000)); b.now = b.now.Add(time.Minute); b.reprice(id, 3000) }, "ACTIVE 30.00 1", "listed 3000", nil, progress{Done: 3, Changed: 1}},
		"both, there later": {"the later one counts", "", func(b *bed) { b.reprice(id, 3000); b.now = b.now.Add(time.Minute); b.merchant(id, costs(2000)) }, "ACTIVE 20.00 1", "listed 2000", nil, progress{Done: 3, Changed: 1}},
		"price by hand":     {"a person decides", v1alpha1.ConflictManual, func(b *bed) { b.merchant(id, costs(3000)) }, "ACTIVE 30.00 1", "listed 2499", map[string]int64{jobs.PriceDiffers: 1}, progress{Done: 3, Skipped: 1}},
		"all by hand": {"a person decides", v1alpha1.ConflictManual, func(b *bed) {
			b.merchant(id, costs(3000))
			b.merchant(id, counts(2))
			b.merchant("item-00002", is("DRAFT"))
		}, "ACTIVE 30.00 2", "listed 2499", map[string]int64{jobs.PriceDiffers: 1, jobs.StockDiffers: 1, jobs.StatusDiffers: 1}, progress{Done: 3, Skipped: 2}},
		"marked down":        {"its base price cannot be told", "", func(b *bed) { markDown(b); b.merchant(id, costs(1000)) }, "ACTIVE 10.00 1", "listed 2499", map[string]int64{jobs.PriceDiffers: 1}, progress{Done: 3, Skipped: 1}},
		"drafted":            {"a person took it off the shelf", "", func(b *bed) { b.merchant(id, is("DRAFT")) }, "DRAFT 24.99 0", "listed 2499 unlisted", nil, progress{Done: 3, Changed: 1}},
		"archived":           {"a person took it off the shelf", "", func(b *bed) { b.merchant(id, is("ARCHIVED")) }, "ARCHIVED 24.99 0", "listed 2499 unlisted", nil, progress{Done: 3, Changed: 1}},
		"archived, not here": {"the ledger says", v1alpha1.ConflictLocalWins, func(b *bed) { b.merchant(id, is("ARCHIVED")) }, onSale, "listed 2499", nil, progress{Done: 3, Changed: 1}},
		"unpublished": {"nobody sees it", "", func(b *bed) {
			b.merchant(id, func(p *simulator.Product, _ *simulator.InventoryItem) { p.Publishings = nil })
		}, "DRAFT 24.99 0", "listed 2499 unlisted", nil, progress{Done: 3, Changed: 1}},
		"active again": {"a person put it there, with its piece", "", func(b *bed) {
			shelf(b)
			b.merchant(id, is("ACTIVE"))
			b.merchant(id, counts(1))
		}, onSale, "listed 2499", nil, progress{Done: 3, Changed: 1}},
		"active again, uncounted": {"only a person puts stock on what is on sale", "", func(b *bed) {
			shelf(b)
			b.merchant(id, is("ACTIVE"))
			b.now = b.now.Add(10 * time.Minute)
		}, "ACTIVE 24.99 0", "listed 2499", map[string]int64{jobs.OutOfStock: 1}, progress{Done: 3, Changed: 1}},
		"dearer, and off the shelf here": {"who put it there again meant its price, too", "", func(b *bed) {
			b.merchant(id, costs(3000))
			b.run(correct(v1alpha1.ItemCorrection{ItemID: id, Status: v1alpha1.ItemUnlisted}))
			b.merchant(id, is("ACTIVE"))
			b.merchant(id, counts(1))
		}, "ACTIVE 30.00 1", "listed 3000", nil, progress{Done: 3, Changed: 1}},
		"counted while off": {"the lower count is none", "", func(b *bed) { shelf(b); b.merchant(id, counts(1)) }, "DRAFT 24.99 0", "listed 2499 unlisted", nil, progress{Done: 3, Changed: 1}},
		"three pieces":      {"there is one", v1alpha1.ConflictShopifyWins, func(b *bed) { b.merchant(id, counts(3)) }, onSale, "listed 2499", nil, progress{Done: 3, Changed: 1}},
		"none":              {"it was probably sold just now", "", func(b *bed) { b.merchant(id, counts(0)) }, "ACTIVE 24.99 0", "listed 2499", nil, progress{Done: 3}},
		"none for long":     {"no webhook told of a sale", "", func(b *bed) { b.merchant(id, counts(0)); b.now = b.now.Add(2 * time.Minute) }, "ACTIVE 24.99 0", "listed 2499", map[string]int64{jobs.OutOfStock: 1}, progress{Done: 3}},
		"withdrawn, by hand": {"whatever the policy", v1alpha1.ConflictManual, func(b *bed) {
			b.in(func(tx *ledger.Tx) error { return tx.SetItemState(id, string(catalog.Withdrawn)) })
		}, "DRAFT 24.99 0", "withdrawn 2499", nil, progress{Done: 3, Changed: 1}},
		"sold, and shop wins": {"whatever the policy", v1alpha1.ConflictShopifyWins, func(b *bed) { b.in(func(tx *ledger.Tx) error { return tx.SetItemState(id, string(catalog.Sold)) }) }, "DRAFT 24.99 0", "sold 2499", nil, progress{Done: 3, Changed: 1}},
		"deleted":             {"a person decides", "", func(b *bed) { b.delete(id) }, "", "listed 2499", map[string]int64{catalog.FindingProductDeleted: 1}, progress{Done: 3, Skipped: 1}},
	}
	for name, tc := range cases {
		for _, dry := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, dry run %t", name, dry), func(t *testing.T) {
				t.Parallel()
				b := newBed(t)
				b.bring(named(0, 3)...)
				b.run(syncProducts)
				tc.did(b)
				there, standing := b.there(), b.standing(id)
				spec := reconcile(tc.policy)
				spec.DryRun = dry
				status := b.run(spec)
				p := *status.Progress
				p.Expected, p.Percent = 0, 0
				b.Expect(p).To(Equal(tc.counts), "%+v", status.Findings)
				if dry {
					b.Expect(b.there()).To(Equal(there), "a dry run changes nothing")
					b.Expect(b.standing(id)).To(Equal(standing), "nor here")
					return
				}
				b.Expect(b.there()[id]).To(Equal(tc.there), tc.reason)
				b.Expect(b.standing(id)).To(Equal(tc.standing), tc.reason)
				if tc.found == nil {
					b.Expect(kinds(status)).To(BeEmpty())
				} else {
					b.Expect(kinds(status)).To(Equal(tc.found))
				}
				b.Expect(b.run(spec).Progress.Changed).To(BeZero(), "once is enough")
			})
		}
	}
}

// delete has the merchant delete the product of an item.
func (b *bed) delete(id string) {
	b.t.Helper()
	var number uint64
	b.merchant(id, func(p *simulator.Product, _ *simulator.InventoryItem) { number = p.ID })
	b.Expect(b.sim.DeleteProduct(b.store.Domain, number)).To(Succeed())
}

// TestWhatIsTakenOverIsTold: the audit trail has what the shop said, and why that counted.
func TestWhatIsTakenOverIsTold(t *testing.T) {
	b := newBed(t)
	b.bring(named(0, 3)...)
	b.run(syncProducts)
	b.merchant("item-00001", costs(3000))
	b.merchant("item-00001", is("DRAFT"))
	b.run(reconcile(""))
	b.merchant("item-00001", is("ACTIVE"))
	b.run(reconcile(""))
	var told []string
	b.in(func(tx *ledger.Tx) error {
		entries, err := tx.Trail("item/item-00001")
		for _, e := range entries {
			if e.Actor == "jobs" {
				told = append(told, fmt.Sprintf("%s: %s → %s, %s", e.Action, e.Before, e.After, e.Reason))
			}
		}
		return err
	})
	b.Expect(told).To(Equal([]string{
		"item shelf: on → off, SyncJob job-2",
		"item price: 24.99 → 30.00, SyncJob job-3",
		"item shelf: off → on, SyncJob job-3",
	}))
	b.calls()
	b.run(reconcile(""))
	b.Expect(slices.DeleteFunc(b.calls(), func(o string) bool { return o == "ObserveStore" || o == "Publications" })).To(Equal([]string{"Products"}), "what is in order costs a page")
}

// TestItemsThatNeverAgreed: they were listed before anybody noted what both sides had.
// Once they are seen to be alike, it is known who changes something.
func TestItemsThatNeverAgreed(t *testing.T) {
	b := newBed(t)
	_, err := b.store.Bring(t.Context(), b.ledger, b.sim, "boots", "listed", 2499)
	b.Expect(err).NotTo(HaveOccurred())
	b.run(syncProducts)
	status := b.run(reconcile(""))
	b.Expect(status.Progress.Changed).To(BeZero())
	b.merchant("boots", costs(3000))
	b.now = b.now.Add(time.Hour)
	b.in(func(tx *ledger.Tx) error { return tx.SetItemState("boots", "listed") }) // what it costs here did not change
	b.run(reconcile(""))
	b.Expect(b.standing("boots")).To(Equal("listed 3000"))
}

// TestNamedItemsAreBroughtTogether: those that are named, and no others.
func TestNamedItemsAreBroughtTogether(t *testing.T) {
	b := newBed(t)
	b.bring(named(0, 3)...)
	b.run(syncProducts)
	b.bring("never-listed")
	for _, id := range named(0, 3) {
		b.merchant(id, costs(3000))
	}
	spec := reconcile("")
	spec.Selector = &v1alpha1.SyncJobSelector{ItemIDs: []string{"item-00001", "never-listed", "no-item"}}
	status := b.run(spec)
	b.Expect(*status.Progress).To(Equal(v1alpha1.SyncJobProgress{Expected: 3, Done: 3, Changed: 1, Failed: 1, Percent: 100}))
	b.Expect(kinds(status)).To(Equal(map[string]int64{jobs.ItemUnknown: 1}))
	b.Expect(b.standing("item-00000")).To(Equal("listed 2499"))
	b.Expect(b.standing("item-00001")).To(Equal("listed 3000"))
	b.Expect(b.there()).NotTo(HaveKey("never-listed"), "type Products lists items")
}

// TestStockThatMovesDuringAJob: it is looked at anew, and never overwritten.
func TestStockThatMovesDuringAJob(t *testing.T) {
	b := newBed(t)
	b.bring("boots")
	b.run(syncProducts)
	b.merchant("boots", counts(3))
	var moved atomic.Int32
	b.meanwhile = func(r *http.Request) {
		body, err := io.ReadAll(r.Body)
		b.Expect(err).NotTo(HaveOccurred())
		r.Body = io.NopCloser(bytes.NewReader(body))
		if bytes.Contains(body, []byte("mutation SetQuantities")) && moved.Add(1) == 1 {
			b.merchant("boots", counts(0)) // customers bought all of them
		}
	}
	status := b.run(reconcile(""))
	b.Expect(status.Progress.Failed).To(BeZero(), "%+v", status.Findings)
	b.Expect(moved.Load()).To(BeEquivalentTo(1))
	b.Expect(b.there()["boots"]).To(Equal("ACTIVE 24.99 0"))
}

// TestAWalkLeavesNothingOut: what is gone from a page between two steps, or is not selected any
// more, takes no other with it.
func TestAWalkLeavesNothingOut(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		spec   func(*bed) v1alpha1.SyncJobSpec
		// meanwhile is what happens after the first step.
		meanwhile func(*bed)
		left      int
	}{
		"deleted": {"its number is on the page no more", func(*bed) v1alpha1.SyncJobSpec { return reconcile(v1alpha1.ConflictShopifyWins) },
			func(b *bed) { b.delete("item-00000") }, 29},
		"selected by time": {"what was handled was changed just now", func(b *bed) v1alpha1.SyncJobSpec {
			spec := reconcile(v1alpha1.ConflictShopifyWins)
			spec.Selector = &v1alpha1.SyncJobSelector{Until: &metav1.Time{Time: b.now.Add(-time.Minute)}}
			return spec
		}, func(*bed) {}, 30},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			ids := named(0, 30)
			b.bring(ids...)
			b.run(syncProducts)
			b.now = b.now.Add(time.Hour)
			for _, id := range ids {
				b.merchant(id, costs(100))
			}
			spec := tc.spec(b)
			for cursor, first := "", true; first || cursor != ""; first = false {
				var report jobs.Report
				next, err := b.task(spec).Step(t.Context(), cursor, always, &report)
				b.Expect(err).NotTo(HaveOccurred())
				if cursor = next; first {
					tc.meanwhile(b)
				}
			}
			taken := 0
			b.in(func(tx *ledger.Tx) error {
				for _, id := range ids[30-tc.left:] {
					i, err := tx.Item(id)
					b.Expect(err).NotTo(HaveOccurred())
					if i.PriceCents == 100 {
						taken++
					}
				}
				return nil
			})
			b.Expect(taken).To(Equal(tc.left), tc.reason)
		})
	}
}
