package simulator

import (
	"errors"
	"fmt"
	"slices"
)

// How things that are given back go back to stock.
const (
	noRestock     = "NO_RESTOCK"
	restockCancel = "CANCEL"
	restockReturn = "RETURN"
)

// Pay pays some of what is outstanding of an order, all of it if amount is 0:
// orders/paid once nothing is.
func (s *Simulator) Pay(domain string, order uint64, amount Cents) (Order, error) {
	return s.trade(domain, func(t *trade) (*Order, error) {
		o, err := t.order(order)
		if err != nil {
			return nil, err
		}
		due := o.outstanding()
		amount = orDefault(amount, due)
		switch {
		case !o.CancelledAt.IsZero():
			return nil, errors.New("the order is cancelled")
		case amount < 1 || amount > due:
			return nil, fmt.Errorf("%s cannot be paid: %s is outstanding", amount, due)
		}
		t.pay(o, amount)
		if amount == due { // no topic tells of a part
			t.tell("ORDERS_PAID", nil)
		}
		return o, nil
	})
}

// OrderEdit adds lines to an order and takes some away. Nobody pays or is paid
// back by it.
type OrderEdit struct {
	Add    []CheckoutLine `json:"add,omitempty"`
	Remove []RemovedLine  `json:"remove,omitempty"`
	// Restock puts what is removed back to stock.
	Restock  bool   `json:"restock,omitempty"`
	Oversell bool   `json:"oversell,omitempty"`
	Note     string `json:"note,omitempty"`
	// TaxTitle and TaxRate are as in Checkout.
	TaxTitle string   `json:"taxTitle,omitempty"`
	TaxRate  *float64 `json:"taxRate,omitempty"`
}

// RemovedLine takes some things off a line of an order.
type RemovedLine struct {
	// LineID is the line's; or else SKU is that of the first line with it.
	LineID uint64 `json:"lineID,omitempty"`
	SKU    string `json:"sku,omitempty"`
	// Quantity is all that is left if 0.
	Quantity int `json:"quantity,omitempty"`
}

// EditOrder changes an order's lines: orders/edited. What is removed is also in
// the order's refunds, without money (?).
func (s *Simulator) EditOrder(domain string, order uint64, e OrderEdit) (Order, error) {
	return s.trade(domain, func(t *trade) (*Order, error) {
		o, err := t.order(order)
		if err != nil {
			return nil, err
		}
		if !o.CancelledAt.IsZero() {
			return nil, errors.New("the order is cancelled")
		}
		var requests []RefundRequestLine
		for _, r := range e.Remove {
			requests = append(requests, RefundRequestLine{LineID: r.LineID, SKU: r.SKU, Quantity: r.Quantity, RestockType: restockIf(e.Restock)})
		}
		removed, err := t.giveBack(o, requests)
		if err != nil {
			return nil, err
		}
		sales, err := t.pick(e.Add, Checkout{TaxTitle: e.TaxTitle, TaxRate: e.TaxRate}.taxes(t.shop))
		if err != nil {
			return nil, err
		}
		if len(removed)+len(sales) == 0 {
			return nil, errors.New("want lines to add or to remove")
		}
		if err := t.takeStock(o.LocationID, sales, e.Oversell); err != nil {
			return nil, err
		}
		edit := EventOrderEdit{ID: t.nextID(), Order: o.ID, StaffNote: e.Note, At: t.now, Added: map[uint64]int{}, Removed: map[uint64]int{}}
		if len(removed) > 0 {
			t.refund(o, Refund{Lines: removed})
		}
		for _, l := range removed {
			edit.Removed[l.LineID] += l.Quantity
		}
		before := len(o.Lines)
		t.add(o, sales, nil)
		for _, l := range o.Lines[before:] {
			edit.Added[l.ID] = l.Quantity
		}
		t.tell("ORDERS_EDITED", OrderEditPayload(*t.shop, edit))
		return o, nil
	})
}

func restockIf(restock bool) string {
	if restock {
		return restockCancel
	}
	return noRestock
}

// Cancellation ends an order.
type Cancellation struct {
	// Reason is an OrderCancelReason; CUSTOMER if empty.
	Reason string `json:"reason,omitempty"`
	// Restock puts what is left of the order back to stock.
	Restock bool `json:"restock,omitempty"`
	// KeepMoney leaves what was paid with the shop.
	KeepMoney bool `json:"keepMoney,omitempty"`
}

var cancelReasons = []string{"CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"}

// CancelOrder cancels an order: orders/cancelled, and refunds/create where money
// goes back. What was left of the order is in a refund even without money (?).
func (s *Simulator) CancelOrder(domain string, order uint64, c Cancellation) (Order, error) {
	return s.trade(domain, func(t *trade) (*Order, error) {
		o, err := t.order(order)
		if err != nil {
			return nil, err
		}
		c.Reason = orDefault(c.Reason, cancelReasons[0])
		switch {
		case !o.CancelledAt.IsZero():
			return nil, errors.New("the order is cancelled already")
		case !slices.Contains(cancelReasons, c.Reason):
			return nil, fmt.Errorf("reason %q: want one of %q", c.Reason, cancelReasons)
		}
		var requests []RefundRequestLine
		for _, l := range o.Lines {
			if l.Current > 0 {
				requests = append(requests, RefundRequestLine{LineID: l.ID, RestockType: restockIf(c.Restock)})
			}
		}
		lines, err := t.giveBack(o, requests)
		if err != nil {
			return nil, err
		}
		back := Refund{Lines: lines}
		if !c.KeepMoney {
			back.Amount = o.moved("SALE") - o.moved("REFUND")
		}
		o.CancelledAt, o.CancelReason = t.now, c.Reason
		t.tell("ORDERS_CANCELLED", nil)
		switch {
		case back.Amount > 0:
			t.refundAndTell(o, back)
		case len(lines) > 0:
			t.refund(o, back)
		}
		return o, nil
	})
}
