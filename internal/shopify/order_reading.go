package shopify

import "github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"

// order is an order without its refunds.
func (r *reading) order(n *admin.OrderOrder, lines []*admin.OrderLine) *Order {
	o := &Order{
		ID: r.id("Order", n.Id), Name: n.Name, CreatedAt: n.CreatedAt, UpdatedAt: n.UpdatedAt, ProcessedAt: n.ProcessedAt, CancelledAt: n.CancelledAt,
		Test: n.Test, Currency: string(n.CurrencyCode), TaxesIncluded: n.TaxesIncluded, SourceName: text(n.SourceName),
		Outstanding: r.shopMoney(n.TotalOutstandingSet),
	}
	if n.DisplayFinancialStatus != nil {
		o.FinancialStatus = string(*n.DisplayFinancialStatus)
	}
	for _, l := range lines {
		o.Lines = append(o.Lines, r.orderLine(l))
	}
	return o
}

func (r *reading) orderLine(n *admin.OrderLine) OrderLine {
	l := OrderLine{
		ID: r.id("LineItem", n.Id), SKU: text(n.Sku), Title: n.Title, Quantity: n.Quantity, CurrentQuantity: n.CurrentQuantity,
		Original: r.shopMoney(n.OriginalTotalSet),
	}
	if n.Product != nil {
		l.ProductID = r.id("Product", n.Product.Id)
	}
	if n.Variant != nil {
		l.VariantID = r.id("ProductVariant", n.Variant.Id)
	}
	for _, d := range n.DiscountAllocations {
		l.Discounts = append(l.Discounts, r.shopMoney(d.GetAllocatedAmountSet()))
	}
	for _, t := range n.TaxLines {
		l.Taxes = append(l.Taxes, r.shopMoney(t.GetPriceSet()))
	}
	return l
}

func (r *reading) refund(n *admin.Refund, lines []*admin.RefundLine, adjustments []*admin.RefundAdjustment) Refund {
	out := Refund{ID: r.id("Refund", n.Id), TotalRefunded: r.shopMoney(n.TotalRefundedSet)}
	if n.CreatedAt != nil {
		out.CreatedAt = *n.CreatedAt
	}
	for _, l := range lines {
		line := RefundLine{Quantity: l.Quantity, RestockType: string(l.RestockType)}
		if l.LineItem == nil {
			r.missed("lineItem of a refund")
		} else {
			line.LineID = r.id("LineItem", l.LineItem.Id)
		}
		if l.Location != nil {
			line.LocationID = r.id("Location", l.Location.Id)
		}
		out.Lines = append(out.Lines, line)
	}
	for _, a := range adjustments {
		out.Adjustments = append(out.Adjustments, r.shopMoney(a.AmountSet)+r.shopMoney(a.TaxAmountSet))
	}
	return out
}
