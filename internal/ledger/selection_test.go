package ledger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// stock puts four items into the ledger: one in the shop, one whose product is gone,
// one that never had any, and one that is sold.
func stock(tx *ledger.Tx) error {
	err := errors.Join(tx.PutConsignor(ledger.Consignor{ID: "c1", Class: "Regular"}), tx.PutConsignor(ledger.Consignor{ID: "c2", Class: "Super"}))
	for _, i := range []ledger.Item{
		{ID: "a", ConsignorID: "c1", EventID: "spring", State: "listed"}, {ID: "b", ConsignorID: "c1", EventID: "spring", State: "ready"},
		{ID: "c", ConsignorID: "c2", EventID: "fall", State: "ready"}, {ID: "d", ConsignorID: "c2", EventID: "fall", State: "sold"},
	} {
		err = errors.Join(err, tx.PutItem(i))
	}
	_, first := tx.PutProduct(ledger.Product{ItemID: "a", ProductID: 10, InventoryItemID: 100, Status: "ACTIVE"})
	_, second := tx.PutProduct(ledger.Product{ItemID: "b", ProductID: 20, InventoryItemID: 200, Status: "DELETED"})
	return errors.Join(err, first, second)
}

func TestSelections(t *testing.T) {
	cases := map[string]struct {
		reason             string
		of                 ledger.Selection
		products           int64
		offered            []string
		selected, unpicked string
	}{
		"all":       {"what is empty does not matter", ledger.Selection{}, 1, []string{"b", "c"}, "d", "nothing"},
		"event":     {"items of an event", ledger.Selection{EventID: "fall"}, 0, []string{"c"}, "d", "a"},
		"consignor": {"items of a consignor", ledger.Selection{ConsignorID: "c1"}, 1, []string{"b"}, "a", "c"},
		"since":     {"all was changed on the 20th", ledger.Selection{Since: day(20)}, 1, []string{"b", "c"}, "a", "nothing"},
		"later":     {"nothing was changed since", ledger.Selection{Since: day(20).Add(time.Microsecond)}, 0, nil, "", "a"},
		"until":     {"the moment itself is left out", ledger.Selection{Until: day(20)}, 0, nil, "", "a"},
	}
	eachOnEach(t, cases, func(t *testing.T, c struct {
		reason             string
		of                 ledger.Selection
		products           int64
		offered            []string
		selected, unpicked string
	}, tx *ledger.Tx,
	) {
		must(t, stock(tx))
		n, err := tx.CountProducts(c.of)
		equal(t, read(t, n, err), c.products)
		n, err = tx.CountOffered(c.of, "")
		equal(t, read(t, n, err), int64(len(c.offered)))
		list, err := tx.Offered(c.of, ledger.Page{Limit: 10})
		equal(t, read(t, list, err), c.offered)
		if len(c.offered) > 1 {
			list, err = tx.Offered(c.of, ledger.Page{After: c.offered[0], Limit: 10})
			equal(t, read(t, list, err), c.offered[1:])
		}
		if c.selected != "" {
			is, err := tx.Selected(c.of, c.selected)
			equal(t, read(t, is, err), true)
		}
		is, err := tx.Selected(c.of, c.unpicked)
		equal(t, read(t, is, err), false)
	})
}

func TestProductsBetween(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		must(t, stock(tx))
		for _, c := range []struct {
			after, upTo uint64
			want        int
		}{{0, 10, 1}, {10, 100, 0}, {0, 9, 0}, {0, 1 << 62, 1}} {
			list, err := tx.ProductsBetween(c.after, c.upTo)
			equal(t, len(read(t, list, err)), c.want)
		}
	})
}

func TestOrdersAmong(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		must(t, putOrder(tx, ledger.Order{ID: 8, UpdatedAt: day(2)}), putOrder(tx, ledger.Order{ID: 9, UpdatedAt: day(3)}))
		found, err := tx.OrdersAmong([]uint64{7, 8, 9})
		equal(t, len(read(t, found, err)), 2)
		equal(t, found[9].UpdatedAt, day(3))
		found, err = tx.OrdersAmong(nil)
		equal(t, len(read(t, found, err)), 0)
	})
}

func TestCursors(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		if _, err := tx.Cursor("orders"); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("before the first: %v", err)
		}
		must(t, tx.PutCursor("orders", "1"), tx.PutCursor("orders", "2"), tx.PutCursor("items", "9"))
		position, err := tx.Cursor("orders")
		equal(t, read(t, position, err), "2")
	})
}

func TestWhatBothSidesAgreedOn(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		must(t, stock(tx), tx.Agree("a", 1250, "ACTIVE"))
		_, err := tx.PutProduct(ledger.Product{ItemID: "a", ProductID: 10, InventoryItemID: 100, Status: "DRAFT", PriceCents: 900, SeenAt: day(1)})
		must(t, err)
		p, err := tx.Product("a")
		equal(t, read(t, p, err), ledger.Product{ItemID: "a", ProductID: 10, InventoryItemID: 100, Status: "DRAFT", PriceCents: 900, SeenAt: day(1), AgreedPriceCents: 1250, AgreedStatus: "ACTIVE"})
		must(t, tx.SetUnlisted("a", true))
		i, err := tx.Item("a")
		equal(t, read(t, i, err).Unlisted, true)
		changed, err := tx.ItemChangedAt("a")
		equal(t, read(t, changed, err), day(20))
	})
}
