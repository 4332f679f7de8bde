package orders

import (
	"errors"
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Recognise settles an item that was imported, or imported anew: the lines with its
// SKU that were for no item become its. The error is ErrNotFound where the ledger
// has no such item.
func Recognise(tx *ledger.Tx, item, reason string) (Result, error) {
	r := begin(tx, reason)
	if _, err := tx.Item(item); err != nil {
		return Result{}, fmt.Errorf("item %s: %w", item, err)
	}
	lines, err := tx.UnknownLines(item)
	if err != nil {
		return Result{}, err
	}
	why := asked
	for _, l := range lines {
		if err := r.assign(l, item, actor); err != nil {
			return Result{}, err
		}
		why = lineMoved
	}
	err = r.settle(item, why)
	return r.result, err
}

// Assign says, on behalf of a person, which item a line is for, and settles it and
// the item that the line was for before. The error is ErrNotFound where the ledger
// has no such line or item.
func Assign(tx *ledger.Tx, line uint64, item, person, reason string) (Result, error) {
	r := begin(tx, reason)
	l, err := tx.Line(line)
	if err != nil {
		return Result{}, fmt.Errorf("line %d: %w", line, err)
	}
	if _, err := tx.Item(item); err != nil {
		return Result{}, fmt.Errorf("item %s: %w", item, err)
	}
	if l.ItemID == item {
		err := r.settle(item, asked)
		return r.result, err
	}
	left, err := r.leave(l, item)
	if err != nil {
		return Result{}, err
	}
	if err := r.assign(l, item, person); err != nil {
		return Result{}, err
	}
	if l.ItemID != "" {
		if err := r.settle(l.ItemID, left); err != nil {
			return Result{}, err
		}
	}
	err = r.settle(item, lineMoved)
	return r.result, err
}

// leave takes a line's sale from the item that it was of, and says whether that
// item went to it. What was posted is taken back when its new item is settled.
func (r *run) leave(l ledger.OrderLine, item string) (cause, error) {
	sale, err := r.tx.Sale(l.ID)
	if errors.Is(err, ledger.ErrNotFound) {
		return asked, nil
	}
	if err != nil {
		return asked, err
	}
	left := lineMoved
	if State(sale.State).active() {
		left = lineGone
	}
	order, err := r.order(l.OrderID)
	if err != nil {
		return asked, err
	}
	if err := r.changed(l.ItemID, "Sale", sale.State, ofLine(order, l.ID)+": of item "+item); err != nil {
		return asked, err
	}
	sale.ItemID, sale.State = item, string(Void)
	return left, r.tx.PutSale(sale)
}

func (r *run) assign(l ledger.OrderLine, item, by string) error {
	order, err := r.order(l.OrderID)
	if err != nil {
		return err
	}
	if err := r.tx.AssignLine(l.ID, item); err != nil {
		return err
	}
	if err := r.tx.Record(ledger.TrailEntry{Actor: by, Action: "Line", Subject: item, Before: l.ItemID, After: ofLine(order, l.ID), Reason: r.reason}); err != nil {
		return err
	}
	l.ItemID = item
	return r.judge(aboutItemOf(order, l))
}

// SettleConsignor settles all that was sold of a consignor at an event: after a late
// shift, or when their class is another.
func SettleConsignor(tx *ledger.Tx, event, consignor, reason string) (Result, error) {
	items, err := tx.SoldItems(event, consignor)
	if err != nil {
		return Result{}, err
	}
	return settleAll(tx, items, reason)
}

// SettleEvent settles all that was sold at an event: after its terms have arrived.
func SettleEvent(tx *ledger.Tx, event, reason string) (Result, error) {
	sales, err := tx.SalesOf(event)
	if err != nil {
		return Result{}, err
	}
	items := map[string]bool{}
	for _, s := range sales {
		items[s.ItemID] = true
	}
	return settleAll(tx, sortedKeys(items), reason)
}

func settleAll(tx *ledger.Tx, items []string, reason string) (Result, error) {
	r := begin(tx, reason)
	for _, item := range items {
		if err := r.settle(item, asked); err != nil {
			return Result{}, err
		}
	}
	return r.result, nil
}
