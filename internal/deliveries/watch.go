package deliveries

import (
	"context"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

const (
	// watchInterval is how often the inbox of each store is looked into.
	watchInterval = time.Minute
	// keepBodies is how long a delivery that is done is kept.
	keepBodies = 30 * 24 * time.Hour
	// pruneAtOnce bounds one transaction.
	pruneAtOnce = 1000
)

// Watcher looks into the inboxes of all stores: it measures what waits and what is dead,
// and lets go of what is long done. And it has products follow where a sale event ends
// or a markdown begins.
type Watcher struct {
	Queue *Queue
	seen  map[ledger.Store]bool
}

// Start watches until the context ends.
func (w *Watcher) Start(ctx context.Context) error {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		w.watch(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// NeedLeaderElection has one process write the metrics, as it does the work.
func (*Watcher) NeedLeaderElection() bool { return true }

func (w *Watcher) watch(ctx context.Context) {
	stores, err := w.Queue.shops.Stores(ctx)
	if err != nil {
		w.Queue.log.Warn("the stores whose inboxes are watched could not be listed", "error", err)
		return
	}
	there := map[ledger.Store]bool{}
	for _, store := range stores {
		there[store] = true
		if err := w.Queue.look(ctx, store); err != nil && ctx.Err() == nil {
			w.Queue.log.Warn("an inbox could not be looked into", "namespace", store.Tenant, "name", store.Name, "error", err)
		}
	}
	for store := range w.seen {
		if !there[store] {
			w.Queue.metrics.forget(store)
		}
	}
	w.seen = there
}

func (q *Queue) look(ctx context.Context, store ledger.Store) error {
	var b ledger.Backlog
	var due bool
	err := q.ledger.View(ctx, store, func(tx *ledger.Tx) (err error) {
		if b, err = tx.Backlog(); err == nil {
			due, err = catalog.Due(tx)
		}
		return err
	})
	if err != nil {
		return err
	}
	q.metrics.standing(store, b)
	for due {
		err := q.ledger.Update(ctx, store, func(tx *ledger.Tx) error {
			push, more, err := catalog.Turn(tx)
			if due = more; err != nil {
				return err
			}
			return Push(tx, push)
		})
		if err != nil {
			return err
		}
	}
	if !b.OldestDone.IsZero() && b.OldestDone.Before(q.now().Add(-keepBodies)) {
		return q.ledger.Update(ctx, store, func(tx *ledger.Tx) error { return tx.PruneDeliveries(q.now().Add(-keepBodies), pruneAtOnce) })
	}
	return nil
}
