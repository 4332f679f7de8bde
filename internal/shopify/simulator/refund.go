package simulator

import "strconv"

// refund is a refund with its order.
type refund struct {
	*Refund
	order *Order
}

// refundTypes are refunds, to read.
var refundTypes = merge(connectionFields("RefundLineItem"), connectionFields("OrderAdjustment"), map[string]fields{
	"QueryRoot": {
		"refund": root(func(r *request, args arguments) (any, error) {
			id, ok, err := args.id("id", "Refund")
			if err != nil || !ok {
				return nil, err
			}
			return findRefund(r, id)
		}, "id"),
	},
	"Refund": {
		"id":               idOf("Refund", func(f refund) uint64 { return f.ID }),
		"legacyResourceId": show(func(f refund) any { return strconv.FormatUint(f.ID, 10) }),
		"order":            show(func(f refund) any { return f.order }),
		"note":             show(func(f refund) any { return orNull(f.Note) }),
		"createdAt":        show(func(f refund) any { return dateTime(f.At) }),
		"processedAt":      show(func(f refund) any { return dateTime(f.At) }),
		"updatedAt":        show(func(f refund) any { return dateTime(f.At) }),
		"totalRefundedSet": show(func(f refund) any { return f.order.money(f.Amount) }),
		"refundLineItems": ask(func(_ *request, f refund, args arguments) (any, error) {
			return page(f.lines(), func(l refundedLine) position { return position{ID: l.ID} }, args)
		}, pageArguments...),
		"orderAdjustments": ask(func(_ *request, f refund, args arguments) (any, error) {
			var all []record
			if f.Adjustment != 0 {
				all = append(all, record{
					"id": gid("OrderAdjustment", f.ID), "reason": "REFUND_DISCREPANCY",
					"amountSet": f.order.money(f.Adjustment), "taxAmountSet": f.order.money(0),
				})
			}
			return page(all, func(record) position { return position{ID: f.ID} }, args)
		}, pageArguments...),
	},
	"RefundLineItem": {
		"id":          idOf("RefundLineItem", func(l refundedLine) uint64 { return l.ID }),
		"quantity":    show(func(l refundedLine) any { return l.Quantity }),
		"restockType": show(func(l refundedLine) any { return l.RestockType }),
		"restocked":   show(func(l refundedLine) any { return l.RestockType != noRestock }),
		"lineItem":    show(func(l refundedLine) any { return orderLine{l.order.line(l.LineID), l.order} }),
		"location":    ask(func(r *request, l refundedLine, _ arguments) (any, error) { return findLocation(r, l.LocationID) }),
		"subtotalSet": show(func(l refundedLine) any { return l.order.money(l.Subtotal) }),
		"totalTaxSet": show(func(l refundedLine) any { return l.order.money(l.Tax) }),
	},
})

// refundedLine is a refund's line with the refund's order.
type refundedLine struct {
	*RefundedLine
	order *Order
}

func (f refund) lines() []refundedLine {
	var all []refundedLine
	for _, l := range pointers(f.Lines) {
		all = append(all, refundedLine{l, f.order})
	}
	return all
}

// refunds are the order's, as resolvers take them.
func (o *Order) refunds() []any {
	var all []any
	for _, f := range pointers(o.Refunds) {
		all = append(all, refund{f, o})
	}
	return all
}

func findRefund(r *request, id uint64) (any, error) {
	for _, o := range pointers(r.shop.Orders) {
		for _, f := range pointers(o.Refunds) {
			if f.ID == id && r.sees(o) {
				return refund{f, o}, nil
			}
		}
	}
	return nil, nil
}
