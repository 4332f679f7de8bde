package ledger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestSaleEvents(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		if _, err := tx.SaleEvent(spring.ID); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("none yet: %v", err)
		}
		fall := ledger.SaleEvent{ID: "fall-2027", Name: "Fall", StartsAt: day(1).AddDate(0, 5, 0), EndsAt: day(2).AddDate(0, 5, 0)}
		longer := spring
		longer.ReturnWindowEndsAt = day(28)
		must(t, tx.PutSaleEvent(spring), tx.PutSaleEvent(fall), tx.PutSaleEvent(longer))
		got, err := tx.SaleEvent(spring.ID)
		equal(t, read(t, got, err), longer)
		list, err := tx.SaleEvents()
		equal(t, read(t, list, err), []ledger.SaleEvent{fall, longer})
	})
}

func TestPutTerms(t *testing.T) {
	from := func(d int, regular commission.Percent) ledger.Terms {
		return ledger.Terms{EffectiveFrom: day(d), RegularPercent: regular, SuperPercent: 7000, ShiftPercent: 250, MaxPercent: 8500, SuperItemBonusCents: 500, SuperItemThresholdCents: 10000}
	}
	before := []ledger.Terms{from(1, 6000), from(10, 6500), from(20, 5000)}
	ordered := []time.Time{day(10), day(12)}
	type given struct {
		reason string
		terms  []ledger.Terms
		inUse  time.Time // of the version that may not change; zero where all is well
	}
	eachOnEach(t, map[string]given{
		"again":               {"they are put with every look at the spec", before, time.Time{}},
		"unused changed":      {"no order counts under these", []ledger.Terms{from(1, 6100), from(10, 6500), from(20, 5500)}, time.Time{}},
		"unused removed":      {"nor under what is to come", []ledger.Terms{from(10, 6500)}, time.Time{}},
		"later added":         {"a promise for what is sold from then on", append(before[:3:3], from(25, 6000)), time.Time{}},
		"used changed":        {"what was sold under it was promised it", []ledger.Terms{from(1, 6000), from(10, 6600), from(20, 5000)}, day(10)},
		"used removed":        {"the same", []ledger.Terms{from(1, 6000), from(20, 5000)}, day(10)},
		"used begins later":   {"an order at that moment would lose it", []ledger.Terms{from(1, 6000), from(11, 6500)}, day(10)},
		"between it and them": {"the order would count under another", append(before[:2:2], from(11, 6400)), day(10)},
		"all removed":         {"there would be none to count under", nil, day(10)},
	}, func(t *testing.T, c given, tx *ledger.Tx) {
		must(t, tx.PutSaleEvent(spring), tx.PutTerms(spring.ID, before))
		sell(t, tx, ordered...)
		err := tx.PutTerms(spring.ID, c.terms)
		used, refused := errors.AsType[*ledger.TermsInUseError](err)
		want := c.terms
		if !c.inUse.IsZero() {
			want = before
		}
		if refused != !c.inUse.IsZero() || err != nil && !refused || refused && !used.EffectiveFrom.Equal(c.inUse) {
			t.Errorf("%s: %v", c.reason, err)
		}
		got, err := tx.Terms(spring.ID)
		equal(t, read(t, got, err), want)
	})
}

// sell makes an order with a sale at each of the times.
func sell(t *testing.T, tx *ledger.Tx, times ...time.Time) {
	t.Helper()
	must(t, tx.PutConsignor(ledger.Consignor{ID: "c1", Class: "Regular"}))
	for i, at := range times {
		id := uint64(i + 1)
		item := "sold-" + at.Format("02")
		must(t,
			tx.PutItem(ledger.Item{ID: item, ConsignorID: "c1", EventID: spring.ID, State: "sold"}),
			putOrder(tx, ledger.Order{ID: id, CreatedAt: at}),
			tx.PutLine(ledger.OrderLine{ID: id, OrderID: id, ItemID: item, Quantity: 1}),
			tx.PutSale(ledger.Sale{LineID: id, OrderID: id, ItemID: item, ConsignorID: "c1", EventID: spring.ID, State: "Sold"}))
	}
}

func TestTermsOfTwoEvents(t *testing.T) {
	place := ledgertest.OnSQLite(t)
	update(t, ledgertest.Open(t, place.Manager, nil), maple, func(tx *ledger.Tx) error {
		one, other := []ledger.Terms{{EffectiveFrom: day(1), RegularPercent: 6000}}, []ledger.Terms{{EffectiveFrom: day(1), RegularPercent: 5000}}
		must(t, tx.PutTerms("spring-2027", one), tx.PutTerms("fall-2027", other), tx.PutTerms("fall-2027", nil))
		got, err := tx.Terms("spring-2027")
		equal(t, read(t, got, err), one)
		return nil
	})
}
