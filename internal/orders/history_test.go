package orders_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// seen is a read of an order as it was at a time.
type seen struct {
	order shopify.Order
	at    time.Time
}

// history is what happened to an order, and the reads of it that were made: of each
// of its states none or some, of the last at least one.
type history struct {
	reads []seen
	last  seen
}

// wares are what customers ask for: hats are imported late, and of mystery nobody
// ever knows.
var wares = []string{"snowsuit", "boots", "stroller", "lamp", "hat", "mystery"}

// clone is an order that shares nothing with another.
func clone(o shopify.Order) shopify.Order {
	o.Lines, o.Refunds = slices.Clone(o.Lines), slices.Clone(o.Refunds)
	return o
}

// happened makes up the history of an order.
func happened(r *rand.Rand, id uint64) history {
	at := opens.Add(time.Duration(r.IntN(20*24*60)) * time.Minute)
	o := *order(id, made(at), status([]string{"PENDING", "AUTHORIZED", "PAID"}[r.IntN(3)]))
	o.Lines = nil
	for range 1 + r.IntN(3) {
		addLine(r, &o)
	}
	o.TaxesIncluded, o.Test = r.IntN(2) == 0, r.IntN(12) == 0
	if r.IntN(15) == 0 {
		o.Currency = "USD"
	}
	var h history
	for range 1 + r.IntN(5) {
		// Shopify tells when an order changed to the second: two states may share it.
		h.last = seen{clone(o), at.Add(time.Duration(r.IntN(int(time.Millisecond))))}
		for range r.IntN(3) {
			at = at.Add(time.Duration(1+r.IntN(int(time.Minute))) * time.Nanosecond)
			h.reads = append(h.reads, seen{h.last.order, at})
		}
		at = at.Add(time.Millisecond + time.Duration(r.IntN(3))*time.Second)
		o.UpdatedAt = at.Truncate(time.Second)
		changeOrder(r, &o)
	}
	// The last state is that of before the last change, which nobody sees; it is read
	// after all others.
	h.last.at = at.Add(time.Hour)
	h.reads = append(h.reads, h.last, h.last)
	return h
}

func addLine(r *rand.Rand, o *shopify.Order) {
	n := 1 + r.IntN(10)/9
	o.Lines = append(o.Lines, shopify.OrderLine{
		ID: o.ID*100 + uint64(len(o.Lines)) + 1, SKU: wares[r.IntN(len(wares))], Quantity: n, CurrentQuantity: n,
		Original: int64(n) * r.Int64N(15000), Discounts: []int64{r.Int64N(800), r.Int64N(300)}, Taxes: []int64{r.Int64N(500)},
	})
}

// changeOrder does to an order what merchants and customers do.
func changeOrder(r *rand.Rand, o *shopify.Order) {
	switch r.IntN(6) {
	case 0, 1:
		if o.FinancialStatus == "PENDING" || o.FinancialStatus == "AUTHORIZED" || o.FinancialStatus == "PARTIALLY_PAID" {
			o.FinancialStatus = "PAID"
		}
	case 2, 3:
		giveBack(r, o, r.IntN(len(o.Lines)))
	case 4:
		addLine(r, o)
		if o.FinancialStatus == "PAID" {
			o.FinancialStatus = "PARTIALLY_PAID"
		}
	case 5:
		if r.IntN(2) == 0 {
			o.CancelledAt = new(o.UpdatedAt)
		} else if line := &o.Lines[r.IntN(len(o.Lines))]; line.Original > 0 {
			line.Original-- // a price that was edited
		}
	}
}

// giveBack refunds what is left of a line.
func giveBack(r *rand.Rand, o *shopify.Order, i int) {
	line := &o.Lines[i]
	if line.CurrentQuantity == 0 {
		return
	}
	restock := []string{"RETURN", "CANCEL", "NO_RESTOCK"}[r.IntN(3)]
	o.Refunds = append(o.Refunds, shopify.Refund{ID: line.ID * 10, Lines: []shopify.RefundLine{{LineID: line.ID, Quantity: line.CurrentQuantity, RestockType: restock}}})
	line.CurrentQuantity = 0
	o.FinancialStatus = "PARTIALLY_REFUNDED"
	if !slices.ContainsFunc(o.Lines, func(l shopify.OrderLine) bool { return l.CurrentQuantity > 0 }) {
		o.FinancialStatus = "REFUNDED"
	}
}

// undone is the order with all of it given back, read a day later.
func (h history) undone(r *rand.Rand) seen {
	o := clone(h.last.order)
	o.UpdatedAt = o.UpdatedAt.Add(24 * time.Hour)
	for i := range o.Lines {
		giveBack(r, &o, i)
	}
	return seen{o, h.last.at.Add(24 * time.Hour)}
}

func (s seen) String() string {
	return fmt.Sprintf("%s %s of %s read %s", s.order.Name, s.order.FinancialStatus, s.order.UpdatedAt.Format(time.TimeOnly), s.at.Format(time.TimeOnly))
}
