package orders_test

import (
	"errors"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

func soldAtTill(item string, cents int64) step {
	return func(tx *ledger.Tx) (orders.Result, error) {
		_, r, err := orders.Sell(tx, item, cents, "kim")
		return r, err
	}
}

func takenBack(item string, to orders.Restock) step {
	return func(tx *ledger.Tx) (orders.Result, error) { return orders.TakeBack(tx, item, to, "kim") }
}

// refused is a step that has to fail in a way.
func refused[E error](s step) step {
	return func(tx *ledger.Tx) (orders.Result, error) {
		_, err := s(tx)
		if _, ok := errors.AsType[E](err); !ok {
			return orders.Result{}, errors.Join(errors.New("it was not refused as it should be"), err)
		}
		return orders.Result{}, nil
	}
}

func TestTheTill(t *testing.T) {
	const first = "4611686018427387904"
	run(t, map[string]example{
		"sold": {reason: "it earns as an order does", steps: []step{soldAtTill("snowsuit", 2499)},
			want: outcome{sales: first + " Sold", items: "snowsuit sold", owed: "robin 1499/1000", todo: "zero snowsuit"}},
		"sold by two tills": {reason: "the second finds it gone", steps: []step{soldAtTill("snowsuit", 2499), refused[*orders.NotForSaleError](soldAtTill("snowsuit", 2499))},
			want: outcome{sales: first + " Sold", items: "snowsuit sold", owed: "robin 1499/1000"}},
		"two items": {reason: "each sale has a number of its own", steps: []step{soldAtTill("snowsuit", 1000), soldAtTill("boots", 1000)},
			want: outcome{sales: "4611686018427387904 Sold, 4611686018427387905 Sold", items: "boots sold, snowsuit sold", owed: "kim 700/300, robin 600/400", todo: "zero boots"}},
		"not listed yet": {reason: "a till sells what is in the room", steps: []step{then(func(tx *ledger.Tx) error { return tx.SetItemState("snowsuit", "ready") }), soldAtTill("snowsuit", 1000)},
			want: outcome{sales: first + " Sold", items: "snowsuit sold", owed: "robin 600/400", todo: "zero snowsuit"}},
		"withdrawn":       {reason: "it is not for sale", steps: []step{refused[*orders.NotForSaleError](soldAtTill("stroller", 1000))}},
		"ordered online":  {reason: "it is another's, who may still pay", steps: []step{read(order(1, status("PENDING"))), refused[*orders.NotForSaleError](soldAtTill("snowsuit", 1000))}, want: outcome{sales: "11 Reserved", items: "snowsuit reserved"}},
		"under new terms": {reason: "those of the moment count", late: raised, steps: []step{soldAtTill("snowsuit", 1000)}, want: outcome{sales: first + " Sold", items: "snowsuit sold", owed: "robin 650/350", todo: "zero snowsuit"}},
		"online at once": {reason: "who took it home has it, though the order was first", steps: []step{soldAtTill("snowsuit", 2499), read(order(1))},
			want: outcome{sales: "11 Double, " + first + " Sold", items: "snowsuit sold", owed: "robin 1499/1000", findings: "DoubleSale snowsuit", todo: "zero snowsuit"}},
		"online, then brought back": {reason: "then the order has it", steps: []step{soldAtTill("snowsuit", 2499), read(order(1)), takenBack("snowsuit", orders.ToShelf)},
			want: outcome{sales: "11 Sold, " + first + " Void", items: "snowsuit sold", owed: "robin 1499/1000", todo: "zero snowsuit"}},
		"brought back": {reason: "it is for sale again, and earned nothing", steps: []step{soldAtTill("snowsuit", 2499), takenBack("snowsuit", orders.ToShelf)},
			want: outcome{sales: first + " Void", owed: "robin 0/0", todo: "shelf snowsuit"}},
		"brought back broken": {reason: "it is not", steps: []step{soldAtTill("snowsuit", 2499), takenBack("snowsuit", orders.OffShelf)},
			want: outcome{sales: first + " Void", items: "snowsuit customerReturned", owed: "robin 0/0", todo: "zero snowsuit"}},
		"brought back late": {reason: "the event is over", late: ends.Add(-time.Second), steps: []step{soldAtTill("snowsuit", 2499), then(func(*ledger.Tx) error { return nil }), takenBack("snowsuit", orders.ToShelf)},
			want: outcome{sales: first + " Void", items: "snowsuit customerReturned", owed: "robin 0/0", todo: "zero snowsuit"}},
		"sold again": {reason: "it was on the shelf", steps: []step{soldAtTill("snowsuit", 2000), takenBack("snowsuit", orders.ToShelf), soldAtTill("snowsuit", 1000)},
			want: outcome{sales: first + " Void, 4611686018427387905 Sold", items: "snowsuit sold", owed: "robin 600/400", todo: "zero snowsuit"}},
		"an order brought back": {reason: "Shopify has to know", steps: []step{read(order(1)), refused[*orders.NotAtTillError](takenBack("snowsuit", orders.ToShelf))},
			want: outcome{sales: "11 Sold", items: "snowsuit sold", owed: "robin 1499/1000"}},
		"never sold": {reason: "there is nothing to take back", steps: []step{refused[*orders.NotAtTillError](takenBack("snowsuit", orders.ToShelf))}},
	})
}
