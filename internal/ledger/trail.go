package ledger

import (
	"errors"
	"strings"
	"time"
)

// TrailEntry says who changed what, and why.
type TrailEntry struct {
	// Actor is a person, or a part of this software such as orders.
	Actor, Action, Subject string
	// Before and After are short texts; empty where there was or is nothing.
	Before, After, Reason string
	// HappenedAt is when; the transaction's time where zero.
	HappenedAt time.Time
}

// TrailHead is how far a store's audit trail goes.
type TrailHead struct {
	// Seq is the number of the last entry, counted from 1; 0 before the first.
	Seq int64 `json:"seq"`
	// Hash covers that entry and all before it.
	Hash string `json:"hash"`
}

// Record appends to the audit trail of the store. Its entries are a chain, which
// whoever changes one of them later breaks: see VerifyTrail.
func (t *Tx) Record(e TrailEntry) error {
	head, err := t.TrailHead()
	if err != nil {
		return err
	}
	if e.HappenedAt.IsZero() {
		e.HappenedAt = t.now
	}
	for _, text := range []*string{&e.Actor, &e.Action, &e.Subject, &e.Before, &e.After, &e.Reason} {
		*text = storable(*text)
	}
	l := link{id: NewID(), TrailEntry: e, TrailHead: TrailHead{Seq: head.Seq + 1}}
	l.Hash = l.after(t.store, head.Hash)
	_, err = t.exec(`INSERT INTO audit_trail (tenant, store, `+linkColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		l.Seq, l.Hash, l.id, micros(e.HappenedAt), e.Actor, e.Action, e.Subject, e.Before, e.After, e.Reason)
	if err == nil {
		t.head = &l.TrailHead
	}
	return err
}

// TrailHead reads how far the audit trail goes.
func (t *Tx) TrailHead() (TrailHead, error) {
	if t.head != nil {
		return *t.head, nil
	}
	head, err := one(t, func(h *TrailHead) []any { return []any{&h.Seq, &h.Hash} },
		"SELECT seq, hash FROM audit_trail WHERE tenant = $1 AND store = $2 AND seq > 0 ORDER BY seq DESC LIMIT 1")
	if errors.Is(err, ErrNotFound) {
		head, err = t.trailStart()
	}
	if err == nil {
		t.head = &head
	}
	return head, err
}

// Trail reads what happened to a subject, the first first.
func (t *Tx) Trail(subject string) ([]TrailEntry, error) {
	return collect(t, func(e *TrailEntry) []any {
		return []any{&e.Actor, &e.Action, &e.Subject, &e.Before, &e.After, &e.Reason, at{&e.HappenedAt}}
	}, "SELECT actor, action, subject, before, after, reason, happened_at FROM audit_trail WHERE tenant = $1 AND store = $2 AND subject = $3 ORDER BY seq, happened_at, trail_id", subject)
}

// storable is a text as both databases take it, and give it back.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
