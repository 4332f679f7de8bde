package deliveries

import (
	"context"
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Replay has dead deliveries worked on again, from the first attempt on: those of
// the ids, or up to limit where none are given. It returns how many. by is who asks
// for it.
func Replay(ctx context.Context, l *ledger.Ledger, store ledger.Store, ids []string, limit int, by string) (n int, err error) {
	err = l.Update(ctx, store, func(tx *ledger.Tx) error {
		dead, err := deadOnes(tx, ids, limit)
		if err != nil {
			return err
		}
		n = len(dead)
		return ReplayThese(tx, dead, by, "replayed")
	})
	return n, err
}

// ReplayThese has deliveries, dead or done, worked on again from the first attempt on. What
// is not in the state any more that it was read in is left alone: somebody else was faster.
func ReplayThese(tx *ledger.Tx, list []ledger.Delivery, by, reason string) error {
	var work []ledger.Job
	for _, d := range list {
		moved, err := tx.MoveDelivery(d.ID, d.State, ledger.Pending, 0, d.Error)
		if err != nil {
			return err
		}
		if !moved {
			continue
		}
		if err := tx.Record(ledger.TrailEntry{Actor: by, Action: "delivery", Subject: deliverySubject(d.ID), Before: d.State, After: ledger.Pending, Reason: reason}); err != nil {
			return err
		}
		job, err := deliveryJob(tx.Store(), d.ID, d.Topic)
		if err != nil {
			return err
		}
		work = append(work, job)
	}
	return tx.Enqueue(work)
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
