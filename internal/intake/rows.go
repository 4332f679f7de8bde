package intake

import (
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Rows are consignors, shifts and items that come one by one, and not from files.
type Rows struct {
	Consignors []ledger.Consignor
	Shifts     []ledger.Shift
	// Items that are new are ready, whatever state they say; others keep theirs.
	Items []ledger.Item
	// By is who takes them in, for the audit trail.
	By string
}

// Take brings rows into the ledger under the rules of Import. Its problems name the
// columns that the files have, and neither file nor line.
func Take(tx *ledger.Tx, rows Rows) (Result, error) {
	p := &problems{}
	return bring(tx, rows.check(p), p, origin{actor: rows.By, reason: "intake", tellNew: true})
}

// check holds the values of rows against the rules for a file's cells; a row with a
// problem is left out.
func (r Rows) check(p *problems) batch {
	b := batch{named: map[string]bool{}, allNamed: true}
	for _, c := range r.Consignors {
		b.named[c.ID] = true
		b.consignors = keep(b.consignors, c, p, consignorColumns, of(parseID(c.ID)), of(parseText(c.Name)), checkClass(c.Class))
	}
	for _, s := range r.Shifts {
		b.shifts = keep(b.shifts, s, p, shiftColumns, of(parseID(s.ID)), of(parseID(s.EventID)), of(parseID(s.ConsignorID)))
	}
	for _, i := range r.Items {
		i.State = newItem
		b.items = keep(b.items, i, p, itemColumns, of(parseID(i.ID)), of(parseID(i.ConsignorID)), of(parseID(i.EventID)), of(parseText(i.Title)), checkPrice(i.PriceCents))
	}
	return b
}

// keep appends a row, unless something is wrong with one of its columns.
func keep[T any](list []parsed[T], value T, p *problems, columns []string, wrong ...error) []parsed[T] {
	before := len(p.list)
	for i, err := range wrong {
		if err != nil {
			p.addf("", 0, columns[i], "%v", err)
		}
	}
	if len(p.list) > before {
		return list
	}
	return append(list, parsed[T]{value: value})
}

// of is what is wrong with a cell.
func of(_ string, err error) error { return err }

func checkClass(class string) error {
	switch commission.Class(class) {
	case commission.Regular, commission.Super:
		return nil
	}
	return fmt.Errorf("%s is no class: give %s or %s", shown(class), commission.Regular, commission.Super)
}

func checkPrice(cents int64) error {
	if cents < 0 || cents > maxPriceCents {
		return fmt.Errorf("%d cents are no price: give 0 to %d", cents, int64(maxPriceCents))
	}
	return nil
}
