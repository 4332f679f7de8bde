package simulator

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// The ids of stocked: HAT has 5 in the warehouse and 2 in the hall, SCARF 1 in
// the warehouse. Nothing is at the attic, which is active, and at the cellar,
// which is not.
const warehouse, hall, attic, cellar, hat, scarf = 11, 12, 13, 14, 21, 22

func stocked(s *Shop) {
	s.Locations[0].ID = warehouse
	s.Locations = append(s.Locations, Location{ID: hall, Name: "Hall", Active: true}, Location{ID: attic, Name: "Attic", Active: true}, Location{ID: cellar, Name: "Cellar"})
	s.InventoryItems = []InventoryItem{
		{ID: hat, SKU: "HAT", Tracked: true, Levels: []InventoryLevel{{LocationID: warehouse, Available: 5}, {LocationID: hall, Available: 2}}},
		{ID: scarf, SKU: "SCARF", Levels: []InventoryLevel{{LocationID: warehouse, Available: 1}}},
	}
}

func newStocked(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.update(stocked)
	return w
}

// levels are what is available, as item@location.
func (w *world) levels() map[string]int {
	all := map[string]int{}
	for _, item := range w.shop().InventoryItems {
		for _, level := range item.Levels {
			all[fmt.Sprintf("%d@%d", item.ID, level.LocationID)] = level.Available
		}
	}
	return all
}

func TestInventoryScopes(t *testing.T) {
	cases := map[string]struct {
		reason   string
		scopes   []string
		document string
		denied   string // the field; empty for none
	}{
		"set":           {"who writes has leave to write", []string{"read_inventory"}, setStock, "inventorySetQuantities"},
		"item":          {"an item is part of a product too", []string{"read_products"}, `{ inventoryItem(id: "gid://shopify/InventoryItem/21") { sku } }`, ""},
		"level":         {"its stock is not", []string{"read_products"}, `{ inventoryItem(id: "gid://shopify/InventoryItem/21") { inventoryLevels(first: 1) { nodes { id } } } }`, "inventoryLevels"},
		"writer":        {"who may write may read", []string{"write_inventory"}, `{ inventoryItems(first: 1) { nodes { inventoryLevels(first: 1) { nodes { id } } } } }`, ""},
		"node":          {"by whatever way", []string{"read_products"}, `{ node(id: "gid://shopify/InventoryLevel/11?inventory_item_id=21") { id } }`, "node"},
		"of a location": {"a location's stock is both", []string{"read_locations"}, `{ location { inventoryLevel(inventoryItemId: "gid://shopify/InventoryItem/21") { id } } }`, "inventoryLevel"},
		"without it":    {"either way", []string{"read_inventory"}, `{ location { inventoryLevel(inventoryItemId: "gid://shopify/InventoryItem/21") { id } } }`, "inventoryLevel"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStocked(t)
			w.update(func(s *Shop) { s.Apps[0].Scopes = tc.scopes })
			var variables map[string]any
			if tc.document == setStock {
				variables = map[string]any{"key": "k", "input": setInput(nil, entry(hat, warehouse, 5, 4))}
			}
			a := w.ask(tc.document, variables)
			if tc.denied == "" {
				w.Expect(a.at("errors")).To(BeNil(), tc.reason+a.text)
				return
			}
			w.Expect(a.at("errors.0.extensions.code")).To(Equal("ACCESS_DENIED"), tc.reason+a.text)
			w.Expect(a.at("errors.0.message")).To(HavePrefix("Access denied for " + tc.denied + " field."))
			w.Expect(w.levels()["21@11"]).To(Equal(5))
		})
	}
}

func TestReadingInventory(t *testing.T) {
	const at, level = "2026-11-23T09:00:00Z", "gid://shopify/InventoryLevel/12?inventory_item_id=21"
	object := func(name string, value any) map[string]any { return map[string]any{name: value} }
	nodes := func(all ...any) map[string]any { return map[string]any{"nodes": append([]any{}, all...)} }
	w := newStocked(t)
	for document, want := range map[string]any{
		`{ inventoryItem(id: "gid://shopify/InventoryItem/21") { id legacyResourceId sku tracked createdAt updatedAt } }`: object("inventoryItem", map[string]any{
			"id": "gid://shopify/InventoryItem/21", "legacyResourceId": "21", "sku": "HAT", "tracked": true, "createdAt": at, "updatedAt": at,
		}),
		`{ inventoryItem(id: "gid://shopify/InventoryItem/99") { id } }`:                                                             object("inventoryItem", nil),
		`{ inventoryItem(id: "gid://shopify/Location/21") { id } }`:                                                                  object("inventoryItem", nil),
		`{ inventoryItems(first: 9) { nodes { sku } } }`:                                                                             object("inventoryItems", nodes(object("sku", "HAT"), object("sku", "SCARF"))),
		`{ inventoryItems(first: 9, query: "sku:scarf") { nodes { sku } } }`:                                                         object("inventoryItems", nodes(object("sku", "SCARF"))),
		`{ inventoryItem(id: "gid://shopify/InventoryItem/21") { inventoryLevels(first: 1, reverse: true) { nodes { id } } } }`:      object("inventoryItem", object("inventoryLevels", nodes(object("id", level)))),
		`{ inventoryItem(id: "gid://shopify/InventoryItem/21") { inventoryLevel(locationId: "gid://shopify/Location/12") { id } } }`: object("inventoryItem", object("inventoryLevel", object("id", level))),
		`{ inventoryItem(id: "gid://shopify/InventoryItem/21") { inventoryLevel(locationId: "gid://shopify/Location/13") { id } } }`: object("inventoryItem", object("inventoryLevel", nil)),
		`{ location(id: "gid://shopify/Location/12") { inventoryLevel(inventoryItemId: "gid://shopify/InventoryItem/21") { id } } }`: object("location", object("inventoryLevel", object("id", level))),
		`{ location(id: "gid://shopify/Location/12") { inventoryLevel(inventoryItemId: "gid://shopify/InventoryItem/22") { id } } }`: object("location", object("inventoryLevel", nil)),
		`{ location(id: "gid://shopify/Location/12") { inventoryLevel(inventoryItemId: "gid://shopify/InventoryItem/99") { id } } }`: object("location", object("inventoryLevel", nil)),
		`{ location { inventoryLevels(first: 9) { nodes { item { sku } } } } }`:                                                      object("location", object("inventoryLevels", nodes(object("item", object("sku", "HAT")), object("item", object("sku", "SCARF"))))),
		`{ node(id: "gid://shopify/InventoryItem/21") { ... on InventoryItem { sku } } }`:                                            object("node", object("sku", "HAT")),
		`{ node(id: "gid://shopify/InventoryLevel/12?inventory_item_id=99") { id } }`:                                                object("node", nil),
		`{ node(id: "gid://shopify/InventoryLevel/12") { id } }`:                                                                     object("node", nil),
		`{ inventoryLevel(id: "gid://shopify/InventoryLevel/13?inventory_item_id=21") { id } }`:                                      object("inventoryLevel", nil),
		`{ inventoryLevel(id: "` + level + `") { id isActive updatedAt item { sku } location { name } quantities(names: ["on_hand", "available"]) { name quantity updatedAt } } }`: object("inventoryLevel", map[string]any{
			"id": level, "isActive": true, "updatedAt": at, "item": object("sku", "HAT"), "location": object("name", "Hall"),
			"quantities": []any{map[string]any{"name": "on_hand", "quantity": 2.0, "updatedAt": at}, map[string]any{"name": "available", "quantity": 2.0, "updatedAt": at}},
		}),
	} {
		a := w.ask(document, nil)
		w.Expect(a.at("errors")).To(BeNil(), a.text)
		w.Expect(a.at("data")).To(Equal(want), document)
	}
	for document, reason := range map[string]string{
		`{ inventoryLevel(id: "` + level + `") { quantities(names: ["committed"]) { quantity } } }`:                                         "no orders, nothing committed to them",
		`{ inventoryItems(first: 1, query: "hat") { nodes { sku } } }`:                                                                      "where Shopify looks is not public",
		`{ inventoryItem(id: "gid://shopify/InventoryItem/21") { inventoryLevels(first: 1, query: "updated_at:>2026") { nodes { id } } } }`: "levels are not searched",
		`{ inventoryItem(id: "gid://shopify/InventoryItem/21") { countryCodeOfOrigin } }`:                                                   "items have no more",
	} {
		w.Expect(w.ask(document, nil).at("errors.0.extensions.code")).To(Equal("NOT_MODELLED"), reason)
	}
}

func TestStockIsTold(t *testing.T) {
	input := setInput(nil, entry(hat, warehouse, 5, 4), entry(hat, hall, 2, 2), entry(scarf, warehouse, nil, 0))
	refused := setInput(nil, entry(hat, warehouse, 5, 4), entry(scarf, warehouse, 9, 0))
	set := func(in map[string]any) func(w *hooked) {
		return func(w *hooked) { w.ask(setStock, map[string]any{"key": "k", "input": in}) }
	}
	both := []string{`{"inventory_item_id": 21, "location_id": 11, "available": 4}`, `{"inventory_item_id": 22, "location_id": 11, "available": 0}`}
	cases := map[string]struct {
		reason string
		change func(w *hooked)
		want   []string // the bodies, in part
	}{
		"set":      {"each level that changes is told", set(input), both},
		"replayed": {"once", func(w *hooked) { set(input)(w); set(input)(w) }, both},
		"refused":  {"a refusal is no change", set(refused), nil},
		"merchant": {"whoever changes it", func(w *hooked) {
			w.control("PATCH", "/shops/"+maple+"/inventory_items/22", `{"levels": [{"locationID": 11, "available": 7}]}`)
		}, []string{`{"inventory_item_id": 22, "available": 7}`}},
		"stocked": {"a level that comes is not a change", func(w *hooked) {
			w.update(func(s *Shop) {
				s.InventoryItems[1].Levels = append(s.InventoryItems[1].Levels, InventoryLevel{LocationID: hall, Available: 1})
			})
		}, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.update(stocked)
			w.subscribe(WebhookSubscription{Topic: "INVENTORY_LEVELS_UPDATE", URI: relay})
			w.clock.Advance(time.Hour)
			tc.change(w)
			w.clock.Advance(0)
			got := w.got.requests()
			w.Expect(got).To(HaveLen(len(tc.want)), tc.reason)
			for i, want := range tc.want {
				body, want := parse(w.WithT, got[i].body), parse(w.WithT, want)
				w.Expect(pick(body, want)).To(Equal(want), tc.reason)
				w.Expect(body["updated_at"]).To(Equal("2026-11-23T05:00:00-05:00"))
				w.Expect(got[i].header.Get("X-Shopify-Event-Id")).To(Equal(got[0].header.Get("X-Shopify-Event-Id")), "one act")
			}
		})
	}
}

func TestInventoryInSnapshots(t *testing.T) {
	w := newStocked(t)
	w.ask(setStock, map[string]any{"key": "k", "input": setInput(nil, entry(hat, warehouse, 5, 4))})
	before := w.shop()
	var saved bytes.Buffer
	w.Expect(w.sim.Snapshot(&saved)).To(Succeed())
	w.ask(setStock, map[string]any{"key": "l", "input": setInput(nil, entry(hat, warehouse, 4, 3))})
	w.Expect(w.sim.Restore(&saved)).To(Succeed())
	w.Expect(w.shop()).To(Equal(before))
}
