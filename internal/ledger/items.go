package ledger

import "time"

// Item is a one-of-a-kind thing that a consignor brought to an event. Its id is
// the SKU and the barcode of its product.
type Item struct {
	ID, ConsignorID, EventID, Title string
	// PriceCents is what it costs before any markdown.
	PriceCents       int64
	MarkdownEligible bool
	// State is one of internal/catalog's.
	State string
	// Unlisted says that a person took it off the shelf for now.
	Unlisted bool
}

const itemColumns = "item_id, consignor_id, event_id, title, price_cents, markdown_eligible, state, unlisted"

func (i *Item) columns() []any {
	return []any{&i.ID, &i.ConsignorID, &i.EventID, &i.Title, &i.PriceCents, flag{&i.MarkdownEligible}, &i.State, flag{&i.Unlisted}}
}

// PutItem records an item as it now is. Who changes its state does so by SetItemState,
// and who takes it off the shelf by SetUnlisted.
func (t *Tx) PutItem(i Item) error {
	_, err := t.exec(`INSERT INTO items (tenant, store, `+itemColumns+`, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (tenant, store, item_id) DO UPDATE SET consignor_id = excluded.consignor_id, event_id = excluded.event_id, title = excluded.title,
price_cents = excluded.price_cents, markdown_eligible = excluded.markdown_eligible, updated_at = excluded.updated_at`,
		i.ID, i.ConsignorID, i.EventID, i.Title, i.PriceCents, bit(i.MarkdownEligible), i.State, bit(i.Unlisted), micros(t.now))
	return err
}

// Item reads an item; ErrNotFound where there is none.
func (t *Tx) Item(id string) (Item, error) {
	return one(t, (*Item).columns, "SELECT "+itemColumns+" FROM items WHERE tenant = $1 AND store = $2 AND item_id = $3", id)
}

// ItemsOf reads a consignor's items of an event by id.
func (t *Tx) ItemsOf(event, consignor string) ([]Item, error) {
	return collect(t, (*Item).columns, "SELECT "+itemColumns+" FROM items WHERE tenant = $1 AND store = $2 AND event_id = $3 AND consignor_id = $4 ORDER BY item_id", event, consignor)
}

// SetItemState moves an item to a state.
func (t *Tx) SetItemState(id, state string) error {
	_, err := t.exec("UPDATE items SET state = $4, updated_at = $5 WHERE tenant = $1 AND store = $2 AND item_id = $3", id, state, micros(t.now))
	return err
}

// SetUnlisted says whether an item is off the shelf for now.
func (t *Tx) SetUnlisted(id string, unlisted bool) error {
	_, err := t.exec("UPDATE items SET unlisted = $4, updated_at = $5 WHERE tenant = $1 AND store = $2 AND item_id = $3", id, bit(unlisted), micros(t.now))
	return err
}

// ItemChangedAt is when an item was changed last.
func (t *Tx) ItemChangedAt(id string) (changed time.Time, err error) {
	err = t.row("SELECT updated_at FROM items WHERE tenant = $1 AND store = $2 AND item_id = $3", []any{id}, at{&changed})
	return changed, err
}

// Product is what Shopify calls an item, and how it is there.
type Product struct {
	ItemID                                string
	ProductID, VariantID, InventoryItemID uint64
	// Status is Shopify's: ACTIVE, DRAFT, ARCHIVED or UNLISTED, or DELETED where it is gone.
	Status string
	// PriceCents is what it costs in the shop.
	PriceCents int64
	// SeenAt is the product's updatedAt when it was last read, AppliedAt that of our
	// own last change: a webhook that tells of just that one is its echo. Both are
	// Shopify's, to the second.
	SeenAt, AppliedAt time.Time
	// AgreedPriceCents and AgreedStatus are price and status when shop and ledger were
	// last brought together; -1 and empty where they never were. Agree records them.
	AgreedPriceCents int64
	AgreedStatus     string
}

const (
	seenColumns    = "item_id, product_id, variant_id, inventory_item_id, status, price_cents, seen_at, applied_at"
	productColumns = seenColumns + ", agreed_price_cents, agreed_status"
)

func (p *Product) columns() []any {
	return []any{&p.ItemID, &p.ProductID, &p.VariantID, &p.InventoryItemID, &p.Status, &p.PriceCents, at{&p.SeenAt}, at{&p.AppliedAt}, &p.AgreedPriceCents, &p.AgreedStatus}
}

// PutProduct records a product as it was read, unless a later state of it was. It
// tells whether it did. What both sides agreed on stays.
func (t *Tx) PutProduct(p Product) (bool, error) {
	n, err := t.exec(`INSERT INTO products (tenant, store, `+seenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (tenant, store, item_id) DO UPDATE SET product_id = excluded.product_id, variant_id = excluded.variant_id, inventory_item_id = excluded.inventory_item_id,
status = excluded.status, price_cents = excluded.price_cents, seen_at = excluded.seen_at, applied_at = excluded.applied_at
WHERE excluded.seen_at >= products.seen_at`,
		p.ItemID, number(p.ProductID), number(p.VariantID), number(p.InventoryItemID), p.Status, p.PriceCents, micros(p.SeenAt), micros(p.AppliedAt))
	return n == 1, err
}

// Agree records that shop and ledger have the same price, in cents, and status of an
// item's product.
func (t *Tx) Agree(item string, priceCents int64, status string) error {
	_, err := t.exec("UPDATE products SET agreed_price_cents = $4, agreed_status = $5 WHERE tenant = $1 AND store = $2 AND item_id = $3", item, priceCents, status)
	return err
}

// Product reads the product of an item; ErrNotFound where none is known.
func (t *Tx) Product(item string) (Product, error) {
	return one(t, (*Product).columns, "SELECT "+productColumns+" FROM products WHERE tenant = $1 AND store = $2 AND item_id = $3", item)
}

// ProductsByID reads what is known of a product: one for each of its items.
func (t *Tx) ProductsByID(product uint64) ([]Product, error) {
	return collect(t, (*Product).columns, "SELECT "+productColumns+" FROM products WHERE tenant = $1 AND store = $2 AND product_id = $3 ORDER BY item_id", number(product))
}

// ProductByInventoryItem reads the product that an inventory item belongs to.
func (t *Tx) ProductByInventoryItem(id uint64) (Product, error) {
	return one(t, (*Product).columns, "SELECT "+productColumns+" FROM products WHERE tenant = $1 AND store = $2 AND inventory_item_id = $3", number(id))
}
