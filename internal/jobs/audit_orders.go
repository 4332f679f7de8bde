package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/audits"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// shown is for how long Shopify shows an order to apps without read_all_orders.
const shown = 60 * 24 * time.Hour

// auditedOrders is where the comparison of orders has come to.
type auditedOrders struct {
	// Since is from when on, in Unix seconds; Page is the cursor of the page, and Done the
	// last of its orders that is done.
	Since int64     `json:"since"`
	Page  string    `json:"page,omitempty"`
	Done  lastOrder `json:"done,omitzero"`
	// Last is up to which change the ledger's orders were looked for in the shop, in Unix
	// seconds.
	Last int64 `json:"last"`
	// Before is how many orders were on the pages before.
	Before int64 `json:"before,omitempty"`
}

// orders compares the orders that the shop lists with those of the ledger, page by page,
// and looks in the shop for those of the ledger that are not on it.
func (t *audit) orders(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	at, err := read[auditedOrders](cursor)
	if err != nil {
		return "", err
	}
	if cursor == "" {
		at.Since = t.Now().Add(-shown).Unix()
		if s := t.Spec.Selector; s != nil && s.Since != nil {
			at.Since = s.Since.Unix()
		}
		at.Last = at.Since - 1
	}
	check := &orderCheck{Run: t.Run}
	page, err := t.Shop.Orders(ctx, time.Unix(at.Since, 0), at.Page)
	if err != nil {
		return "", err
	}
	page, upTo := t.within(page, check.until())
	r.expect(at.Before + int64(len(page.Orders)))
	left := at.Done.left(page.Orders)
	done, err := t.compareOrders(ctx, check, left, enough, r)
	if err != nil {
		return "", err
	}
	if done < len(left) {
		at.Done = lastOrderOf(left[done-1])
		return write(at)
	}
	if err := t.unlisted(ctx, page.Orders, time.Unix(at.Last, 0), upTo, r); err != nil || page.Next == "" {
		return "", err
	}
	return write(auditedOrders{Since: at.Since, Page: page.Next, Last: upTo.Unix(), Before: at.Before + int64(len(page.Orders))})
}

// within is a page without what changed at a time (zero for none) or later, and up to which
// change it tells of all orders there are.
func (t *audit) within(page shopify.OrderPage, until time.Time) (shopify.OrderPage, time.Time) {
	if at := slices.IndexFunc(page.Orders, func(o shopify.OrderUpdate) bool { return !until.IsZero() && !o.UpdatedAt.Before(until) }); at >= 0 {
		page.Orders, page.Next = page.Orders[:at], ""
	}
	if page.Next != "" && len(page.Orders) > 0 {
		return page, page.Orders[len(page.Orders)-1].UpdatedAt
	}
	if upTo := t.Now().Add(-patience); until.IsZero() || upTo.Before(until) {
		return page, upTo
	}
	return page, until.Add(-time.Microsecond)
}

// compareOrders compares some orders, one at the least, and says how many.
func (t *audit) compareOrders(ctx context.Context, check *orderCheck, list []shopify.OrderUpdate, enough func() bool, r *Report) (done int, err error) {
	known, err := check.known(ctx, list)
	if err != nil {
		return 0, err
	}
	var verdicts []judged
	for _, o := range list {
		if done > 0 && enough() {
			break
		}
		verdict, err := t.order(ctx, check, o, known[o.ID], r)
		if err != nil {
			return 0, err
		}
		verdicts = append(verdicts, verdict...)
		done++
	}
	return done, t.judge(ctx, verdicts)
}

// order compares an order, and reads it again where it may differ and that is asked for.
func (t *audit) order(ctx context.Context, check *orderCheck, o shopify.OrderUpdate, known ledger.Order, r *Report) ([]judged, error) {
	lacks, coming := audits.Lacks(o, known), t.Now().Sub(o.UpdatedAt) < patience
	if t.repairs() && audits.MayLack(o, known) && !coming {
		return nil, check.check(ctx, o, known, r) // which resolves the finding
	}
	r.Done++
	if lacks && coming { // its webhook may still come
		r.Skipped++
		return nil, nil
	}
	detail := behind(o, known)
	if lacks {
		r.find(OrderDiffers, fmt.Sprintf("order/%d", o.ID), detail)
	}
	return []judged{{Finding: orders.Differs(o.ID, detail+": run a SyncJob of type Orders over that time"), stands: lacks}}, nil
}

// unlisted looks in the shop for the ledger's orders that changed after a time and up to
// another and are not on a page of the shop's list. One that changed again since is on a
// later page.
func (t *audit) unlisted(ctx context.Context, page []shopify.OrderUpdate, after, upTo time.Time, r *Report) error {
	listed := map[uint64]bool{}
	for _, o := range page {
		listed[o.ID] = true
	}
	var list []ledger.Order
	err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) (err error) {
		list, err = tx.OrdersBetween(after, upTo, t.Now().Add(-shown))
		return err
	})
	if err != nil {
		return err
	}
	for _, o := range list {
		if listed[o.ID] {
			continue
		}
		_, err := t.Shop.Order(ctx, o.ID)
		if shopify.KindOf(err) != shopify.NotFound {
			if err != nil {
				return err
			}
			continue
		}
		r.Done++
		r.find(orders.OrderMissing, fmt.Sprintf("order/%d", o.ID), "the ledger has "+o.Name+" as of "+asOf(o)+", and the shop does not show it")
		if err := t.missing(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// missing records an order that the shop does not show, unless that was found before.
func (t *audit) missing(ctx context.Context, o ledger.Order) error {
	var result orders.Result
	err := t.Ledger.Update(ctx, t.Store, func(tx *ledger.Tx) error {
		met, err := orders.MetMissing(tx, o)
		if err != nil || met {
			return err
		}
		result, err = orders.Missing(tx, o.ID)
		return err
	})
	if err == nil {
		t.Queue.Found(t.Store, result.Found)
	}
	return err
}
