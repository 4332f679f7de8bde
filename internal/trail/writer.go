package trail

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// actor is this software in the audit trail, where no part of it is to be told apart.
const actor = "shopkeeper"

const (
	// pause is how long entries are collected before they are written.
	pause = 2 * time.Second
	// room is how many entries may wait while the ledger does not answer.
	room = 10_000
	// batch is how many of a store are written in one transaction.
	batch = 500
	// writing bounds that transaction.
	writing = 10 * time.Second
	// shown is how many bytes of an input are kept.
	shown = 1024
)

// Writer appends to audit trails what was changed in shops: batch by batch, so that
// nobody waits for it. What a process that is killed had collected is lost.
type Writer struct {
	Ledger *ledger.Ledger
	Log    *slog.Logger

	mu      sync.Mutex
	waiting map[ledger.Store][]ledger.TrailEntry
	entries int
	// lost are those for which there was no room, by store.
	lost map[ledger.Store]int
}

// Changed collects a change. It does not block.
func (w *Writer) Changed(c shopify.Change) {
	namespace, name, _ := strings.Cut(c.Owner, "/")
	store := ledger.Store{Tenant: namespace, Name: name}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting == nil {
		w.waiting, w.lost = map[ledger.Store][]ledger.TrailEntry{}, map[ledger.Store]int{}
	}
	if w.entries >= room {
		w.lost[store]++
		return
	}
	w.waiting[store] = append(w.waiting[store], entryOf(c))
	w.entries++
}

func entryOf(c shopify.Change) ledger.TrailEntry {
	input := c.Input
	if len(input) > shown {
		input = fmt.Sprintf("%s… (%d bytes)", input[:shown], len(c.Input))
	}
	return ledger.TrailEntry{
		Actor: actor, Action: "mutation", Subject: "shopify/" + c.Operation, After: input, HappenedAt: c.At,
		Reason: fmt.Sprintf("%s, request %s", cmp.Or(c.Problem, "carried out"), cmp.Or(c.RequestID, "without a reply")),
	}
}

// Start writes what is collected until the context ends, and then what is left.
func (w *Writer) Start(ctx context.Context) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.write(ctx)
		case <-ctx.Done():
			w.write(context.WithoutCancel(ctx))
			return nil
		}
	}
}

// NeedLeaderElection has it end after those who change shops have.
func (*Writer) NeedLeaderElection() bool { return false }

// write writes all that is collected. What cannot be written waits for the next time.
func (w *Writer) write(ctx context.Context) {
	w.mu.Lock()
	list, lost := w.waiting, w.lost
	w.waiting, w.lost, w.entries = nil, nil, 0
	w.mu.Unlock()
	for store, n := range lost {
		list[store] = append(list[store], ledger.TrailEntry{
			Actor: actor, Action: "mutation", Subject: "shopify", After: fmt.Sprintf("%d changes more", n), Reason: "the ledger did not answer, and there was no room for them",
		})
	}
	for store, entries := range list {
		for len(entries) > 0 {
			n := min(batch, len(entries))
			if err := w.append(ctx, store, entries[:n]); err != nil {
				w.Log.Error("what was changed in a shop could not be written into its audit trail yet", "namespace", store.Tenant, "name", store.Name, "entries", len(entries), "error", err)
				w.putBack(store, entries)
				break
			}
			entries = entries[n:]
		}
	}
}

func (w *Writer) append(ctx context.Context, store ledger.Store, entries []ledger.TrailEntry) error {
	ctx, cancel := context.WithTimeout(ctx, writing)
	defer cancel()
	return w.Ledger.Update(ctx, store, func(tx *ledger.Tx) error {
		for _, e := range entries {
			if err := tx.Record(e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *Writer) putBack(store ledger.Store, entries []ledger.TrailEntry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting == nil {
		w.waiting, w.lost = map[ledger.Store][]ledger.TrailEntry{}, map[ledger.Store]int{}
	}
	w.waiting[store] = append(entries, w.waiting[store]...)
	w.entries += len(entries)
}
