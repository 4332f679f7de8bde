package orders

import (
	"cmp"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// State is what a sale came to.
type State string

// The states of a sale. An item has at most one that is Reserved or Sold.
const (
	Reserved State = "Reserved" // the item's, ordered and not fully paid
	Sold     State = "Sold"     // the item's, fully paid; the only one that earns
	Double   State = "Double"   // the item went to another order
	Void     State = "Void"     // edited out, refunded or cancelled
)

// active says that the item went to this sale.
func (s State) active() bool { return s == Reserved || s == Sold }

// claim is a line of an order that is for an item.
type claim struct {
	order ledger.Order
	line  ledger.OrderLine
}

// stands says whether the customer still wants the item, and is real.
func (c claim) stands() bool { return c.line.CurrentQuantity > 0 && counts(c.order) }

// counts says whether an order is real and was not cancelled.
func counts(o ledger.Order) bool { return !o.Test && o.CancelledAt.IsZero() }

// paid says whether an order was fully paid, whatever was given back since.
func paid(o ledger.Order) bool {
	switch o.FinancialStatus {
	case "PAID", "PARTIALLY_REFUNDED", "REFUNDED":
		return true
	}
	return false
}

// ahead orders claims on one item: who took it home from the till goes first, then
// who has paid, then who ordered first. The ids make it the same every time.
func (c claim) ahead(of claim) bool {
	if c.order.AtTill() != of.order.AtTill() {
		return c.order.AtTill()
	}
	if paid(c.order) != paid(of.order) {
		return paid(c.order)
	}
	return cmp.Or(c.order.CreatedAt.Compare(of.order.CreatedAt), cmp.Compare(c.order.ID, of.order.ID), cmp.Compare(c.line.ID, of.line.ID)) < 0
}

// decide says what each claim on an item comes to. One at most gets it.
func decide(claims []claim) []State {
	states := make([]State, len(claims))
	winner := -1
	for i, c := range claims {
		states[i] = Void
		if !c.stands() {
			continue
		}
		states[i] = Double
		if winner < 0 || c.ahead(claims[winner]) { //nolint:gosec // it is an index of claims by then
			winner = i
		}
	}
	switch {
	case winner < 0:
	case paid(claims[winner].order):
		states[winner] = Sold
	default:
		states[winner] = Reserved
	}
	return states
}

// ending says how the sale ended that had the item.
type ending string

const (
	notEnded  ending = ""           // it goes on, or there was none
	restocked ending = "restocked"  // Shopify put the item back
	keptOff   ending = "kept off"   // Shopify did not
	wrongItem ending = "wrong item" // the sale was of another item all along
)

// stateOf is where an item stands that was in a state, given the sale that it has
// by now (empty for none), how the last one ended, and whether its event is open.
func stateOf(was catalog.State, has State, end ending, open bool) catalog.State {
	switch {
	case has == Sold:
		return catalog.Sold
	case has == Reserved:
		return catalog.Reserved
	case end == notEnded, was != catalog.Reserved && was != catalog.Sold:
		return was
	case open && end != keptOff:
		return catalog.Listed
	case end == wrongItem:
		return catalog.Unsold
	default:
		return catalog.CustomerReturned
	}
}
