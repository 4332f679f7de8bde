package ledger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestItems(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		must(t, tx.PutConsignor(ledger.Consignor{ID: "c1", Class: "Regular"}))
		item := ledger.Item{ID: "i1", ConsignorID: "c1", EventID: "spring-2027", Title: "Boots, \"new\"", PriceCents: 1250, MarkdownEligible: true, State: "ready"}
		must(t, tx.PutItem(item), tx.SetItemState("i1", "sold"))
		item.Title, item.State = "Boots", "ready"
		must(t, tx.PutItem(item))
		item.State = "sold" // which is not what an item is put for
		got, err := tx.Item("i1")
		equal(t, read(t, got, err), item)
		list, err := tx.ItemsOf("spring-2027", "c1")
		equal(t, read(t, list, err), []ledger.Item{item})
		list, err = tx.ItemsOf("fall-2027", "c1")
		equal(t, read(t, list, err), nil)
		if _, err := tx.Item("i2"); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("no such item: %v", err)
		}
	})
}

func TestProducts(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		must(t, tx.PutConsignor(ledger.Consignor{ID: "c1", Class: "Regular"}), tx.PutItem(ledger.Item{ID: "i1", ConsignorID: "c1", EventID: "spring-2027", State: "ready"}))
		product := ledger.Product{ItemID: "i1", ProductID: 3, VariantID: 4, InventoryItemID: 5, Status: "DRAFT", PriceCents: 1250, SeenAt: day(2), AppliedAt: day(2), AgreedPriceCents: -1}
		put := func(p ledger.Product, reason string, want bool) {
			t.Helper()
			if did, err := tx.PutProduct(p); err != nil || did != want {
				t.Errorf("%s: %t, %v", reason, did, err)
			}
		}
		put(product, "the first", true)
		product.Status, product.ProductID, product.SeenAt = "ACTIVE", 30, day(3)
		put(product, "a later state", true)
		put(ledger.Product{ItemID: "i1", ProductID: 31, VariantID: 4, InventoryItemID: 5, Status: "DRAFT", SeenAt: day(2)}, "an earlier state changes nothing", false)
		got, err := tx.Product("i1")
		equal(t, read(t, got, err), product)
		got, err = tx.ProductByInventoryItem(5)
		equal(t, read(t, got, err), product)
		list, err := tx.ProductsByID(30)
		equal(t, read(t, list, err), []ledger.Product{product})
		if _, err := tx.ProductByInventoryItem(6); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("no such product: %v", err)
		}
	})
}

func TestStock(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		if _, err := tx.Stock(5, 6); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("never heard of: %v", err)
		}
		// All in one moment: what was appended last is what counts.
		for i, step := range []struct {
			available int
			moved     bool
		}{{1, true}, {1, false}, {0, true}, {1, true}, {-1, true}, {-1, false}} {
			moved, err := tx.Move(ledger.Movement{InventoryItemID: 5, LocationID: 6, ItemID: "i1", Available: step.available, Actor: "shopify", Reason: "test"})
			if moved != step.moved || err != nil {
				t.Errorf("step %d: %t, %v", i, moved, err)
			}
			n, err := tx.Stock(5, 6)
			equal(t, read(t, n, err), step.available)
		}
		if _, err := tx.Stock(5, 7); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("another location: %v", err)
		}
	})
}

func TestFindings(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		now := day(1)
		l := ledgertest.Open(t, place.Manager, func() time.Time { return now })
		finding := ledger.Finding{Kind: "DoubleSale", Subject: "i1", Severity: "Critical", Detail: "orders 8 and 9"}
		step := func(d int, wantNew bool, wantFirst int) {
			t.Helper()
			now = day(d)
			update(t, l, maple, func(tx *ledger.Tx) error {
				isNew, err := tx.Find(finding)
				equal(t, read(t, isNew, err), wantNew)
				want := finding
				want.FirstSeenAt, want.LastSeenAt = day(wantFirst), now
				list, err := tx.Findings()
				equal(t, read(t, list, err), []ledger.Finding{want})
				return nil
			})
		}
		step(2, true, 2)
		finding.Detail = "orders 8, 9 and 10"
		step(3, false, 2)
		update(t, l, maple, func(tx *ledger.Tx) error {
			must(t, tx.Resolve("DoubleSale", "i2"), tx.Resolve("DoubleSale", "i1"), tx.Resolve("DoubleSale", "i1"))
			list, err := tx.Findings()
			equal(t, read(t, list, err), nil)
			return nil
		})
		step(5, true, 5) // it stands again
	})
}
