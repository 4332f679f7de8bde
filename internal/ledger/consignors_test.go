package ledger_test

import (
	"errors"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

func TestConsignors(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		if _, err := tx.Consignor("c1"); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("nobody yet: %v", err)
		}
		robin, zoe := ledger.Consignor{ID: "c1", Name: "Robin", Class: "Regular"}, ledger.Consignor{ID: "c2", Name: "Zoë", Class: "Super"}
		must(t, tx.PutConsignor(zoe), tx.PutConsignor(ledger.Consignor{ID: "c1", Name: "Robyn", Class: "Super"}), tx.PutConsignor(robin))
		got, err := tx.Consignor("c1")
		equal(t, read(t, got, err), robin)

		// Who has brought something, and who once did and is still owed for it.
		must(t, tx.PutItem(ledger.Item{ID: "i1", ConsignorID: "c2", EventID: "spring-2027", State: "ready"}))
		of, err := tx.ConsignorsOf("spring-2027")
		equal(t, read(t, of, err), []ledger.Consignor{zoe})
		must(t, tx.Post(ledger.Entry{Key: "sale/9/1", Kind: ledger.Accrual, ConsignorID: "c1", EventID: "spring-2027", LineID: 9, Inputs: "{}"}))
		of, err = tx.ConsignorsOf("spring-2027")
		equal(t, read(t, of, err), []ledger.Consignor{robin, zoe})
		of, err = tx.ConsignorsOf("fall-2027")
		equal(t, read(t, of, err), nil)
	})
}

func TestClasses(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		if err := tx.PutConsignor(ledger.Consignor{ID: "c1", Class: "super"}); err == nil {
			t.Error("a class that nobody has was kept")
		}
	})
}

func TestShifts(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		must(t, tx.PutConsignor(ledger.Consignor{ID: "c1", Class: "Regular"}))
		for _, s := range []ledger.Shift{
			{ID: "s1", EventID: "spring-2027", ConsignorID: "c1"}, {ID: "s2", EventID: "spring-2027", ConsignorID: "c1"},
			{ID: "s3", EventID: "fall-2027", ConsignorID: "c1"}, {ID: "s2", EventID: "spring-2027", ConsignorID: "c1"},
		} {
			must(t, tx.PutShift(s))
		}
		n, err := tx.Shifts("spring-2027", "c1")
		equal(t, read(t, n, err), 2)
		must(t, tx.PutShift(ledger.Shift{ID: "s2", EventID: "fall-2027", ConsignorID: "c1"}))
		n, err = tx.Shifts("spring-2027", "c1")
		equal(t, read(t, n, err), 1)
		s, err := tx.Shift("s2")
		equal(t, read(t, s, err), ledger.Shift{ID: "s2", EventID: "fall-2027", ConsignorID: "c1"})
		if _, err := tx.Shift("s4"); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("no such shift: %v", err)
		}
	})
}

func TestAShiftOfNobody(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		if err := tx.PutShift(ledger.Shift{ID: "s1", EventID: "spring-2027", ConsignorID: "nobody"}); err == nil {
			t.Error("it was kept")
		}
	})
}
