package simulator

import "slices"

// putTotals writes the sums. The current_ ones follow the lines' current
// quantities, as after an edit or a refund.
func (o EventOrder) putTotals(shop Shop, fields map[string]any) {
	sum := func(quantity func(EventLine) int) (items, tax Cents) {
		for _, l := range o.Lines {
			items += l.price(quantity(l))
			tax += o.tax(shop, l, quantity(l))
		}
		return items, tax
	}
	total := func(items, tax Cents) Cents {
		if shop.TaxesIncluded {
			tax = 0
		}
		return items + tax + o.Shipping
	}
	items, tax := sum(func(l EventLine) int { return l.Quantity })
	currentItems, currentTax := sum(EventLine.current)
	var listed, off, currentOff Cents
	for _, l := range o.Lines {
		listed += l.total(l.Quantity)
		off += l.off(l.Quantity)
		currentOff += l.off(l.current())
	}
	for name, c := range map[string]Cents{
		"subtotal_price": items, "total_line_items_price": listed, "total_discounts": off, "total_tax": tax, "total_price": total(items, tax),
		"current_subtotal_price": currentItems, "current_total_discounts": currentOff, "current_total_tax": currentTax,
		"current_total_price": total(currentItems, currentTax),
	} {
		put(fields, shop.Currency, name, c)
	}
	for name, c := range map[string]Cents{
		"total_shipping_price_set": o.Shipping, "current_shipping_price_set": o.Shipping,
		"total_cash_rounding_payment_adjustment_set": 0, "total_cash_rounding_refund_adjustment_set": 0,
	} {
		fields[name] = c.both(shop.Currency)
	}
	for _, name := range []string{"current_total_duties_set", "original_total_duties_set", "current_total_additional_fees_set", "original_total_additional_fees_set"} {
		fields[name] = nil
	}
	outstanding := o.Outstanding
	if o.Unpaid && o.FinancialStatus == "" {
		outstanding = total(items, tax)
	}
	fields["total_outstanding"] = outstanding.String()
	fields["tax_lines"] = taxFields(shop, o.taxes(shop, o.Lines...))
}

// taxes are those of some lines, one of each title and rate.
func (o EventOrder) taxes(shop Shop, lines ...EventLine) []TaxLine {
	var all []TaxLine
	for _, l := range lines {
		own := l.Taxes
		if own == nil {
			own = []TaxLine{{Title: o.TaxTitle, Rate: o.TaxRate, Amount: o.tax(shop, l, l.Quantity)}}
		}
		for _, t := range own {
			i := slices.IndexFunc(all, func(other TaxLine) bool { return other.Title == t.Title && other.Rate == t.Rate })
			switch {
			case t.Amount == 0:
			case i < 0:
				all = append(all, t)
			default:
				all[i].Amount += t.Amount
			}
		}
	}
	return all
}

func (o EventOrder) taxLines(shop Shop, l EventLine) []any { return taxFields(shop, o.taxes(shop, l)) }

func taxFields(shop Shop, taxes []TaxLine) []any {
	out := []any{}
	for _, t := range taxes {
		line := map[string]any{"title": t.Title, "rate": t.Rate, "channel_liable": false}
		put(line, shop.Currency, "price", t.Amount)
		out = append(out, line)
	}
	return out
}
