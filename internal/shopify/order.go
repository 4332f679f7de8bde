package shopify

import "time"

// Order is what an order came to, in the shop's currency and in cents: hundredths
// of the currency's unit. It holds nothing about who bought.
type Order struct {
	ID uint64
	// Name is the one that people read, such as #1001.
	Name      string
	CreatedAt time.Time
	// UpdatedAt moves with every change of the order, to the second.
	UpdatedAt   time.Time
	ProcessedAt time.Time
	// CancelledAt is nil where the order stands.
	CancelledAt *time.Time
	// Test says that no money moved.
	Test bool
	// FinancialStatus is one of PENDING, AUTHORIZED, PARTIALLY_PAID, PAID,
	// PARTIALLY_REFUNDED, REFUNDED, VOIDED and EXPIRED; empty where Shopify has none.
	// It is for people to look at: see Outstanding.
	FinancialStatus string
	// Outstanding is what is still to be paid. An order that some money of was given
	// back may have some, whatever its FinancialStatus.
	Outstanding int64
	// Currency is the shop's when the order was placed, as in ISO 4217.
	Currency string
	// TaxesIncluded says that the lines' prices hold their taxes.
	TaxesIncluded bool
	// SourceName is where the order came from, such as web or pos.
	SourceName string
	Lines      []OrderLine
	// Refunds are all there are, the oldest first.
	Refunds []Refund
}

// OrderLine is a line of an order. Its amounts are those of Quantity things,
// whatever was removed or given back since.
type OrderLine struct {
	ID    uint64
	SKU   string
	Title string
	// ProductID and VariantID are 0 where the thing is gone from the shop, or never
	// was a product of it.
	ProductID, VariantID uint64
	// Quantity is how many were ordered, CurrentQuantity how many are left after
	// edits, cancellation and refunds.
	Quantity, CurrentQuantity int
	// Original is the price of all before discounts.
	Original int64
	// Discounts are the line's shares in every discount, of the line and of the order.
	Discounts []int64
	// Taxes are on top of the price, or in it where the order says TaxesIncluded.
	Taxes []int64
}

// Refund is money or things given back.
type Refund struct {
	ID        uint64
	CreatedAt time.Time
	Lines     []RefundLine
	// TotalRefunded is the money given back in all.
	TotalRefunded int64
	// Adjustments are what the lines came to less the money given back for them, taxes
	// included, where the two differ: less than nothing for money given back without
	// a line, more for money held back. Shipping that was given back is in
	// TotalRefunded alone.
	Adjustments []int64
}

// RefundLine is some of an order line's things given back.
type RefundLine struct {
	// LineID is the OrderLine's.
	LineID   uint64
	Quantity int
	// RestockType is NO_RESTOCK, CANCEL, RETURN or LEGACY_RESTOCK.
	RestockType string
	// LocationID is where the things went back to stock; 0 for nowhere.
	LocationID uint64
}

// OrderPage is a page of a list of orders.
type OrderPage struct {
	Orders []OrderUpdate
	// Next is the cursor of the page behind; empty where there is none.
	Next string
}

// OrderUpdate says when an order last changed.
type OrderUpdate struct {
	ID        uint64
	UpdatedAt time.Time
}
