package ledger

// Sale is a line of an order that is for an item.
type Sale struct {
	LineID, OrderID              uint64
	ItemID, ConsignorID, EventID string
	// State is Reserved, Sold, Double or Void; see internal/orders.
	State string
}

// Active says that the item went to this sale. It has one such at the most.
func (s *Sale) Active() bool { return s.State == "Reserved" || s.State == "Sold" }

const saleColumns = "line_id, order_id, item_id, consignor_id, event_id, state"

func (s *Sale) columns() []any {
	return []any{&s.LineID, &s.OrderID, &s.ItemID, &s.ConsignorID, &s.EventID, &s.State}
}

// PutSale records a sale as it now is. An item that would have two active sales
// is an error.
func (t *Tx) PutSale(s Sale) error {
	_, err := t.exec(`INSERT INTO sales (tenant, store, `+saleColumns+`, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant, store, line_id) DO UPDATE SET item_id = excluded.item_id, consignor_id = excluded.consignor_id, event_id = excluded.event_id,
state = excluded.state, updated_at = excluded.updated_at`,
		number(s.LineID), number(s.OrderID), s.ItemID, s.ConsignorID, s.EventID, s.State, micros(t.now))
	return err
}

// Sale reads the sale of a line; ErrNotFound where it is none.
func (t *Tx) Sale(line uint64) (Sale, error) {
	return one(t, (*Sale).columns, "SELECT "+saleColumns+" FROM sales WHERE tenant = $1 AND store = $2 AND line_id = $3", number(line))
}

// SalesFor reads the sales of an item by line.
func (t *Tx) SalesFor(item string) ([]Sale, error) {
	return collect(t, (*Sale).columns, "SELECT "+saleColumns+" FROM sales WHERE tenant = $1 AND store = $2 AND item_id = $3 ORDER BY line_id", item)
}

// SalesOf reads the sales of an event by item and line.
func (t *Tx) SalesOf(event string) ([]Sale, error) {
	return collect(t, (*Sale).columns, "SELECT "+saleColumns+" FROM sales WHERE tenant = $1 AND store = $2 AND event_id = $3 ORDER BY item_id, line_id", event)
}

// SoldItems reads the ids of a consignor's items of an event that were ever sold.
func (t *Tx) SoldItems(event, consignor string) ([]string, error) {
	return collect(t, func(v *string) []any { return []any{v} },
		"SELECT DISTINCT item_id FROM sales WHERE tenant = $1 AND store = $2 AND event_id = $3 AND consignor_id = $4 ORDER BY item_id", event, consignor)
}
