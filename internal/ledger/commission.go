package ledger

import "time"

// Kinds of entries.
const (
	Accrual    = "Accrual"    // the first for a sale
	Adjustment = "Adjustment" // what makes a sale's entries what they should be by now
	Payout     = "Payout"     // money handed to the consignor: negative
)

// Entry is an entry for a consignor. It is never changed.
type Entry struct {
	// Key names what the entry is for, so that it is posted once.
	Key, Kind            string
	ConsignorID, EventID string
	// LineID, OrderID and ItemID are those of the sale; none for a payout.
	LineID, OrderID uint64
	ItemID          string
	// NetCents is what the sale brought; ConsignorCents + ShopCents. A payout has
	// ConsignorCents alone, negative.
	NetCents, ConsignorCents, ShopCents int64
	// Inputs say, as JSON, what the split was computed from.
	Inputs   string
	PostedAt time.Time
}

const entryColumns = "entry_key, kind, consignor_id, event_id, line_id, order_id, item_id, net_cents, consignor_cents, shop_cents, inputs, posted_at"

func (e *Entry) columns() []any {
	return []any{&e.Key, &e.Kind, &e.ConsignorID, &e.EventID, &e.LineID, &e.OrderID, &e.ItemID,
		&e.NetCents, &e.ConsignorCents, &e.ShopCents, &e.Inputs, at{&e.PostedAt}}
}

// Post appends an entry. One whose key is there already is an error: who posts
// reads first, and changes of a store follow one another.
func (t *Tx) Post(e Entry) error {
	_, err := t.exec(`INSERT INTO commission_entries (tenant, store, `+entryColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		e.Key, e.Kind, e.ConsignorID, e.EventID, number(e.LineID), number(e.OrderID), e.ItemID,
		e.NetCents, e.ConsignorCents, e.ShopCents, e.Inputs, micros(t.now))
	return err
}

// EntriesFor reads the entries of a sale in the order of their posting.
func (t *Tx) EntriesFor(line uint64) ([]Entry, error) {
	return collect(t, (*Entry).columns, "SELECT "+entryColumns+" FROM commission_entries WHERE tenant = $1 AND store = $2 AND line_id = $3 AND kind <> 'Payout' ORDER BY posted_at, entry_key", number(line))
}

// EntriesOf reads a consignor's entries of an event in the order of their posting.
func (t *Tx) EntriesOf(event, consignor string) ([]Entry, error) {
	return collect(t, (*Entry).columns, "SELECT "+entryColumns+" FROM commission_entries WHERE tenant = $1 AND store = $2 AND event_id = $3 AND consignor_id = $4 ORDER BY posted_at, entry_key", event, consignor)
}
