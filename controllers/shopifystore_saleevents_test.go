package controllers

import (
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

func TestSaleEventsGoIntoTheLedger(t *testing.T) {
	b := newBed(t)
	l := b.keep(ledgertest.OnSQLite(t).Manager)
	lean(&b.store.Spec)
	b.apply()
	b.ready()
	b.expect(v1alpha1.SaleEventsAppliedCondition, "/")
	in := func(f func(tx *ledger.Tx) error) {
		t.Helper()
		b.must(l.Update(t.Context(), b.inLedger(), f))
	}
	// Something is sold before anybody said under which terms.
	in(func(tx *ledger.Tx) error {
		b.must(tx.PutConsignor(ledger.Consignor{ID: "robin", Class: "Regular"}))
		b.must(tx.PutItem(ledger.Item{ID: "snowsuit", ConsignorID: "robin", EventID: "spring", State: "listed"}))
		_, err := orders.Apply(tx, &shopify.Order{ID: 1, Name: "#1", CreatedAt: b.now, UpdatedAt: b.now, FinancialStatus: "PAID", Currency: "CAD",
			Lines: []shopify.OrderLine{{ID: 11, SKU: "snowsuit", Quantity: 1, CurrentQuantity: 1, Original: 1000}}}, b.now, "a test")
		return err
	})
	owed := func() (cents int64) {
		t.Helper()
		in(func(tx *ledger.Tx) error {
			entries, err := tx.EntriesOf("spring", "robin")
			for _, e := range entries {
				cents += e.ConsignorCents
			}
			return err
		})
		return cents
	}
	if owed() != 0 {
		t.Fatal("a share without terms")
	}
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.SaleEvents = []v1alpha1.SaleEvent{springSale()} })
	b.ready()
	b.expect(v1alpha1.SaleEventsAppliedCondition, "True/Applied")
	if got := owed(); got != 600 {
		t.Errorf("the terms came, and %d cents are owed", got)
	}
	b.idle()

	b.change(func(s *v1alpha1.ShopifyStoreSpec) {
		s.SaleEvents[0].Terms[0].RegularConsignorPercent = "50"
		fall := springSale()
		fall.ID = "fall"
		s.SaleEvents = append(s.SaleEvents, fall)
	})
	b.settle()
	b.expect(v1alpha1.SaleEventsAppliedCondition, "False/TermsInUse")
	b.expect(meta.StalledCondition, "True/TermsInUse")
	if c := b.condition(v1alpha1.SaleEventsAppliedCondition); !strings.Contains(c.Message, "add a version with a later effectiveFrom") {
		t.Error(c)
	}
	if got := owed(); got != 600 {
		t.Errorf("what was promised changed: %d", got)
	}
	in(func(tx *ledger.Tx) error { _, err := tx.SaleEvent("fall"); return err }) // the other one came
	b.idle()

	b.change(func(s *v1alpha1.ShopifyStoreSpec) {
		later := s.SaleEvents[0].Terms[0]
		s.SaleEvents[0].Terms[0].RegularConsignorPercent = "60"
		later.EffectiveFrom = metav1.NewTime(b.now.Add(time.Hour))
		s.SaleEvents[0].Terms = append(s.SaleEvents[0].Terms, later)
	})
	b.ready()
	b.expect(v1alpha1.SaleEventsAppliedCondition, "True/Applied")
	b.idle()

	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.SaleEvents = nil })
	b.ready()
	b.expect(v1alpha1.SaleEventsAppliedCondition, "/")
	in(func(tx *ledger.Tx) error {
		events, err := tx.SaleEvents()
		trail, trailErr := tx.Trail("event/spring")
		if len(events) != 2 || len(trail) != 2 || trailErr != nil {
			t.Errorf("what left the spec stays: %+v, with its trail: %+v, %v", events, trail, trailErr)
		}
		return err
	})
}

// sellSnowsuit has robin bring a snowsuit to the spring sale, and somebody buy it.
func (b *bed) sellSnowsuit(tx *ledger.Tx) error {
	b.must(tx.PutConsignor(ledger.Consignor{ID: "robin", Class: "Regular"}))
	b.must(tx.PutItem(ledger.Item{ID: "snowsuit", ConsignorID: "robin", EventID: "spring", State: "listed"}))
	_, err := orders.Apply(tx, &shopify.Order{ID: 1, Name: "#1", CreatedAt: b.now, UpdatedAt: b.now, FinancialStatus: "PAID", Currency: "CAD",
		Lines: []shopify.OrderLine{{ID: 11, SKU: "snowsuit", Quantity: 1, CurrentQuantity: 1, Original: 1000}}}, b.now, "a test")
	return err
}

func TestWhatSettlingAnEventFindsIsPushed(t *testing.T) {
	b := newBed(t)
	l := b.keep(ledgertest.OnSQLite(t).Manager)
	lean(&b.store.Spec)
	b.apply()
	b.ready()
	// A sale that nobody has followed up yet.
	b.must(l.Update(t.Context(), b.inLedger(), func(tx *ledger.Tx) error {
		b.must(b.sellSnowsuit(tx))
		return tx.PutSale(ledger.Sale{LineID: 11, OrderID: 1, ItemID: "snowsuit", ConsignorID: "robin", EventID: "spring", State: string(orders.Reserved)})
	}))
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.SaleEvents = []v1alpha1.SaleEvent{springSale()} })
	b.ready()
	var args string
	b.must(l.DB().QueryRowContext(t.Context(), "SELECT args FROM river_job WHERE kind = 'push'").Scan(&args))
	if !strings.Contains(args, "snowsuit") {
		t.Errorf("the push is for %s", args)
	}
}

func TestModeObserveRecordsNoSaleEvent(t *testing.T) {
	b := newBed(t)
	l := b.keep(ledgertest.OnSQLite(t).Manager)
	lean(&b.store.Spec)
	b.store.Spec.Mode = v1alpha1.ModeObserve
	b.store.Spec.SaleEvents = []v1alpha1.SaleEvent{springSale()}
	b.apply()
	b.settle()
	b.expect(v1alpha1.SaleEventsAppliedCondition, "False/PlanWaits")
	b.must(l.View(t.Context(), b.inLedger(), func(tx *ledger.Tx) error {
		events, err := tx.SaleEvents()
		if len(events) > 0 {
			t.Errorf("recorded: %+v", events)
		}
		return err
	}))
	b.idle()
}
