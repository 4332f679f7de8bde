package orders

import (
	"slices"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// orderOf is an order as the ledger keeps it.
func orderOf(o *shopify.Order, readAt time.Time) ledger.Order {
	kept := ledger.Order{
		ID: o.ID, Name: o.Name, Source: o.SourceName, FinancialStatus: financialStatus(o), Currency: o.Currency,
		Test: o.Test, TaxesIncluded: o.TaxesIncluded,
		CreatedAt: instant(o.CreatedAt), UpdatedAt: instant(o.UpdatedAt), ReadAt: instant(readAt),
	}
	if o.CancelledAt != nil {
		kept.CancelledAt = instant(*o.CancelledAt)
	}
	return kept
}

// financialStatus is how far an order is paid. Shopify's own is for people to look at:
// once money was given back it tells of that, even where some is still to be paid.
func financialStatus(o *shopify.Order) string {
	switch {
	case o.Outstanding <= 0:
	case o.FinancialStatus == "PARTIALLY_REFUNDED":
		return "PARTIALLY_PAID"
	case o.FinancialStatus == "REFUNDED":
		return "PENDING"
	}
	return o.FinancialStatus
}

// instant is a time as it comes back from the ledger.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// linesOf are an order's lines as the ledger keeps them, given those that it had:
// what is known of their items stays, and a line that the order no longer has
// counts as taken out.
func linesOf(o *shopify.Order, had []ledger.OrderLine) []ledger.OrderLine {
	var lines []ledger.OrderLine
	for _, l := range o.Lines {
		line := ledger.OrderLine{
			ID: l.ID, OrderID: o.ID, SKU: l.SKU, Title: l.Title, ProductID: l.ProductID, VariantID: l.VariantID,
			Quantity: l.Quantity, CurrentQuantity: l.CurrentQuantity,
			OriginalCents: l.Original, DiscountCents: sum(l.Discounts), TaxCents: sum(l.Taxes), Restocked: putBack(o, l.ID),
		}
		if before, ok := lineIn(had, l.ID); ok {
			line.ItemID = before.ItemID
		}
		lines = append(lines, line)
	}
	for _, gone := range had {
		if _, ok := lineIn(lines, gone.ID); !ok {
			gone.CurrentQuantity, gone.Restocked = 0, putBack(o, gone.ID)
			lines = append(lines, gone)
		}
	}
	return lines
}

func lineIn(lines []ledger.OrderLine, id uint64) (ledger.OrderLine, bool) {
	i := slices.IndexFunc(lines, func(l ledger.OrderLine) bool { return l.ID == id })
	if i < 0 {
		return ledger.OrderLine{}, false
	}
	return lines[i], true
}

// putBack says whether Shopify restocked all of a line that was given back. Where
// it kept a piece off the shelf, nobody can tell which of the pieces was the item.
func putBack(o *shopify.Order, line uint64) bool {
	back := false
	for _, refund := range o.Refunds {
		for _, l := range refund.Lines {
			switch {
			case l.LineID != line:
			case l.RestockType != "CANCEL" && l.RestockType != "RETURN":
				return false
			default:
				back = true
			}
		}
	}
	return back
}

func sum(amounts []int64) int64 {
	var total int64
	for _, amount := range amounts {
		total += amount
	}
	return total
}
