package orders_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// TestWhatDoesNotAgree changes behind the back of a sale what follows from it.
func TestWhatDoesNotAgree(t *testing.T) {
	cases := map[string]struct {
		reason, item string
		did          func(*ledger.Tx) error
		want         []string
	}{
		"nothing": {"what was settled agrees", "snowsuit", func(*ledger.Tx) error { return nil }, nil},
		"sale": {"a sale that is not recorded as such", "snowsuit", func(tx *ledger.Tx) error {
			return tx.PutSale(ledger.Sale{LineID: 11, OrderID: 1, ItemID: "snowsuit", ConsignorID: "robin", EventID: "spring", State: "Void"})
		}, []string{`the sale by #1 line 11 is recorded as "Void", and comes to Sold`}},
		"class": {"a consignor who became another without a settlement", "snowsuit", func(tx *ledger.Tx) error {
			return tx.PutConsignor(ledger.Consignor{ID: "robin", Class: "Super"})
		}, []string{"the entries of #1 line 11 lack 250 cents for consignor robin and -250 for the shop"}},
		"listed": {"an item that is for sale and sold", "snowsuit", func(tx *ledger.Tx) error { return tx.SetItemState("snowsuit", "listed") },
			[]string{"it is recorded as listed, and is sold"}},
		"sold to nobody": {"an item that no order has", "boots", func(tx *ledger.Tx) error { return tx.SetItemState("boots", "sold") },
			[]string{"it is recorded as sold, and no order has it"}},
	}
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, func() time.Time { return ordered.Add(time.Hour) })
		for name, tc := range cases {
			t.Run(name, func(t *testing.T) {
				store := ledger.Store{Tenant: "client", Name: name}
				for _, step := range []func(*ledger.Tx) error{stock, func(tx *ledger.Tx) error { _, err := read(order(1))(tx); return err }, tc.did} {
					if err := l.Update(t.Context(), store, step); err != nil {
						t.Fatal(err)
					}
				}
				var got []string
				if err := l.View(t.Context(), store, func(tx *ledger.Tx) (err error) { got, err = orders.Check(tx, tc.item); return err }); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got, tc.want) {
					t.Errorf("%s: got %q, want %q", tc.reason, got, tc.want)
				}
				if err := l.Update(t.Context(), store, func(tx *ledger.Tx) error { _, err := orders.Settle(tx, tc.item, "test"); return err }); err != nil {
					t.Fatal(err)
				}
				if tc.item != "boots" {
					if err := l.View(t.Context(), store, func(tx *ledger.Tx) error { return agrees(t, tx) }); err != nil {
						t.Error(err)
					}
				}
			})
		}
	})
}
