package orders_test

import (
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// A consignor who is promoted for the next event is not recomputed at one that is over,
// or was settled with them.
func TestClassAfterAnEvent(t *testing.T) {
	var now time.Time
	over := then(func(*ledger.Tx) error { now = ends.Add(time.Hour); return nil })
	promoted := then(func(tx *ledger.Tx) error { return tx.PutConsignor(ledger.Consignor{ID: "robin", Class: "Super"}) })
	again := func(tx *ledger.Tx) (orders.Result, error) {
		return orders.SettleConsignor(tx, "spring", "robin", "promoted")
	}
	closed := then(func(tx *ledger.Tx) error {
		entries, err := tx.OpenEntries("spring", "robin")
		if err != nil {
			return err
		}
		var keys []string
		for _, e := range entries {
			keys = append(keys, e.Key)
		}
		return tx.CloseStatement(ledger.Statement{ID: "s1", EventID: "spring", ConsignorID: "robin", Number: 1, Document: "{}"}, keys)
	})
	for name, c := range map[string]struct {
		reason string
		steps  []step
		want   int64 // cents of robin's
	}{
		"before":             {"a class that was wrong is mended while nothing was handed out", []step{read(order(1)), promoted, again}, 1749},
		"after":              {"what was handed out stands", []step{read(order(1)), closed, promoted, again}, 1499},
		"over":               {"an order that is read again is no reason to pay another share than for those that are not", []step{read(order(1)), over, promoted, read(order(1, updated(5)))}, 1499},
		"refunded over":      {"what is taken back is what was given", []step{read(order(1)), over, promoted, read(order(1, updated(5), refunded(11, "RETURN")))}, 0},
		"first read over":    {"nothing was given before", []step{over, promoted, read(order(1))}, 1749},
		"refunded after":     {"what is taken back is what was given", []step{read(order(1)), closed, promoted, read(order(1, updated(5), refunded(11, "RETURN")))}, 0},
		"paid for once more": {"the order comes to what it came to", []step{read(order(1)), closed, promoted, read(order(1, updated(5), status("PARTIALLY_PAID"))), read(order(1, updated(9)))}, 1499},
	} {
		t.Run(name, func(t *testing.T) {
			ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
				now = ordered.Add(time.Hour)
				l := ledgertest.Open(t, place.Manager, func() time.Time { return now })
				var owed int64
				for _, s := range append([]step{then(stock)}, c.steps...) {
					err := l.Update(t.Context(), ledger.Store{Tenant: "client-a", Name: "a"}, func(tx *ledger.Tx) error {
						if _, err := s(tx); err != nil {
							return err
						}
						entries, err := tx.EntriesOf("spring", "robin")
						owed = 0
						for _, e := range entries {
							owed += e.ConsignorCents
						}
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				if err := l.View(t.Context(), ledger.Store{Tenant: "client-a", Name: "a"}, func(tx *ledger.Tx) error { return agrees(t, tx) }); err != nil {
					t.Fatal(err)
				}
				if owed != c.want {
					t.Errorf("%s: %d cents, want %d", c.reason, owed, c.want)
				}
			})
		})
	}
}
