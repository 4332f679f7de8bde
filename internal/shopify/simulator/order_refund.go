package simulator

import (
	"errors"
	"fmt"
	"slices"
)

// RefundRequest gives back things of an order, money, or both.
type RefundRequest struct {
	Lines []RefundRequestLine `json:"lines,omitempty"`
	// Amount is the money given back; what the lines come to if nil, up to what was
	// paid. The difference is an adjustment.
	Amount *Cents `json:"amountCents,omitempty"`
	Note   string `json:"note,omitempty"`
}

// RefundRequestLine gives back some of a line's things.
type RefundRequestLine struct {
	// LineID is the line's; or else SKU is that of the first line with it.
	LineID uint64 `json:"lineID,omitempty"`
	SKU    string `json:"sku,omitempty"`
	// Quantity is all that is left if 0.
	Quantity int `json:"quantity,omitempty"`
	// RestockType is NO_RESTOCK, also if empty, CANCEL or RETURN.
	RestockType string `json:"restockType,omitempty"`
	// LocationID is where the things go back to; where they came from if 0.
	LocationID uint64 `json:"locationID,omitempty"`
}

// RefundOrder gives things or money back: refunds/create.
func (s *Simulator) RefundOrder(domain string, order uint64, r RefundRequest) (Order, error) {
	return s.trade(domain, func(t *trade) (*Order, error) {
		o, err := t.order(order)
		if err != nil {
			return nil, err
		}
		lines, err := t.giveBack(o, r.Lines)
		if err != nil {
			return nil, err
		}
		left, due := o.moved("SALE")-o.moved("REFUND"), o.worth(lines)
		amount := min(due, left)
		if r.Amount != nil {
			amount = *r.Amount
		}
		switch {
		case len(lines) == 0 && amount == 0:
			return nil, errors.New("want lines or an amountCents")
		case amount < 0 || amount > left:
			return nil, fmt.Errorf("%s cannot be given back: %s is left of what was paid", amount, left)
		}
		t.refundAndTell(o, Refund{Lines: lines, Amount: amount, Note: r.Note})
		return o, nil
	})
}

// giveBack says what requests come to and changes nothing.
func (t *trade) giveBack(o *Order, requests []RefundRequestLine) ([]RefundedLine, error) {
	var lines []RefundedLine
	asked := map[uint64]bool{}
	for _, r := range requests {
		i := slices.IndexFunc(o.Lines, func(l OrderLine) bool {
			return l.ID == r.LineID || r.LineID == 0 && r.SKU != "" && l.SKU == r.SKU
		})
		if i < 0 || asked[o.Lines[i].ID] {
			return nil, fmt.Errorf("the order has no line %d or SKU %q, or it is asked for twice", r.LineID, r.SKU)
		}
		l := &o.Lines[i]
		asked[l.ID] = true
		quantity, restock := orDefault(r.Quantity, l.Current), orDefault(r.RestockType, noRestock)
		switch {
		case quantity < 1 || quantity > l.Current:
			return nil, fmt.Errorf("line %d: %d of %d left cannot be given back", l.ID, quantity, l.Current)
		case !slices.Contains([]string{noRestock, restockCancel, restockReturn}, restock):
			return nil, fmt.Errorf("restockType %q: want NO_RESTOCK, CANCEL or RETURN", restock)
		}
		line := RefundedLine{LineID: l.ID, Quantity: quantity, RestockType: restock}
		line.Subtotal, line.Tax = l.last(quantity)
		if restock != noRestock {
			line.LocationID = orDefault(r.LocationID, o.LocationID)
			if err := t.checkLocation(line.LocationID); err != nil {
				return nil, err
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// worth is what refunded lines come to.
func (o *Order) worth(lines []RefundedLine) Cents {
	var all Cents
	for _, l := range lines {
		all += l.Subtotal
		if !o.TaxesIncluded {
			all += l.Tax
		}
	}
	return all
}

// refund takes a refund's things off the order, puts them back to stock and moves
// the money.
func (t *trade) refund(o *Order, r Refund) *Refund {
	r.ID, r.At = t.nextID(), t.now
	for i := range r.Lines {
		given := &r.Lines[i]
		given.ID = t.nextID()
		l := o.line(given.LineID)
		l.Current -= given.Quantity
		if given.RestockType != noRestock {
			t.restock(l, given.Quantity, given.LocationID)
		}
	}
	if r.Amount > 0 {
		o.Transactions = append(o.Transactions, Transaction{ID: t.nextID(), Kind: "REFUND", Amount: r.Amount, At: t.now})
	}
	o.Refunds = append(o.Refunds, r)
	return &o.Refunds[len(o.Refunds)-1]
}

// refundAndTell is refund of one that is to give back money: what differs from the
// lines, as far as they were paid, is an adjustment.
func (t *trade) refundAndTell(o *Order, r Refund) {
	paid := o.moved("SALE") - o.moved("REFUND")
	r.Adjustment = min(o.worth(r.Lines), paid) - r.Amount
	made := t.refund(o, r)
	t.tell("REFUNDS_CREATE", RefundPayload(*t.shop, made.event(o)))
}
