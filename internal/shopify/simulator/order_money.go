package simulator

// total is the price of all of the line's things before discounts.
func (l *OrderLine) total() Cents { return l.Price * Cents(l.Quantity) }

// discounted is their price after discounts.
func (l *OrderLine) discounted() Cents {
	left := l.total()
	for _, a := range l.Allocations {
		left -= a.Amount
	}
	return left
}

func (l *OrderLine) tax() Cents {
	var all Cents
	for _, t := range l.Taxes {
		all += t.Amount
	}
	return all
}

// bearTax gives the line a tax, on top of what is left of its price or in it.
func (l *OrderLine) bearTax(title string, rate float64, included bool) {
	if rate == 0 {
		return
	}
	share := rate
	if included {
		share = rate / (1 + rate)
	}
	l.Taxes = []TaxLine{{Title: title, Rate: rate, Amount: l.discounted().at(share)}}
}

// part is the share of some of a number of things in an amount. All parts of an
// amount, from the first things to the last, add up to it.
func part(amount Cents, some, of int) Cents {
	if of == 0 {
		return 0
	}
	return amount * Cents(some) / Cents(of)
}

// last is what the last of the line's current things come to.
func (l *OrderLine) last(quantity int) (subtotal, tax Cents) {
	share := func(amount Cents) Cents {
		return part(amount, l.Current, l.Quantity) - part(amount, l.Current-quantity, l.Quantity)
	}
	return share(l.discounted()), share(l.tax())
}

// moved is what all transactions of a kind came to.
func (o *Order) moved(kind string) Cents {
	var all Cents
	for _, t := range o.Transactions {
		if t.Kind == kind {
			all += t.Amount
		}
	}
	return all
}

// sum is the price of the order's things with their taxes, of those at first or
// of those that are left.
func (o *Order) sum(quantity func(*OrderLine) int) Cents {
	var all Cents
	for i := range o.Lines {
		l := &o.Lines[i]
		all += part(l.discounted(), quantity(l), l.Quantity)
		if !o.TaxesIncluded {
			all += part(l.tax(), quantity(l), l.Quantity)
		}
	}
	return all
}

func ordered(l *OrderLine) int { return l.Quantity }
func current(l *OrderLine) int { return l.Current }

// outstanding is what is still to be paid. Money given back beyond the lines, or
// held back, is settled.
func (o *Order) outstanding() Cents {
	due := o.sum(current) - o.moved("SALE") + o.moved("REFUND")
	for _, r := range o.Refunds {
		due += r.Adjustment
	}
	return max(0, due)
}

// financialStatus is an OrderDisplayFinancialStatus. An order that costs nothing
// is paid.
func (o *Order) financialStatus() string {
	paid, back := o.moved("SALE"), o.moved("REFUND")
	switch {
	case paid == 0 && !o.CancelledAt.IsZero():
		return "VOIDED"
	case back > 0 && back >= paid:
		return "REFUNDED"
	case back > 0:
		return "PARTIALLY_REFUNDED"
	case o.outstanding() == 0:
		return "PAID"
	case paid > 0:
		return "PARTIALLY_PAID"
	default:
		return "PENDING"
	}
}
