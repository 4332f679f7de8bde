package deliveries

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// effect is what a delivery comes to in the ledger. It is applied in the
// transaction that ends the delivery, and returns the items to push to the shop.
type effect func(*ledger.Tx) (push []string, err error)

// nothing is the effect of what the ledger knows already.
func nothing(*ledger.Tx) ([]string, error) { return nil, nil }

// found is what a look at the shop came to.
type found struct {
	apply effect
	// covers is up to when changes were shown: webhooks that tell of those, and came
	// before, need no look of their own. Zero where nothing was read.
	covers time.Time
}

// work is a delivery being worked off.
type work struct {
	ledger.Delivery
	subject
	about *kind
	shop  *shopify.Client
	// reason says in the audit trail what brought a change about.
	reason string
	// attempt counts from 1.
	attempt int
}

// key names what is read, so that it is read once for all who wait for it.
func (w *work) key() string { return fmt.Sprintf("%s %s %d", w.Store, w.about.name, w.id) }

// StaleError says that Shopify showed something as it was before the event that it
// told of. It shows it as it is soon after.
type StaleError struct{ Subject string }

func (e *StaleError) Error() string {
	return "Shopify still shows " + e.Subject + " as it was before the change that it told of"
}

// patience is how many attempts are made at finding what a webhook tells of. What
// is not there after 7 seconds was deleted; before, it may not be shown yet.
const patience = 4

// missing says whether an error is that what a webhook tells of is not there. What
// may only not be shown yet is another error.
func (w *work) missing(err error, subject string) (bool, error) {
	switch {
	case shopify.KindOf(err) != shopify.NotFound:
		return false, err
	case w.attempt < patience:
		return false, &StaleError{Subject: subject}
	}
	return true, nil
}

func orderKnown(tx *ledger.Tx, w *work) (effect, error) {
	if w.at.IsZero() {
		return nil, nil
	}
	before, err := tx.Order(w.id)
	// Shopify dates by the second, so what is dated alike may be another change.
	if err == nil && before.UpdatedAt.After(w.at) {
		return nothing, nil
	}
	return nil, there(err)
}

func (q *Queue) order(ctx context.Context, w *work) (found, error) {
	began := q.now()
	o, err := w.shop.Order(ctx, w.id)
	if gone, err := w.missing(err, "order "+strconv.FormatUint(w.id, 10)); gone || err != nil {
		return found{apply: func(tx *ledger.Tx) ([]string, error) { return q.applied(w.Store)(orders.Missing(tx, w.id)) }}, err
	}
	if w.stale(o.UpdatedAt) {
		return found{}, &StaleError{Subject: "order " + o.Name}
	}
	return found{covers: o.UpdatedAt, apply: func(tx *ledger.Tx) ([]string, error) {
		r, err := orders.Apply(tx, o, began, w.reason)
		if err == nil && r.Read == orders.Stale {
			// Of two reads of one second the clocks of two processes may say the wrong
			// one is later. To read once more tells.
			held, err := tx.Order(o.ID)
			if err != nil || !held.UpdatedAt.After(o.UpdatedAt) {
				return nil, cmp.Or[error](err, &StaleError{Subject: "order " + o.Name})
			}
		}
		return q.applied(w.Store)(r, err)
	}}, nil
}

// stalePatience is how many attempts are made at a read that is not older than its
// webhook, about a quarter of an hour. After that Shopify's clocks must disagree,
// and what it shows is taken: it never undoes what is newer.
const stalePatience = 11

// stale says whether what was read is older than what the webhook tells of.
func (w *work) stale(updatedAt time.Time) bool {
	return updatedAt.Before(w.at.Truncate(time.Second)) && w.attempt < stalePatience
}

// applied counts what was found, and takes from a result the items to push.
func (q *Queue) applied(store ledger.Store) func(orders.Result, error) ([]string, error) {
	return func(r orders.Result, err error) ([]string, error) {
		q.Found(store, r.Found)
		return r.Push(), err
	}
}

// Found counts and logs findings that are new, or stand again.
func (q *Queue) Found(store ledger.Store, list []ledger.Finding) {
	for _, f := range list {
		q.metrics.found(store, f.Kind)
		q.log.Warn("something for a person to look at", "namespace", store.Tenant, "name", store.Name, "finding", f.Kind, "subject", f.Subject, "severity", f.Severity)
	}
}

func productKnown(tx *ledger.Tx, w *work) (effect, error) {
	if w.at.IsZero() {
		return nil, nil
	}
	before, err := tx.ProductsByID(w.id)
	if err != nil {
		return nil, err
	}
	unseen := func(p ledger.Product) bool { return !p.SeenAt.After(w.at) }
	if len(before) > 0 && !slices.ContainsFunc(before, unseen) {
		return nothing, nil
	}
	if i := slices.IndexFunc(before, func(p ledger.Product) bool { return p.AppliedAt.Equal(w.at) }); i >= 0 {
		return heard(before[i].ItemID, w.at), nil
	}
	return nil, nil
}

func (q *Queue) product(ctx context.Context, w *work) (found, error) {
	p, err := w.shop.Product(ctx, w.id)
	if gone, err := w.missing(err, "product "+strconv.FormatUint(w.id, 10)); gone || err != nil {
		return found{apply: deleted(w)}, err
	}
	if w.stale(p.UpdatedAt) {
		return found{}, &StaleError{Subject: "product " + strconv.FormatUint(p.ID, 10)}
	}
	return found{covers: p.UpdatedAt, apply: func(tx *ledger.Tx) ([]string, error) { return catalog.See(tx, p, w.reason) }}, nil
}

// heard notes that the echo of our own change has come. Whatever else is dated to
// its second is somebody else's.
func heard(item string, at time.Time) effect {
	return func(tx *ledger.Tx) ([]string, error) {
		p, err := tx.Product(item)
		if err != nil {
			return nil, err
		}
		if !p.AppliedAt.Equal(at) {
			// Another process had it meanwhile.
			return nil, &StaleError{Subject: "product " + strconv.FormatUint(p.ProductID, 10)}
		}
		p.AppliedAt = time.Time{}
		_, err = tx.PutProduct(p)
		return nil, err
	}
}

// productGone looks before it believes: the topic of a webhook is not signed.
func (q *Queue) productGone(ctx context.Context, w *work) (found, error) {
	p, err := w.shop.Product(ctx, w.id)
	if shopify.KindOf(err) == shopify.NotFound {
		return found{apply: deleted(w)}, nil
	}
	if err != nil {
		return found{}, err
	}
	if w.attempt < patience {
		return found{}, &StaleError{Subject: "product " + strconv.FormatUint(p.ID, 10)}
	}
	return found{covers: p.UpdatedAt, apply: func(tx *ledger.Tx) ([]string, error) { return catalog.See(tx, p, w.reason) }}, nil
}

func deleted(w *work) effect {
	return func(tx *ledger.Tx) ([]string, error) { return nil, catalog.Deleted(tx, w.id, w.reason) }
}

// stockKnown says so where the level is known to be none, as the webhook says: most
// of all it is the echo of our own change.
func stockKnown(tx *ledger.Tx, w *work) (effect, error) {
	if w.Available == nil || *w.Available != 0 {
		return nil, nil
	}
	before, err := tx.Stock(w.id, uint64(w.LocationID))
	if err == nil && before == 0 {
		return nothing, nil
	}
	return nil, there(err)
}

func (q *Queue) stock(ctx context.Context, w *work) (found, error) {
	i, err := w.shop.InventoryItem(ctx, w.id)
	if shopify.KindOf(err) == shopify.NotFound {
		return found{apply: nothing}, nil // it went with its product, which another webhook tells
	}
	if err != nil {
		return found{}, err
	}
	// Shopify does not say how old what it shows is.
	return found{covers: everything, apply: func(tx *ledger.Tx) ([]string, error) { return catalog.SeeStock(tx, i, w.reason) }}, nil
}

func (q *Queue) uninstalled(_ context.Context, w *work) (found, error) {
	q.shops.Look(w.Store)
	return found{apply: nothing}, nil
}

// view reads in the ledger; what is not there is no error.
func (q *Queue) view(ctx context.Context, store ledger.Store, f func(*ledger.Tx) error) error {
	return there(q.ledger.View(ctx, store, f))
}

// there takes what is not there for no error.
func there(err error) error {
	if errors.Is(err, ledger.ErrNotFound) {
		return nil
	}
	return err
}

func (w *work) lag(now time.Time) time.Duration {
	if w.TriggeredAt.IsZero() {
		return now.Sub(w.ReceivedAt)
	}
	return now.Sub(w.TriggeredAt)
}
