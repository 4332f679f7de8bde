package intake

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// write writes what is new or changed, and settles the sales that this concerns.
// Consignors come first, for shifts and items are theirs. It returns the items to push.
func (c changes) write(tx *ledger.Tx, from origin) ([]string, error) {
	if err := put(tx, c.consignors, func(v ledger.Consignor) string { return "consignor/" + v.ID }, tx.PutConsignor, from); err != nil {
		return nil, err
	}
	if err := put(tx, c.shifts, func(v ledger.Shift) string { return "shift/" + v.ID }, tx.PutShift, from); err != nil {
		return nil, err
	}
	if err := put(tx, c.items, itemID, tx.PutItem, from); err != nil {
		return nil, err
	}
	push, err := c.recognise(tx, from)
	if err != nil {
		return nil, err
	}
	for _, item := range c.items {
		if item.differs() {
			push = append(push, item.after.ID)
		}
	}
	slices.Sort(push)
	return slices.Compact(push), c.settle(tx, from)
}

// put writes what is new or changed, and into the audit trail, under a subject,
// what was changed.
func put[T comparable](tx *ledger.Tx, list []change[T], subject func(T) string, write func(T) error, from origin) error {
	for _, c := range list {
		if !c.differs() {
			continue
		}
		if err := write(c.after); err != nil {
			return err
		}
		entry := ledger.TrailEntry{Actor: from.actor, Action: "Import", Subject: subject(c.after), After: fmt.Sprintf("%+v", c.after), Reason: from.reason}
		switch {
		case c.before != nil:
			entry.Before = fmt.Sprintf("%+v", *c.before)
		case !from.tellNew:
			continue
		}
		if err := tx.Record(entry); err != nil {
			return err
		}
	}
	return nil
}

// recognise gives the items the lines of orders that were for nothing known, and
// takes the sales that an item had, all of them undone, to where it now belongs.
func (c changes) recognise(tx *ledger.Tx, from origin) (push []string, err error) {
	for _, item := range c.items {
		moved := item.before != nil && (item.before.ConsignorID != item.after.ConsignorID || item.before.EventID != item.after.EventID)
		if item.before == nil {
			lines, err := tx.UnknownLines(item.after.ID)
			if err != nil {
				return nil, err
			}
			moved = len(lines) > 0
		}
		if moved {
			result, err := orders.Recognise(tx, item.after.ID, from.reason)
			if err != nil {
				return nil, err
			}
			push = append(push, result.Push()...)
		}
	}
	return push, nil
}

// settle brings entries to what other shifts and classes make of them.
func (c changes) settle(tx *ledger.Tx, from origin) error {
	type share struct{ event, consignor string }
	shares := map[share]bool{}
	for _, s := range c.shifts {
		if s.differs() {
			shares[share{s.after.EventID, s.after.ConsignorID}] = true
			if s.before != nil {
				shares[share{s.before.EventID, s.before.ConsignorID}] = true
			}
		}
	}
	events, err := tx.SaleEvents()
	if err != nil {
		return err
	}
	for _, consignor := range c.consignors {
		if consignor.before == nil || consignor.before.Class == consignor.after.Class {
			continue
		}
		for _, e := range events {
			// What was sold at an event whose statements are due stays under the class before.
			if tx.Now().Before(e.ReturnWindowEndsAt) {
				shares[share{e.ID, consignor.after.ID}] = true
			}
		}
	}
	for _, s := range slices.SortedFunc(maps.Keys(shares), func(a, b share) int {
		return cmp.Or(cmp.Compare(a.event, b.event), cmp.Compare(a.consignor, b.consignor))
	}) {
		if _, err := orders.SettleConsignor(tx, s.event, s.consignor, from.reason); err != nil {
			return err
		}
	}
	return nil
}
