package ledger

// Consignor is a person who brings items.
type Consignor struct {
	ID, Name string
	// Class is Regular or Super.
	Class string
}

// PutConsignor records a consignor as they now are.
func (t *Tx) PutConsignor(c Consignor) error {
	_, err := t.exec(`INSERT INTO consignors (tenant, store, consignor_id, name, class, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant, store, consignor_id) DO UPDATE SET name = excluded.name, class = excluded.class, updated_at = excluded.updated_at`,
		c.ID, c.Name, c.Class, micros(t.now))
	return err
}

func (c *Consignor) columns() []any { return []any{&c.ID, &c.Name, &c.Class} }

// Consignor reads a consignor; ErrNotFound where there is none.
func (t *Tx) Consignor(id string) (Consignor, error) {
	return one(t, (*Consignor).columns, "SELECT consignor_id, name, class FROM consignors WHERE tenant = $1 AND store = $2 AND consignor_id = $3", id)
}

// ConsignorsOf reads those who have brought items to an event, or have entries of
// it, by id.
func (t *Tx) ConsignorsOf(event string) ([]Consignor, error) {
	return collect(t, (*Consignor).columns, `SELECT consignor_id, name, class FROM consignors c WHERE tenant = $1 AND store = $2
AND (EXISTS (SELECT 1 FROM items i WHERE i.tenant = c.tenant AND i.store = c.store AND i.consignor_id = c.consignor_id AND i.event_id = $3)
OR EXISTS (SELECT 1 FROM commission_entries e WHERE e.tenant = c.tenant AND e.store = c.store AND e.consignor_id = c.consignor_id AND e.event_id = $3)) ORDER BY consignor_id`, event)
}

// Shift is a shift that a consignor worked for an event as a volunteer.
type Shift struct{ ID, EventID, ConsignorID string }

func (s *Shift) columns() []any { return []any{&s.ID, &s.EventID, &s.ConsignorID} }

// PutShift records a shift.
func (t *Tx) PutShift(s Shift) error {
	_, err := t.exec(`INSERT INTO volunteer_shifts (tenant, store, shift_id, event_id, consignor_id, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant, store, shift_id) DO UPDATE SET event_id = excluded.event_id, consignor_id = excluded.consignor_id`,
		s.ID, s.EventID, s.ConsignorID, micros(t.now))
	return err
}

// Shift reads a shift; ErrNotFound where there is none.
func (t *Tx) Shift(id string) (Shift, error) {
	return one(t, (*Shift).columns,
		"SELECT shift_id, event_id, consignor_id FROM volunteer_shifts WHERE tenant = $1 AND store = $2 AND shift_id = $3", id)
}

// Shifts counts the shifts that a consignor worked for an event.
func (t *Tx) Shifts(event, consignor string) (int, error) {
	var n int
	err := t.row("SELECT COUNT(*) FROM volunteer_shifts WHERE tenant = $1 AND store = $2 AND event_id = $3 AND consignor_id = $4", []any{event, consignor}, &n)
	return n, err
}
