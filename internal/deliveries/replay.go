package deliveries

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Replay has dead deliveries worked on again, from the first attempt on: those of
// the ids, or up to limit where none are given. It returns how many. by is who asks
// for it.
func Replay(ctx context.Context, l *ledger.Ledger, store ledger.Store, ids []string, limit int, by string) (int, error) {
	queue, err := newJobs(l, nil, nil, nil)
	if err != nil {
		return 0, err
	}
	var work []river.InsertManyParams
	err = l.Update(ctx, store, func(tx *ledger.Tx) error {
		dead, err := deadOnes(tx, ids, limit)
		if err != nil {
			return err
		}
		for _, d := range dead {
			if _, err := tx.MoveDelivery(d.ID, ledger.Dead, ledger.Pending, 0, d.Error); err != nil {
				return err
			}
			if err := tx.Record(ledger.TrailEntry{Actor: by, Action: "delivery", Subject: "delivery/" + d.ID, Before: ledger.Dead, After: ledger.Pending, Reason: "replayed"}); err != nil {
				return err
			}
			work = append(work, deliveryJob(store, d.ID))
		}
		if len(work) == 0 {
			return nil
		}
		return queue.insert(ctx, tx, work)
	})
	return len(work), err
}

// Push is Queue.Push for who has no queue, beside the manager that works the jobs
// off. It takes no right but to insert them.
func Push(tx *ledger.Tx, items []string) error {
	store, list := tx.Store(), make([]ledger.Job, len(items))
	for i, item := range items {
		var err error
		if list[i], err = ledgerJob(pushArgs{Tenant: store.Tenant, Store: store.Name, Item: item}, store, priorityPush); err != nil {
			return err
		}
	}
	return tx.Enqueue(list)
}

func deadOnes(tx *ledger.Tx, ids []string, limit int) ([]ledger.Delivery, error) {
	if len(ids) == 0 {
		return tx.Deliveries(ledger.Dead, limit)
	}
	var list []ledger.Delivery
	for _, id := range ids {
		d, err := tx.Delivery(id)
		if err != nil {
			return nil, fmt.Errorf("delivery %s: %w", id, err)
		}
		if d.State != ledger.Dead {
			return nil, fmt.Errorf("delivery %s is %s: only dead ones are replayed", id, d.State)
		}
		list = append(list, d)
	}
	return list, nil
}
