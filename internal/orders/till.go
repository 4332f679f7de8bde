package orders

import (
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// sourceTill is where an order comes from that Shopify knows nothing of.
const sourceTill = "till"

// NotForSaleError says that an item cannot be sold at a till.
type NotForSaleError struct {
	Item  string
	State catalog.State
}

func (e *NotForSaleError) Error() string {
	return fmt.Sprintf("item %s is %s, and a till sells what is %s or %s: look whether it was sold meanwhile", e.Item, e.State, catalog.Listed, catalog.Ready)
}

// NotAtTillError says that an item's sale is none that a till can take back.
type NotAtTillError struct{ Item, Order string }

func (e *NotAtTillError) Error() string {
	if e.Order == "" {
		return fmt.Sprintf("item %s has no sale to take back", e.Item)
	}
	return fmt.Sprintf("item %s was sold by order %s: refund that in Shopify, and the item follows", e.Item, e.Order)
}

// Restock says what becomes of an item that is brought back.
type Restock string

// What may become of it.
const (
	ToShelf  Restock = "Shelf" // it is for sale again, while its event is open
	OffShelf Restock = "Aside" // it is not
)

// Sell sells an item at a till outside of Shopify, for cents of the shop's currency
// and without tax. Only one that is listed or ready is sold: a *NotForSaleError
// where it is anything else, so that of two tills at a time one sells it. The error
// is ErrNotFound where the ledger has no such item.
//
// It is kept as an order of one paid line, numbered where Shopify has no orders, and
// comes to what any order does.
func Sell(tx *ledger.Tx, item string, cents int64, person string) (ledger.Order, Result, error) {
	r := begin(tx, "sold at the till by "+person)
	i, err := tx.Item(item)
	if err != nil {
		return ledger.Order{}, Result{}, err
	}
	if state := catalog.State(i.State); state != catalog.Listed && state != catalog.Ready {
		return ledger.Order{}, Result{}, &NotForSaleError{Item: item, State: state}
	}
	currency, err := r.currency()
	if err != nil {
		return ledger.Order{}, Result{}, err
	}
	id, err := tx.NextTillID()
	if err != nil {
		return ledger.Order{}, Result{}, err
	}
	now := instant(tx.Now())
	o := ledger.Order{
		ID: id, Name: fmt.Sprintf("till-%d", id-ledger.FirstTillID+1), Source: sourceTill, FinancialStatus: "PAID", Currency: currency,
		CreatedAt: now, UpdatedAt: now, ReadAt: now,
	}
	if _, err := tx.PutOrder(o); err != nil {
		return o, Result{}, err
	}
	r.orders[id] = o
	if err := tx.PutLine(ledger.OrderLine{ID: id, OrderID: id, SKU: item, ItemID: item, Title: i.Title, Quantity: 1, CurrentQuantity: 1, OriginalCents: cents}); err != nil {
		return o, Result{}, err
	}
	err = r.settle(item, lineMoved)
	return o, r.result, err
}

// TakeBack undoes the sale of an item that was sold at a till: a *NotAtTillError
// where it was not.
func TakeBack(tx *ledger.Tx, item string, to Restock, person string) (Result, error) {
	r := begin(tx, "brought back to the till, taken by "+person)
	if _, err := tx.Item(item); err != nil {
		return Result{}, err
	}
	o, line, err := r.saleOf(item)
	if err != nil {
		return Result{}, err
	}
	if !o.AtTill() {
		return Result{}, &NotAtTillError{Item: item, Order: o.Name}
	}
	o.FinancialStatus, o.UpdatedAt, o.ReadAt = "REFUNDED", instant(tx.Now()), instant(tx.Now())
	if _, err := tx.PutOrder(o); err != nil {
		return Result{}, err
	}
	r.orders[o.ID] = o
	line.CurrentQuantity, line.Restocked = 0, to == ToShelf
	if err := tx.PutLine(line); err != nil {
		return Result{}, err
	}
	err = r.settle(item, lineMoved)
	return r.result, err
}

// saleOf is the order and its line that an item went to; none where it went to none.
func (r *run) saleOf(item string) (ledger.Order, ledger.OrderLine, error) {
	sales, err := r.tx.SalesFor(item)
	if err != nil {
		return ledger.Order{}, ledger.OrderLine{}, err
	}
	for _, sale := range sales {
		if !State(sale.State).active() {
			continue
		}
		o, err := r.order(sale.OrderID)
		if err != nil {
			return o, ledger.OrderLine{}, err
		}
		line, err := r.tx.Line(sale.LineID)
		return o, line, err
	}
	return ledger.Order{}, ledger.OrderLine{}, nil
}
