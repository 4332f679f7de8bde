package orders_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// sum is what the entries of a line, or the rules, come to for a consignor.
type sum struct{ net, consignor, shop int64 }

// holder is whose a sum is.
type holder struct {
	line                   uint64
	item, consignor, event string
}

// interludes are what may happen at any time between the reads.
func interludes() []step {
	return []step{
		func(tx *ledger.Tx) (orders.Result, error) {
			if err := tx.PutItem(ledger.Item{ID: "hat", ConsignorID: "robin", EventID: "spring", State: "listed"}); err != nil {
				return orders.Result{}, err
			}
			return orders.Recognise(tx, "hat", "import")
		},
		func(tx *ledger.Tx) (orders.Result, error) {
			if err := tx.PutShift(ledger.Shift{ID: "s1", EventID: "spring", ConsignorID: "robin"}); err != nil {
				return orders.Result{}, err
			}
			return orders.SettleConsignor(tx, "spring", "robin", "shift s1")
		},
		func(tx *ledger.Tx) (orders.Result, error) {
			if err := tx.PutTerms("autumn", versions); err != nil {
				return orders.Result{}, err
			}
			return orders.SettleEvent(tx, "autumn", "terms")
		},
		func(tx *ledger.Tx) (orders.Result, error) {
			if err := tx.PutItem(ledger.Item{ID: "boots", ConsignorID: "robin", EventID: "spring", State: "listed"}); err != nil {
				return orders.Result{}, err
			}
			return orders.Settle(tx, "boots", "import")
		},
	}
}

func apply(s seen) step {
	return func(tx *ledger.Tx) (orders.Result, error) { return orders.Apply(tx, &s.order, s.at, "property") }
}

// TestReadsConverge holds that the ledger follows from the orders' last states
// alone, whatever was read before, how often, and in which order.
func TestReadsConverge(t *testing.T) {
	l := ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, func() time.Time { return raised })
	for seed := range uint64(sequences) {
		r := rand.New(rand.NewPCG(seed, 4))
		var reads, last, undone []step
		for id := range uint64(2 + r.IntN(4)) {
			h := happened(r, id+1)
			for _, s := range h.reads {
				reads = append(reads, apply(s))
			}
			last, undone = append(last, apply(h.last)), append(undone, apply(h.undone(r)))
		}
		reads = append(reads, interludes()...)
		often := 1 + int(seed%10)
		r.Shuffle(len(reads), func(i, j int) { reads[i], reads[j] = reads[j], reads[i] })
		shuffled, err := sums(t, l, fmt.Sprint("shuffled ", seed), reads, often)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		once, err := sums(t, l, fmt.Sprint("once ", seed), append(interludes(), last...), len(last))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !maps.Equal(shuffled, once) {
			t.Fatalf("seed %d: all reads, shuffled, come to\n%v\nand the last states alone to\n%v", seed, shuffled, once)
		}
		refunded, err := sums(t, l, fmt.Sprint("shuffled ", seed), undone, 1)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(refunded) > 0 {
			t.Fatalf("seed %d: all was refunded, and this is left: %v", seed, refunded)
		}
	}
}

// sums takes steps in a store, in one transaction, and returns what is not zero.
// After every so many steps, and the last, the ledger is held against the rules.
func sums(t *testing.T, l *ledger.Ledger, name string, steps []step, every int) (posted map[holder]sum, err error) {
	t.Helper()
	err = l.Update(t.Context(), ledger.Store{Tenant: "client", Name: name}, func(tx *ledger.Tx) error {
		if _, err := tx.Binding(); errors.Is(err, ledger.ErrNotFound) {
			if err := stock(tx); err != nil {
				return err
			}
		}
		for i, step := range steps {
			if _, err := step(tx); err != nil {
				return fmt.Errorf("step %d: %w", i+1, err)
			}
			if (i+1)%every != 0 && i+1 < len(steps) {
				continue
			}
			wanted, err := wanted(tx)
			if err != nil {
				return err
			}
			if posted, err = entriesOf(tx); err != nil {
				return fmt.Errorf("step %d: %w", i+1, err)
			}
			if !maps.Equal(posted, wanted) {
				return fmt.Errorf("step %d: posted is\n%v\nand the lines call for\n%v", i+1, posted, wanted)
			}
		}
		return nil
	})
	return posted, err
}

// entriesOf sums the entries of a store. Every one of them adds up.
func entriesOf(tx *ledger.Tx) (map[holder]sum, error) {
	posted := map[holder]sum{}
	for _, event := range []string{"spring", "autumn"} {
		for _, consignor := range []string{"robin", "kim"} {
			entries, err := tx.EntriesOf(event, consignor)
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				if e.ConsignorCents+e.ShopCents != e.NetCents {
					return nil, fmt.Errorf("entry %s: %d and %d are not %d", e.Key, e.ConsignorCents, e.ShopCents, e.NetCents)
				}
				h := holder{e.LineID, e.ItemID, e.ConsignorID, e.EventID}
				s := posted[h]
				posted[h] = sum{s.net + e.NetCents, s.consignor + e.ConsignorCents, s.shop + e.ShopCents}
			}
		}
	}
	maps.DeleteFunc(posted, func(_ holder, s sum) bool { return s == sum{} })
	return posted, nil
}

// wanted is what the lines in the ledger call for: the rules once more, said in
// another way. Each item is sold to one line of those that may have it.
func wanted(tx *ledger.Tx) (map[holder]sum, error) {
	all := map[holder]sum{}
	for _, id := range wares {
		item, err := tx.Item(id)
		if errors.Is(err, ledger.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		line, o, found, err := buyer(tx, id)
		if err != nil {
			return nil, err
		}
		sales, err := tx.SalesFor(id)
		if err != nil {
			return nil, err
		}
		if n := len(slices.DeleteFunc(sales, func(s ledger.Sale) bool { return s.State != "Sold" && s.State != "Reserved" })); n > 1 {
			return nil, fmt.Errorf("item %s has %d active sales", id, n)
		}
		if !found || o.Currency != "CAD" {
			continue
		}
		share, err := shareOf(tx, item, line, o)
		if err != nil {
			return nil, err
		}
		if share.NetCents != 0 {
			all[holder{line.ID, id, item.ConsignorID, item.EventID}] = sum{share.NetCents, share.ConsignorCents, share.ShopCents}
		}
	}
	return all, nil
}

// buyer is the first paid line for an item that stands.
func buyer(tx *ledger.Tx, item string) (line ledger.OrderLine, order ledger.Order, found bool, err error) {
	lines, err := tx.LinesFor(item)
	if err != nil {
		return line, order, false, err
	}
	for _, l := range lines { // by id, which grows with the order's
		o, err := tx.Order(l.OrderID)
		if err != nil {
			return line, order, false, err
		}
		settled := o.FinancialStatus == "PAID" || o.FinancialStatus == "PARTIALLY_REFUNDED" || o.FinancialStatus == "REFUNDED"
		if o.Test || !o.CancelledAt.IsZero() || !settled || l.CurrentQuantity == 0 {
			continue
		}
		if !found || o.CreatedAt.Before(order.CreatedAt) {
			line, order, found = l, o, true
		}
	}
	return line, order, found, nil
}

func shareOf(tx *ledger.Tx, item ledger.Item, l ledger.OrderLine, o ledger.Order) (commission.Share, error) {
	terms, err := tx.Terms(item.EventID)
	if err != nil || len(terms) == 0 {
		return commission.Share{}, err
	}
	held := terms[0]
	if !o.CreatedAt.Before(terms[1].EffectiveFrom) {
		held = terms[1]
	}
	consignor, err := tx.Consignor(item.ConsignorID)
	if err != nil {
		return commission.Share{}, err
	}
	shifts, err := tx.Shifts(item.EventID, item.ConsignorID)
	if err != nil {
		return commission.Share{}, err
	}
	line := commission.Line{OriginalCents: l.OriginalCents, DiscountCents: []int64{l.DiscountCents}, TaxCents: []int64{l.TaxCents},
		TaxesIncluded: o.TaxesIncluded, Quantity: l.Quantity, CurrentQuantity: l.CurrentQuantity}
	return commission.Split(line.Net(), commission.Class(consignor.Class), shifts, held), nil
}
