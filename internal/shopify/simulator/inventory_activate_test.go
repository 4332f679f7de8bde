package simulator

import (
	"fmt"
	"maps"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

const activateDocument = `mutation Activate($item: ID!, $location: ID!, $available: Int, $onHand: Int, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available, onHand: $onHand) @idempotent(key: $key) {
    inventoryLevel { id location { id } quantities(names: ["available"]) { quantity } }
    userErrors { field message }
  }
}`

func TestActivatingStock(t *testing.T) {
	type fault struct{ field, message string }
	const twice = "The product couldn't be stocked at Attic because not allowed to set available and on_hand quantities at the same time."
	cases := map[string]struct {
		reason            string
		item, location    uint64
		available, onHand any
		left              map[string]int // that differ from before
		faults            []fault
		err               string
	}{
		"nothing":         {reason: "a location stocks an item although it has none", item: scarf, location: hall, left: map[string]int{"22@12": 0}},
		"some":            {reason: "it may begin with some", item: scarf, location: hall, available: 3, left: map[string]int{"22@12": 3}},
		"in hand":         {reason: "all that is on hand is available", item: scarf, location: attic, onHand: 2, left: map[string]int{"22@13": 2}},
		"again":           {reason: "what is stocked stays so", item: hat, location: hall},
		"again with some": {reason: "and its stock is not set", item: hat, location: hall, available: 9, faults: []fault{{"available", "Not allowed to set available quantity when the item is already active at the location."}}},
		"both":            {reason: "one of them will do", item: scarf, location: attic, available: 1, onHand: 1, faults: []fault{{"available", twice}, {"onHand", twice}}},
		"too many":        {reason: "of a billion at most", item: scarf, location: attic, available: 1_000_000_001, faults: []fault{{"available", "The quantity is out of range."}}},
		"no item":         {reason: "ids name what is there", item: 99, location: hall, faults: []fault{{"inventoryItemId", "The specified inventory item could not be found."}}},
		"no location":     {reason: "both of them", item: hat, location: 99, faults: []fault{{"locationId", "The specified location could not be found."}}},
		"cellar":          {reason: "what Shopify says of closed locations is not known", item: hat, location: cellar, err: "NOT_MODELLED"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStocked(t)
			want := w.levels()
			a := w.ask(activateDocument, map[string]any{"item": gid("InventoryItem", tc.item), "location": gid("Location", tc.location), "available": tc.available, "onHand": tc.onHand, "key": "k"})
			if tc.err != "" {
				w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.err), tc.reason+a.text)
				return
			}
			faults := []any{}
			for _, f := range tc.faults {
				faults = append(faults, map[string]any{"field": words(f.field), "message": f.message})
			}
			w.Expect(a.at("data.inventoryActivate.userErrors")).To(Equal(faults), tc.reason+a.text)
			maps.Copy(want, tc.left)
			w.Expect(w.levels()).To(Equal(want), tc.reason)
		})
	}
}

// TestActivatingIsTold also holds the document against every version.
func TestActivatingIsTold(t *testing.T) {
	for _, version := range schema.Versions {
		t.Run(version, func(t *testing.T) {
			w := newStall(t, append(allTopics, "INVENTORY_LEVELS_CONNECT")...)
			w.update(func(s *Shop) { s.Locations = append(s.Locations, Location{ID: hall, Name: "Hall", Active: true}) })
			item := gid("InventoryItem", w.hat.Variants[0].InventoryItemID)
			w.news()
			variables := map[string]any{"item": item, "location": gid("Location", hall), "available": 2, "key": "first"}
			a := w.askAs("shpat_maple-kids", version, activateDocument, variables)
			w.Expect(a.at("errors")).To(BeNil(), a.text)
			w.Expect(a.at("data.inventoryActivate.inventoryLevel.quantities.0.quantity")).To(Equal(2.0))
			w.Expect(w.news()).To(ConsistOf("inventory_levels/connect", "inventory_levels/update", "products/update"))
			again := w.askAs("shpat_maple-kids", version, activateDocument, variables)
			w.Expect(again.at("data")).To(Equal(a.at("data")), "the same key is answered as the first time")
			w.Expect(w.news()).To(BeEmpty())
		})
	}
}

// TestManyQuantities sets as many as one call may, and one more.
func TestManyQuantities(t *testing.T) {
	w := newStocked(t)
	var quantities []any
	w.update(func(s *Shop) {
		for i := range 251 {
			id := uint64(1000 + i)
			s.InventoryItems = append(s.InventoryItems, InventoryItem{ID: id, Tracked: true, Levels: []InventoryLevel{{LocationID: hall}}})
			quantities = append(quantities, entry(id, hall, 0, 1))
		}
	})
	a := w.ask(setStock, map[string]any{"key": "many", "input": setInput(nil, quantities...)})
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("MAX_INPUT_SIZE_EXCEEDED"), a.text)
	a = w.ask(setStock, map[string]any{"key": "most", "input": setInput(nil, quantities[:250]...)})
	w.Expect(a.at("data.inventorySetQuantities.userErrors")).To(BeEmpty(), a.text)
	w.Expect(w.levels()).To(HaveKeyWithValue(fmt.Sprintf("%d@%d", 1249, hall), 1))
	w.Expect(w.levels()).To(HaveKeyWithValue(fmt.Sprintf("%d@%d", 1250, hall), 0))
}
