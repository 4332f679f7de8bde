package ledger_test

import (
	"errors"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

func TestPutOrder(t *testing.T) {
	kept := ledger.Order{
		ID: 8, Name: "#1008", Source: "web", FinancialStatus: "PAID", Currency: "CAD", Test: true, TaxesIncluded: true,
		CreatedAt: day(10), UpdatedAt: day(12), CancelledAt: day(12), ReadAt: day(13),
	}
	type given struct {
		reason string
		change func(*ledger.Order)
		want   bool
	}
	eachOnEach(t, map[string]given{
		"the same":                 {"a read of the same moment may be repeated", func(*ledger.Order) {}, true},
		"later update":             {"is newer, whenever it was read", func(o *ledger.Order) { o.UpdatedAt, o.ReadAt = day(14), day(11) }, true},
		"same update, read later":  {"Shopify's time is to the second only", func(o *ledger.Order) { o.ReadAt = day(14) }, true},
		"same update, read before": {"what was read later knows more", func(o *ledger.Order) { o.ReadAt = day(12) }, false},
		"earlier update":           {"is older, whenever it was read", func(o *ledger.Order) { o.UpdatedAt, o.ReadAt = day(11), day(15) }, false},
	}, func(t *testing.T, c given, tx *ledger.Tx) {
		if put, err := tx.PutOrder(kept); !put || err != nil {
			t.Fatal(put, err)
		}
		asked := kept
		asked.FinancialStatus, asked.Test, asked.CancelledAt = "REFUNDED", false, day(1)
		c.change(&asked)
		put, err := tx.PutOrder(asked)
		if put != c.want || err != nil {
			t.Errorf("%s: %t, %v", c.reason, put, err)
		}
		want := kept
		if c.want {
			want = asked
		}
		got, err := tx.Order(8)
		equal(t, read(t, got, err), want)
	})
}

func TestLines(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		if _, err := tx.Order(8); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("no order yet: %v", err)
		}
		// Shopify's ids are larger than what fits into 32 bits.
		line := ledger.OrderLine{
			ID: 1 << 62, OrderID: 8, SKU: "i1", Title: "Boots", ProductID: 3, VariantID: 4, Quantity: 2, CurrentQuantity: 1,
			OriginalCents: 5000, DiscountCents: 1000, TaxCents: 520, Restocked: true,
		}
		must(t, putOrder(tx, ledger.Order{ID: 8}), tx.PutLine(line))
		got, err := tx.Line(line.ID)
		equal(t, read(t, got, err), line)
		unknown, err := tx.UnknownLines("i1")
		equal(t, read(t, unknown, err), []ledger.OrderLine{line})

		must(t, tx.AssignLine(line.ID, "i1"))
		line.ItemID = "i1"
		again := line
		again.ItemID, again.Title, again.CurrentQuantity, again.Restocked = "", "Winter boots", 0, false
		must(t, tx.PutLine(again)) // read once more, by who does not know the item
		again.ItemID = "i1"
		list, err := tx.LinesOf(8)
		equal(t, read(t, list, err), []ledger.OrderLine{again})
		list, err = tx.LinesFor("i1")
		equal(t, read(t, list, err), []ledger.OrderLine{again})
		unknown, err = tx.UnknownLines("i1")
		equal(t, read(t, unknown, err), nil)
		if _, err := tx.Line(7); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("no such line: %v", err)
		}
	})
}

func TestSales(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		sell(t, tx, day(10), day(11))
		first := ledger.Sale{LineID: 1, OrderID: 1, ItemID: "sold-10", ConsignorID: "c1", EventID: spring.ID, State: "Sold"}
		second := ledger.Sale{LineID: 2, OrderID: 2, ItemID: "sold-10", ConsignorID: "c1", EventID: spring.ID, State: "Double"}
		must(t, tx.PutSale(second))
		got, err := tx.Sale(2)
		equal(t, read(t, got, err), second)
		list, err := tx.SalesFor("sold-10")
		equal(t, read(t, list, err), []ledger.Sale{first, second})
		items, err := tx.SoldItems(spring.ID, "c1")
		equal(t, read(t, items, err), []string{"sold-10"})
		if _, err := tx.Sale(3); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("no such sale: %v", err)
		}
	})
}

func TestAnItemIsSoldOnce(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		sell(t, tx, day(10), day(11))
		if err := tx.PutSale(ledger.Sale{LineID: 2, OrderID: 2, ItemID: "sold-10", ConsignorID: "c1", EventID: spring.ID, State: "Reserved"}); err == nil {
			t.Error("a second active sale of an item was kept")
		}
	})
}
