package jobs_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

func correct(items ...v1alpha1.ItemCorrection) v1alpha1.SyncJobSpec {
	return v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobCorrection, Correction: v1alpha1.CorrectionSpec{RequestedBy: "ana@example.com", Reason: "found in the back", Items: items}}
}

func TestCorrections(t *testing.T) {
	const id = "item-00001"
	piece := func(n int32) *int32 { return &n }
	cents := func(n int64) *int64 { return &n }
	state := func(s catalog.State) func(*bed) {
		return func(b *bed) {
			b.in(func(tx *ledger.Tx) error { return tx.SetItemState(id, string(s)) })
			b.run(syncProducts)
		}
	}
	unlist := func(b *bed) { b.run(correct(v1alpha1.ItemCorrection{ItemID: id, Status: v1alpha1.ItemUnlisted})) }
	cases := map[string]struct {
		reason   string
		did      func(*bed)
		ask      v1alpha1.ItemCorrection
		there    string
		standing string
		found    map[string]int64 // unless it is done
	}{
		"price":               {"the shop follows", nil, v1alpha1.ItemCorrection{PriceCents: cents(1999)}, "ACTIVE 19.99 1", "listed 1999", nil},
		"free":                {"it may cost nothing", nil, v1alpha1.ItemCorrection{PriceCents: cents(0)}, "ACTIVE 0.00 1", "listed 0", nil},
		"unlisted":            {"it is off the shelf for now", nil, v1alpha1.ItemCorrection{Status: v1alpha1.ItemUnlisted}, "DRAFT 24.99 0", "listed 2499 unlisted", nil},
		"listed again":        {"what is a draft gets its piece", unlist, v1alpha1.ItemCorrection{Status: v1alpha1.ItemListed}, onSale, "listed 2499", nil},
		"withdrawn":           {"it goes back", nil, v1alpha1.ItemCorrection{Status: v1alpha1.ItemWithdrawn}, "DRAFT 24.99 0", "withdrawn 2499", nil},
		"all":                 {"all of it", unlist, v1alpha1.ItemCorrection{Status: v1alpha1.ItemListed, PriceCents: cents(100), Quantity: piece(1)}, "ACTIVE 1.00 1", "listed 100", nil},
		"none":                {"it is not to be found; what is on sale stays at that", nil, v1alpha1.ItemCorrection{Quantity: piece(0)}, "ACTIVE 24.99 0", "listed 2499", nil},
		"listed, and none":    {"nobody can buy it for a moment", unlist, v1alpha1.ItemCorrection{Status: v1alpha1.ItemListed, Quantity: piece(0)}, "ACTIVE 24.99 0", "listed 2499", nil},
		"found again":         {"a person says that it is there", func(b *bed) { b.merchant(id, counts(0)) }, v1alpha1.ItemCorrection{Quantity: piece(1)}, onSale, "listed 2499", nil},
		"one of several":      {"there is one", func(b *bed) { b.merchant(id, counts(3)) }, v1alpha1.ItemCorrection{Quantity: piece(1)}, onSale, "listed 2499", nil},
		"sold twice":          {"its orders are settled first", func(b *bed) { b.merchant(id, counts(-1)) }, v1alpha1.ItemCorrection{Quantity: piece(1)}, "ACTIVE 24.99 -1", "listed 2499", map[string]int64{jobs.CorrectionRefused: 1}},
		"ordered":             {"a customer has it", func(b *bed) { b.buy(id); b.run(checkOrders); b.run(syncProducts) }, v1alpha1.ItemCorrection{Quantity: piece(1)}, "DRAFT 24.99 0", "sold 2499", map[string]int64{jobs.CorrectionRefused: 1}},
		"ordered, and listed": {"a customer has it", func(b *bed) { b.buy(id); b.run(checkOrders); b.run(syncProducts) }, v1alpha1.ItemCorrection{Status: v1alpha1.ItemListed}, "DRAFT 24.99 0", "sold 2499", map[string]int64{jobs.CorrectionRefused: 1}},
		"withdrawn, and one":  {"what is withdrawn is not in the shop", state(catalog.Withdrawn), v1alpha1.ItemCorrection{Quantity: piece(1)}, "DRAFT 24.99 0", "withdrawn 2499", map[string]int64{jobs.CorrectionRefused: 1}},
		"unlisted, and one":   {"it would have to be listed", unlist, v1alpha1.ItemCorrection{Quantity: piece(1), PriceCents: cents(1)}, "DRAFT 24.99 0", "listed 2499 unlisted", map[string]int64{jobs.CorrectionRefused: 1}},
		"off, and one":        {"it is one or the other", nil, v1alpha1.ItemCorrection{Quantity: piece(1), Status: v1alpha1.ItemUnlisted}, onSale, "listed 2499", map[string]int64{jobs.CorrectionRefused: 1}},
		"withdrawn again":     {"it is so already", state(catalog.Withdrawn), v1alpha1.ItemCorrection{Status: v1alpha1.ItemWithdrawn}, "DRAFT 24.99 0", "withdrawn 2499", nil},
		"back from the end":   {"what is withdrawn does not come back", state(catalog.Withdrawn), v1alpha1.ItemCorrection{Status: v1alpha1.ItemListed}, "DRAFT 24.99 0", "withdrawn 2499", map[string]int64{jobs.CorrectionRefused: 1}},
		"over":                {"nothing is listed after its event", func(b *bed) { b.now = b.now.Add(25 * time.Hour); b.run(syncProducts) }, v1alpha1.ItemCorrection{Status: v1alpha1.ItemListed, Quantity: piece(1)}, "DRAFT 24.99 0", "listed 2499", map[string]int64{jobs.CorrectionRefused: 1}},
		"sold, and withdrawn": {"the customer has it", state(catalog.Sold), v1alpha1.ItemCorrection{Status: v1alpha1.ItemWithdrawn}, "DRAFT 24.99 0", "sold 2499", map[string]int64{jobs.CorrectionRefused: 1}},
		"made anew":           {"a person deleted the product, and a person has it back", func(b *bed) { b.delete(id); b.run(syncProducts) }, v1alpha1.ItemCorrection{Status: v1alpha1.ItemListed}, onSale, "listed 2499", nil},
		"unknown":             {"a typing error does not pass in silence", nil, v1alpha1.ItemCorrection{ItemID: "item-1", Quantity: piece(0)}, onSale, "listed 2499", map[string]int64{jobs.ItemUnknown: 1}},
	}
	for name, tc := range cases {
		for _, dry := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, dry run %t", name, dry), func(t *testing.T) {
				t.Parallel()
				b := newBed(t)
				b.bring(named(0, 3)...)
				b.run(syncProducts)
				if tc.did != nil {
					tc.did(b)
				}
				there, standing := b.there(), b.standing(id)
				ask := tc.ask
				if ask.ItemID == "" {
					ask.ItemID = id
				}
				spec := correct(ask)
				spec.DryRun = dry
				status := b.run(spec)
				if dry {
					b.Expect(b.there()).To(Equal(there), "a dry run changes nothing")
					b.Expect(b.standing(id)).To(Equal(standing), "nor here")
					if tc.found != nil {
						b.Expect(kinds(status)).To(Equal(tc.found), "what is going to be refused")
					} else {
						b.Expect(status.Progress.Failed).To(BeZero(), "%+v", status.Findings)
					}
					return
				}
				b.Expect(b.there()[id]).To(Equal(tc.there), tc.reason)
				b.Expect(b.standing(id)).To(Equal(tc.standing), tc.reason)
				want := v1alpha1.SyncJobProgress{Expected: 1, Done: 1, Changed: 1, Percent: 100}
				if tc.found != nil {
					want.Changed, want.Failed = 0, 1
					b.Expect(kinds(status)).To(Equal(tc.found), "%+v", status.Findings)
				} else {
					b.Expect(kinds(status)).To(BeEmpty(), "%+v", status.Findings)
				}
				b.Expect(*status.Progress).To(Equal(want))
				b.run(syncProducts)
				b.Expect(b.there()[id]).To(Equal(tc.there), "what was corrected stays so")
			})
		}
	}
}

func TestWhatADryCorrectionReports(t *testing.T) {
	b := newBed(t)
	b.bring("boots")
	b.run(syncProducts)
	price, none := int64(1999), int32(0)
	spec := correct(v1alpha1.ItemCorrection{ItemID: "boots", PriceCents: &price, Quantity: &none, Status: v1alpha1.ItemUnlisted})
	spec.DryRun = true
	status := b.run(spec)
	b.Expect(status.Findings.First).To(Equal([]v1alpha1.SyncJobFinding{{
		Kind: jobs.ItemDiffers, Subject: "item/boots", Message: "price 24.99 → 19.99; status listed → unlisted; stock 1 → 0",
	}}))
}

// TestCorrectionsAreTold: the audit trail names the person, and their reason.
func TestCorrectionsAreTold(t *testing.T) {
	b := newBed(t)
	b.bring("boots", "hat")
	b.run(syncProducts)
	price, none := int64(1999), int32(0)
	ask := []v1alpha1.ItemCorrection{{ItemID: "boots", PriceCents: &price, Status: v1alpha1.ItemUnlisted}, {ItemID: "hat", Status: v1alpha1.ItemWithdrawn, Quantity: &none}}
	status := b.runIn(correct(ask...), always)
	b.Expect(*status.Progress).To(Equal(v1alpha1.SyncJobProgress{Expected: 2, Done: 2, Changed: 2, Percent: 100}))
	told := func(id string) (list []string) {
		b.in(func(tx *ledger.Tx) error {
			entries, err := tx.Trail("item/" + id)
			for _, e := range entries {
				if e.Actor == "ana@example.com" {
					b.Expect(e.Reason).To(Equal("found in the back (SyncJob job-2)"))
					list = append(list, fmt.Sprintf("%s: %s → %s", e.Action, e.Before, e.After))
				}
			}
			return err
		})
		return list
	}
	b.Expect(told("boots")).To(Equal([]string{"item price: 24.99 → 19.99", "item shelf: on → off"}))
	b.Expect(told("hat")).To(Equal([]string{"item state: listed → withdrawn", "item stock:  → 0"}))
}

// TestACorrectionThatIsMadeTwice: a step is made again where its end was not noted.
func TestACorrectionThatIsMadeTwice(t *testing.T) {
	b := newBed(t)
	b.bring("boots")
	b.run(syncProducts)
	b.merchant("boots", counts(0))
	one := int32(1)
	task := b.task(correct(v1alpha1.ItemCorrection{ItemID: "boots", Quantity: &one}))
	for range 2 {
		var report jobs.Report
		_, err := task.Step(t.Context(), "", never, &report)
		b.Expect(err).NotTo(HaveOccurred())
		b.Expect(report.Failed).To(BeZero())
		b.Expect(b.there()["boots"]).To(Equal(onSale))
	}
	b.merchant("boots", counts(0)) // a customer bought it, in between
	var report jobs.Report
	_, err := task.Step(t.Context(), "", never, &report)
	b.Expect(err).NotTo(HaveOccurred())
	b.Expect(b.there()["boots"]).To(Equal("ACTIVE 24.99 0"), "one correction puts one piece there, and no second one")
}

// TestAnActiveSaleKeepsStockDown: an item that was sold in a state that leads to no sale
// is still somebody's.
func TestAnActiveSaleKeepsStockDown(t *testing.T) {
	b := newBed(t)
	b.bring("boots")
	b.run(syncProducts)
	b.buy("boots")
	b.run(checkOrders)
	b.in(func(tx *ledger.Tx) error {
		sales, err := tx.SalesFor("boots")
		b.Expect(sales).To(HaveLen(1))
		b.Expect(sales[0].State).To(Equal(string(orders.Sold)))
		b.Expect(err).NotTo(HaveOccurred())
		return tx.SetItemState("boots", string(catalog.Listed))
	})
	one := int32(1)
	status := b.run(correct(v1alpha1.ItemCorrection{ItemID: "boots", Quantity: &one}))
	b.Expect(kinds(status)).To(Equal(map[string]int64{jobs.CorrectionRefused: 1}))
	b.Expect(status.Findings.First[0].Message).To(ContainSubstring("cancel or refund that order in Shopify first"))
	b.Expect(b.there()["boots"]).To(HaveSuffix(" 0"))
}
