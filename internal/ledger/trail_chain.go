package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
)

// link is an entry of the audit trail in its place.
type link struct {
	TrailHead
	TrailEntry

	id string
}

const linkColumns = "seq, hash, trail_id, happened_at, actor, action, subject, before, after, reason"

func (l *link) columns() []any {
	return []any{&l.Seq, &l.Hash, &l.id, at{&l.HappenedAt}, &l.Actor, &l.Action, &l.Subject, &l.Before, &l.After, &l.Reason}
}

// after is the hash of a store's entry behind all that the hash before covers: the
// SHA-256, in hex, of that hash and the entry's fields, each as a netstring, so that
// no two lists of fields are the same text.
func (l *link) after(store Store, before string) string {
	h := sha256.New()
	for _, field := range []string{
		before, store.Tenant, store.Name, strconv.FormatInt(l.Seq, 10), l.id, strconv.FormatInt(micros(l.HappenedAt), 10),
		l.Actor, l.Action, l.Subject, l.TrailEntry.Before, l.TrailEntry.After, l.Reason,
	} {
		_, _ = fmt.Fprintf(h, "%d:%s,", len(field), field) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

// trailStart is before the first entry that has a number: its hash covers those that
// have none, for they are from before there were numbers.
func (t *Tx) trailStart() (TrailHead, error) {
	old, err := collect(t, (*link).columns, "SELECT "+linkColumns+" FROM audit_trail WHERE tenant = $1 AND store = $2 AND seq = 0 ORDER BY trail_id")
	var start TrailHead
	for _, l := range old {
		start.Hash = l.after(t.store, start.Hash)
	}
	return start, err
}

// BrokenTrailError says that a store's audit trail is not as it was written.
type BrokenTrailError struct {
	Store Store
	// Seq is the first entry that does not fit.
	Seq int64
	Why string
}

func (e *BrokenTrailError) Error() string {
	return fmt.Sprintf("the audit trail of %s is not as it was written, from entry %d on: %s", e.Store, e.Seq, e.Why)
}

func (t *Tx) broken(seq int64, why string) error {
	return &BrokenTrailError{Store: t.store, Seq: seq, Why: why}
}

// VerifyTrail holds all of the store's audit trail against its hashes, and against a
// head of it that was kept outside of the database; zero for none. It returns how far
// the trail goes. What is not as it was written is a *BrokenTrailError: an entry that
// was changed, removed or put in. Whoever may write hashes can make a chain anew, but
// for what the kept head covers.
func (t *Tx) VerifyTrail(kept TrailHead) (TrailHead, error) {
	start, err := t.trailStart()
	if err != nil {
		return start, err
	}
	return t.follow(start, kept)
}

// VerifyTrailSince is VerifyTrail of what came after a head that was kept outside of
// the database: of that and what was before it, it looks at the head alone.
func (t *Tx) VerifyTrailSince(kept TrailHead) (TrailHead, error) {
	if kept.Seq == 0 {
		return t.VerifyTrail(kept)
	}
	hash, err := one(t, func(h *string) []any { return []any{h} }, "SELECT hash FROM audit_trail WHERE tenant = $1 AND store = $2 AND seq = $3", kept.Seq)
	switch {
	case errors.Is(err, ErrNotFound):
		return TrailHead{}, t.broken(kept.Seq, "it was anchored, and is missing")
	case err != nil:
		return TrailHead{}, err
	case hash != kept.Hash:
		return TrailHead{}, t.broken(kept.Seq, "it is another one than was anchored")
	}
	return t.follow(kept, TrailHead{})
}

// followAtOnce is how many entries are read at a time.
const followAtOnce = 1000

// follow checks the entries behind a head one by one, and returns the last.
func (t *Tx) follow(head, kept TrailHead) (TrailHead, error) {
	for {
		page, err := collect(t, (*link).columns, "SELECT "+linkColumns+" FROM audit_trail WHERE tenant = $1 AND store = $2 AND seq > $3 ORDER BY seq LIMIT $4", head.Seq, followAtOnce)
		if err != nil {
			return head, err
		}
		for _, l := range page {
			switch {
			case l.Seq != head.Seq+1:
				return head, t.broken(head.Seq+1, "it is missing")
			case l.Hash != l.after(t.store, head.Hash):
				return head, t.broken(l.Seq, "it does not fit to its hash and to those before it")
			case l.Seq == kept.Seq && l.Hash != kept.Hash:
				return head, t.broken(l.Seq, "it is another one than was anchored")
			}
			head = l.TrailHead
		}
		if len(page) < followAtOnce {
			break
		}
	}
	if head.Seq < kept.Seq {
		return head, t.broken(head.Seq+1, fmt.Sprintf("it is missing, and so is all up to %d, which was anchored", kept.Seq))
	}
	return head, nil
}
