package catalog_test

import (
	"net/http"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// TestADefinitionThatCannotBeMade: what stands in the way of the definition decides what
// becomes of the push, and not that Shopify refused the product for the lack of it.
func TestADefinitionThatCannotBeMade(t *testing.T) {
	b := newListBed(t)
	b.bring(usual)
	b.breaks(func(_ http.ResponseWriter, r *http.Request) bool {
		if asks(b.WithT, r, "mutation CreateMetafieldDefinition") {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	b.Expect(shopify.KindOf(b.push(usual, "push-1"))).To(Equal(shopify.Unavailable), "it may pass")
	b.breaks(nil)
	b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) {
		s.MetafieldDefinitions = append(s.MetafieldDefinitions, simulator.MetafieldDefinition{
			OwnerType: "PRODUCT", Namespace: shopify.MetafieldNamespace, Key: shopify.ItemKey, Name: "Item", Type: "single_line_text_field",
		})
	})).To(Succeed())
	b.Expect(b.push(usual, "push-1")).To(MatchError(ContainSubstring("delete it in the shop")), "a person decides about a definition of theirs")
}
