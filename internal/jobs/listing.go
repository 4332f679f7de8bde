package jobs

import (
	"context"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// listing brings the shop's products in line with the items: first what the shop lists,
// page by page, which costs about a point an item where nothing is to do, then the items
// for sale that have no product.
type listing struct{ *Run }

// listingAt is where the job has come to.
type listingAt struct {
	walkAt
	// Walked says that all of the shop's products were looked at, After is the last item
	// that was listed since.
	Walked bool   `json:"walked,omitempty"`
	After  string `json:"after,omitempty"`
	// Seen is how many records there were on the walk, and Total how many there are with
	// the items that have no product. What is listed has one, so that who begins again
	// in the middle does not meet it any more: what is left tells what is done.
	Seen  int64 `json:"seen,omitempty"`
	Total int64 `json:"total,omitempty"`
}

// Step brings a part of a page of products in line, or lists some items.
func (t *listing) Step(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	at, err := read[listingAt](cursor)
	if err != nil {
		return "", err
	}
	if cursor == "" {
		if err := t.count(ctx, r); err != nil {
			return "", err
		}
	}
	o, err := t.offering(ctx)
	if err != nil {
		return "", err
	}
	if !at.Walked {
		if at.Walked, err = t.walk(ctx, &at.walkAt, o, enough, r, t.bring); err != nil {
			return "", err
		}
		at.Seen += r.Done
		return write(at)
	}
	more, err := t.offer(ctx, &at, o, enough, r)
	if err != nil || !more {
		return "", err
	}
	return write(at)
}

func (t *listing) count(ctx context.Context, r *Report) error {
	return t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error {
		products, err := tx.CountProducts(t.selection())
		if err != nil {
			return err
		}
		offered, err := tx.CountOffered(t.selection(), "")
		r.expect(products + offered)
		return err
	})
}

// offer lists items that have no product, and tells whether there may be more.
func (t *listing) offer(ctx context.Context, at *listingAt, o offering, enough func() bool, r *Report) (more bool, err error) {
	for first := at.After; ; {
		pairs, left, err := t.offered(ctx, at.After)
		if err != nil {
			return false, err
		}
		at.Total = max(at.Total, at.Seen+left)
		r.expect(at.Total)
		if len(pairs) == 0 {
			r.DoneInAll = &at.Total
			return false, nil
		}
		part, err := t.bring(ctx, pairs, o)
		if err != nil {
			part = Report{Done: part.Done, Changed: part.Changed} // the rest is met again
		}
		r.add(part)
		switch {
		case err != nil && at.After == first && part.Done == 0:
			return false, err
		case err != nil:
			return true, t.measure(ctx, at, r) // the next step meets what is left, and tells if it fails again
		}
		if at.After = pairs[len(pairs)-1].Item.ID; enough() {
			return true, t.measure(ctx, at, r)
		}
	}
}

// measure says how much is done by what is left.
func (t *listing) measure(ctx context.Context, at *listingAt, r *Report) error {
	_, left, err := t.offered(ctx, at.After)
	done := max(at.Total-left, 0)
	r.DoneInAll = &done
	return err
}

// offered are the next items without a product, and how many there are.
func (t *listing) offered(ctx context.Context, after string) (pairs []catalog.Pair, left int64, err error) {
	err = t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error {
		if left, err = tx.CountOffered(t.selection(), after); err != nil {
			return err
		}
		ids, err := tx.Offered(t.selection(), ledger.Page{After: after, Limit: atOnce})
		if err != nil {
			return err
		}
		pairs = nil
		for _, id := range ids {
			pair, err := catalog.PairOf(tx, id)
			if err != nil {
				return err
			}
			pairs = append(pairs, pair)
		}
		return nil
	})
	return pairs, left, err
}
