package orders_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// in runs steps in a fresh store on SQLite, and then looks at what they came to.
func in(t *testing.T, steps []step, look func(*ledger.Tx, []orders.Result) error) {
	t.Helper()
	l := ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, func() time.Time { return ordered.Add(time.Hour) })
	err := l.Update(t.Context(), ledger.Store{Tenant: "client", Name: "store"}, func(tx *ledger.Tx) error {
		if err := stock(tx); err != nil {
			return err
		}
		var results []orders.Result
		for _, step := range steps {
			result, err := step(tx)
			if err != nil {
				return err
			}
			results = append(results, result)
		}
		return look(tx, results)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheTrailTellsAllThatChanged(t *testing.T) {
	steps := []step{read(order(1, status("PENDING"))), read(order(1, updated(1))), read(order(1, updated(1)))}
	in(t, steps, func(tx *ledger.Tx, _ []orders.Result) error {
		trail, err := tx.Trail("snowsuit")
		var got []string
		for _, e := range trail {
			got = append(got, fmt.Sprintf("%s: %s: %s → %s (%s)", e.Actor, e.Action, e.Before, e.After, e.Reason))
		}
		want := []string{
			"orders: Sale:  → #1 line 11: Reserved (orders/paid webhook)",
			"orders: Item: listed → reserved (orders/paid webhook)",
			"orders: Sale: Reserved → #1 line 11: Sold (orders/paid webhook)",
			"orders: Entry:  → Accrual 11/1: 1499 cents to robin, 1000 to the shop (orders/paid webhook)",
			"orders: Item: reserved → sold (orders/paid webhook)",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		return err
	})
}

func TestAPersonIsNamedForAnAssignment(t *testing.T) {
	assign := func(tx *ledger.Tx) (orders.Result, error) {
		return orders.Assign(tx, 11, "boots", "ana", "wrong label")
	}
	in(t, []step{read(order(1, sku("hat"))), assign}, func(tx *ledger.Tx, _ []orders.Result) error {
		trail, err := tx.Trail("boots")
		if len(trail) == 0 || trail[0].Actor != "ana" || trail[0].Reason != "wrong label" || trail[0].After != "#1 line 11" {
			t.Errorf("got %+v", trail)
		}
		return err
	})
}

func TestAnEntryHoldsWhatItWasComputedFrom(t *testing.T) {
	in(t, []step{read(order(1)), read(order(1, updated(1), price(2000)))}, func(tx *ledger.Tx, _ []orders.Result) error {
		entries, err := tx.EntriesFor(11)
		if len(entries) != 2 {
			t.Fatalf("%d entries, want 2: %v", len(entries), err)
		}
		var got orders.Inputs
		if err := json.Unmarshal([]byte(entries[1].Inputs), &got); err != nil {
			return err
		}
		want := orders.Inputs{
			State: orders.Sold, ItemID: "snowsuit", ConsignorID: "robin", EventID: "spring", NetCents: 2000, ConsignorCents: 1200, ShopCents: 800,
			Percent: "60", Class: "Regular", TermsFrom: opens, OriginalCents: 2000, TaxCents: 325, Quantity: 1, CurrentQuantity: 1,
			OrderedAt: ordered, OrderUpdatedAt: ordered.Add(time.Minute),
		}
		if got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		for i, want := range []string{"11/1 Accrual 1499", "11/2 Adjustment -299"} {
			if e := entries[i]; fmt.Sprintf("%s %s %d", e.Key, e.Kind, e.ConsignorCents) != want {
				t.Errorf("entry %d: %s %s %d, want %s", i+1, e.Key, e.Kind, e.ConsignorCents, want)
			}
		}
		return nil
	})
}

func TestResults(t *testing.T) {
	late := made(ordered.Add(time.Minute))
	steps := []step{read(order(1)), read(order(1)), read(order(2, late)), read(order(2, late)), read(order(1, updated(1), given(-500))), read(order(1, updated(1), given(-500))), read(order(1))}
	want := []struct {
		read  orders.Read
		found string
	}{{orders.New, ""}, {orders.Known, ""}, {orders.New, "DoubleSale"}, {orders.Known, ""}, {orders.Changed, "RefundWithoutLines"}, {orders.Known, ""}, {orders.Stale, ""}}
	in(t, steps, func(_ *ledger.Tx, results []orders.Result) error {
		for i, r := range results {
			found := ""
			for _, f := range r.Found {
				found += f.Kind
			}
			if r.Read != want[i].read || found != want[i].found {
				t.Errorf("read %d: %s, found %q; want %s, %q", i+1, r.Read, found, want[i].read, want[i].found)
			}
			if recovered := want[i].read == orders.New || want[i].read == orders.Changed; r.Recovered() != recovered {
				t.Errorf("read %d: recovered %t", i+1, r.Recovered())
			}
		}
		return nil
	})
}

func TestAResolvedRefundStaysResolved(t *testing.T) {
	resolve := then(func(tx *ledger.Tx) error { return tx.Resolve(orders.RefundWithoutLines, "#1 refund 900") })
	in(t, []step{read(order(1, given(-500))), resolve, read(order(1, updated(1), given(-500)))}, func(tx *ledger.Tx, results []orders.Result) error {
		found, err := tx.Findings()
		if len(found) > 0 || len(results[2].Found) > 0 {
			t.Errorf("what a person has dealt with stands again: %+v", found)
		}
		return err
	})
}

func TestErrors(t *testing.T) {
	l := ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, nil)
	for name, c := range map[string]struct {
		reason string
		do     step
	}{
		"no such item": {"there is nothing to settle", func(tx *ledger.Tx) (orders.Result, error) { return orders.Settle(tx, "hat", "") }},
		"not imported": {"there is nothing to recognise", func(tx *ledger.Tx) (orders.Result, error) { return orders.Recognise(tx, "hat", "") }},
		"no such line": {"there is nothing to assign", func(tx *ledger.Tx) (orders.Result, error) { return orders.Assign(tx, 99, "boots", "ana", "") }},
		"assign to nothing": {"an item has to be there first", func(tx *ledger.Tx) (orders.Result, error) {
			if _, err := read(order(1))(tx); err != nil {
				return orders.Result{}, err
			}
			return orders.Assign(tx, 11, "hat", "ana", "")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			err := l.Update(t.Context(), ledger.Store{Tenant: "client", Name: name}, func(tx *ledger.Tx) error {
				if err := stock(tx); err != nil {
					return err
				}
				_, err := c.do(tx)
				return err
			})
			if !errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", c.reason, err)
			}
		})
	}
	t.Run("never connected", func(t *testing.T) {
		err := l.Update(t.Context(), ledger.Store{Tenant: "client", Name: "unbound"}, func(tx *ledger.Tx) error {
			_, err := read(order(1))(tx)
			return err
		})
		if want := "order 1: store client/unbound is bound to no shop yet: its ShopifyStore has to connect first"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}
