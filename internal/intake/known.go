package intake

import (
	"errors"
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// known is what the ledger knows of what the files name.
type known struct {
	tx     *ledger.Tx
	events map[string]bool
	// consignors that were asked for.
	consignors map[string]bool
	// anyConsignor may be named, because not all of them could be read.
	anyConsignor bool
}

// NoEventsError says that a store has no sale event to take anything in for.
type NoEventsError struct{ Store ledger.Store }

func (e *NoEventsError) Error() string {
	return fmt.Sprintf("the ledger knows no sale event of store %s: check namespace and store, add spec.saleEvents to the ShopifyStore, and wait until it is Ready", e.Store)
}

func newKnown(tx *ledger.Tx, b batch) (*known, error) {
	events, err := tx.SaleEvents()
	if err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, &NoEventsError{Store: tx.Store()}
	}
	k := &known{tx: tx, events: map[string]bool{}, consignors: b.named, anyConsignor: !b.allNamed}
	for _, e := range events {
		k.events[e.ID] = true
	}
	return k, nil
}

// compare says what the files change; what cannot be goes to the problems.
func (k *known) compare(b batch, p *problems) (c changes, err error) {
	if c.consignors, err = compare(b.consignors, k.tx.Consignor, consignorID); err != nil {
		return c, err
	}
	if c.shifts, err = compare(b.shifts, k.tx.Shift, shiftID); err != nil {
		return c, err
	}
	if c.items, err = compare(b.items, k.tx.Item, itemID); err != nil {
		return c, err
	}
	for _, s := range b.shifts {
		if err := k.names(s.file, s.line, s.value.EventID, s.value.ConsignorID, p); err != nil {
			return c, err
		}
	}
	for i, item := range b.items {
		if err := k.names(item.file, item.line, item.value.EventID, item.value.ConsignorID, p); err != nil {
			return c, err
		}
		if before := c.items[i].before; before != nil {
			// Where it stands is not the file's to say.
			c.items[i].after.State, c.items[i].after.Unlisted = before.State, before.Unlisted
			if err := k.sold(item, *before, p); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}

// compare reads what the ledger has of each row, in the order of the rows.
func compare[T comparable](rows []parsed[T], read func(string) (T, error), id func(T) string) ([]change[T], error) {
	list := make([]change[T], 0, len(rows))
	for _, r := range rows {
		c := change[T]{after: r.value}
		switch before, err := read(id(r.value)); {
		case err == nil:
			c.before = &before
		case !errors.Is(err, ledger.ErrNotFound):
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// names checks that the event and the consignor that a row names are there.
func (k *known) names(file string, line int, event, consignor string, p *problems) error {
	if !k.events[event] {
		p.addf(file, line, "event_id", "there is no sale event %s: add it to spec.saleEvents of the ShopifyStore and wait until it is Ready, or correct the id", shown(event))
	}
	there, asked := k.consignors[consignor]
	if !asked {
		_, err := k.tx.Consignor(consignor)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return err
		}
		there = err == nil
		k.consignors[consignor] = there
	}
	if !there && !k.anyConsignor {
		p.addf(file, line, "consignor_id", "there is no consignor %s: take them in first or in the same import, or correct the id", shown(consignor))
	}
	return nil
}

// sold checks that a row changes nothing of a sold or reserved item that its sale
// depends on.
func (k *known) sold(r parsed[ledger.Item], before ledger.Item, p *problems) error {
	var columns [][3]string // name, before, after
	if before.ConsignorID != r.value.ConsignorID {
		columns = append(columns, [3]string{"consignor_id", before.ConsignorID, r.value.ConsignorID})
	}
	if before.EventID != r.value.EventID {
		columns = append(columns, [3]string{"event_id", before.EventID, r.value.EventID})
	}
	if before.PriceCents != r.value.PriceCents {
		columns = append(columns, [3]string{"price", price(before.PriceCents), price(r.value.PriceCents)})
	}
	if len(columns) == 0 {
		return nil
	}
	sales, err := k.tx.SalesFor(before.ID)
	if err != nil {
		return err
	}
	for _, sale := range sales {
		if orders.State(sale.State) == orders.Void {
			continue
		}
		for _, c := range columns {
			p.addf(r.file, r.line, c[0], "the item is %s and cannot go from %s to %s: put %s back", before.State, c[1], c[2], c[1])
		}
		return nil
	}
	return nil
}

// price writes cents as parsePrice reads them.
func price(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
