package statements_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/statements"
)

func TestMain(m *testing.M) { ledgertest.Main(m) }

var rewrite = flag.Bool("rewrite", false, "write testdata anew, to be looked at")

var maple = ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}

func day(d int) time.Time { return time.Date(2027, time.April, d, 9, 0, 0, 0, time.UTC) }

// shop is a ledger with an event, two consignors and their items, at a time that is
// moved by hand.
type shop struct {
	*testing.T
	ledger *ledger.Ledger
	now    time.Time
}

func open(t *testing.T, place ledgertest.Place) *shop {
	t.Helper()
	s := &shop{T: t, now: day(10)}
	s.ledger = ledgertest.Open(t, place.Manager, func() time.Time { return s.now })
	s.update(func(tx *ledger.Tx) error {
		errs := []error{
			tx.Bind(ledger.Binding{ShopID: 7, ShopDomain: "maple-kids.myshopify.com", Currency: "CAD"}),
			tx.PutSaleEvent(ledger.SaleEvent{ID: "spring-2027", Name: "Spring Sale 2027", StartsAt: day(9), EndsAt: day(11), ReturnWindowEndsAt: day(25)}),
			tx.PutTerms("spring-2027", []ledger.Terms{{EffectiveFrom: day(1), RegularPercent: 6000, SuperPercent: 7000, ShiftPercent: 250, MaxPercent: 8500,
				SuperItemBonusCents: 500, SuperItemThresholdCents: 10000}}),
			tx.PutConsignor(ledger.Consignor{ID: "robin", Name: "Robin Tremblay", Class: "Regular"}),
			tx.PutConsignor(ledger.Consignor{ID: "zoe", Name: "=Zoë, \"Z\"", Class: "Super"}),
			tx.PutShift(ledger.Shift{ID: "s1", EventID: "spring-2027", ConsignorID: "robin"}),
		}
		for _, i := range []ledger.Item{
			{ID: "boots", ConsignorID: "robin", Title: "Winter boots, size 3", PriceCents: 2000},
			{ID: "stroller", ConsignorID: "robin", Title: "Stroller", PriceCents: 18000},
			{ID: "hat", ConsignorID: "robin", Title: "-50% hat", PriceCents: 333},
			{ID: "lamp", ConsignorID: "zoe", Title: "Night lamp", PriceCents: 999},
		} {
			i.EventID, i.State = "spring-2027", "listed"
			errs = append(errs, tx.PutItem(i))
		}
		return errors.Join(errs...)
	})
	return s
}

func (s *shop) update(f func(*ledger.Tx) error) {
	s.Helper()
	if err := s.ledger.Update(s.Context(), maple, f); err != nil {
		s.Fatal(err)
	}
}

// order reads a paid order for an item; a piece that was given back is not left.
func (s *shop) order(id uint64, item string, cents int64, left int) {
	s.Helper()
	o := &shopify.Order{
		ID: id, Name: fmt.Sprintf("#%d", id), CreatedAt: day(10), UpdatedAt: s.now, FinancialStatus: "PAID", Currency: "CAD",
		Lines: []shopify.OrderLine{{ID: id * 10, SKU: item, Quantity: 1, CurrentQuantity: left, Original: cents}},
	}
	s.update(func(tx *ledger.Tx) error { _, err := orders.Apply(tx, o, s.now, "test"); return err })
}

func (s *shop) build(consignor string) (st statements.Statement) {
	s.Helper()
	s.update(func(tx *ledger.Tx) (err error) { st, err = statements.Build(tx, "spring-2027", consignor); return err })
	return st
}

func (s *shop) close(consignor string) (st statements.Statement, err error) {
	s.Helper()
	err = s.ledger.Update(s.Context(), maple, func(tx *ledger.Tx) error {
		st, err = statements.Close(tx, "spring-2027", consignor, "sam")
		return err
	})
	return st, err
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, text, want)
	}
}

func text(t *testing.T, list ...statements.Statement) string {
	t.Helper()
	var b strings.Builder
	for _, s := range list {
		if err := statements.WriteText(&b, s); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func csv(t *testing.T, list ...statements.Statement) string {
	t.Helper()
	var b strings.Builder
	if err := statements.WriteCSV(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestStatements follows two consignors from the event to what comes after.
func TestStatements(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		s := open(t, place)
		s.order(1001, "boots", 2000, 1)
		s.order(1002, "stroller", 18000, 1)
		s.now = day(12)
		s.order(1001, "boots", 2000, 0) // given back
		golden(t, "open.txt", text(t, s.build("robin"), s.build("zoe")))
		golden(t, "open.csv", csv(t, s.build("robin"), s.build("zoe")))

		s.now = day(25).Add(-time.Microsecond)
		_, err := s.close("robin")
		if early, ok := errors.AsType[*statements.TooEarlyError](err); !ok || !early.PayableFrom.Equal(day(25)) {
			t.Errorf("closed while customers may return things: %v", err)
		}
		s.now = day(25)
		first, err := s.close("robin")
		if err != nil || first.Closing.PaidCents != 11750 || first.Closing.CarriedCents != 0 {
			t.Fatalf("closed %+v, %v", first, err)
		}
		_, err = s.close("robin")
		if nothing, ok := errors.AsType[*statements.NothingOpenError](err); !ok || nothing.Closed != 1 {
			t.Errorf("closed again: %v", err)
		}
		if _, err = s.close("zoe"); err == nil || err.Error() != "there is nothing to close for consignor zoe at event spring-2027: nothing was posted since the last of 0 closed statements" {
			t.Errorf("closed without a sale: %v", err)
		}
		if after := s.build("robin"); after.Number != 2 || after.BalanceCents != 0 || len(after.Sales)+len(after.Adjustments)+len(after.Payouts) > 0 {
			t.Errorf("after it was closed: %+v", after)
		}

		// The customer is given the stroller's price back after all; what is sold later
		// goes against that.
		s.now = day(26)
		s.order(1002, "stroller", 18000, 0)
		second, err := s.close("robin")
		if err != nil || second.BalanceCents != -11750 || second.Closing.PaidCents != 0 || second.Closing.CarriedCents != -11750 {
			t.Fatalf("closed %+v, %v", second, err)
		}
		s.now = day(27)
		s.order(1003, "hat", 333, 1)
		golden(t, "later.txt", text(t, first, second, s.build("robin")))
		golden(t, "later.csv", csv(t, first, second, s.build("robin")))

		s.update(func(tx *ledger.Tx) error {
			for _, closed := range []statements.Statement{first, second} {
				kept, err := statements.Closed(tx, "spring-2027", "robin", closed.Number)
				if err != nil || !reflect.DeepEqual(kept, closed) {
					t.Errorf("kept\n%+v, %v, closed\n%+v", kept, err, closed)
				}
			}
			if _, err := statements.Closed(tx, "spring-2027", "robin", 3); !errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("the open one is not closed: %v", err)
			}
			trail, err := tx.Trail("consignor/robin")
			if len(trail) != 2 || trail[0].Actor != "sam" || trail[0].After != "statement 1 of event spring-2027: 11750 cents paid, 0 carried" {
				t.Errorf("the trail says %+v", trail)
			}
			entries, entriesErr := tx.EntriesOf("spring-2027", "robin")
			paid := 0
			for _, e := range entries {
				if e.Kind == ledger.Payout {
					paid++
					if e.Key != "payout/"+first.ID || e.ConsignorCents != -11750 {
						t.Errorf("paid %+v", e)
					}
				}
			}
			if paid != 1 {
				t.Errorf("paid %d times", paid)
			}
			return errors.Join(err, entriesErr)
		})
	})
}

func TestOtherPayoutsCount(t *testing.T) {
	s := open(t, ledgertest.OnSQLite(t))
	s.order(1001, "boots", 2000, 1)
	s.update(func(tx *ledger.Tx) error {
		return tx.Post(ledger.Entry{Key: "advance/1", Kind: ledger.Payout, ConsignorID: "robin", EventID: "spring-2027", ConsignorCents: -1000, Inputs: "{}"})
	})
	s.now = day(25)
	closed, err := s.close("robin")
	if err != nil || len(closed.Payouts) != 1 || closed.BalanceCents != 250 || closed.Closing.PaidCents != 250 {
		t.Errorf("closed %+v, %v", closed, err)
	}
}

func TestASaleThatBecomesAnothers(t *testing.T) {
	s := open(t, ledgertest.OnSQLite(t))
	s.order(1001, "boots", 2000, 1)
	s.update(func(tx *ledger.Tx) error {
		_, err := orders.Assign(tx, 10010, "lamp", "sam", "wrong label")
		return err
	})
	golden(t, "another.txt", text(t, s.build("robin"), s.build("zoe")))
	golden(t, "another.csv", csv(t, s.build("robin"), s.build("zoe")))
}

func TestWhatDoesNotAddUpIsNotShown(t *testing.T) {
	s := open(t, ledgertest.OnSQLite(t))
	s.order(1001, "boots", 2000, 1)
	s.update(func(tx *ledger.Tx) error { // a statement that says what its entries do not
		return tx.CloseStatement(ledger.Statement{ID: "st1", EventID: "spring-2027", ConsignorID: "robin", Number: 1, BalanceCents: -1}, []string{"10010/1"})
	})
	err := s.ledger.Update(t.Context(), maple, func(tx *ledger.Tx) error { _, err := statements.Build(tx, "spring-2027", "robin"); return err })
	if err == nil || !strings.Contains(err.Error(), "its balance is -1 cents, and all entries come to 1250") {
		t.Errorf("got %v", err)
	}
}

func TestOfNobody(t *testing.T) {
	s := open(t, ledgertest.OnSQLite(t))
	for _, of := range [][2]string{{"spring-2027", "nobody"}, {"never", "robin"}} {
		err := s.ledger.Update(t.Context(), maple, func(tx *ledger.Tx) error { _, err := statements.Build(tx, of[0], of[1]); return err })
		if !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("%v: %v", of, err)
		}
	}
	if err := s.ledger.Update(t.Context(), maple, func(tx *ledger.Tx) error { _, err := statements.Close(tx, "spring-2027", "robin", ""); return err }); err == nil {
		t.Error("closed by nobody")
	}
}
