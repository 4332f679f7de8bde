package deliveries

import (
	"context"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// PushNow brings the product of an item in line at once, as a push of the queue would,
// and one after the other with those. key names the push, as for catalog.Shop.Push.
func (q *Queue) PushNow(ctx context.Context, store ledger.Store, item, key string) error {
	_, err := q.reads.once(ctx, pushKey(store, item), everything, func() (time.Time, error) {
		return everything, q.pushNow(ctx, store, item, key, func(*ledger.Tx) error { return nil })
	})
	return err
}

func pushKey(store ledger.Store, item string) string { return store.String() + " push " + item }

// pushNow pushes an item, and records that in one transaction with what else there is.
func (q *Queue) pushNow(ctx context.Context, store ledger.Store, item, key string, with func(*ledger.Tx) error) error {
	s, err := q.Shop(ctx, store)
	if err != nil {
		return err
	}
	record, err := s.Push(ctx, item, key)
	if err != nil {
		return err
	}
	return q.ledger.Update(ctx, store, func(tx *ledger.Tx) error {
		if err := record(tx); err != nil {
			return err
		}
		if err := tx.Resolve(PushFailed, pushSubject(item)); err != nil {
			return err
		}
		return with(tx)
	})
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
