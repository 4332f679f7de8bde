package simulator

import (
	"maps"
	"slices"
	"time"
)

// EventRefund is what refunds/create tells of.
type EventRefund struct {
	ID uint64
	// Order is the order whose lines are given back.
	Order EventOrder
	Lines []EventRefundLine
	// Amount is the money given back; what the lines come to if nil.
	Amount *Cents
	// Adjustment is what the lines came to less Amount, where that matters.
	Adjustment Cents
	Note       string
	At         time.Time
}

// EventRefundLine gives back some of a line's things; a line that the order does
// not have is left out.
type EventRefundLine struct {
	// ID is made up if 0.
	ID uint64
	// Line is the order line's number.
	Line     uint64
	Quantity int
	// RestockType is no_restock, cancel, return or legacy_restock.
	RestockType string
	// Location is where the things go back to; 0 for nowhere.
	Location uint64
	// Subtotal and Tax are what the things come to; if nil, their share in the line.
	Subtotal, Tax *Cents
}

// RefundPayload is the payload of refunds/create. The money goes back in one
// transaction. Subtotal and tax of a line are numbers, as in Shopify's samples,
// where every other amount is text.
func RefundPayload(shop Shop, r EventRefund) map[string]any {
	var amount Cents
	restock, lines := false, []any{}
	for i, given := range r.Lines {
		l := r.Order.line(given.Line)
		if l == nil {
			continue
		}
		subtotal, tax := l.price(given.Quantity), r.Order.tax(shop, *l, given.Quantity)
		if given.Subtotal != nil && given.Tax != nil {
			subtotal, tax = *given.Subtotal, *given.Tax
		}
		amount += subtotal
		if !shop.TaxesIncluded {
			amount += tax
		}
		restock = restock || given.RestockType != "no_restock"
		lines = append(lines, map[string]any{
			"id": orDefault(given.ID, r.ID+uint64(i)+1), "line_item_id": l.ID, "quantity": given.Quantity, "restock_type": given.RestockType,
			"location_id": idOrNull(given.Location), "line_item": lineFields(shop, r.Order, *l),
			"subtotal": float64(subtotal) / 100, "subtotal_set": subtotal.both(shop.Currency),
			"total_tax": float64(tax) / 100, "total_tax_set": tax.both(shop.Currency),
		})
	}
	if r.Amount != nil {
		amount = *r.Amount
	}
	adjustments, transactions := []any{}, []any{}
	if r.Adjustment != 0 {
		adjustment := map[string]any{"id": r.ID, "order_id": r.Order.ID, "refund_id": r.ID, "kind": "refund_discrepancy", "reason": "Refund discrepancy"}
		put(adjustment, shop.Currency, "amount", r.Adjustment)
		put(adjustment, shop.Currency, "tax_amount", 0)
		adjustments = append(adjustments, adjustment)
	}
	if amount > 0 {
		transactions = append(transactions, refundTransaction(shop, r, amount))
	}
	return map[string]any{
		"id": r.ID, "admin_graphql_api_id": gid("Refund", r.ID), "order_id": r.Order.ID, "user_id": 1, "note": r.Note, "restock": restock,
		"created_at": shop.local(r.At), "processed_at": shop.local(r.At), "return": nil, "duties": []any{}, "total_duties_set": Cents(0).both(shop.Currency),
		"order_adjustments": adjustments, "refund_shipping_lines": []any{}, "refund_line_items": lines,
		"transactions": transactions,
	}
}

func refundTransaction(shop Shop, r EventRefund, amount Cents) map[string]any {
	unsettled := func() map[string]any { return map[string]any{"amount": "0.0", "currency": shop.Currency} }
	id := r.ID + 500
	return map[string]any{
		"id": id, "admin_graphql_api_id": gid("OrderTransaction", id), "order_id": r.Order.ID, "kind": "refund", "status": "success", "test": r.Order.Test,
		"amount": amount.String(), "amount_rounding": nil, "currency": shop.Currency, "gateway": "shopify_payments", "source_name": "web",
		"created_at": shop.local(r.At), "processed_at": shop.local(r.At), "message": nil, "error_code": nil, "authorization": nil,
		"device_id": nil, "location_id": nil, "parent_id": nil, "user_id": nil, "manual_payment_gateway": false, "payment_id": "sample",
		"receipt": map[string]any{}, "total_unsettled_set": map[string]any{"shop_money": unsettled(), "presentment_money": unsettled()},
	}
}

// EventOrderEdit is what orders/edited tells of.
type EventOrderEdit struct {
	ID uint64
	// Order is the order's number.
	Order uint64
	// Added and Removed are quantities by the order line's number.
	Added, Removed map[uint64]int
	StaffNote      string
	At             time.Time
}

// OrderEditPayload is the payload of orders/edited, which carries changes only:
// who wants to know the order asks for it.
func OrderEditPayload(shop Shop, e EventOrderEdit) map[string]any {
	changes := func(by map[uint64]int) []any {
		list := []any{}
		for _, id := range slices.Sorted(maps.Keys(by)) {
			list = append(list, map[string]any{"id": id, "delta": by[id]})
		}
		return list
	}
	none := func() map[string]any { return map[string]any{"additions": []any{}, "removals": []any{}} }
	return map[string]any{"order_edit": map[string]any{
		"id": e.ID, "order_id": e.Order, "app_id": nil, "user_id": nil, "notify_customer": false, "staff_note": e.StaffNote,
		"created_at": shop.local(e.At), "committed_at": shop.local(e.At),
		"line_items": map[string]any{"additions": changes(e.Added), "removals": changes(e.Removed)},
		"discounts":  map[string]any{"line_item": none()}, "shipping_lines": none(),
	}}
}
