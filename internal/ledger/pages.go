package ledger

import "strings"

// Page is a part of a list that is ordered by id: up to Limit after an id, or from
// the first on where After is empty.
type Page struct {
	After string
	Limit int
}

// ItemFilter says which items are wanted; what is empty does not matter.
type ItemFilter struct {
	ConsignorID, EventID, State string
	// Text is part of the title or of the id, in either case.
	Text string
}

// Items reads a page of items.
func (t *Tx) Items(f ItemFilter, p Page) ([]Item, error) {
	return collect(t, (*Item).columns, "SELECT "+itemColumns+` FROM items WHERE tenant = $1 AND store = $2 AND item_id > $3
AND ($4 = '' OR consignor_id = $4) AND ($5 = '' OR event_id = $5) AND ($6 = '' OR state = $6)
AND ($7 = '' OR LOWER(title) LIKE LOWER($7) ESCAPE '!' OR LOWER(item_id) LIKE LOWER($7) ESCAPE '!') ORDER BY item_id LIMIT $8`,
		p.After, f.ConsignorID, f.EventID, f.State, containing(f.Text), p.Limit)
}

// Consignors reads a page of consignors; text is part of the name or of the id, in
// either case, and matters not where it is empty.
func (t *Tx) Consignors(text string, p Page) ([]Consignor, error) {
	return collect(t, (*Consignor).columns, `SELECT consignor_id, name, class FROM consignors WHERE tenant = $1 AND store = $2 AND consignor_id > $3
AND ($4 = '' OR LOWER(name) LIKE LOWER($4) ESCAPE '!' OR LOWER(consignor_id) LIKE LOWER($4) ESCAPE '!') ORDER BY consignor_id LIMIT $5`,
		p.After, containing(text), p.Limit)
}

// ShiftList reads a page of the shifts of an event, of a consignor, or of both or
// neither where these are empty.
func (t *Tx) ShiftList(event, consignor string, p Page) ([]Shift, error) {
	return collect(t, (*Shift).columns, `SELECT shift_id, event_id, consignor_id FROM volunteer_shifts WHERE tenant = $1 AND store = $2 AND shift_id > $3
AND ($4 = '' OR event_id = $4) AND ($5 = '' OR consignor_id = $5) ORDER BY shift_id LIMIT $6`, p.After, event, consignor, p.Limit)
}

// containing is the pattern of what holds a text; empty for an empty one.
func containing(text string) string {
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}
