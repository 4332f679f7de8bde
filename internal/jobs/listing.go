package jobs

import (
	"context"
	"math"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
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
		at.Walked, err = t.walk(ctx, &at.walkAt, enough, func(pairs []catalog.Pair) error { return t.bring(ctx, pairs, o, r) })
		if err != nil {
			return "", err
		}
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
		offered, err := tx.CountOffered(t.selection())
		r.expect(products + offered)
		return err
	})
}

// offer lists items that have no product, and tells whether there may be more.
func (t *listing) offer(ctx context.Context, at *listingAt, o offering, enough func() bool, r *Report) (more bool, err error) {
	for first := at.After; ; {
		var pairs []catalog.Pair
		err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error {
			ids, err := tx.Offered(t.selection(), ledger.Page{After: at.After, Limit: atOnce})
			if err != nil {
				return err
			}
			for _, id := range ids {
				pair, err := catalog.PairOf(tx, id)
				if err != nil {
					return err
				}
				pairs = append(pairs, pair)
			}
			return nil
		})
		if err != nil || len(pairs) == 0 {
			return false, err
		}
		if err := t.bring(ctx, pairs, o, r); err != nil {
			if at.After != first {
				return true, nil // as in a walk
			}
			return false, err
		}
		at.After = pairs[len(pairs)-1].Item.ID
		if enough() {
			return true, nil
		}
	}
}

// walkAt is where a walk through the shop's products has come to.
type walkAt struct {
	// Page is the cursor of the page, Last the number of the last product on the one
	// before, and Skip how many of the page's pairs are done.
	Page string `json:"page,omitempty"`
	Last uint64 `json:"last,omitempty"`
	Skip int    `json:"skip,omitempty"`
}

// walk has a page of the shop's products handled beside their items, a few at a time, and
// tells whether it was the last one. What the page tells that the ledger does not know is
// recorded first, as a webhook's look would.
func (r *Run) walk(ctx context.Context, at *walkAt, enough func() bool, handle func([]catalog.Pair) error) (last bool, err error) {
	page, next, err := r.Shop.Products(ctx, at.Page)
	if err != nil {
		return false, err
	}
	upTo := uint64(math.MaxInt64) // what is numbered behind the last page is gone, too
	if next != "" && len(page) > 0 {
		upTo = page[len(page)-1].ID
	}
	pairs, err := r.pairs(ctx, page, at.Last, upTo)
	if err != nil {
		return false, err
	}
	for first := at.Skip; at.Skip < len(pairs); {
		some := pairs[at.Skip:min(at.Skip+atOnce, len(pairs))]
		if err := handle(some); err != nil {
			if at.Skip > first {
				return false, nil // the next step begins here, and tells if it fails again
			}
			return false, err
		}
		if at.Skip += len(some); enough() && at.Skip < len(pairs) {
			return false, nil
		}
	}
	*at = walkAt{Page: next, Last: upTo}
	return next == "", nil
}

// pairs puts a page beside the items that the job is about.
func (r *Run) pairs(ctx context.Context, page []*shopify.Product, after, upTo uint64) (list []catalog.Pair, err error) {
	selection := r.selection()
	look := func(tx *ledger.Tx) error {
		all, err := catalog.Pairs(tx, page, after, upTo)
		if err != nil {
			return err
		}
		list = nil
		for _, p := range all {
			is := selection == (ledger.Selection{})
			if !is {
				if is, err = tx.Selected(selection, p.Item.ID); err != nil {
					return err
				}
			}
			if is {
				list = append(list, p)
			}
		}
		return nil
	}
	if err := r.Ledger.View(ctx, r.Store, look); err != nil || r.Spec.DryRun {
		return list, err
	}
	return list, r.see(ctx, list)
}

// see records what the ledger does not know yet of products that were looked at.
func (r *Run) see(ctx context.Context, pairs []catalog.Pair) error {
	seen := map[uint64]*shopify.Product{}
	for i := range pairs {
		if pairs[i].Newer() {
			seen[pairs[i].Product.ID] = pairs[i].Product
		}
	}
	if len(seen) == 0 {
		return nil
	}
	return r.Ledger.Update(ctx, r.Store, func(tx *ledger.Tx) error {
		for _, p := range seen {
			if _, err := catalog.See(tx, p, r.reason()); err != nil {
				return err
			}
		}
		return nil
	})
}
