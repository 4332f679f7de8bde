package orders

import (
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Check says in what an item's sales, state and entries are not what the lines for it say,
// in sentences. It changes nothing: to settle the item does. The error is ErrNotFound where
// the ledger has no such item.
func Check(tx *ledger.Tx, item string) (problems []string, err error) {
	r := begin(tx, "")
	s, err := r.look(item)
	if err != nil {
		return nil, fmt.Errorf("item %s: %w", item, err)
	}
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	known := map[uint64]bool{}
	for i, c := range s.claims {
		known[c.line.ID] = true
		if before := s.before[c.line.ID]; before.State != string(s.states[i]) {
			problem("the sale by %s is recorded as %q, and comes to %s", ofLine(c.order, c.line.ID), before.State, s.states[i])
		}
		entries, err := r.lacking(s, i)
		if err != nil {
			return nil, fmt.Errorf("item %s: %w", item, err)
		}
		for _, e := range entries {
			problem("the entries of %s lack %d cents for consignor %s and %d for the shop", ofLine(c.order, c.line.ID), e.ConsignorCents, e.ConsignorID, e.ShopCents)
		}
	}
	for line, sale := range s.before {
		if State(sale.State).active() && !known[line] {
			problem("it is sold by line %d, which is for no item", line)
		}
	}
	was := catalog.State(s.item.State)
	switch state, err := r.stateAfter(s, asked); {
	case err != nil:
		return nil, fmt.Errorf("item %s: %w", item, err)
	case state != was:
		problem("it is recorded as %s, and is %s", was, state)
	case s.has() == "" && (was == catalog.Sold || was == catalog.Reserved):
		problem("it is recorded as %s, and no order has it", was)
	}
	return problems, nil
}
