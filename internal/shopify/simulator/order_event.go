package simulator

import "strings"

// payload is what the topics of orders tell of the order, in each version.
func (o *Order) payload(shop *Shop) PayloadByVersion {
	e := o.event()
	return func(version string) any { return OrderPayload(*shop, version, e) }
}

func (o *Order) event() EventOrder {
	e := EventOrder{
		ID: o.ID, Number: o.Number, FinancialStatus: strings.ToLower(o.financialStatus()), Test: o.Test, Outstanding: o.outstanding(),
		Discounts: o.Discounts, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt, CancelledAt: o.CancelledAt, CancelReason: strings.ToLower(o.CancelReason),
	}
	if o.Source == sourceTill {
		e.Location = o.LocationID
	}
	for _, l := range o.Lines {
		line := EventLine{
			ID: l.ID, Product: l.ProductID, Variant: l.VariantID, Title: l.Title, VariantTitle: l.VariantTitle, SKU: l.SKU, Vendor: l.Vendor,
			Quantity: l.Quantity, Current: &l.Current, Price: l.Price, Allocations: l.Allocations, Taxes: append([]TaxLine{}, l.Taxes...),
		}
		line.Untaxed = len(line.Taxes) == 0
		e.Lines = append(e.Lines, line)
	}
	for i := range o.Refunds {
		e.Refunds = append(e.Refunds, o.Refunds[i].eventLines())
	}
	return e
}

// event is what refunds/create tells of a refund of an order.
func (r *Refund) event(o *Order) EventRefund {
	e := r.eventLines()
	e.Order = o.event()
	return e
}

// eventLines is the event without its order.
func (r *Refund) eventLines() EventRefund {
	e := EventRefund{ID: r.ID, Note: r.Note, At: r.At, Amount: &r.Amount, Adjustment: r.Adjustment}
	for _, l := range r.Lines {
		e.Lines = append(e.Lines, EventRefundLine{
			ID: l.ID, Line: l.LineID, Quantity: l.Quantity, RestockType: strings.ToLower(l.RestockType), Location: l.LocationID,
			Subtotal: &l.Subtotal, Tax: &l.Tax,
		})
	}
	return e
}
