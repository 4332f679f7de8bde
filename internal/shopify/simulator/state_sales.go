package simulator

import "time"

// Product is a thing that a shop sells.
type Product struct {
	ID       uint64   `json:"id"`
	Title    string   `json:"title"`
	Handle   string   `json:"handle,omitempty"`
	BodyHTML string   `json:"bodyHTML,omitempty"`
	Vendor   string   `json:"vendor,omitempty"`
	Type     string   `json:"type,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	// Status is a ProductStatus: ACTIVE, ARCHIVED, DRAFT or UNLISTED.
	Status string `json:"status"`
	// Option is the name of the one option that its variants differ by; empty for
	// Title of a product with one variant, else for Size.
	Option   string    `json:"option,omitempty"`
	Variants []Variant `json:"variants"`
	// Media are the ids of its files, in order.
	Media []uint64 `json:"media,omitempty"`
	// Publishings are where it is published, each publication there once.
	Publishings []Publishing `json:"publishings,omitempty"`
	// Metafields are its own, each namespace and key there once.
	Metafields []Metafield `json:"metafields,omitempty"`
	CreatedAt  time.Time   `json:"createdAt"`
	// UpdatedAt also moves with the stock.
	UpdatedAt time.Time `json:"updatedAt"`
}

// Variant is one of the forms that a product comes in. Its SKU and its stock are
// those of its inventory item.
type Variant struct {
	ID    uint64 `json:"id"`
	Title string `json:"title"`
	// InventoryItemID is that of one of the shop's inventory items, and of no other
	// variant.
	InventoryItemID uint64 `json:"inventoryItemID"`
	Barcode         string `json:"barcode,omitempty"`
	Price           Cents  `json:"priceCents"`
	// CompareAt is 0 for none.
	CompareAt Cents `json:"compareAtCents,omitempty"`
	// Untaxed things bear no tax at a checkout that does not say otherwise.
	Untaxed bool `json:"untaxed,omitempty"`
	// InventoryPolicy is DENY, which empty means, or CONTINUE.
	InventoryPolicy string    `json:"inventoryPolicy,omitempty"`
	CreatedAt       time.Time `json:"createdAt"`
	UpdatedAt       time.Time `json:"updatedAt"`
}

// Order is what somebody bought. Money is in the currency that the shop had.
type Order struct {
	ID uint64 `json:"id"`
	// Number is the one that people read, such as 1001.
	Number uint64 `json:"number"`
	// Source is web or pos.
	Source string `json:"source"`
	// LocationID is where the stock came from.
	LocationID    uint64        `json:"locationID"`
	Test          bool          `json:"test,omitempty"`
	Currency      string        `json:"currency"`
	TaxesIncluded bool          `json:"taxesIncluded"`
	Lines         []OrderLine   `json:"lines"`
	Discounts     []Discount    `json:"discounts,omitempty"`
	Transactions  []Transaction `json:"transactions,omitempty"`
	Refunds       []Refund      `json:"refunds,omitempty"`
	// CancelledAt is zero where the order stands; CancelReason is an OrderCancelReason.
	CancelledAt  time.Time `json:"cancelledAt,omitzero"`
	CancelReason string    `json:"cancelReason,omitempty"`
	CreatedAt    time.Time `json:"createdAt"`
	UpdatedAt    time.Time `json:"updatedAt"`
}

// OrderLine is a line of an order. Discounts and taxes are of Quantity things,
// whatever became of them.
type OrderLine struct {
	ID           uint64 `json:"id"`
	ProductID    uint64 `json:"productID,omitempty"`
	VariantID    uint64 `json:"variantID,omitempty"`
	Title        string `json:"title"`
	VariantTitle string `json:"variantTitle,omitempty"`
	SKU          string `json:"sku,omitempty"`
	Vendor       string `json:"vendor,omitempty"`
	Quantity     int    `json:"quantity"`
	// Current is Quantity less what was removed, cancelled or given back.
	Current int `json:"current"`
	// Price is of one.
	Price       Cents        `json:"priceCents"`
	Allocations []Allocation `json:"allocations,omitempty"`
	Taxes       []TaxLine    `json:"taxes,omitempty"`
}

// Allocation is a line's share in a discount of its order.
type Allocation struct {
	// Discount is the discount's index in the order.
	Discount int   `json:"discount"`
	Amount   Cents `json:"amountCents"`
}

// TaxLine is a tax that a line bears; Rate is such as 0.13.
type TaxLine struct {
	Title  string  `json:"title"`
	Rate   float64 `json:"rate"`
	Amount Cents   `json:"amountCents"`
}

// How a discount spreads over the lines that it is for.
const (
	AllocateEach   = "EACH"   // its value off each of them
	AllocateAcross = "ACROSS" // its value off all of them together, by what each costs
	AllocateOne    = "ONE"    // its value off one of them
)

// Discount takes money off an order, by a percentage or by an amount.
type Discount struct {
	// Code is what the customer typed in; empty for a discount by hand.
	Code    string  `json:"code,omitempty"`
	Title   string  `json:"title,omitempty"`
	Percent float64 `json:"percent,omitempty"`
	Amount  Cents   `json:"amountCents,omitempty"`
	// Method is one of EACH, ACROSS and ONE.
	Method string `json:"method"`
	// SKUs are the lines that it is for; empty for the whole order.
	SKUs []string `json:"skus,omitempty"`
}

// Transaction moved money.
type Transaction struct {
	ID uint64 `json:"id"`
	// Kind is SALE or REFUND.
	Kind   string    `json:"kind"`
	Amount Cents     `json:"amountCents"`
	At     time.Time `json:"at"`
}

// Refund gave back things, money or both.
type Refund struct {
	ID    uint64         `json:"id"`
	Lines []RefundedLine `json:"lines,omitempty"`
	// Amount is the money given back.
	Amount Cents `json:"amountCents"`
	// Adjustment is what the lines came to less Amount; of a refund that was to
	// give back money.
	Adjustment Cents     `json:"adjustmentCents,omitempty"`
	Note       string    `json:"note,omitempty"`
	At         time.Time `json:"at"`
}

// RefundedLine is some of a line's things given back.
type RefundedLine struct {
	ID       uint64 `json:"id"`
	LineID   uint64 `json:"lineID"`
	Quantity int    `json:"quantity"`
	// RestockType is a RefundLineItemRestockType, such as RETURN.
	RestockType string `json:"restockType"`
	// LocationID is where they went back to stock; 0 for nowhere.
	LocationID uint64 `json:"locationID,omitempty"`
	// Subtotal and Tax are what they came to; Tax is in Subtotal where the order's
	// taxes are included.
	Subtotal Cents `json:"subtotalCents"`
	Tax      Cents `json:"taxCents"`
}
