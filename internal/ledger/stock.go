package ledger

import "errors"

// Movement is a change of an item's stock at a location.
type Movement struct {
	InventoryItemID, LocationID uint64
	ItemID                      string
	// Available is the stock after it, in pieces.
	Available int
	// Actor is who moved it: shopify or shopkeeper.
	Actor, Reason string
}

// Stock reads the stock of an item at a location as last known, in pieces;
// ErrNotFound where it never was.
func (t *Tx) Stock(inventoryItem, location uint64) (int, error) {
	var n int
	err := t.row(`SELECT available FROM stock_movements WHERE tenant = $1 AND store = $2 AND inventory_item_id = $3 AND location_id = $4
ORDER BY moved_at DESC, movement_id DESC LIMIT 1`, []any{number(inventoryItem), number(location)}, &n)
	return n, err
}

// Move appends a movement, unless the stock is known to be that already. It
// tells whether it did.
func (t *Tx) Move(m Movement) (bool, error) {
	before, err := t.Stock(m.InventoryItemID, m.LocationID)
	var known *int
	switch {
	case err == nil && before == m.Available:
		return false, nil
	case err == nil:
		known = &before
	case !errors.Is(err, ErrNotFound):
		return false, err
	}
	_, err = t.exec(`INSERT INTO stock_movements (tenant, store, movement_id, inventory_item_id, location_id, item_id, available_before, available, actor, reason, moved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		NewID(), number(m.InventoryItemID), number(m.LocationID), m.ItemID, known, m.Available, m.Actor, m.Reason, micros(t.now))
	return err == nil, err
}
