package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestTrail(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		first := ledger.TrailEntry{Actor: "sam", Action: "Correct", Subject: "i1", Before: "1", After: "0", Reason: "broken", HappenedAt: day(20)}
		second := ledger.TrailEntry{Actor: "orders", Action: "Sell", Subject: "i1", HappenedAt: day(20)}
		earlier := ledger.TrailEntry{Actor: "shopkeeper", Action: "mutation", Subject: "i1", HappenedAt: day(19)}
		must(t, tx.Record(first), tx.Record(second), tx.Record(ledger.TrailEntry{Subject: "i2"}), tx.Record(earlier))
		list, err := tx.Trail("i1")
		equal(t, read(t, list, err), []ledger.TrailEntry{first, second, earlier})
	})
}

// Shopify's texts may hold what PostgreSQL does not take.
func TestAnyTextIsRecorded(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		must(t, tx.Record(ledger.TrailEntry{Subject: "i1", Reason: "no\x00thing \xff"}))
		list, err := tx.Trail("i1")
		equal(t, read(t, list, err)[0].Reason, "no\uFFFDthing \uFFFD")
		_, err = tx.VerifyTrail(ledger.TrailHead{})
		must(t, err)
	})
}

// recorded makes a ledger whose trail has five entries for a store and one for
// another, written by several transactions.
func recorded(t *testing.T, place ledgertest.Place) *ledger.Ledger {
	t.Helper()
	l := ledgertest.Open(t, place.Manager, nil)
	for _, batch := range []int{1, 3, 1} {
		update(t, l, maple, func(tx *ledger.Tx) error {
			for n := range batch {
				if err := tx.Record(ledger.TrailEntry{Actor: "sam", Action: "Correct", Subject: "i1", Before: fmt.Sprint(n), After: "x"}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	update(t, l, bees, func(tx *ledger.Tx) error { return tx.Record(ledger.TrailEntry{Subject: "i1"}) })
	return l
}

func verified(t *testing.T, l *ledger.Ledger, f func(*ledger.Tx) (ledger.TrailHead, error)) (head ledger.TrailHead, err error) {
	t.Helper()
	err = l.View(t.Context(), maple, func(tx *ledger.Tx) (err error) { head, err = f(tx); return err })
	return head, err
}

func headOf(t *testing.T, l *ledger.Ledger) ledger.TrailHead {
	t.Helper()
	head, err := verified(t, l, (*ledger.Tx).TrailHead)
	must(t, err)
	return head
}

func TestAnUntouchedTrail(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := recorded(t, place)
		head := headOf(t, l)
		equal(t, head.Seq, 5)
		for _, f := range []func(*ledger.Tx, ledger.TrailHead) (ledger.TrailHead, error){(*ledger.Tx).VerifyTrail, (*ledger.Tx).VerifyTrailSince} {
			for _, kept := range []ledger.TrailHead{{}, head} {
				got, err := verified(t, l, func(tx *ledger.Tx) (ledger.TrailHead, error) { return f(tx, kept) })
				equal(t, read(t, got, err), head)
			}
		}
		// What is not committed is no part of it.
		gone := errors.New("rolled back")
		err := l.Update(t.Context(), maple, func(tx *ledger.Tx) error {
			must(t, tx.Record(ledger.TrailEntry{Subject: "i1"}))
			return gone
		})
		if !errors.Is(err, gone) {
			t.Fatal(err)
		}
		update(t, l, maple, func(tx *ledger.Tx) error { return tx.Record(ledger.TrailEntry{Subject: "i2"}) })
		got, err := verified(t, l, func(tx *ledger.Tx) (ledger.TrailHead, error) { return tx.VerifyTrailSince(head) })
		equal(t, read(t, got, err).Seq, 6)
	})
}

// asOwner changes the ledger as nobody may but whom the database belongs to.
func asOwner(t *testing.T, l *ledger.Ledger, place ledgertest.Place, statements ...string) {
	t.Helper()
	db, drop := l.DB(), "DROP TRIGGER audit_trail_update; DROP TRIGGER audit_trail_delete"
	if place.Owner != place.Manager {
		db, drop = login(t, place.Owner), "SELECT 1"
	}
	for _, s := range append(strings.Split(drop, "; "), statements...) {
		exec(t, db, s)
	}
}

func exec(t *testing.T, db interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, statement string,
) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestATrailThatWasTamperedWith(t *testing.T) {
	const ours = "store = 'maple-kids' AND seq "
	for name, c := range map[string]struct {
		reason, statement string
		anchored          bool
		seq               int64
	}{
		"changed":       {"an entry says something else", "UPDATE audit_trail SET actor = 'kim' WHERE " + ours + "= 2", false, 2},
		"dated back":    {"or happened at another time", "UPDATE audit_trail SET happened_at = 1 WHERE " + ours + "= 5", false, 5},
		"removed":       {"an entry is missing", "DELETE FROM audit_trail WHERE " + ours + "= 3", false, 3},
		"first removed": {"the first, too", "DELETE FROM audit_trail WHERE " + ours + "= 1", false, 1},
		"renumbered":    {"nor can the gap be closed", "DELETE FROM audit_trail WHERE " + ours + "= 4; UPDATE audit_trail SET seq = 4 WHERE " + ours + "= 5", false, 4},
		"exchanged":     {"fields do not run into one another", "UPDATE audit_trail SET actor = 'samC', action = 'orrect' WHERE " + ours + "= 2", false, 2},
		"last removed":  {"the end is missing, which is seen where it was anchored", "DELETE FROM audit_trail WHERE " + ours + "> 3", true, 4},
		"rewritten":     {"a chain that was made anew, which is seen where it was anchored", "UPDATE audit_trail SET tenant = 'x' WHERE " + ours + "> 0", true, 1},
		"put in":        {"an entry without a number, as if it was from before", "INSERT INTO audit_trail (tenant, store, trail_id, happened_at, actor, action, subject, before, after, reason) VALUES ('client-maple-kids', 'maple-kids', 'x', 1, '', '', '', '', '', '')", false, 1},
		"of another":    {"an entry of another store's chain", "DELETE FROM audit_trail WHERE " + ours + "= 5; UPDATE audit_trail SET tenant = 'client-maple-kids', store = 'maple-kids', seq = 5 WHERE store = 'thrifty-bees'", false, 5},
	} {
		t.Run(name, func(t *testing.T) {
			ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
				l := recorded(t, place)
				var kept ledger.TrailHead
				if c.anchored {
					kept = headOf(t, l)
				}
				asOwner(t, l, place, strings.Split(c.statement, "; ")...)
				if name == "rewritten" {
					update(t, l, maple, func(tx *ledger.Tx) error {
						for range 5 {
							must(t, tx.Record(ledger.TrailEntry{Actor: "kim", Subject: "i1"}))
						}
						return nil
					})
					c.seq = 5
				}
				_, err := verified(t, l, func(tx *ledger.Tx) (ledger.TrailHead, error) { return tx.VerifyTrail(kept) })
				broken, ok := errors.AsType[*ledger.BrokenTrailError](err)
				if !ok || broken.Seq != c.seq || broken.Store != maple {
					t.Errorf("%s: %v, want it broken from entry %d on", c.reason, err, c.seq)
				}
				if c.anchored {
					_, err := verified(t, l, func(tx *ledger.Tx) (ledger.TrailHead, error) { return tx.VerifyTrailSince(kept) })
					if _, ok := errors.AsType[*ledger.BrokenTrailError](err); !ok {
						t.Errorf("%s: %v since the anchor", c.reason, err)
					}
				}
			})
		})
	}
}

// Entries from before there was a chain are covered by its first.
func TestATrailFromBeforeTheChain(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, nil)
		for _, id := range []string{"b", "a"} {
			update(t, l, maple, func(tx *ledger.Tx) error {
				_, err := tx.SQL().ExecContext(t.Context(), "INSERT INTO audit_trail (tenant, store, trail_id, happened_at, actor, action, subject, before, after, reason) VALUES ('client-maple-kids', 'maple-kids', '"+id+"', 1, 'sam', 'Put', 'i1', '', '', '')")
				return err
			})
		}
		update(t, l, maple, func(tx *ledger.Tx) error { return tx.Record(ledger.TrailEntry{Subject: "i1"}) })
		head, err := verified(t, l, func(tx *ledger.Tx) (ledger.TrailHead, error) { return tx.VerifyTrail(ledger.TrailHead{}) })
		equal(t, read(t, head, err).Seq, 1)
		asOwner(t, l, place, "UPDATE audit_trail SET actor = 'kim' WHERE trail_id = 'a'")
		_, err = verified(t, l, func(tx *ledger.Tx) (ledger.TrailHead, error) { return tx.VerifyTrail(ledger.TrailHead{}) })
		if broken, ok := errors.AsType[*ledger.BrokenTrailError](err); !ok || broken.Seq != 1 {
			t.Errorf("%v, want it broken from its first entry on", err)
		}
	})
}
