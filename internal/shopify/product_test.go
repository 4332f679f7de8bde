package shopify_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestProduct(t *testing.T) {
	w := newFaultyWorld(t, operation{})
	var variants []simulator.NewVariant
	for i := range 45 {
		variants = append(variants, simulator.NewVariant{Title: string(rune('A' + i)), Price: simulator.Cents(i), Available: i})
	}
	variants[0] = simulator.NewVariant{SKU: `7'8\9`, Barcode: "7890", Price: 1200, CompareAt: 2400, Available: -1}
	variants[1].SKU = `7'8\9 `
	added := must[simulator.Product](t)(w.sim.AddProduct(faultyShop, simulator.NewProduct{Title: "Hat", Status: "DRAFT", Variants: variants}))
	shop, _ := w.sim.Shop(faultyShop)
	for range 12 { // more than a variant's page of levels
		must[bool](t)(true, w.sim.Update(faultyShop, func(s *simulator.Shop) {
			s.Locations = append(s.Locations, simulator.Location{Name: "Hall", Active: true})
		}))
	}
	must[bool](t)(true, w.sim.Update(faultyShop, func(s *simulator.Shop) {
		for _, l := range s.Locations[1:] {
			s.InventoryItems[0].Levels = append(s.InventoryItems[0].Levels, simulator.InventoryLevel{LocationID: l.ID, Available: 2})
		}
	}))
	got := must[*shopify.Product](t)(w.client.ProductBySKU(t.Context(), `7'8\9`))
	if got.ID != added.ID || got.Title != "Hat" || got.Status != "DRAFT" || len(got.Variants) != 45 {
		t.Fatalf("got %+v", got)
	}
	first := got.Variants[0]
	if len(first.Levels) != 13 {
		t.Errorf("%d locations, want 13", len(first.Levels))
	}
	first.Levels = first.Levels[:1]
	want := shopify.Variant{
		ID: added.Variants[0].ID, SKU: `7'8\9`, Barcode: "7890", Price: 1200, CompareAt: 2400, InventoryItemID: added.Variants[0].InventoryItemID, Tracked: true,
		Levels: []shopify.Level{{LocationID: shop.Locations[0].ID, Available: -1}},
	}
	if !reflect.DeepEqual(first, want) {
		t.Errorf("got  %+v\nwant %+v", first, want)
	}
	item := must[*shopify.InventoryItem](t)(w.client.InventoryItem(t.Context(), first.InventoryItemID))
	if item.SKU != first.SKU || item.VariantID != first.ID || item.ProductID != added.ID || len(item.Levels) != 13 || !item.Tracked {
		t.Errorf("got %+v", item)
	}
}

func TestTwoVariantsWithOneSKU(t *testing.T) {
	w := newFaultyWorld(t, operation{})
	for _, sku := range []string{"HAT", "hat", "CAP", "CAP"} {
		must[simulator.Product](t)(w.sim.AddProduct(faultyShop, simulator.NewProduct{Title: sku, Variants: []simulator.NewVariant{{SKU: sku}}}))
	}
	if _, err := w.client.ProductBySKU(t.Context(), "CAP"); shopify.KindOf(err) != shopify.Conflict {
		t.Errorf("which one? got %v", err)
	}
	if p := must[*shopify.Product](t)(w.client.ProductBySKU(t.Context(), "hat")); p.Title != "hat" {
		t.Errorf("search minds no case, an SKU does: got %s", p.Title)
	}
}

// A new status leaves all else as it was.
func TestSetProductStatus(t *testing.T) {
	w := newFaultyWorld(t, operation{shop: oneSale})
	if err := w.client.SetProductStatus(t.Context(), 9002, "UNLISTED"); err != nil {
		t.Fatal(err)
	}
	shop, _ := w.sim.Shop(faultyShop)
	if p := shop.Products[0]; p.Status != "UNLISTED" || p.Title != "Hat" {
		t.Errorf("got %+v", p)
	}
	err := w.client.SetProductStatus(t.Context(), 1, "DRAFT")
	if e, ok := errors.AsType[*shopify.Error](err); !ok || !e.Gone() {
		t.Errorf("one that is gone: got %v", err)
	}
}
