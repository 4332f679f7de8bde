package ledger_test

import (
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestEntriesAndStatements(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		now := day(20)
		l := ledgertest.Open(t, place.Manager, func() time.Time { return now })
		sale := ledger.Entry{
			Key: "sale/9/1", Kind: ledger.Accrual, ConsignorID: "c1", EventID: "spring-2027", LineID: 9, OrderID: 8, ItemID: "i1",
			NetCents: 2500, ConsignorCents: 1500, ShopCents: 1000, Inputs: `{"percent": 6000}`, PostedAt: day(20),
		}
		refund := sale
		refund.Key, refund.Kind, refund.NetCents, refund.ConsignorCents, refund.ShopCents, refund.PostedAt = "sale/9/2", ledger.Adjustment, -2500, -1500, -1000, day(21)
		payout := ledger.Entry{Key: "payout/st1", Kind: ledger.Payout, ConsignorID: "c1", EventID: "spring-2027", ConsignorCents: -1500, Inputs: "{}", PostedAt: day(21)}
		closed := ledger.Statement{ID: "st1", EventID: "spring-2027", ConsignorID: "c1", Number: 1, BalanceCents: 1500, Document: `{"a": "é"}`, ClosedBy: "sam", ClosedAt: day(21)}
		update(t, l, maple, func(tx *ledger.Tx) error { return tx.Post(sale) })
		now = day(21)
		update(t, l, maple, func(tx *ledger.Tx) error {
			must(t, tx.Post(payout), tx.CloseStatement(closed, []string{sale.Key, payout.Key}), tx.Post(refund))
			for name, c := range map[string]struct {
				read func() ([]ledger.Entry, error)
				want []ledger.Entry
			}{
				"of the sale":      {func() ([]ledger.Entry, error) { return tx.EntriesFor(9) }, []ledger.Entry{sale, refund}},
				"of another":       {func() ([]ledger.Entry, error) { return tx.EntriesFor(10) }, nil},
				"of the consignor": {func() ([]ledger.Entry, error) { return tx.EntriesOf("spring-2027", "c1") }, []ledger.Entry{sale, payout, refund}},
				"at another event": {func() ([]ledger.Entry, error) { return tx.EntriesOf("fall-2027", "c1") }, nil},
				"open":             {func() ([]ledger.Entry, error) { return tx.OpenEntries("spring-2027", "c1") }, []ledger.Entry{refund}},
				"open of another":  {func() ([]ledger.Entry, error) { return tx.OpenEntries("spring-2027", "c2") }, nil},
			} {
				t.Run(name, func(t *testing.T) {
					got, err := c.read()
					equal(t, read(t, got, err), c.want)
				})
			}
			list, err := tx.Statements("spring-2027", "c1")
			equal(t, read(t, list, err), []ledger.Statement{closed})
			list, err = tx.Statements("spring-2027", "c2")
			equal(t, read(t, list, err), nil)
			return nil
		})
	})
}

func TestWhatIsNotPosted(t *testing.T) {
	entry := func(change func(*ledger.Entry)) ledger.Entry {
		e := ledger.Entry{Key: "sale/9/1", Kind: ledger.Accrual, ConsignorID: "c1", EventID: "spring-2027", LineID: 9, NetCents: 100, ConsignorCents: 60, ShopCents: 40, Inputs: "{}"}
		change(&e)
		return e
	}
	type given struct {
		reason string
		entry  ledger.Entry
	}
	eachOnEach(t, map[string]given{
		"again":          {"a key is posted once", entry(func(*ledger.Entry) {})},
		"wrong sum":      {"a cent is either the consignor's or the shop's", entry(func(e *ledger.Entry) { e.Key, e.ShopCents = "k", 41 })},
		"payout of sale": {"a payout is the consignor's alone", entry(func(e *ledger.Entry) { e.Key, e.Kind = "k", ledger.Payout })},
		"other kind":     {"there are three", entry(func(e *ledger.Entry) { e.Key, e.Kind = "k", "Gift" })},
	}, func(t *testing.T, c given, tx *ledger.Tx) {
		must(t, tx.Post(entry(func(*ledger.Entry) {})))
		if err := tx.Post(c.entry); err == nil {
			t.Errorf("%s, but it was kept", c.reason)
		}
	})
}

func TestWhatIsNotClosed(t *testing.T) {
	second := ledger.Statement{ID: "st2", EventID: "spring-2027", ConsignorID: "c1", Number: 2}
	sameNumber := second
	sameNumber.Number = 1
	type given struct {
		reason string
		close  ledger.Statement
		keys   []string
	}
	eachOnEach(t, map[string]given{
		"covered entry": {"an entry is on one statement only", second, []string{"sale/9/1"}},
		"no entry":      {"what is not posted is on none", second, []string{"sale/10/1"}},
		"same number":   {"numbers count", sameNumber, nil},
	}, func(t *testing.T, c given, tx *ledger.Tx) {
		must(t, tx.Post(ledger.Entry{Key: "sale/9/1", Kind: ledger.Accrual, ConsignorID: "c1", EventID: "spring-2027", LineID: 9, Inputs: "{}"}),
			tx.CloseStatement(ledger.Statement{ID: "st1", EventID: "spring-2027", ConsignorID: "c1", Number: 1}, []string{"sale/9/1"}))
		if err := tx.CloseStatement(c.close, c.keys); err == nil {
			t.Errorf("%s, but it was closed", c.reason)
		}
	})
}
