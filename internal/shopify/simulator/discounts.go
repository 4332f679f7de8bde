package simulator

import "slices"

// allocate spreads an order's discounts over its lines, one after the other, each
// over what those before it have left. No line costs less than nothing.
func allocate(lines []OrderLine, discounts []Discount) {
	for index, d := range discounts {
		var chosen []*OrderLine
		for i := range lines {
			if l := &lines[i]; len(d.SKUs) == 0 || slices.Contains(d.SKUs, l.SKU) {
				chosen = append(chosen, l)
			}
		}
		for i, amount := range d.spread(chosen) {
			if amount > 0 {
				chosen[i].Allocations = append(chosen[i].Allocations, Allocation{Discount: index, Amount: amount})
			}
		}
	}
}

// spread is what a discount takes off each of some lines. EACH takes the amount
// once a line, whatever the line's quantity (?). Of what ACROSS cannot divide, the
// last lines bear the rest (?). ONE takes the dearest line (?).
func (d Discount) spread(lines []*OrderLine) []Cents {
	left := make([]Cents, len(lines))
	var all Cents
	for i, l := range lines {
		left[i] = l.discounted()
		all += left[i]
	}
	off := make([]Cents, len(lines))
	switch d.Method {
	case AllocateEach:
		for i := range lines {
			off[i] = d.of(left[i])
		}
	case AllocateAcross:
		total, before, taken := d.of(all), Cents(0), Cents(0)
		for i := range lines {
			before += left[i]
			if all > 0 {
				off[i] = total*before/all - taken
			}
			taken += off[i]
		}
	case AllocateOne:
		if len(lines) > 0 {
			dearest := slices.Index(left, slices.Max(left))
			off[dearest] = d.of(left[dearest])
		}
	}
	return off
}

// of is what the discount takes off a price.
func (d Discount) of(price Cents) Cents {
	if d.Percent > 0 {
		return price.at(d.Percent / 100)
	}
	return min(d.Amount, price)
}
