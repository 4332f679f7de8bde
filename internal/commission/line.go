package commission

// Line is one line of an order as Shopify tells it, in cents of the shop's money. An
// item is one of a kind, so a line stands for one item, whatever its quantity.
type Line struct {
	// OriginalCents is the line's price times its quantity, before discounts.
	OriginalCents int64
	// DiscountCents are the allocations of all discounts to this line, the order's
	// own among them.
	DiscountCents []int64
	// TaxCents are the line's taxes.
	TaxCents []int64
	// TaxesIncluded says whether the price contains the taxes.
	TaxesIncluded bool
	// Quantity is how many pieces were ordered, CurrentQuantity how many are left of
	// them after edits and refunds.
	Quantity, CurrentQuantity int
}

// Net is what consignor and shop share, in cents: the original total, less discounts,
// less taxes where the price contains them, of what the customer keeps. Of a line
// with several pieces one earns, because there was one item; its part of the line is
// rounded half up. A line that was refunded in full comes to 0, and so does one that
// was never of any quantity. It is never negative: what was given away costs nobody.
func (l Line) Net() int64 {
	if l.Quantity <= 0 || l.CurrentQuantity <= 0 {
		return 0
	}
	net := l.OriginalCents - sum(l.DiscountCents)
	if l.TaxesIncluded {
		net -= sum(l.TaxCents)
	}
	return halfUp(max(net, 0), int64(l.Quantity))
}

func sum(amounts []int64) int64 {
	var total int64
	for _, amount := range amounts {
		total += amount
	}
	return total
}
