package orders

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Settle brings an item's sales, state and entries to what the lines for it say.
// The error is ErrNotFound where the ledger has no such item.
func Settle(tx *ledger.Tx, item, reason string) (Result, error) {
	r := begin(tx, reason)
	err := r.settle(item, asked)
	return r.result, err
}

// cause says why an item is settled.
type cause string

const (
	asked     cause = "asked"      // something that its sales depend on may have changed
	lineMoved cause = "line moved" // a line for it changed, and with that maybe its stock
	lineGone  cause = "line gone"  // a line for it turned out to be for another item
)

// settlement is an item with all that was claimed of it and what that comes to.
type settlement struct {
	item   ledger.Item
	claims []claim
	states []State
	// before are the sales as they were, by line.
	before map[uint64]ledger.Sale
	// changed says that a sale is not what it was.
	changed bool
}

func (r *run) settle(id string, why cause) error {
	s, err := r.look(id)
	if err != nil {
		return fmt.Errorf("item %s: %w", id, err)
	}
	for _, step := range []func(*settlement, cause) error{r.putSales, r.post, r.judgeItem, r.move} {
		if err := step(s, why); err != nil {
			return fmt.Errorf("item %s: %w", id, err)
		}
	}
	return nil
}

// look reads what an item's settlement follows from, and decides it.
func (r *run) look(id string) (*settlement, error) {
	item, err := r.tx.Item(id)
	if err != nil {
		return nil, err
	}
	lines, err := r.tx.LinesFor(id)
	if err != nil {
		return nil, err
	}
	sales, err := r.tx.SalesFor(id)
	if err != nil {
		return nil, err
	}
	s := &settlement{item: item, before: map[uint64]ledger.Sale{}}
	for _, sale := range sales {
		s.before[sale.LineID] = sale
	}
	for _, l := range lines {
		o, err := r.order(l.OrderID)
		if err != nil {
			return nil, err
		}
		// A test is in the ledger as an order, and never a sale.
		if !o.Test {
			s.claims = append(s.claims, claim{o, l})
		}
	}
	s.states = decide(s.claims)
	return s, nil
}

// has is the sale that the item went to; empty for none.
func (s *settlement) has() State {
	for _, state := range s.states {
		if state.active() {
			return state
		}
	}
	return ""
}

// ended says how the sale that had the item ended.
func (s *settlement) ended(why cause) ending {
	if why == lineGone {
		return wrongItem
	}
	for i, c := range s.claims {
		if State(s.before[c.line.ID].State).active() && !s.states[i].active() {
			return endingOf(c)
		}
	}
	return notEnded
}

// unseen says how a sale ended that began and ended before it was first read.
func (s *settlement) unseen() ending {
	for i, c := range s.claims {
		if _, seen := s.before[c.line.ID]; !seen && s.states[i] == Void {
			return endingOf(c)
		}
	}
	return notEnded
}

func endingOf(c claim) ending {
	if c.line.Restocked {
		return restocked
	}
	return keptOff
}

// putSales writes the sales, the one that has the item last: another may have had it.
func (r *run) putSales(s *settlement, _ cause) error {
	for _, last := range []bool{false, true} {
		for i, c := range s.claims {
			if s.states[i].active() != last {
				continue
			}
			before := s.before[c.line.ID]
			sale := ledger.Sale{LineID: c.line.ID, OrderID: c.order.ID, ItemID: s.item.ID, ConsignorID: s.item.ConsignorID, EventID: s.item.EventID, State: string(s.states[i])}
			if sale == before {
				continue
			}
			if err := r.tx.PutSale(sale); err != nil {
				return err
			}
			if sale.State == before.State {
				continue
			}
			s.changed = true
			if err := r.changed(s.item.ID, "Sale", before.State, ofLine(c.order, c.line.ID)+": "+sale.State); err != nil {
				return err
			}
		}
	}
	return nil
}

// post appends what the entries of each line lack.
func (r *run) post(s *settlement, _ cause) error {
	for i := range s.claims {
		entries, err := r.lacking(s, i)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := r.tx.Post(e); err != nil {
				return err
			}
			after := fmt.Sprintf("%s %s: %d cents to %s, %d to the shop", e.Kind, e.Key, e.ConsignorCents, e.ConsignorID, e.ShopCents)
			if err := r.changed(e.ItemID, "Entry", "", after); err != nil {
				return err
			}
		}
	}
	return nil
}

// lacking are the entries that those of a line lack.
func (r *run) lacking(s *settlement, i int) ([]ledger.Entry, error) {
	c := s.claims[i]
	posted, err := r.tx.EntriesFor(c.line.ID)
	if err != nil {
		return nil, err
	}
	if s.states[i] != Sold && len(posted) == 0 {
		return nil, nil // it earns nothing, and never did
	}
	b, err := r.basis(s.item)
	if err != nil {
		return nil, err
	}
	if b, err = b.as(posted); err != nil {
		return nil, err
	}
	return differences(c, b.target(c, s.states[i]), posted)
}

func (r *run) basis(item ledger.Item) (basis, error) {
	currency, err := r.currency()
	if err != nil {
		return basis{}, err
	}
	consignor, err := r.tx.Consignor(item.ConsignorID)
	if err != nil {
		return basis{}, fmt.Errorf("consignor %s: %w", item.ConsignorID, err)
	}
	shifts, err := r.tx.Shifts(item.EventID, item.ConsignorID)
	if err != nil {
		return basis{}, err
	}
	terms, err := r.termsOf(item.EventID)
	if err != nil {
		return basis{}, err
	}
	settled, err := r.settled(item)
	return basis{item: item, class: commission.Class(consignor.Class), shifts: shifts, terms: terms, currency: currency, settled: settled}, err
}

// settled says whether what an item's event owes its consignor is due, or was handed out.
func (r *run) settled(item ledger.Item) (bool, error) {
	closed, err := r.tx.Statements(item.EventID, item.ConsignorID)
	if err != nil || len(closed) > 0 {
		return true, err
	}
	e, err := r.tx.SaleEvent(item.EventID)
	if errors.Is(err, ledger.ErrNotFound) {
		return false, nil // it may yet be added
	}
	return !r.tx.Now().Before(e.ReturnWindowEndsAt), err
}

// judgeItem records what a person has to look at.
func (r *run) judgeItem(s *settlement, _ cause) error {
	verdicts := aboutSales(s.item.ID, catalog.State(s.item.State), s.claims, s.states)
	events := []string{s.item.EventID}
	for _, c := range s.claims {
		verdicts = append(verdicts, aboutQuantity(c))
		if before := s.before[c.line.ID].EventID; before != "" && !slices.Contains(events, before) {
			events = append(events, before)
		}
	}
	for _, event := range events {
		missing, err := r.termsMissing(event)
		if err != nil {
			return err
		}
		verdicts = append(verdicts, aboutTerms(event, missing))
	}
	return r.judge(verdicts...)
}

func (r *run) termsMissing(event string) (bool, error) {
	terms, err := r.termsOf(event)
	if err != nil || len(terms) > 0 {
		return false, err
	}
	sales, err := r.tx.SalesOf(event)
	return slices.ContainsFunc(sales, func(s ledger.Sale) bool { return State(s.State) == Sold }), err
}

// move brings the item to its state, and says what that means for its stock.
func (r *run) move(s *settlement, why cause) error {
	was, has := catalog.State(s.item.State), s.has()
	state, err := r.stateAfter(s, why)
	if err != nil {
		return err
	}
	if state != was {
		if err := r.tx.SetItemState(s.item.ID, string(state)); err != nil {
			return err
		}
		if err := r.changed(s.item.ID, "Item", string(was), string(state)); err != nil {
			return err
		}
	}
	switch moved := s.changed || why != asked; {
	case has == "" && state != was && state == catalog.Listed:
		r.result.Shelf = append(r.result.Shelf, s.item.ID)
	case moved && (has != "" || !state.MayHaveStock()):
		// Shopify may have restocked what another order has, or what is not for sale.
		r.result.Zero = append(r.result.Zero, s.item.ID)
	}
	return nil
}

// stateAfter is where the item stands once it is settled.
func (r *run) stateAfter(s *settlement, why cause) (catalog.State, error) {
	was, has, end := catalog.State(s.item.State), s.has(), s.ended(why)
	open := false // which matters to an item that nobody has
	if has == "" {
		var err error
		if open, err = r.open(s.item.EventID); err != nil {
			return was, err
		}
	}
	from := was
	if unseen := s.unseen(); end == notEnded && unseen != notEnded && catalog.Check(was, catalog.Sold) == nil {
		// It comes to the same as if the sale had been read while it stood.
		from, end = catalog.Sold, unseen
	}
	state := stateOf(from, has, end, open)
	if catalog.Check(from, state) != nil {
		state = was // what that means is found
	}
	return state, nil
}

// open says whether an event has not ended. One that is not known has.
func (r *run) open(event string) (bool, error) {
	e, err := r.tx.SaleEvent(event)
	if errors.Is(err, ledger.ErrNotFound) {
		return false, nil
	}
	return r.tx.Now().Before(e.EndsAt), err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
