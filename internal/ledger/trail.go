package ledger

import "time"

// TrailEntry says who changed what, and why.
type TrailEntry struct {
	// Actor is a person, or a part of this software such as orders.
	Actor, Action, Subject string
	// Before and After are short texts; empty where there was or is nothing.
	Before, After, Reason string
	HappenedAt            time.Time
}

// Record appends to the audit trail.
func (t *Tx) Record(e TrailEntry) error {
	_, err := t.exec(`INSERT INTO audit_trail (tenant, store, trail_id, happened_at, actor, action, subject, before, after, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, NewID(), micros(t.now), e.Actor, e.Action, e.Subject, e.Before, e.After, e.Reason)
	return err
}

// Trail reads what happened to a subject, the first first.
func (t *Tx) Trail(subject string) ([]TrailEntry, error) {
	return collect(t, func(e *TrailEntry) []any {
		return []any{&e.Actor, &e.Action, &e.Subject, &e.Before, &e.After, &e.Reason, at{&e.HappenedAt}}
	}, "SELECT actor, action, subject, before, after, reason, happened_at FROM audit_trail WHERE tenant = $1 AND store = $2 AND subject = $3 ORDER BY happened_at, trail_id", subject)
}
