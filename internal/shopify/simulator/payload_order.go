package simulator

import (
	"fmt"
	"slices"
	"time"
)

// EventOrder is what the topics of orders tell of an order. Unless FinancialStatus
// says otherwise it is paid in full. Its money is the shop's.
type EventOrder struct {
	ID uint64
	// Number is the one that people read, such as 1001.
	Number uint64
	Lines  []EventLine
	// Shipping is what delivery costs, untaxed; an order without has no shipping line.
	Shipping Cents
	// TaxTitle and TaxRate are such as HST and 0.13.
	TaxTitle string
	TaxRate  float64
	// Location is a point of sale's; 0 for the online store.
	Location uint64
	// Unpaid says that the payment is still pending.
	Unpaid bool
	// FinancialStatus is such as partially_refunded; if it is given, Outstanding is what
	// is still to be paid.
	FinancialStatus string
	Outstanding     Cents
	Test            bool
	// Discounts are those that the lines have shares in.
	Discounts []Discount
	// Refunds are those so far; their Order may be left out.
	Refunds              []EventRefund
	CreatedAt, UpdatedAt time.Time
	// CancelledAt is zero where the order stands; CancelReason is customer, declined,
	// fraud, inventory, staff or other.
	CancelledAt  time.Time
	CancelReason string
	// First and Last are the customer's name, Email their address; made up if empty.
	First, Last, Email string
}

// EventLine is a line of an EventOrder.
type EventLine struct {
	ID, Product, Variant uint64
	Title                string
	VariantTitle         string
	SKU                  string
	Vendor               string
	Quantity             int
	// Current is the quantity after edits and refunds; Quantity if nil.
	Current *int
	// Price is of one.
	Price Cents
	// Untaxed lines bear no tax.
	Untaxed bool
	// Allocations are what discounts take off all of the line's things.
	Allocations []Allocation
	// Taxes are those of all of the line's things; if nil, the order's rate decides.
	Taxes []TaxLine
}

// total is the price of a number of a line's things before discounts.
func (l EventLine) total(quantity int) Cents { return l.Price * Cents(quantity) }

// off is what discounts take off a number of them.
func (l EventLine) off(quantity int) Cents {
	var all Cents
	for _, a := range l.Allocations {
		all += a.Amount
	}
	return part(all, quantity, l.Quantity)
}

// price is what a number of them cost.
func (l EventLine) price(quantity int) Cents { return l.total(quantity) - l.off(quantity) }

// tax is what a line bears for some of its things, whether on top of the price
// or in it.
func (o EventOrder) tax(shop Shop, l EventLine, quantity int) Cents {
	switch {
	case l.Taxes != nil:
		var all Cents
		for _, t := range l.Taxes {
			all += t.Amount
		}
		return part(all, quantity, l.Quantity)
	case l.Untaxed:
		return 0
	case shop.TaxesIncluded:
		return l.price(quantity).at(o.TaxRate / (1 + o.TaxRate))
	default:
		return l.price(quantity).at(o.TaxRate)
	}
}

// OrderPayload is the payload of orders/create, orders/paid and
// orders/cancelled, which have the same shape.
func OrderPayload(shop Shop, version string, o EventOrder) map[string]any {
	o = o.named()
	fields := map[string]any{
		"id": o.ID, "admin_graphql_api_id": gid("Order", o.ID), "name": fmt.Sprintf("#%d", o.Number),
		"number": o.Number - min(o.Number, 1000), "order_number": o.Number, "token": fmt.Sprintf("%032x", o.ID),
		"email": o.Email, "contact_email": o.Email, "phone": nil, "note": nil, "note_attributes": []any{}, "tags": "",
		"created_at": shop.local(o.CreatedAt), "updated_at": shop.local(o.UpdatedAt), "processed_at": shop.local(o.CreatedAt),
		"cancelled_at": shop.localOrNull(o.CancelledAt), "closed_at": nil, "cancel_reason": orNull(o.CancelReason),
		"financial_status": o.financialStatus(), "fulfillment_status": nil, "confirmed": true, "test": o.Test,
		"currency": shop.Currency, "presentment_currency": shop.Currency, "taxes_included": shop.TaxesIncluded,
		"tax_exempt": false, "estimated_taxes": false, "duties_included": false, "total_weight": 0, "total_tip_received": "0.00",
		"buyer_accepts_marketing": false, "payment_gateway_names": []string{"shopify_payments"}, "payment_terms": nil,
		"source_name": o.source(), "source_identifier": nil, "source_url": nil, "reference": nil, "po_number": nil,
		"location_id": idOrNull(o.Location), "user_id": nil, "app_id": nil, "device_id": nil, "merchant_of_record_app_id": nil,
		"merchant_business_entity_id": fmt.Sprintf("M%d", shop.ID), "browser_ip": nil, "client_details": nil,
		"cart_token": nil, "checkout_token": nil, "landing_site": nil, "landing_site_ref": nil, "referring_site": nil,
		"confirmation_number": nil, "customer_locale": "en",
		"order_status_url": fmt.Sprintf("https://%s/%d/orders/%032x/authenticate", customerHost(&shop), shop.ID, o.ID),
		"customer":         o.customer(shop), "billing_address": o.address(shop), "shipping_address": o.address(shop),
		"fulfillments": []any{}, "refunds": o.refunds(shop), "returns": []any{},
	}
	// The two members that public samples show to differ between versions.
	if version < "2026-04" {
		fields["checkout_id"], fields["company"] = nil, nil
	} else {
		fields["line_item_groups"] = []any{}
	}
	o.putLines(shop, fields)
	o.putDiscounts(fields)
	o.putTotals(shop, fields)
	return fields
}

func (o EventOrder) named() EventOrder {
	o.First, o.Last = orDefault(o.First, "Robin"), orDefault(o.Last, "Sample")
	o.Email = orDefault(o.Email, "robin.sample@example.com")
	return o
}

func (o EventOrder) financialStatus() string {
	switch {
	case o.FinancialStatus != "":
		return o.FinancialStatus
	case o.Unpaid && !o.CancelledAt.IsZero():
		return "voided"
	case o.Unpaid:
		return "pending"
	default:
		return "paid"
	}
}

func (o EventOrder) source() string {
	if o.Location != 0 {
		return "pos"
	}
	return "web"
}

func (o EventOrder) putLines(shop Shop, fields map[string]any) {
	lines := []any{}
	for _, l := range o.Lines {
		line := lineFields(shop, o, l)
		line["current_quantity"], line["attributed_staffs"] = l.current(), []any{}
		lines = append(lines, line)
	}
	fields["line_items"] = lines
	fields["shipping_lines"] = []any{}
	if o.Shipping > 0 {
		line := map[string]any{
			"id": o.ID + 1, "title": "Standard", "code": "Standard", "source": "shopify", "phone": nil, "carrier_identifier": nil,
			"requested_fulfillment_service_id": nil, "is_removed": false, "discount_allocations": []any{}, "tax_lines": []any{},
			"current_discounted_price_set": o.Shipping.both(shop.Currency),
		}
		put(line, shop.Currency, "price", o.Shipping)
		put(line, shop.Currency, "discounted_price", o.Shipping)
		fields["shipping_lines"] = []any{line}
	}
}

func (l EventLine) current() int {
	if l.Current != nil {
		return *l.Current
	}
	return l.Quantity
}

// lineFields are what orders and refunds tell of a line.
func lineFields(shop Shop, o EventOrder, l EventLine) map[string]any {
	name := l.Title
	if l.VariantTitle != "" {
		name += " - " + l.VariantTitle
	}
	line := map[string]any{
		"id": l.ID, "admin_graphql_api_id": gid("LineItem", l.ID), "product_id": idOrNull(l.Product), "variant_id": idOrNull(l.Variant),
		"product_exists": l.Product != 0, "title": l.Title, "variant_title": orNull(l.VariantTitle), "name": name, "sku": l.SKU,
		"vendor": orNull(l.Vendor), "quantity": l.Quantity, "fulfillable_quantity": l.current(), "grams": 0,
		"fulfillment_service": "manual", "fulfillment_status": nil, "gift_card": false, "requires_shipping": true,
		"taxable": !l.Untaxed, "variant_inventory_management": "shopify", "properties": []any{}, "duties": []any{},
		"discount_allocations": l.allocations(shop), "tax_lines": o.taxLines(shop, l),
	}
	put(line, shop.Currency, "price", l.Price)
	put(line, shop.Currency, "total_discount", o.ownDiscount(l))
	return line
}

func (o EventOrder) address(shop Shop) map[string]any {
	a := shop.Address
	return map[string]any{
		"first_name": o.First, "last_name": o.Last, "name": o.First + " " + o.Last, "company": nil, "phone": "+15195550123",
		"address1": "1 Sample Street", "address2": nil, "city": a.City, "zip": a.Zip, "province": a.Province, "province_code": a.ProvinceCode,
		"country": a.Country, "country_code": a.CountryCode, "latitude": nil, "longitude": nil,
	}
}

func (o EventOrder) customer(shop Shop) map[string]any {
	address := o.address(shop)
	delete(address, "latitude")
	delete(address, "longitude")
	address["id"], address["customer_id"], address["default"], address["country_name"] = uint64(9101), uint64(9001), true, shop.Address.Country
	return map[string]any{
		"id": uint64(9001), "admin_graphql_api_id": gid("Customer", 9001), "email": o.Email, "first_name": o.First, "last_name": o.Last,
		"phone": nil, "note": nil, "state": "disabled", "verified_email": true, "currency": shop.Currency, "multipass_identifier": nil,
		"tax_exempt": false, "tax_exemptions": []any{}, "created_at": shop.local(o.CreatedAt), "updated_at": shop.local(o.CreatedAt),
		"default_address": address,
	}
}

func sampleOrder(now time.Time) EventOrder {
	return EventOrder{
		ID: 5001, Number: 1001, TaxTitle: "HST", TaxRate: 0.13, Shipping: 950, CreatedAt: now, UpdatedAt: now,
		Lines: []EventLine{
			{ID: 6001, Product: 2001, Variant: 3001, Title: "Rain boots", VariantTitle: "4T", SKU: "BOOT-4T", Vendor: "Maple Kids", Quantity: 2, Price: 1850},
			{ID: 6002, Product: 2002, Variant: 3003, Title: "Picture book", SKU: "BOOK-1", Vendor: "Maple Kids", Quantity: 1, Price: 600, Untaxed: true},
		},
	}
}

// line finds a line of the order; nil where there is none.
func (o EventOrder) line(id uint64) *EventLine {
	i := slices.IndexFunc(o.Lines, func(l EventLine) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return &o.Lines[i]
}
