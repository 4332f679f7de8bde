package catalog_test

import (
	"context"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func (b *listBed) stockItem(id string) (item *simulator.InventoryItem) {
	b.t.Helper()
	shop, _ := b.sim.Shop(b.store.Domain)
	for i := range shop.InventoryItems {
		if shop.InventoryItems[i].SKU == id {
			return &shop.InventoryItems[i]
		}
	}
	b.t.Fatalf("no stock of %s", id)
	return nil
}

// Somebody has Shopify no longer count the stock of a product.
func TestWhoSaysWhetherStockIsCounted(t *testing.T) {
	cases := map[string]struct {
		reason    string
		unmanaged bool
		counted   bool
	}{
		"Enabled":   {"an item that is not counted can be sold twice", false, true},
		"Unmanaged": {"it is somebody else's to say", true, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newListBed(t)
			place, err := b.shop.Place(t.Context())
			b.Expect(err).NotTo(HaveOccurred())
			place.TrackingUnmanaged = tc.unmanaged
			b.shop.Place = func(context.Context) (catalog.Place, error) { return place, nil }
			b.bring(usual)
			b.Expect(b.push(usual, "push-1")).To(Succeed())
			b.Expect(b.stockItem(usual).Tracked).To(BeTrue(), "it is made so that it is counted")

			made := b.stockItem(usual).ID
			b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) {
				for i := range s.InventoryItems {
					if s.InventoryItems[i].ID == made {
						s.InventoryItems[i].Tracked = false
					}
				}
			})).To(Succeed())
			b.Expect(b.push(usual, "push-2")).To(Succeed())
			b.Expect(b.stockItem(usual).Tracked).To(Equal(tc.counted), tc.reason)

			// Another price writes the variant, and still decides nothing about this.
			b.in(func(tx *ledger.Tx) error {
				item, err := tx.Item(usual)
				if err != nil {
					return err
				}
				item.PriceCents = 1999
				return tx.PutItem(item)
			})
			b.Expect(b.push(usual, "push-3")).To(Succeed())
			b.Expect(b.stockItem(usual).Tracked).To(Equal(tc.counted), tc.reason)
			b.Expect(b.state(usual)).To(ContainSubstring("ACTIVE \"Rain boots\" 1999/0 stock 1"))
		})
	}
}
