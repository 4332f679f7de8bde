package ledger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// trade sells items of stock: "a" was sold and given back, "d" is sold.
func trade(tx *ledger.Tx) error {
	return errors.Join(stock(tx),
		putOrder(tx, ledger.Order{ID: 1, UpdatedAt: day(2), CreatedAt: day(1)}), putOrder(tx, ledger.Order{ID: 2, UpdatedAt: day(3), CreatedAt: day(3)}),
		putOrder(tx, ledger.Order{ID: ledger.FirstTillID, UpdatedAt: day(3), CreatedAt: day(3)}),
		tx.PutLine(ledger.OrderLine{ID: 11, OrderID: 1, ItemID: "a"}), tx.PutLine(ledger.OrderLine{ID: 12, OrderID: 2}),
		tx.PutSale(ledger.Sale{LineID: 11, OrderID: 1, ItemID: "a", ConsignorID: "c1", EventID: "spring", State: "Void"}))
}

func TestItemsThatFollowFromOrders(t *testing.T) {
	type given struct {
		reason string
		of     ledger.Selection
		want   []string
	}
	eachOnEach(t, map[string]given{
		"all":       {"what has a line, or a state that says so", ledger.Selection{}, []string{"a", "d"}},
		"consignor": {"those of one", ledger.Selection{ConsignorID: "c2"}, []string{"d"}},
		"event":     {"those of one", ledger.Selection{EventID: "spring"}, []string{"a"}},
		"later":     {"nothing changed since", ledger.Selection{Since: day(21)}, nil},
	}, func(t *testing.T, c given, tx *ledger.Tx) {
		must(t, trade(tx))
		n, err := tx.CountClaimed(c.of)
		equal(t, read(t, n, err), int64(len(c.want)))
		list, err := tx.Claimed(c.of, ledger.Page{Limit: 10})
		equal(t, read(t, list, err), c.want)
		if len(c.want) > 1 {
			list, err = tx.Claimed(c.of, ledger.Page{After: c.want[0], Limit: 1})
			equal(t, read(t, list, err), c.want[1:2])
		}
	})
}

func TestListedWithoutProduct(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		must(t, stock(tx), tx.PutItem(ledger.Item{ID: "e", ConsignorID: "c1", EventID: "spring", State: "listed"}), tx.PutItem(ledger.Item{ID: "f", ConsignorID: "c2", EventID: "fall", State: "listed"}))
		for _, c := range []struct {
			of    ledger.Selection
			after string
			want  []string
		}{{ledger.Selection{}, "", []string{"e", "f"}}, {ledger.Selection{}, "e", []string{"f"}}, {ledger.Selection{EventID: "spring"}, "", []string{"e"}}} {
			list, err := tx.ListedWithoutProduct(c.of, ledger.Page{After: c.after, Limit: 10})
			equal(t, read(t, list, err), c.want)
		}
	})
}

func TestOrdersBetween(t *testing.T) {
	type given struct {
		reason                 string
		after, upTo, madeSince time.Time
		want                   []uint64
	}
	eachOnEach(t, map[string]given{
		"all":    {"those of a till are not the shop's", day(1), day(4), time.Time{}, []uint64{1, 2}},
		"bounds": {"the first moment is left out, the last is not", day(2), day(3), time.Time{}, []uint64{2}},
		"none":   {"nothing changed then", day(3), day(4), time.Time{}, nil},
		"made":   {"the first was made before", day(1), day(4), day(2), []uint64{2}},
	}, func(t *testing.T, c given, tx *ledger.Tx) {
		must(t, trade(tx))
		list, err := tx.OrdersBetween(c.after, c.upTo, c.madeSince)
		var got []uint64
		for _, o := range read(t, list, err) {
			got = append(got, o.ID)
		}
		equal(t, got, c.want)
	})
}

func TestAccounts(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		entry := func(key, consignor string, line uint64) ledger.Entry {
			return ledger.Entry{Key: key, Kind: ledger.Accrual, ConsignorID: consignor, EventID: "spring", LineID: line, NetCents: 100, ConsignorCents: 60, ShopCents: 40, Inputs: "{}"}
		}
		must(t, trade(tx), tx.Post(entry("11/1", "c1", 11)), tx.Post(entry("11/2", "c1", 11)), tx.Post(entry("12/1", "c1", 12)),
			tx.CloseStatement(ledger.Statement{ID: "st1", EventID: "spring", ConsignorID: "c1", Number: 1, BalanceCents: 60}, []string{"11/1"}),
			tx.CloseStatement(ledger.Statement{ID: "st2", EventID: "fall", ConsignorID: "c2", Number: 1}, nil))
		spring, fall := ledger.Account{EventID: "spring", ConsignorID: "c1"}, ledger.Account{EventID: "fall", ConsignorID: "c2"}
		for _, c := range []struct {
			of   ledger.Selection
			want []ledger.Account
		}{{ledger.Selection{}, []ledger.Account{fall, spring}}, {ledger.Selection{EventID: "fall"}, []ledger.Account{fall}}, {ledger.Selection{ConsignorID: "c1"}, []ledger.Account{spring}}, {ledger.Selection{EventID: "winter"}, nil}} {
			list, err := tx.Accounts(c.of)
			equal(t, read(t, list, err), c.want)
		}
		list, err := tx.AccountEntries(spring)
		var got []string
		for _, e := range read(t, list, err) {
			equal(t, e.NetCents, 100)
			got = append(got, e.Key+" "+e.StatementID)
			equal(t, e.HasSale, e.LineID == 11)
		}
		equal(t, got, []string{"11/1 st1", "11/2 ", "12/1 "})
		list, err = tx.AccountEntries(fall)
		equal(t, read(t, list, err), nil)
	})
}

func TestFindingsThatWereMet(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		_, err := tx.Find(ledger.Finding{Kind: "OrderMissing", Subject: "#1", Severity: "Warning"})
		must(t, err, tx.Resolve("OrderMissing", "#1"))
		for subject, want := range map[string]bool{"#1": true, "#2": false} {
			met, err := tx.Met("OrderMissing", subject)
			equal(t, read(t, met, err), want)
		}
	})
}
