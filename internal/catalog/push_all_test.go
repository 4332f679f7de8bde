package catalog_test

import (
	"fmt"
	"net/http"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// pushAll pushes items together, and returns what failed.
func (b *listBed) pushAll(items []string) map[string]shopify.Kind {
	b.t.Helper()
	failed := map[string]shopify.Kind{}
	for i, p := range b.shop.PushAll(b.t.Context(), items, "job-1") {
		if p.Err != nil {
			failed[items[i]] = shopify.KindOf(p.Err)
			continue
		}
		b.Expect(b.ledger.Update(b.t.Context(), b.store.Store, func(tx *ledger.Tx) error { return p.Record(tx) })).To(Succeed())
	}
	return failed
}

func TestPushesTogether(t *testing.T) {
	const single = `listed, 0 photos to send | ACTIVE "Rain boots" 2499/0 stock 1, 0 photos, published true`
	cases := map[string]struct {
		reason string
		// meanwhile happens before the first change of stock.
		meanwhile func(b *listBed)
		failed    map[string]shopify.Kind
		calls     int
	}{
		"in order":  {"the stock of all is changed in one call", func(*listBed) {}, map[string]shopify.Kind{}, 1},
		"one stale": {"what one fails by is its own", func(b *listBed) { b.count("item-2", 3) }, map[string]shopify.Kind{"item-2": shopify.Conflict}, 6},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newListBed(t)
			var items []string
			for i := range 5 {
				items = append(items, fmt.Sprintf("item-%d", i))
				b.bring(items[i])
			}
			happened := false
			b.breaks(func(_ http.ResponseWriter, r *http.Request) bool {
				if !happened && asks(b.WithT, r, "mutation SetQuantities") {
					happened = true
					tc.meanwhile(b)
				}
				return false
			})
			b.Expect(b.pushAll(items)).To(Equal(tc.failed), tc.reason)
			b.Expect(b.sim.Calls(simulator.CallFilter{Operation: "SetQuantities"})).To(HaveLen(tc.calls))
			b.Expect(b.pushAll(items)).To(BeEmpty(), "to push again mends it")
			for _, item := range items {
				b.Expect(b.state(item)).To(Equal(single))
			}
			before := b.sim.CallCount()
			b.Expect(b.pushAll(items)).To(BeEmpty())
			b.Expect(b.sim.CallCount()-before).To(BeEquivalentTo(5), "what is in order is read, and no more")
		})
	}
}

// count has a person count the stock of an item.
func (b *listBed) count(id string, pieces int) {
	b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) {
		for i := range s.InventoryItems {
			if s.InventoryItems[i].SKU == id {
				s.InventoryItems[i].Levels[0].Available = pieces
			}
		}
	})).To(Succeed())
}
