package deliveries

import (
	"context"
	"slices"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// PushNow brings the products of items in line at once, as pushes of the queue would, and
// one after the other with those. key names the push, as for catalog.Shop.PushAll. It
// returns what the items failed by that did.
func (q *Queue) PushNow(ctx context.Context, store ledger.Store, items []string, key string) map[string]error {
	items = slices.Compact(slices.Sorted(slices.Values(items))) // in one order, so that no two wait for each other
	return q.alone(ctx, store, items, nil, func(mine []string) map[string]error {
		return q.pushNow(ctx, store, mine, together(ctx, mine, key), nil)
	})
}

// PushCounted is PushNow of an item that a person counted, as catalog.Shop.PushCounted has
// it. with is done in the transaction that records the push.
func (q *Queue) PushCounted(ctx context.Context, store ledger.Store, item, key string, pieces int, with func(*ledger.Tx) error) error {
	counted := func(s *catalog.Shop) []catalog.Pushed {
		record, err := s.PushCounted(ctx, item, key, pieces)
		return []catalog.Pushed{{Record: record, Err: err}}
	}
	// No other push does in its stead.
	_, err := q.reads.once(ctx, pushKey(store, item), time.Time{}, func() (time.Time, error) {
		return everything, q.pushNow(ctx, store, []string{item}, counted, with)[item]
	})
	return err
}

// together pushes items as catalog.Shop.PushAll.
func together(ctx context.Context, items []string, key string) func(*catalog.Shop) []catalog.Pushed {
	return func(s *catalog.Shop) []catalog.Pushed { return s.PushAll(ctx, items, key) }
}

// alone takes its turn at each of the items, and has done to those that are its own what
// is to be done.
func (q *Queue) alone(ctx context.Context, store ledger.Store, items, mine []string, do func(mine []string) map[string]error) (failed map[string]error) {
	if len(items) == 0 {
		return do(mine)
	}
	first, rest := items[0], items[1:]
	ran, err := q.reads.once(ctx, pushKey(store, first), everything, func() (time.Time, error) {
		failed = q.alone(ctx, store, rest, append(mine, first), do)
		return everything, failed[first]
	})
	switch {
	case ran:
		return failed
	case err != nil: // no turn came
		failed = map[string]error{}
		for _, item := range slices.Concat(items, mine) {
			failed[item] = err
		}
		return failed
	}
	return q.alone(ctx, store, rest, mine, do) // somebody who came later has just done it
}

func pushKey(store ledger.Store, item string) string { return store.String() + " push " + item }

// pushNow has items pushed, and records that in one transaction with what else there is. It
// returns what the items failed by that did.
func (q *Queue) pushNow(ctx context.Context, store ledger.Store, items []string, push func(*catalog.Shop) []catalog.Pushed, with func(*ledger.Tx) error) map[string]error {
	failed := map[string]error{}
	fail := func(err error) map[string]error {
		for _, item := range items {
			failed[item] = err
		}
		return failed
	}
	if len(items) == 0 {
		return failed
	}
	s, err := q.Shop(ctx, store)
	if err != nil {
		return fail(err)
	}
	pushed := push(s)
	err = q.ledger.Update(ctx, store, func(tx *ledger.Tx) error {
		for i, item := range items {
			if pushed[i].Err != nil {
				failed[item] = pushed[i].Err
				continue
			}
			if err := pushed[i].Record(tx); err != nil {
				return err
			}
			if err := tx.Resolve(PushFailed, pushSubject(item)); err != nil {
				return err
			}
		}
		if with == nil || len(failed) > 0 {
			return nil
		}
		return with(tx)
	})
	if err != nil {
		return fail(err)
	}
	return failed
}

// Shop is a store's shop, to be written to. The errors are those of Shops.
func (q *Queue) Shop(ctx context.Context, store ledger.Store) (*catalog.Shop, error) {
	if err := q.shops.MayWrite(ctx, store); err != nil {
		return nil, err
	}
	client, err := q.shops.Client(ctx, store)
	if err != nil {
		return nil, err
	}
	return &catalog.Shop{
		Client: client, Ledger: q.ledger, Store: store, Photos: q.photos,
		Place: func(ctx context.Context) (catalog.Place, error) { return q.shops.Place(ctx, store) },
	}, nil
}

// ReadOrder reads an order that was changed at a time again, unless somebody who came
// later has just done so, and applies what it came to. reason goes to the audit trail.
func (q *Queue) ReadOrder(ctx context.Context, store ledger.Store, id uint64, changedAt time.Time, reason string) (r orders.Result, err error) {
	w := &work{Delivery: ledger.Delivery{Store: store}, subject: subject{id: id, at: changedAt}, about: anOrder, reason: reason, attempt: stalePatience}
	if w.shop, err = q.shops.Client(ctx, store); err != nil {
		return r, err
	}
	ran, err := q.reads.once(ctx, w.key(), w.at, func() (time.Time, error) {
		began := q.now()
		o, err := w.shop.Order(ctx, id)
		if err != nil && shopify.KindOf(err) != shopify.NotFound {
			return time.Time{}, err
		}
		covers := time.Time{}
		if o != nil {
			covers = o.UpdatedAt
		}
		return covers, q.ledger.Update(ctx, store, func(tx *ledger.Tx) error {
			if o == nil {
				r, err = orders.Missing(tx, id)
			} else {
				r, err = orders.Apply(tx, o, began, reason)
			}
			if err != nil {
				return err
			}
			return Push(tx, r.Push())
		})
	})
	if err == nil && !ran {
		r.Read = orders.Known
	}
	if err == nil {
		q.Found(store, r.Found)
	}
	return r, err
}
