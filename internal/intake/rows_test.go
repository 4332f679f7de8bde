package intake_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestTake(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := opened(t, place)
		robin := ledger.Consignor{ID: "c1", Name: "Robin", Class: "Regular"}
		boots := ledger.Item{ID: "i1", ConsignorID: "c1", EventID: "spring", Title: "Boots", PriceCents: 2000, State: "sold"}
		take := func(rows intake.Rows) (r intake.Result, err error) {
			rows.By = "kim"
			err = l.Update(t.Context(), maple, func(tx *ledger.Tx) (err error) { r, err = intake.Take(tx, rows); return err })
			return r, err
		}
		r, err := take(intake.Rows{Consignors: []ledger.Consignor{robin}, Items: []ledger.Item{boots}})
		if err != nil || !slices.Equal(r.Push, []string{"i1"}) {
			t.Fatalf("got %+v, %v", r, err)
		}
		update(t, l, func(tx *ledger.Tx) error {
			item, err := tx.Item("i1")
			equal(t, item.State, "ready", "the state is not a row's to say")
			trail, trailErr := tx.Trail("i1")
			if len(trail) != 1 || trail[0].Actor != "kim" {
				t.Errorf("trail: %+v", trail)
			}
			return errors.Join(err, trailErr)
		})
		if r, err = take(intake.Rows{Items: []ledger.Item{boots}}); err != nil || len(r.Push) > 0 || r.Items.Unchanged != 1 {
			t.Errorf("again: %+v, %v", r, err)
		}
		sold(t, l, 1, "i1", now)
		for name, c := range map[string]struct {
			reason string
			rows   intake.Rows
			column string
		}{
			"no id":         {"an id is needed", intake.Rows{Consignors: []ledger.Consignor{{Name: "Sam", Class: "Super"}}}, "consignor_id"},
			"no name":       {"and a name", intake.Rows{Consignors: []ledger.Consignor{{ID: "c2", Class: "Super"}}}, "name"},
			"odd class":     {"there are two classes", intake.Rows{Consignors: []ledger.Consignor{{ID: "c2", Name: "Sam", Class: "super"}}}, "class"},
			"long title":    {"Shopify has no longer ones", intake.Rows{Items: []ledger.Item{{ID: "i2", ConsignorID: "c1", EventID: "spring", Title: strings.Repeat("x", 256)}}}, "title"},
			"below nothing": {"nobody is paid to take it", intake.Rows{Items: []ledger.Item{{ID: "i2", ConsignorID: "c1", EventID: "spring", Title: "x", PriceCents: -1}}}, "price"},
			"too dear":      {"a file cannot say it either", intake.Rows{Items: []ledger.Item{{ID: "i2", ConsignorID: "c1", EventID: "spring", Title: "x", PriceCents: 1e9}}}, "price"},
			"nobody's":      {"somebody is paid for it", intake.Rows{Items: []ledger.Item{{ID: "i2", ConsignorID: "c9", EventID: "spring", Title: "x"}}}, "consignor_id"},
			"no event":      {"it is sold under an event's terms", intake.Rows{Shifts: []ledger.Shift{{ID: "s1", ConsignorID: "c1", EventID: "winter"}}}, "event_id"},
			"sold":          {"it earned at that price", intake.Rows{Items: []ledger.Item{{ID: "i1", ConsignorID: "c1", EventID: "spring", Title: "Boots", PriceCents: 1}}}, "price"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := take(c.rows)
				problems, ok := errors.AsType[*intake.ProblemsError](err)
				if !ok || problems.Count != 1 || problems.Problems[0].Column != c.column {
					t.Errorf("%s: got %v, want a problem with %s", c.reason, err, c.column)
				}
			})
		}
		other := ledger.Store{Tenant: maple.Tenant, Name: "other"}
		err = l.Update(t.Context(), other, func(tx *ledger.Tx) error { _, err := intake.Take(tx, intake.Rows{By: "kim"}); return err })
		if none, ok := errors.AsType[*intake.NoEventsError](err); !ok || none.Store != other {
			t.Errorf("a store without events: %v", err)
		}
	})
}
