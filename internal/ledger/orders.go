package ledger

import "time"

// Order is an order as last read from Shopify.
type Order struct {
	ID              uint64
	Name            string
	Source          string
	FinancialStatus string
	Currency        string
	Test            bool
	TaxesIncluded   bool
	CreatedAt       time.Time
	// UpdatedAt is Shopify's, to the second.
	UpdatedAt   time.Time
	CancelledAt time.Time
	// ReadAt is when the read began that this is from, by our clock.
	ReadAt time.Time
}

// FirstTillID is the first number of a sale at a till, which is kept as an order with
// one line of the same number. Shopify's numbers are far below.
const FirstTillID uint64 = 1 << 62

// AtTill says that an order is a sale at a till, of which Shopify knows nothing.
func (o *Order) AtTill() bool { return o.ID >= FirstTillID }

// NextTillID is the number of the next sale at a till of the store.
func (t *Tx) NextTillID() (uint64, error) {
	var last uint64
	err := t.row("SELECT CAST(COALESCE(MAX(order_id), 0) AS BIGINT) FROM orders WHERE tenant = $1 AND store = $2 AND order_id >= $3", []any{number(FirstTillID)}, &last)
	return max(last+1, FirstTillID), err
}

// OrderLine is a line of an order. Amounts are for the whole quantity.
type OrderLine struct {
	ID, OrderID uint64
	SKU, Title  string
	// ItemID is the item that it is for; empty where that is not known.
	ItemID               string
	ProductID, VariantID uint64
	Quantity             int
	CurrentQuantity      int
	OriginalCents        int64
	DiscountCents        int64
	TaxCents             int64
	// Restocked says that Shopify put what was given back on the shelf again.
	Restocked bool
}

const (
	orderColumns = "order_id, name, source, financial_status, currency, test, taxes_included, created_at, updated_at, cancelled_at, read_at"
	lineColumns  = "line_id, order_id, sku, title, item_id, product_id, variant_id, quantity, current_quantity, original_cents, discount_cents, tax_cents, restocked"
)

func (o *Order) columns() []any {
	return []any{&o.ID, &o.Name, &o.Source, &o.FinancialStatus, &o.Currency, flag{&o.Test}, flag{&o.TaxesIncluded},
		at{&o.CreatedAt}, at{&o.UpdatedAt}, at{&o.CancelledAt}, at{&o.ReadAt}}
}

func (l *OrderLine) columns() []any {
	return []any{&l.ID, &l.OrderID, &l.SKU, &l.Title, &l.ItemID, &l.ProductID, &l.VariantID, &l.Quantity, &l.CurrentQuantity,
		&l.OriginalCents, &l.DiscountCents, &l.TaxCents, flag{&l.Restocked}}
}

// PutOrder records an order unless what the ledger has is newer: read later, or
// of a later update. It tells whether it did.
func (t *Tx) PutOrder(o Order) (bool, error) {
	n, err := t.exec(`INSERT INTO orders (tenant, store, `+orderColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (tenant, store, order_id) DO UPDATE SET name = excluded.name, source = excluded.source, financial_status = excluded.financial_status,
currency = excluded.currency, test = excluded.test, taxes_included = excluded.taxes_included, created_at = excluded.created_at,
updated_at = excluded.updated_at, cancelled_at = excluded.cancelled_at, read_at = excluded.read_at
WHERE excluded.updated_at > orders.updated_at OR excluded.updated_at = orders.updated_at AND excluded.read_at >= orders.read_at`,
		number(o.ID), o.Name, o.Source, o.FinancialStatus, o.Currency, bit(o.Test), bit(o.TaxesIncluded),
		micros(o.CreatedAt), micros(o.UpdatedAt), micros(o.CancelledAt), micros(o.ReadAt))
	return n == 1, err
}

// Order reads an order; ErrNotFound where the ledger has none.
func (t *Tx) Order(id uint64) (Order, error) {
	return one(t, (*Order).columns, "SELECT "+orderColumns+" FROM orders WHERE tenant = $1 AND store = $2 AND order_id = $3", number(id))
}

// PutLine records a line of an order. The item it is for stays as it was once it
// is known.
func (t *Tx) PutLine(l OrderLine) error {
	_, err := t.exec(`INSERT INTO order_lines (tenant, store, `+lineColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (tenant, store, line_id) DO UPDATE SET sku = excluded.sku, title = excluded.title, product_id = excluded.product_id, variant_id = excluded.variant_id,
item_id = CASE WHEN order_lines.item_id = '' THEN excluded.item_id ELSE order_lines.item_id END,
quantity = excluded.quantity, current_quantity = excluded.current_quantity, original_cents = excluded.original_cents,
discount_cents = excluded.discount_cents, tax_cents = excluded.tax_cents, restocked = excluded.restocked`,
		number(l.ID), number(l.OrderID), l.SKU, l.Title, l.ItemID, number(l.ProductID), number(l.VariantID), l.Quantity, l.CurrentQuantity,
		l.OriginalCents, l.DiscountCents, l.TaxCents, bit(l.Restocked))
	return err
}

// AssignLine says which item a line is for.
func (t *Tx) AssignLine(line uint64, item string) error {
	_, err := t.exec("UPDATE order_lines SET item_id = $4 WHERE tenant = $1 AND store = $2 AND line_id = $3", number(line), item)
	return err
}

// Line reads a line; ErrNotFound where there is none.
func (t *Tx) Line(id uint64) (OrderLine, error) {
	return one(t, (*OrderLine).columns, "SELECT "+lineColumns+" FROM order_lines WHERE tenant = $1 AND store = $2 AND line_id = $3", number(id))
}

// LinesOf reads the lines of an order by id.
func (t *Tx) LinesOf(order uint64) ([]OrderLine, error) {
	return collect(t, (*OrderLine).columns, "SELECT "+lineColumns+" FROM order_lines WHERE tenant = $1 AND store = $2 AND order_id = $3 ORDER BY line_id", number(order))
}

// LinesFor reads the lines of all orders that are for an item, by id.
func (t *Tx) LinesFor(item string) ([]OrderLine, error) {
	return collect(t, (*OrderLine).columns, "SELECT "+lineColumns+" FROM order_lines WHERE tenant = $1 AND store = $2 AND item_id = $3 ORDER BY line_id", item)
}

// UnknownLines reads the lines with a SKU for which no item was known.
func (t *Tx) UnknownLines(sku string) ([]OrderLine, error) {
	return collect(t, (*OrderLine).columns, "SELECT "+lineColumns+" FROM order_lines WHERE tenant = $1 AND store = $2 AND sku = $3 AND item_id = '' ORDER BY line_id", sku)
}
