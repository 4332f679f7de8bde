package orders

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Apply records an order that was read from Shopify and settles every item that it
// is for. readAt is when the read began, by our clock: of two reads of one update,
// the later counts, and one that is older than what the ledger holds changes
// nothing. reason goes to the audit trail, such as "orders/paid webhook".
func Apply(tx *ledger.Tx, o *shopify.Order, readAt time.Time, reason string) (Result, error) {
	r := begin(tx, reason)
	if err := r.apply(o, readAt); err != nil {
		return Result{}, fmt.Errorf("order %d: %w", o.ID, err)
	}
	return r.result, nil
}

func (r *run) apply(o *shopify.Order, readAt time.Time) error {
	order := orderOf(o, readAt)
	before, err := r.tx.Order(o.ID)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	newest, err := r.tx.PutOrder(order)
	if err != nil {
		return err
	}
	if !newest {
		r.result.Read = Stale
		return nil
	}
	r.orders[o.ID] = order
	had, err := r.tx.LinesOf(o.ID)
	if err != nil {
		return err
	}
	lines := linesOf(o, had)
	moved, err := r.putLines(lines, had)
	if err != nil {
		return err
	}
	before.ReadAt, order.ReadAt = time.Time{}, time.Time{}
	switch {
	case before.ID == 0:
		r.result.Read = New
	case before != order || len(moved) > 0:
		r.result.Read = Changed
	default:
		r.result.Read = Known
	}
	if err := r.judgeOrder(o, order, lines); err != nil {
		return err
	}
	return r.settleLines(lines, moved)
}

// putLines records the lines that are not as the ledger had them, looks for the
// items of those that have none, and returns those that changed.
func (r *run) putLines(lines, had []ledger.OrderLine) (moved []uint64, err error) {
	for i := range lines {
		l := &lines[i]
		if l.ItemID == "" && l.SKU != "" {
			item, err := r.tx.Item(l.SKU)
			if err != nil && !errors.Is(err, ledger.ErrNotFound) {
				return nil, err
			}
			l.ItemID = item.ID
		}
		if slices.Contains(had, *l) {
			continue
		}
		if err := r.tx.PutLine(*l); err != nil {
			return nil, err
		}
		moved = append(moved, l.ID)
	}
	return moved, nil
}

func (r *run) judgeOrder(o *shopify.Order, order ledger.Order, lines []ledger.OrderLine) error {
	currency, err := r.currency()
	if err != nil {
		return err
	}
	if err := r.judge(aboutOrder(order, currency)...); err != nil {
		return err
	}
	for _, l := range lines {
		if err := r.judge(aboutItemOf(order, l)); err != nil {
			return err
		}
	}
	for _, f := range aboutRefunds(o) {
		fresh, err := r.tx.FindOnce(f)
		if err != nil {
			return err
		}
		if fresh {
			r.result.Found = append(r.result.Found, f)
		}
	}
	return nil
}

// settleLines settles the items of lines, each once and in one order.
func (r *run) settleLines(lines []ledger.OrderLine, moved []uint64) error {
	items := map[string]cause{}
	for _, l := range lines {
		if l.ItemID == "" {
			continue
		}
		if slices.Contains(moved, l.ID) {
			items[l.ItemID] = lineMoved
		} else if _, ok := items[l.ItemID]; !ok {
			items[l.ItemID] = asked
		}
	}
	for _, item := range sortedKeys(items) {
		if err := r.settle(item, items[item]); err != nil {
			return err
		}
	}
	return nil
}

// Missing records that Shopify no longer shows an order that the ledger knows. It
// takes nothing back: a person decides. One that the ledger never knew may be a sale
// that nobody is paid for. The finding goes when the order is read.
func Missing(tx *ledger.Tx, id uint64) (Result, error) {
	r := begin(tx, "")
	o, err := tx.Order(id)
	if errors.Is(err, ledger.ErrNotFound) {
		err = r.judge(verdict{stands: true, Finding: ledger.Finding{Kind: OrderMissing, Subject: ofUnknown(id), Severity: critical,
			Detail: "A webhook told of this order, and Shopify does not show it: find it in the shop's admin, and see that its consignors are paid. " +
				"An app without read_all_orders is not shown orders older than 60 days."}})
		return r.result, err
	}
	if err != nil {
		return Result{}, err
	}
	err = r.judge(verdict{stands: true, Finding: ledger.Finding{Kind: OrderMissing, Subject: ofOrder(o), Severity: warning,
		Detail: "Shopify no longer shows this order. Its sales stand as they were: look whether it was deleted. " +
			"An app without read_all_orders is not shown orders older than 60 days."}})
	return r.result, err
}

// MetMissing says whether an order that the ledger has was ever found missing. Who looks
// for those again and again leaves it at that: a person may have seen to it.
func MetMissing(tx *ledger.Tx, o ledger.Order) (bool, error) { return tx.Met(OrderMissing, ofOrder(o)) }
