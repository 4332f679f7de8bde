package simulator

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// orderTypes are orders, to read.
var orderTypes = merge(connectionFields("Order"), connectionFields("LineItem"), map[string]fields{
	"QueryRoot": {
		"order": root(func(r *request, args arguments) (any, error) {
			id, ok, err := args.id("id", "Order")
			if err != nil || !ok {
				return nil, err
			}
			return findOrder(r, id)
		}, "id"),
		"orders": root(listOrders, append(pageArguments, "sortKey", "query")...),
	},
	"Order": {
		"id":                      idOf("Order", func(o *Order) uint64 { return o.ID }),
		"legacyResourceId":        show(func(o *Order) any { return strconv.FormatUint(o.ID, 10) }),
		"name":                    show(func(o *Order) any { return o.name() }),
		"number":                  show(func(o *Order) any { return o.Number }),
		"createdAt":               show(func(o *Order) any { return dateTime(o.CreatedAt) }),
		"processedAt":             show(func(o *Order) any { return dateTime(o.CreatedAt) }),
		"updatedAt":               show(func(o *Order) any { return dateTime(o.UpdatedAt) }),
		"cancelledAt":             show(func(o *Order) any { return dateTimeOrNull(o.CancelledAt) }),
		"cancelReason":            show(func(o *Order) any { return orNull(o.CancelReason) }),
		"test":                    show(func(o *Order) any { return o.Test }),
		"displayFinancialStatus":  show(func(o *Order) any { return o.financialStatus() }),
		"fullyPaid":               show(func(o *Order) any { return o.outstanding() == 0 }),
		"currencyCode":            show(func(o *Order) any { return o.Currency }),
		"presentmentCurrencyCode": show(func(o *Order) any { return o.Currency }),
		"taxesIncluded":           show(func(o *Order) any { return o.TaxesIncluded }),
		"sourceName":              show(func(o *Order) any { return o.Source }),
		"retailLocation": ask(func(r *request, o *Order, _ arguments) (any, error) {
			if o.Source != sourceTill {
				return nil, nil
			}
			return findLocation(r, o.LocationID)
		}),
		"totalPriceSet":        show(func(o *Order) any { return o.money(o.sum(ordered)) }),
		"currentTotalPriceSet": show(func(o *Order) any { return o.money(o.sum(current)) }),
		"totalReceivedSet":     show(func(o *Order) any { return o.money(o.moved("SALE")) }),
		"totalRefundedSet":     show(func(o *Order) any { return o.money(o.moved("REFUND")) }),
		"totalOutstandingSet":  show(func(o *Order) any { return o.money(o.outstanding()) }),
		"lineItems": ask(func(_ *request, o *Order, args arguments) (any, error) {
			return page(o.lines(), func(l orderLine) position { return position{ID: l.ID} }, args)
		}, pageArguments...),
		"refunds": ask(func(_ *request, o *Order, args arguments) (any, error) {
			return firstOf(o.refunds(), args), nil
		}, "first"),
		"transactions": ask(func(_ *request, o *Order, args arguments) (any, error) {
			var all []any
			for _, t := range o.Transactions {
				all = append(all, record{
					"id": gid("OrderTransaction", t.ID), "kind": t.Kind, "status": "SUCCESS", "test": o.Test, "amountSet": o.money(t.Amount),
					"createdAt": dateTime(t.At), "processedAt": dateTime(t.At), "gateway": gateway,
				})
			}
			return firstOf(all, args), nil
		}, "first"),
	},
	"LineItem": {
		"id":               idOf("LineItem", func(l orderLine) uint64 { return l.ID }),
		"title":            show(func(l orderLine) any { return l.Title }),
		"variantTitle":     show(func(l orderLine) any { return orNull(l.VariantTitle) }),
		"sku":              show(func(l orderLine) any { return orNull(l.SKU) }),
		"vendor":           show(func(l orderLine) any { return orNull(l.Vendor) }),
		"quantity":         show(func(l orderLine) any { return l.Quantity }),
		"currentQuantity":  show(func(l orderLine) any { return l.Current }),
		"product":          ask(func(r *request, l orderLine, _ arguments) (any, error) { return findProduct(r, l.ProductID) }),
		"variant":          ask(func(r *request, l orderLine, _ arguments) (any, error) { return findVariant(r, l.VariantID) }),
		"originalTotalSet": show(func(l orderLine) any { return l.order.money(l.total()) }),
		"originalUnitPriceSet": show(func(l orderLine) any {
			return l.order.money(l.Price)
		}),
		"discountAllocations": show(func(l orderLine) any { return l.allocations() }),
		"taxLines": ask(func(_ *request, l orderLine, args arguments) (any, error) {
			var all []any
			for _, t := range l.Taxes {
				all = append(all, record{"title": t.Title, "rate": t.Rate, "ratePercentage": math.Round(t.Rate*1e6) / 1e4, "priceSet": l.order.money(t.Amount)})
			}
			return firstOf(all, args), nil
		}, "first"),
	},
})

// orderLine is a line with its order.
type orderLine struct {
	*OrderLine
	order *Order
}

// gateway is what all payments go through.
const gateway = "shopify_payments"

func (o *Order) name() string { return fmt.Sprintf("#%d", o.Number) }

func (o *Order) lines() []orderLine {
	var all []orderLine
	for _, l := range pointers(o.Lines) {
		all = append(all, orderLine{l, o})
	}
	return all
}

func (o *Order) line(id uint64) *OrderLine {
	i := slices.IndexFunc(o.Lines, func(l OrderLine) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return &o.Lines[i]
}

// money is a MoneyBag; the customer's money is the shop's.
func (o *Order) money(c Cents) record {
	m := record{"amount": c.String(), "currencyCode": o.Currency}
	return record{"shopMoney": m, "presentmentMoney": m}
}

// allocations are DiscountAllocations, of discounts of both kinds.
func (l orderLine) allocations() []any {
	all := []any{}
	for _, a := range l.Allocations {
		d := l.order.Discounts[a.Discount]
		application := record{"index": a.Discount, "allocationMethod": d.Method, "targetSelection": d.selection(), "targetType": "LINE_ITEM"}
		kind := "ManualDiscountApplication"
		if d.Code != "" {
			kind, application["code"] = "DiscountCodeApplication", d.Code
		} else {
			application["title"], application["description"] = d.Title, orNull(d.Title)
		}
		application["value"] = typed{"MoneyV2", record{"amount": d.Amount.String(), "currencyCode": l.order.Currency}}
		if d.Percent > 0 {
			application["value"] = typed{"PricingPercentageValue", record{"percentage": d.Percent}}
		}
		all = append(all, record{"allocatedAmountSet": l.order.money(a.Amount), "discountApplication": typed{kind, application}})
	}
	return all
}

// selection is a DiscountApplicationTargetSelection.
func (d Discount) selection() string {
	if len(d.SKUs) > 0 {
		return "ENTITLED"
	}
	return "ALL"
}

// firstOf cuts a list to what the argument first asks for.
func firstOf(all []any, args arguments) []any {
	if n, given := args.whole("first"); given {
		all = all[:max(0, min(n, len(all)))]
	}
	return append([]any{}, all...)
}

func dateTimeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return dateTime(t)
}
