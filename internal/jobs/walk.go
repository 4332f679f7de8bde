package jobs

import (
	"cmp"
	"context"
	"math"
	"slices"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// handler does with some pairs what a job is for, and reports it.
type handler func(ctx context.Context, pairs []catalog.Pair, o offering) (Report, error)

// walkOn is the step of a job that is a walk through the shop's products and no more. begin
// is called before the first.
func (r *Run) walkOn(ctx context.Context, cursor string, enough func() bool, report *Report, begin func(context.Context, *Report) error, handle handler) (string, error) {
	at, err := read[walkAt](cursor)
	if err != nil {
		return "", err
	}
	if cursor == "" {
		if err := begin(ctx, report); err != nil {
			return "", err
		}
	}
	o, err := r.offering(ctx)
	if err != nil {
		return "", err
	}
	last, err := r.walk(ctx, &at, o, enough, report, handle)
	if err != nil || last {
		return "", err
	}
	return write(at)
}

// walkAt is where a walk through the shop's products has come to.
type walkAt struct {
	// Page is the cursor of the page, Last the number of the last product on the one
	// before, and Done the last of the page's pairs that is done.
	Page string   `json:"page,omitempty"`
	Last uint64   `json:"last,omitempty"`
	Done lastPair `json:"done,omitzero"`
}

// lastPair is the last pair of a page that is done, by its product and its item. A product
// that is deleted leaves the page, and an item that is selected no more takes its pair
// along, so that no place on it stays the same.
type lastPair struct {
	Product uint64 `json:"product"`
	Item    string `json:"item"`
}

func lastPairOf(p *catalog.Pair) lastPair {
	l := lastPair{Product: p.Known.ProductID, Item: p.Item.ID}
	if p.Product != nil {
		l.Product = p.Product.ID
	}
	return l
}

func (l lastPair) compare(to lastPair) int {
	return cmp.Or(cmp.Compare(l.Product, to.Product), cmp.Compare(l.Item, to.Item))
}

// left are the pairs of the page that are still to be done, in their order.
func (l lastPair) left(pairs []catalog.Pair) []catalog.Pair {
	left := slices.DeleteFunc(pairs, func(p catalog.Pair) bool { return lastPairOf(&p).compare(l) <= 0 })
	slices.SortFunc(left, func(a, b catalog.Pair) int { return lastPairOf(&a).compare(lastPairOf(&b)) })
	return left
}

// walk has a page of the shop's products handled beside their items, a few at a time, and
// tells whether it was the last one. What the page tells that the ledger does not know is
// recorded first, as a webhook's look would; an audit leaves both sides as they are.
func (r *Run) walk(ctx context.Context, at *walkAt, o offering, enough func() bool, report *Report, handle handler) (last bool, err error) {
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
	pairs = at.Done.left(pairs)
	for done := 0; done < len(pairs); {
		some := pairs[done:min(done+atOnce, len(pairs))]
		reached := lastPairOf(&some[len(some)-1]) // before what is done makes it another
		part, err := handle(ctx, some, o)
		if err != nil {
			if done > 0 {
				return false, nil // the next step begins here, and tells if it fails again
			}
			return false, err
		}
		report.add(part)
		at.Done = reached
		if done += len(some); enough() && done < len(pairs) {
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
	if err := r.Ledger.View(ctx, r.Store, look); err != nil || r.Spec.DryRun || r.Spec.Type == v1alpha1.SyncJobAudit {
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
