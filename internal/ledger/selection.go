package ledger

import (
	"fmt"
	"strings"
	"time"
)

// Selection says which items a job is about; what is empty does not matter.
type Selection struct {
	EventID, ConsignorID string
	// Since leaves out what was changed last before, Until what was then or later.
	Since, Until time.Time
}

// selected is the condition that items, as i, fulfil; its arguments are $3 to $6.
const selected = `($3 = '' OR i.event_id = $3) AND ($4 = '' OR i.consignor_id = $4)
AND (CAST($5 AS BIGINT) = 0 OR i.updated_at >= $5) AND (CAST($6 AS BIGINT) = 0 OR i.updated_at < $6)`

func (s *Selection) args(more ...any) []any {
	return append([]any{s.EventID, s.ConsignorID, micros(s.Since), micros(s.Until)}, more...)
}

// offered is the condition that items, as i, fulfil which may be for sale and have no
// product, as p. What was listed and is gone from the shop is a person's to decide about.
const offered = `(i.state IN ('ready', 'listed') AND p.item_id IS NULL OR i.state = 'ready' AND p.status = 'DELETED')`

const (
	itemsAndProducts = "items i LEFT JOIN products p ON p.tenant = i.tenant AND p.store = i.store AND p.item_id = i.item_id"
	productsOfItems  = "products p JOIN items i ON i.tenant = p.tenant AND i.store = p.store AND i.item_id = p.item_id"
)

// CountProducts counts the products of items.
func (t *Tx) CountProducts(s Selection) (n int64, err error) {
	err = t.row("SELECT COUNT(*) FROM "+productsOfItems+" WHERE p.tenant = $1 AND p.store = $2 AND p.status <> 'DELETED' AND "+selected, s.args(), &n)
	return n, err
}

// CountOffered counts the items that may be for sale and have no product, and whose ids
// come after one.
func (t *Tx) CountOffered(s Selection, after string) (n int64, err error) {
	err = t.row("SELECT COUNT(*) FROM "+itemsAndProducts+" WHERE i.tenant = $1 AND i.store = $2 AND "+selected+" AND "+offered+" AND i.item_id > $7", s.args(after), &n)
	return n, err
}

// Offered reads the ids of items that may be for sale and have no product, a page by id.
func (t *Tx) Offered(s Selection, p Page) ([]string, error) {
	return collect(t, func(v *string) []any { return []any{v} },
		"SELECT i.item_id FROM "+itemsAndProducts+" WHERE i.tenant = $1 AND i.store = $2 AND "+selected+" AND "+offered+" AND i.item_id > $7 ORDER BY i.item_id LIMIT $8", s.args(p.After, p.Limit)...)
}

// Selected says whether an item is among those selected.
func (t *Tx) Selected(s Selection, item string) (bool, error) {
	var n int64
	err := t.row("SELECT COUNT(*) FROM items i WHERE i.tenant = $1 AND i.store = $2 AND "+selected+" AND i.item_id = $7", s.args(item), &n)
	return n > 0, err
}

// ProductsBetween reads what is known of the products whose numbers come after one, up to
// and with another, by number and item. Those that are known to be gone are left out.
func (t *Tx) ProductsBetween(after, upTo uint64) ([]Product, error) {
	return collect(t, (*Product).columns, "SELECT "+productColumns+` FROM products WHERE tenant = $1 AND store = $2 AND product_id > $3 AND product_id <= $4
AND status <> 'DELETED' ORDER BY product_id, item_id`, number(after), number(upTo))
}

// OrdersAmong reads those of some orders that the ledger has, by number.
func (t *Tx) OrdersAmong(ids []uint64) (map[uint64]Order, error) {
	found := map[uint64]Order{}
	if len(ids) == 0 {
		return found, nil
	}
	args := make([]any, len(ids))
	places := make([]string, len(ids))
	for i, id := range ids {
		args[i], places[i] = number(id), fmt.Sprintf("$%d", i+3)
	}
	list, err := collect(t, (*Order).columns, "SELECT "+orderColumns+" FROM orders WHERE tenant = $1 AND store = $2 AND order_id IN ("+strings.Join(places, ", ")+")", args...)
	for _, o := range list {
		found[o.ID] = o
	}
	return found, err
}
