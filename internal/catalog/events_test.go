package catalog_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestMain(m *testing.M) { ledgertest.Main(m) }

// TestTurn goes through the times of an event, and holds what is pushed and what
// becomes of the items; what was done is not done again.
func TestTurn(t *testing.T) {
	noon := time.Date(2027, 4, 11, 12, 0, 0, 0, time.UTC)
	marked := ledger.SaleEvent{ID: "spring", StartsAt: noon.Add(-24 * time.Hour), EndsAt: noon.Add(5 * time.Hour), ReturnWindowEndsAt: noon.Add(48 * time.Hour), MarkdownStartsAt: noon, MarkdownPercent: 50_00}
	steeper, kept, plain, longer := marked, marked, marked, marked
	steeper.MarkdownPercent = 75_00
	kept.Keeps = true
	plain.MarkdownStartsAt, plain.MarkdownPercent = time.Time{}, 0
	longer.EndsAt = noon.Add(20 * time.Hour)
	type moment struct {
		after time.Duration // noon
		event ledger.SaleEvent
		push  string // what is pushed, in order
		left  string // the items that are listed then
	}
	cases := map[string]struct {
		reason string
		days   []moment
	}{
		"usual": {"what is eligible gets cheaper, and at the end all leaves", []moment{
			{-time.Second, marked, "[]", "[a b]"}, {0, marked, "[a]", "[a b]"}, {time.Hour, marked, "[]", "[a b]"},
			{5 * time.Hour, marked, "[a b]", "[]"}, {6 * time.Hour, marked, "[]", "[]"},
		}},
		"kept":     {"what stays keeps its price", []moment{{time.Hour, kept, "[a]", "[a b]"}, {6 * time.Hour, kept, "[]", "[a b]"}}},
		"steeper":  {"the spec was changed meanwhile", []moment{{0, marked, "[a]", "[a b]"}, {time.Hour, steeper, "[a]", "[a b]"}, {2 * time.Hour, steeper, "[]", "[a b]"}}},
		"undone":   {"the price goes back", []moment{{0, marked, "[a]", "[a b]"}, {time.Hour, plain, "[a]", "[a b]"}, {2 * time.Hour, plain, "[]", "[a b]"}}},
		"late":     {"nobody looked for a day: what has left has no price to follow", []moment{{24 * time.Hour, marked, "[a b]", "[]"}, {25 * time.Hour, marked, "[]", "[]"}}},
		"extended": {"an end that was put off is no end", []moment{{4 * time.Hour, longer, "[a]", "[a b]"}, {6 * time.Hour, longer, "[]", "[a b]"}, {20 * time.Hour, longer, "[a b]", "[]"}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
				g := NewWithT(t)
				now := noon.Add(-time.Hour)
				l := ledgertest.Open(t, place.Manager, func() time.Time { return now })
				store := ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}
				in := func(f func(*ledger.Tx) error) { t.Helper(); g.Expect(l.Update(t.Context(), store, f)).To(Succeed()) }
				in(func(tx *ledger.Tx) error {
					if err := tx.PutSaleEvent(marked); err != nil {
						return err
					}
					if err := tx.PutConsignor(ledger.Consignor{ID: "C1", Class: "Regular"}); err != nil {
						return err
					}
					for id, state := range map[string]catalog.State{"a": catalog.Listed, "b": catalog.Listed, "c": catalog.Sold, "d": catalog.Ready} {
						if err := tx.PutItem(ledger.Item{ID: id, ConsignorID: "C1", EventID: "spring", Title: id, PriceCents: 100, MarkdownEligible: id != "b", State: string(state)}); err != nil {
							return err
						}
					}
					return nil
				})
				for _, day := range tc.days {
					now = noon.Add(day.after)
					var push, left []string
					in(func(tx *ledger.Tx) error { return tx.PutSaleEvent(day.event) })
					for due := true; due; {
						in(func(tx *ledger.Tx) error {
							is, err := catalog.Due(tx)
							if err != nil {
								return err
							}
							more, again, err := catalog.Turn(tx)
							g.Expect(is || len(more) == 0).To(BeTrue(), "what is not due is not done")
							push, due = append(push, more...), again
							return err
						})
					}
					in(func(tx *ledger.Tx) error {
						items, err := tx.Items(ledger.ItemFilter{State: string(catalog.Listed)}, ledger.Page{Limit: 10})
						for _, i := range items {
							left = append(left, i.ID)
						}
						return err
					})
					never := catalog.Ready // listed, that is
					if !day.event.Keeps && !now.Before(day.event.EndsAt) {
						never = catalog.Unsold
					}
					in(func(tx *ledger.Tx) error {
						d, err := tx.Item("d")
						g.Expect(d.State).To(Equal(string(never)), "%s, at %s", tc.reason, day.after)
						return err
					})
					g.Expect(fmt.Sprint(push)+fmt.Sprint(left)).To(Equal(day.push+day.left), "%s, at %s", tc.reason, day.after)
				}
			})
		})
	}
}
