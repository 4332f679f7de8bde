package ledger

import "time"

// Statement is a statement that was closed: what was handed out, word for word.
type Statement struct {
	ID, EventID, ConsignorID string
	// Number counts a consignor's statements of an event from 1.
	Number int
	// BalanceCents is what was owed at its end, before the payout.
	BalanceCents int64
	// Document is the statement as it was, as JSON.
	Document, ClosedBy string
	ClosedAt           time.Time
}

const statementColumns = "statement_id, event_id, consignor_id, number, balance_cents, document, closed_by, closed_at"

func (s *Statement) columns() []any {
	return []any{&s.ID, &s.EventID, &s.ConsignorID, &s.Number, &s.BalanceCents, &s.Document, &s.ClosedBy, at{&s.ClosedAt}}
}

// CloseStatement appends a statement with the entries that it covers. An entry is
// on one statement only.
func (t *Tx) CloseStatement(s Statement, keys []string) error {
	if _, err := t.exec("INSERT INTO statements (tenant, store, "+statementColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		s.ID, s.EventID, s.ConsignorID, s.Number, s.BalanceCents, s.Document, s.ClosedBy, micros(t.now)); err != nil {
		return err
	}
	for _, key := range keys {
		if _, err := t.exec("INSERT INTO statement_entries (tenant, store, entry_key, statement_id) VALUES ($1, $2, $3, $4)", key, s.ID); err != nil {
			return err
		}
	}
	return nil
}

// Statements reads a consignor's closed statements of an event, the first first.
func (t *Tx) Statements(event, consignor string) ([]Statement, error) {
	return collect(t, (*Statement).columns, "SELECT "+statementColumns+" FROM statements WHERE tenant = $1 AND store = $2 AND event_id = $3 AND consignor_id = $4 ORDER BY number", event, consignor)
}

// OpenEntries reads a consignor's entries of an event that are on no closed
// statement yet.
func (t *Tx) OpenEntries(event, consignor string) ([]Entry, error) {
	return collect(t, (*Entry).columns, "SELECT "+entryColumns+` FROM commission_entries e WHERE tenant = $1 AND store = $2 AND event_id = $3 AND consignor_id = $4
AND NOT EXISTS (SELECT 1 FROM statement_entries s WHERE s.tenant = e.tenant AND s.store = e.store AND s.entry_key = e.entry_key) ORDER BY posted_at, entry_key`, event, consignor)
}
