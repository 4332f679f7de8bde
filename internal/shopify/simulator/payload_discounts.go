package simulator

import (
	"strconv"
	"strings"
)

// putDiscounts writes what discounts an order has. The lines have their shares.
func (o EventOrder) putDiscounts(fields map[string]any) {
	applications, codes := []any{}, []any{}
	for i, d := range o.Discounts {
		value, kind := d.Amount.String(), "fixed_amount"
		if d.Percent > 0 {
			value, kind = strconv.FormatFloat(d.Percent, 'f', -1, 64), "percentage"
		}
		application := map[string]any{
			"type": "manual", "value": value, "value_type": kind, "allocation_method": strings.ToLower(d.Method),
			"target_selection": strings.ToLower(d.selection()), "target_type": "line_item",
		}
		if d.Code != "" {
			application["type"], application["code"] = "discount_code", d.Code
			codes = append(codes, map[string]any{"code": d.Code, "amount": o.taken(i).String(), "type": kind})
		} else {
			application["title"], application["description"] = d.Title, d.Title
		}
		applications = append(applications, application)
	}
	fields["discount_applications"], fields["discount_codes"] = applications, codes
}

// taken is what a discount takes off all lines.
func (o EventOrder) taken(discount int) Cents {
	var all Cents
	for _, l := range o.Lines {
		for _, a := range l.Allocations {
			if a.Discount == discount {
				all += a.Amount
			}
		}
	}
	return all
}

// ownDiscount is what discounts that are for certain lines take off a line.
func (o EventOrder) ownDiscount(l EventLine) Cents {
	var all Cents
	for _, a := range l.Allocations {
		if len(o.Discounts[a.Discount].SKUs) > 0 {
			all += a.Amount
		}
	}
	return all
}

func (l EventLine) allocations(shop Shop) []any {
	out := []any{}
	for _, a := range l.Allocations {
		share := map[string]any{"discount_application_index": a.Discount}
		put(share, shop.Currency, "amount", a.Amount)
		out = append(out, share)
	}
	return out
}

// refunds are those of an order, as refunds/create tells of them.
func (o EventOrder) refunds(shop Shop) []any {
	out := []any{}
	for _, r := range o.Refunds {
		r.Order = o
		out = append(out, RefundPayload(shop, r))
	}
	return out
}
