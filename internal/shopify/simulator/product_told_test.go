package simulator

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// TestProductsAreTold: apps hear of every write, once, with one event id, and of
// the product's metafields.
func TestProductsAreTold(t *testing.T) {
	w := newStall(t, append(allTopics, "INVENTORY_LEVELS_CONNECT")...)
	w.subscribe(WebhookSubscription{Topic: "PRODUCTS_UPDATE", URI: relay, MetafieldNamespaces: []string{"consignment"}, Filter: "title:Wellies"})
	w.update(func(s *Shop) {
		s.MetafieldDefinitions = []MetafieldDefinition{{OwnerType: "PRODUCT", Namespace: "consignment", Key: "item_id", Name: "Item", Type: "id"}}
		s.Apps[0].Scopes = append(s.Apps[0].Scopes, "write_files")
	})
	home := gid("Location", w.shop().Locations[0].ID)
	w.news()
	in := boots(map[string]any{"metafields": []any{ownField("item_id", "id", "7")}, "variants": []any{
		form("Title", "Default Title", map[string]any{"sku": "BOOTS", "inventoryQuantities": []any{map[string]any{"locationId": home, "name": "available", "quantity": 1}}}),
	}})
	var id, variantID, itemID, photoID any
	steps := []struct {
		reason, document string
		variables        func() map[string]any
		want             []string
	}{
		{"a product with stock", setProductDocument, func() map[string]any { return map[string]any{"identifier": byCustomID("7"), "input": in} },
			[]string{"products/create", "inventory_levels/update"}},
		{"the same again", setProductDocument, func() map[string]any { return map[string]any{"identifier": byCustomID("7"), "input": in} }, nil},
		{"another price", updateVariantsDocument, func() map[string]any {
			return map[string]any{"productId": id, "variants": []any{map[string]any{"id": variantID, "price": "9.25"}}}
		}, []string{"products/update"}},
		{"no stock", setStock, func() map[string]any {
			return map[string]any{"key": "k", "input": setInput(nil, map[string]any{"inventoryItemId": itemID, "locationId": home, "quantity": 0, "changeFromQuantity": 1})}
		}, []string{"inventory_levels/update", "products/update"}},
		{"on sale", publishDocument, func() map[string]any { return map[string]any{"id": id, "input": on(onlineStore)} }, []string{"products/update"}},
		{"on sale already", publishDocument, func() map[string]any { return map[string]any{"id": id, "input": on(onlineStore)} }, nil},
		{"a metafield", setMetafieldsDocument, func() map[string]any {
			return map[string]any{"metafields": []any{map[string]any{"ownerId": id, "namespace": "consignment", "key": "item_id", "value": "8"}}}
		}, []string{"products/update"}},
		{"a photo", setProductDocument, func() map[string]any {
			return map[string]any{"identifier": map[string]any{"id": id}, "input": map[string]any{"files": []any{map[string]any{"originalSource": w.uploaded("a.jpg", photo(4, 3))}}}}
		}, []string{"products/update"}},
		{"another title, of which two subscriptions hear", updateProductDocument, func() map[string]any {
			return map[string]any{"product": map[string]any{"id": id, "title": "Wellies"}}
		}, []string{"products/update", "products/update"}},
		{"no photo", deleteFilesDocument, func() map[string]any { return map[string]any{"ids": []any{photoID}} }, []string{"products/update", "products/update"}},
		{"no product", deleteProductDocument, func() map[string]any { return map[string]any{"id": id} }, []string{"products/delete"}},
	}
	for _, step := range steps {
		w.clock.Advance(time.Second)
		a := w.ask(step.document, step.variables())
		for _, payload := range a.at("data").(map[string]any) {
			w.Expect(payload).To(HaveKeyWithValue("userErrors", BeEmpty()), step.reason+a.text)
		}
		if p := w.shop().Products; len(p) == 3 {
			id, variantID, itemID = gid("Product", p[2].ID), gid("ProductVariant", p[2].Variants[0].ID), gid("InventoryItem", p[2].Variants[0].InventoryItemID)
			if len(p[2].Media) > 0 {
				photoID = gid("MediaImage", p[2].Media[0])
			}
		}
		if step.document == updateProductDocument {
			w.clock.Advance(0)
			w.Expect(w.got.bodies()).To(ContainElement(ContainSubstring(`"value":"8"`)), "who asks for metafields gets them")
		}
		w.Expect(w.news()).To(ConsistOf(toAny(step.want)...), step.reason)
	}
}

func toAny(texts []string) []any {
	out := []any{}
	for _, text := range texts {
		out = append(out, text)
	}
	return out
}
