package statements

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Build makes the statement of all that is not on a closed one yet. The error is
// ErrNotFound where the ledger knows no such event or consignor. A statement whose
// sums are not those of the ledger is an error, too, and never returned.
func Build(tx *ledger.Tx, event, consignor string) (Statement, error) {
	s, err := build(tx, event, consignor)
	if err != nil {
		return Statement{}, fmt.Errorf("statement of consignor %s for event %s: %w", consignor, event, err)
	}
	return s, nil
}

func build(tx *ledger.Tx, event, consignor string) (Statement, error) {
	s := Statement{
		Tenant: tx.Store().Tenant, Store: tx.Store().Name, At: tx.Now().UTC().Truncate(time.Microsecond),
		Items: []Item{}, Sales: []Line{}, Adjustments: []Line{}, Payouts: []Payout{},
	}
	if err := s.head(tx, event, consignor); err != nil {
		return s, err
	}
	items, err := tx.ItemsOf(event, consignor)
	if err != nil {
		return s, err
	}
	for _, i := range items {
		s.Items = append(s.Items, Item{ID: i.ID, Title: i.Title, PriceCents: i.PriceCents, State: i.State})
	}
	closed, err := tx.Statements(event, consignor)
	if err != nil {
		return s, err
	}
	s.Number = len(closed) + 1
	if len(closed) > 0 {
		s.OpeningCents = carried(closed[len(closed)-1].BalanceCents)
	}
	open, err := tx.OpenEntries(event, consignor)
	if err != nil {
		return s, err
	}
	for _, e := range open {
		if err := s.add(tx, e); err != nil {
			return s, fmt.Errorf("entry %s: %w", e.Key, err)
		}
	}
	s.BalanceCents = s.OpeningCents + s.sum()
	all, err := tx.EntriesOf(event, consignor)
	if err != nil {
		return s, err
	}
	err = s.check(open, all)
	return s, err
}

// head fills in whose statement it is, and for what.
func (s *Statement) head(tx *ledger.Tx, event, consignor string) error {
	e, err := tx.SaleEvent(event)
	if err != nil {
		return fmt.Errorf("the event: %w", err)
	}
	c, err := tx.Consignor(consignor)
	if err != nil {
		return fmt.Errorf("the consignor: %w", err)
	}
	shifts, err := tx.Shifts(event, consignor)
	if err != nil {
		return err
	}
	bound, err := tx.Binding()
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	s.Event = Event{ID: e.ID, Name: e.Name, PayableFrom: e.ReturnWindowEndsAt}
	s.Consignor = Consignor{ID: c.ID, Name: c.Name, Class: c.Class, Shifts: shifts}
	s.Currency = bound.Currency
	return nil
}

// add shows an entry.
func (s *Statement) add(tx *ledger.Tx, e ledger.Entry) error {
	if e.Kind == ledger.Payout {
		s.Payouts = append(s.Payouts, Payout{Key: e.Key, PostedAt: e.PostedAt, Cents: e.ConsignorCents})
		return nil
	}
	l := Line{
		Key: e.Key, PostedAt: e.PostedAt, ItemID: e.ItemID, NetCents: e.NetCents, ConsignorCents: e.ConsignorCents, ShopCents: e.ShopCents,
	}
	if err := json.Unmarshal([]byte(e.Inputs), &l.Inputs); err != nil {
		return fmt.Errorf("its inputs: %w", err)
	}
	order, err := tx.Order(e.OrderID)
	if err != nil {
		return fmt.Errorf("order %d: %w", e.OrderID, err)
	}
	item, err := tx.Item(e.ItemID)
	if err != nil {
		return fmt.Errorf("item %s: %w", e.ItemID, err)
	}
	l.Order, l.Title = order.Name, item.Title
	if e.Kind == ledger.Accrual {
		s.Sales = append(s.Sales, l)
	} else {
		s.Adjustments = append(s.Adjustments, l)
	}
	return nil
}

// sum is what all that is shown comes to.
func (s *Statement) sum() int64 {
	total := shares(s.Sales) + shares(s.Adjustments)
	for _, p := range s.Payouts {
		total += p.Cents
	}
	return total
}

func shares(list []Line) (cents int64) {
	for _, l := range list {
		cents += l.ConsignorCents
	}
	return cents
}

// check holds the statement against the entries that it is of, and against all that
// were ever posted.
func (s *Statement) check(open, all []ledger.Entry) error {
	if got, want := len(s.Sales)+len(s.Adjustments)+len(s.Payouts), len(open); got != want {
		return fmt.Errorf("it shows %d entries of %d", got, want)
	}
	if got, want := s.sum(), owed(open); got != want {
		return fmt.Errorf("its lines come to %d cents, and the entries to %d", got, want)
	}
	if got, want := s.BalanceCents, owed(all); got != want {
		return fmt.Errorf("its balance is %d cents, and all entries come to %d: "+
			"compare the closed statements with their payouts before anything is paid", got, want)
	}
	return nil
}

func owed(list []ledger.Entry) (cents int64) {
	for _, e := range list {
		cents += e.ConsignorCents
	}
	return cents
}

// carried is what of a balance goes to the next statement: what was paid too much.
func carried(balance int64) int64 { return min(balance, 0) }
