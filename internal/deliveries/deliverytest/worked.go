package deliverytest

import (
	"context"
	"errors"
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Inbox names what a store's inbox holds: shop, topic and webhook id of each. What is not
// done is an error.
func Inbox(ctx context.Context, l *ledger.Ledger, store Store) (names []string, err error) {
	err = l.View(ctx, store.Store, func(tx *ledger.Tx) (err error) {
		for _, state := range []string{ledger.Pending, ledger.Dead, ledger.Done} {
			list, problem := tx.Deliveries(state, 100_000)
			err = errors.Join(err, problem)
			for _, d := range list {
				names = append(names, store.Domain+" "+d.Topic+" "+d.WebhookID)
				if state != ledger.Done {
					err = errors.Join(err, fmt.Errorf("a delivery of %s is %s: %s", d.Topic, state, d.Error))
				}
			}
		}
		return err
	})
	return names, err
}

// UnfinishedJobs are how many jobs of the queue are in which state, of those that are not
// done.
func UnfinishedJobs(ctx context.Context, l *ledger.Ledger) (left []string, err error) {
	rows, err := l.DB().QueryContext(ctx, "SELECT kind, CAST(state AS TEXT), COUNT(*) FROM river_job WHERE finalized_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var kind, state string
		var jobs int
		if err := rows.Scan(&kind, &state, &jobs); err != nil {
			return nil, err
		}
		left = append(left, fmt.Sprintf("%d of %s %s", jobs, kind, state))
	}
	return left, rows.Err()
}
