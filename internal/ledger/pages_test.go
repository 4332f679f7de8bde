package ledger_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestPages(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Console, nil)
		for _, store := range []ledger.Store{maple, bees} {
			update(t, l, store, func(tx *ledger.Tx) error {
				return errors.Join(
					tx.PutConsignor(ledger.Consignor{ID: "c1", Name: "Robin", Class: "Regular"}),
					tx.PutConsignor(ledger.Consignor{ID: "c2", Name: "Zoë", Class: "Super"}),
					tx.PutShift(ledger.Shift{ID: "s1", EventID: "spring", ConsignorID: "c1"}),
					tx.PutShift(ledger.Shift{ID: "s2", EventID: "fall", ConsignorID: "c2"}),
					tx.PutItem(ledger.Item{ID: "A-1", ConsignorID: "c1", EventID: "spring", Title: "Red boots", State: "ready"}),
					tx.PutItem(ledger.Item{ID: "A-2", ConsignorID: "c2", EventID: "spring", Title: "50% wool", State: "listed"}),
					tx.PutItem(ledger.Item{ID: "B_3", ConsignorID: "c2", EventID: "fall", Title: "Blue boots!", State: "sold"}),
				)
			})
		}
		first := ledger.Page{Limit: 10}
		for name, c := range map[string]struct {
			reason string
			filter ledger.ItemFilter
			page   ledger.Page
			want   []string
		}{
			"all":       {"nothing matters", ledger.ItemFilter{}, first, []string{"A-1", "A-2", "B_3"}},
			"limit":     {"no more than asked for", ledger.ItemFilter{}, ledger.Page{Limit: 2}, []string{"A-1", "A-2"}},
			"after":     {"the next page", ledger.ItemFilter{}, ledger.Page{After: "A-2", Limit: 2}, []string{"B_3"}},
			"consignor": {"whose", ledger.ItemFilter{ConsignorID: "c2"}, first, []string{"A-2", "B_3"}},
			"event":     {"for which event", ledger.ItemFilter{EventID: "spring", ConsignorID: "c2"}, first, []string{"A-2"}},
			"state":     {"in which state", ledger.ItemFilter{State: "sold"}, first, []string{"B_3"}},
			"text":      {"in either case", ledger.ItemFilter{Text: "BOOTS"}, first, []string{"A-1", "B_3"}},
			"id":        {"a part of the id", ledger.ItemFilter{Text: "a-"}, first, []string{"A-1", "A-2"}},
			"percent":   {"no pattern", ledger.ItemFilter{Text: "%"}, first, []string{"A-2"}},
			"underline": {"no pattern either", ledger.ItemFilter{Text: "_"}, first, []string{"B_3"}},
			"escape":    {"nor what escapes one", ledger.ItemFilter{Text: "s!"}, first, []string{"B_3"}},
		} {
			t.Run(name, func(t *testing.T) {
				var ids []string
				err := l.View(t.Context(), maple, func(tx *ledger.Tx) error {
					items, err := tx.Items(c.filter, c.page)
					for _, i := range items {
						ids = append(ids, i.ID)
					}
					return err
				})
				if err != nil || !slices.Equal(ids, c.want) {
					t.Errorf("%s: got %v (%v), want %v", c.reason, ids, err, c.want)
				}
			})
		}
		err := l.View(t.Context(), maple, func(tx *ledger.Tx) error {
			consignors, err := tx.Consignors("zo", first)
			if len(consignors) != 1 || consignors[0].ID != "c2" {
				t.Errorf("consignors: %v", consignors)
			}
			shifts, shiftErr := tx.ShiftList("fall", "", first)
			if len(shifts) != 1 || shifts[0].ID != "s2" {
				t.Errorf("shifts: %v", shifts)
			}
			return errors.Join(err, shiftErr)
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAnswers(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		now := day(3)
		l := ledgertest.Open(t, place.Console, func() time.Time { return now })
		kept := func() time.Time { return now.Add(-24 * time.Hour) }
		find := func(store ledger.Store, key string) (a ledger.Answer, err error) {
			err = l.View(t.Context(), store, func(tx *ledger.Tx) (err error) { a, err = tx.Answer(key, kept()); return err })
			return a, err
		}
		put := func(key string) {
			update(t, l, maple, func(tx *ledger.Tx) error {
				return tx.PutAnswer(ledger.Answer{Key: key, Request: "r", Status: 201, Body: `{"a":1}`}, kept())
			})
		}
		put("k1")
		if a, err := find(maple, "k1"); err != nil || a != (ledger.Answer{Key: "k1", Request: "r", Status: 201, Body: `{"a":1}`, AnsweredAt: now}) {
			t.Errorf("got %+v, %v", a, err)
		}
		if _, err := find(bees, "k1"); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("another's key: %v", err)
		}
		now = now.Add(24*time.Hour + time.Second)
		if _, err := find(maple, "k1"); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("after a day: %v", err)
		}
		put("k1") // what is too old is gone, and its key free
	})
}

// TestWhatTheConsoleMayNotDo: its role has the rights that its work takes, and no
// others.
func TestWhatTheConsoleMayNotDo(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	inEachTable(t, openBoth(t, place, nil), maple)
	console := ledgertest.Open(t, place.Console, nil)
	for _, query := range []string{
		"UPDATE store_bindings SET shop_id = 1", "DELETE FROM store_bindings",
		"UPDATE sale_events SET name = ''", "DELETE FROM sale_event_terms",
		"UPDATE products SET product_id = 1", "INSERT INTO stock_movements SELECT * FROM stock_movements",
		"UPDATE webhook_deliveries SET state = 'Done'", "DELETE FROM webhook_deliveries", "INSERT INTO webhook_deliveries SELECT * FROM webhook_deliveries",
		"INSERT INTO statements SELECT * FROM statements", "DELETE FROM items", "DELETE FROM consignors", "DELETE FROM volunteer_shifts",
		"DELETE FROM sales", "DELETE FROM orders", "DELETE FROM order_lines", "DELETE FROM findings",
		"UPDATE commission_entries SET net_cents = 0", "UPDATE audit_trail SET actor = ''", "UPDATE idempotency_keys SET answer = ''",
		"INSERT INTO river_job (kind, queue, args, priority, max_attempts, state) VALUES ('push', 'store_1', '{\"tenant\": \"client-thrifty-bees\"}', 2, 600, 'available')",
		"INSERT INTO river_job (kind, queue, args, priority, max_attempts, state) VALUES ('delivery', 'store_1', '{\"tenant\": \"client-maple-kids\"}', 1, 600, 'available')",
		"SELECT 1 FROM river_job", "DELETE FROM river_job", "UPDATE river_job SET queue = ''",
	} {
		err := console.Update(t.Context(), maple, func(tx *ledger.Tx) error {
			_, err := tx.SQL().ExecContext(t.Context(), query)
			return err
		})
		if code(err) != refused {
			t.Errorf("%s: %v", query, err)
		}
	}
}
