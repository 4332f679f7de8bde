package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/audits"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// orderCheck reads which orders changed in the shop, and reads those again of which the
// ledger does not have the latest: what webhooks missed.
type orderCheck struct{ *Run }

const (
	// ordersCursor is up to when orders were checked, in Unix seconds.
	ordersCursor = "orders"
	// overlap is how much of what was checked is checked again: Shopify's list may lag.
	overlap = 10 * time.Minute
	// patience is how long the webhook of a change may take. What is found later was
	// missed.
	patience = audits.Patience
)

// The findings of a check of orders.
const (
	// OrderRecovered is an order of which no webhook told, or not in time.
	OrderRecovered = orders.OrderRecovered
	// OrderDiffers is an order of which the ledger does not have the latest; a dry run
	// and an audit report it.
	OrderDiffers = orders.OrderDiffers
	// RecordFailed is a record that could not be handled.
	RecordFailed = "RecordFailed"
)

// ordersAt is where the check of orders has come to.
type ordersAt struct {
	// Since is from when on, in Unix seconds; Latest is the latest change that was met.
	Since  int64 `json:"since"`
	Latest int64 `json:"latest"`
	// Page is the cursor of the page, and Done the last of its orders that is done.
	Page string    `json:"page,omitempty"`
	Done lastOrder `json:"done,omitzero"`
	// Before is how many orders were on the pages before.
	Before int64 `json:"before,omitempty"`
	// Failed says that some could not be handled: the next check begins where this one
	// did.
	Failed bool `json:"failed,omitempty"`
}

// lastOrder is the last order of a page that is done, by its last change in Unix seconds and
// its number. An order that changes leaves the page, so that no place on it stays the same.
type lastOrder struct {
	At int64  `json:"at"`
	ID uint64 `json:"id"`
}

func lastOrderOf(o shopify.OrderUpdate) lastOrder { return lastOrder{At: o.UpdatedAt.Unix(), ID: o.ID} }

func (l lastOrder) compare(to lastOrder) int {
	return cmp.Or(cmp.Compare(l.At, to.At), cmp.Compare(l.ID, to.ID))
}

// left are the orders of the page that are still to be done, in their order.
func (l lastOrder) left(page []shopify.OrderUpdate) []shopify.OrderUpdate {
	left := slices.DeleteFunc(slices.Clone(page), func(o shopify.OrderUpdate) bool { return lastOrderOf(o).compare(l) <= 0 })
	slices.SortFunc(left, func(a, b shopify.OrderUpdate) int { return lastOrderOf(a).compare(lastOrderOf(b)) })
	return left
}

// Step checks a page of orders.
func (t *orderCheck) Step(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	at, err := read[ordersAt](cursor)
	if err != nil {
		return "", err
	}
	if cursor == "" {
		if at, err = t.begin(ctx); err != nil {
			return "", err
		}
	}
	page, err := t.Shop.Orders(ctx, time.Unix(at.Since, 0), at.Page)
	if err != nil {
		return "", err
	}
	known, err := t.known(ctx, page.Orders)
	if err != nil {
		return "", err
	}
	r.expect(at.Before + int64(len(page.Orders)))
	for i, o := range at.Done.left(page.Orders) {
		if until := t.until(); !until.IsZero() && !o.UpdatedAt.Before(until) {
			page.Next = ""
			break
		}
		if i > 0 && enough() {
			t.measure(at, r)
			return write(at)
		}
		if err := t.check(ctx, o, known[o.ID], r); err != nil {
			return "", err
		}
		at.Done = lastOrderOf(o)
		at.Latest, at.Failed = max(at.Latest, o.UpdatedAt.Unix()), at.Failed || r.Failed > 0
	}
	if page.Next == "" {
		return "", t.end(ctx, at)
	}
	at.Page, at.Done, at.Before = page.Next, lastOrder{}, at.Before+int64(len(page.Orders))
	t.measure(at, r)
	return write(at)
}

// begin says from when on orders are checked: as asked for, or where the check before
// ended.
func (t *orderCheck) begin(ctx context.Context) (at ordersAt, err error) {
	if s := t.Spec.Selector; s != nil && s.Since != nil {
		return ordersAt{Since: s.Since.Unix()}, nil
	}
	err = t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error {
		position, err := tx.Cursor(ordersCursor)
		if errors.Is(err, ledger.ErrNotFound) {
			return nil // all that Shopify shows
		}
		if err == nil {
			at.Latest, err = strconv.ParseInt(position, 10, 64)
		}
		return err
	})
	at.Since = max(0, at.Latest-int64(overlap.Seconds()))
	return at, err
}

func (t *orderCheck) until() time.Time {
	if s := t.Spec.Selector; s != nil && s.Until != nil {
		return s.Until.Time
	}
	return time.Time{}
}

func (t *orderCheck) known(ctx context.Context, page []shopify.OrderUpdate) (known map[uint64]ledger.Order, err error) {
	ids := make([]uint64, len(page))
	for i, o := range page {
		ids[i] = o.ID
	}
	err = t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error { known, err = tx.OrdersAmong(ids); return err })
	return known, err
}

// check reads an order again where the ledger does not have what the shop has.
func (t *orderCheck) check(ctx context.Context, o shopify.OrderUpdate, known ledger.Order, r *Report) error {
	r.Done++
	if !audits.MayLack(o, known) {
		return nil
	}
	subject := fmt.Sprintf("order/%d", o.ID)
	if t.Spec.DryRun {
		r.Changed++
		r.find(OrderDiffers, subject, behind(o, known))
		return nil
	}
	result, err := t.Queue.ReadOrder(ctx, t.Store, o.ID, o.UpdatedAt, t.reason())
	switch {
	case err != nil && ofOne(err):
		r.Failed++
		r.find(RecordFailed, subject, err.Error())
		return nil
	case err != nil:
		return err
	}
	if result.Recovered() {
		r.Changed++
	}
	if result.Recovered() && t.Now().Sub(o.UpdatedAt) >= patience {
		r.find(OrderRecovered, subject, "no webhook told of its change of "+o.UpdatedAt.Format(time.RFC3339)+"; it is in the ledger now")
		return t.recovered(ctx, subject, result)
	}
	return nil
}

// recovered counts what webhooks missed, and keeps it for the audit trail.
func (t *orderCheck) recovered(ctx context.Context, subject string, result orders.Result) error {
	t.Queue.Found(t.Store, []ledger.Finding{{Kind: OrderRecovered, Subject: subject, Severity: "Warning"}})
	return t.Ledger.Update(ctx, t.Store, func(tx *ledger.Tx) error {
		return tx.Record(ledger.TrailEntry{Actor: "jobs", Action: "order recovered", Subject: subject, After: string(result.Read), Reason: t.reason()})
	})
}

// behind says in what the ledger is behind the shop.
func behind(o shopify.OrderUpdate, known ledger.Order) string {
	return "the ledger has it as of " + asOf(known) + ", the shop as of " + o.UpdatedAt.Format(time.RFC3339)
}

func asOf(o ledger.Order) string {
	if o.ID == 0 {
		return "never"
	}
	return o.UpdatedAt.Format(time.RFC3339)
}

// measure tells how far the check has come by the time between its begin and now: how
// many orders there are is not known before the last page.
func (t *orderCheck) measure(at ordersAt, r *Report) {
	to := t.Now()
	if until := t.until(); !until.IsZero() && until.Before(to) {
		to = until
	}
	if span := to.Unix() - at.Since; span > 0 && at.Since > 0 {
		fraction := float64(at.Latest-at.Since) / float64(span)
		r.Fraction = &fraction
	}
}

// end notes up to when orders were checked. A part that somebody asked for says nothing of
// what is before and after, and a dry run has read nothing.
func (t *orderCheck) end(ctx context.Context, at ordersAt) error {
	if t.Spec.Selector != nil || t.Spec.DryRun || at.Failed || at.Latest == 0 {
		return nil
	}
	return t.Ledger.Update(ctx, t.Store, func(tx *ledger.Tx) error {
		return tx.PutCursor(ordersCursor, strconv.FormatInt(at.Latest, 10))
	})
}
