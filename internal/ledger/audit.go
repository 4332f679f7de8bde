package ledger

import "time"

// claimed is the condition that items, as i, fulfil whose state or sales follow from
// orders. A sale comes with a line, so that those which count, and have an index, are enough.
const claimed = `(i.state IN ('reserved', 'sold', 'customerReturned')
OR EXISTS (SELECT 1 FROM order_lines l WHERE l.tenant = i.tenant AND l.store = i.store AND l.item_id = i.item_id)
OR EXISTS (SELECT 1 FROM sales s WHERE s.tenant = i.tenant AND s.store = i.store AND s.item_id = i.item_id AND s.state IN ('Reserved', 'Sold')))`

// CountClaimed counts the items whose state or sales follow from orders.
func (t *Tx) CountClaimed(s Selection) (n int64, err error) {
	err = t.row("SELECT COUNT(*) FROM items i WHERE i.tenant = $1 AND i.store = $2 AND "+selected+" AND "+claimed, s.args(), &n)
	return n, err
}

// Claimed reads the ids of items whose state or sales follow from orders, a page by id.
func (t *Tx) Claimed(s Selection, p Page) ([]string, error) {
	return collect(t, func(v *string) []any { return []any{v} },
		"SELECT i.item_id FROM items i WHERE i.tenant = $1 AND i.store = $2 AND "+selected+" AND "+claimed+" AND i.item_id > $7 ORDER BY i.item_id LIMIT $8", s.args(p.After, p.Limit)...)
}

// ListedWithoutProduct reads the ids of items that are listed and of whose product nothing
// is known, a page by id.
func (t *Tx) ListedWithoutProduct(s Selection, p Page) ([]string, error) {
	return collect(t, func(v *string) []any { return []any{v} },
		"SELECT i.item_id FROM "+itemsAndProducts+" WHERE i.tenant = $1 AND i.store = $2 AND "+selected+
			" AND i.state = 'listed' AND p.item_id IS NULL AND i.item_id > $7 ORDER BY i.item_id LIMIT $8", s.args(p.After, p.Limit)...)
}

// Account is a consignor at an event: what is paid out together.
type Account struct{ EventID, ConsignorID string }

// Accounts reads the accounts that have entries or statements, by event and consignor.
func (t *Tx) Accounts(s Selection) ([]Account, error) {
	return collect(t, func(a *Account) []any { return []any{&a.EventID, &a.ConsignorID} },
		`SELECT event_id, consignor_id FROM commission_entries WHERE tenant = $1 AND store = $2 AND ($3 = '' OR event_id = $3) AND ($4 = '' OR consignor_id = $4)
UNION SELECT event_id, consignor_id FROM statements WHERE tenant = $1 AND store = $2 AND ($3 = '' OR event_id = $3) AND ($4 = '' OR consignor_id = $4)
ORDER BY event_id, consignor_id`, s.EventID, s.ConsignorID)
}

// AccountEntry is an entry of an account, and what it is part of.
type AccountEntry struct {
	Entry
	// StatementID is the closed statement that shows it; empty for none.
	StatementID string
	// HasSale says that there is a sale of its line.
	HasSale bool
}

func (e *AccountEntry) columns() []any {
	return append(e.Entry.columns(), &e.StatementID, flag{&e.HasSale})
}

// AccountEntries reads the entries of an account in the order of their posting.
func (t *Tx) AccountEntries(a Account) ([]AccountEntry, error) {
	return collect(t, (*AccountEntry).columns, "SELECT "+entryColumns+`,
COALESCE((SELECT s.statement_id FROM statement_entries s WHERE s.tenant = e.tenant AND s.store = e.store AND s.entry_key = e.entry_key), ''),
CAST(CASE WHEN EXISTS (SELECT 1 FROM sales s WHERE s.tenant = e.tenant AND s.store = e.store AND s.line_id = e.line_id) THEN 1 ELSE 0 END AS BIGINT)
FROM commission_entries e WHERE e.tenant = $1 AND e.store = $2 AND e.event_id = $3 AND e.consignor_id = $4 ORDER BY posted_at, entry_key`, a.EventID, a.ConsignorID)
}

// OrdersBetween reads the orders of the shop, and none of a till, that changed after a time
// and up to another, and were made at a third or later, by their change.
func (t *Tx) OrdersBetween(after, upTo, madeSince time.Time) ([]Order, error) {
	return collect(t, (*Order).columns, "SELECT "+orderColumns+` FROM orders WHERE tenant = $1 AND store = $2 AND updated_at > $3 AND updated_at <= $4
AND created_at >= $5 AND order_id < $6 ORDER BY updated_at, order_id`, micros(after), micros(upTo), micros(madeSince), number(FirstTillID))
}
