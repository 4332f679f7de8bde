package simulator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// documents are the operations of our client, each with the fragments of its
// file, by operation name.
func documents(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../operations/*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no operations to try: %v", err)
	}
	byName := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := parser.ParseQuery(&ast.Source{Name: file, Input: string(text)})
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range doc.Operations {
			var own strings.Builder
			formatter.NewFormatter(&own).FormatQueryDocument(&ast.QueryDocument{
				Operations: ast.OperationList{op}, Fragments: used(op.SelectionSet, doc, nil),
			})
			byName[op.Name] = own.String()
		}
	}
	return byName
}

// used are the fragments that a selection needs, besides those found already.
func used(set ast.SelectionSet, doc *ast.QueryDocument, found ast.FragmentDefinitionList) ast.FragmentDefinitionList {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			found = used(s.SelectionSet, doc, found)
		case *ast.InlineFragment:
			found = used(s.SelectionSet, doc, found)
		case *ast.FragmentSpread:
			if f := doc.Fragments.ForName(s.Name); f != nil && found.ForName(s.Name) == nil {
				found = used(f.SelectionSet, doc, append(found, f))
			}
		}
	}
	return found
}

// inputs are variables for each operation that needs some.
func inputs(w *world) map[string]map[string]any {
	shop := w.shop()
	return map[string]map[string]any{
		"Locations": {"after": nil}, "MetafieldDefinitions": {}, "WebhookSubscriptions": {},
		"CreateMetafieldDefinition": {"definition": map[string]any{
			"ownerType": "PRODUCT", "namespace": "consignment", "key": "event_id", "name": "Event", "type": "single_line_text_field",
			"access": map[string]any{"storefront": "NONE"},
		}},
		"UpdateMetafieldDefinition": {"definition": map[string]any{
			"ownerType": "PRODUCT", "namespace": "consignment", "key": "consignor_id", "name": "Consignor's number",
		}},
		"DeleteMetafieldDefinition": {"id": gid("MetafieldDefinition", shop.MetafieldDefinitions[0].ID)},
		"EnableLocalPickup": {"localPickupSettings": map[string]any{
			"locationId": gid("Location", shop.Locations[0].ID), "pickupTime": "TWENTY_FOUR_HOURS", "instructions": "Side door.",
		}},
		"CreateWebhookSubscription": {"topic": "ORDERS_PAID", "webhookSubscription": map[string]any{
			"uri": "https://relay.example/hooks/maple", "format": "JSON", "includeFields": []string{"id", "updated_at"},
		}},
		"UpdateWebhookSubscription": {
			"id":                  gid("WebhookSubscription", shop.WebhookSubscriptions[0].ID),
			"webhookSubscription": map[string]any{"uri": "https://relay.example/hooks/elsewhere"},
		},
		"SetQuantities": {"key": "first", "input": map[string]any{"name": "available", "reason": "correction", "quantities": []any{map[string]any{
			"inventoryItemId": gid("InventoryItem", shop.InventoryItems[0].ID), "locationId": gid("Location", shop.Locations[0].ID),
			"changeFromQuantity": 1, "quantity": 0,
		}}}},
		"Order":             {"id": gid("Order", shop.Orders[0].ID)},
		"OrderLines":        {"id": gid("Order", shop.Orders[0].ID), "after": nil},
		"RefundLines":       {"id": gid("Refund", shop.Orders[0].Refunds[0].ID)},
		"RefundAdjustments": {"id": gid("Refund", shop.Orders[0].Refunds[0].ID)},
		"OrdersByUpdate":    {"query": "updated_at:>='2026-11-23T09:00:00Z'"},
		"Product":           {"id": gid("Product", shop.Products[0].ID)},
		"ProductVariants":   {"id": gid("Product", shop.Products[0].ID)},
		"VariantsBySKU":     {"query": "sku:'HAT-1'"},
		"InventoryItem":     {"id": gid("InventoryItem", shop.InventoryItems[0].ID)},
		"InventoryLevels":   {"id": gid("InventoryItem", shop.InventoryItems[0].ID)},
		"UpdateProduct":     {"product": map[string]any{"id": gid("Product", shop.Products[0].ID), "status": "DRAFT"}},
		"ProductByItem":     {"item": itemID("HAT-1")},
		"CreateProduct": {"item": itemID("BOOTS-1"), "input": map[string]any{
			"title": "Boots", "status": "DRAFT", "productOptions": []any{map[string]any{"name": "Title", "values": []any{map[string]any{"name": "Default Title"}}}},
			"metafields": []any{map[string]any{"namespace": "consignment", "key": "item_id", "type": "id", "value": "BOOTS-1"}},
			"variants": []any{map[string]any{
				"optionValues": []any{map[string]any{"optionName": "Title", "name": "Default Title"}}, "sku": "BOOTS-1", "price": "12.00",
				"inventoryItem": map[string]any{"tracked": true, "sku": "BOOTS-1"},
			}},
		}},
		"UpdateVariants": {"product": gid("Product", shop.Products[0].ID), "variants": []any{map[string]any{
			"id": gid("ProductVariant", shop.Products[0].Variants[0].ID), "price": "9.00", "compareAtPrice": "12.00",
		}}},
		"PublishProduct": {"id": gid("Product", shop.Products[0].ID), "publication": gid("Publication", shop.Publications[0].ID)},
		"StageUploads": {"input": []any{map[string]any{
			"filename": "boots.jpg", "mimeType": "image/jpeg", "resource": "IMAGE", "httpMethod": "POST", "fileSize": "1000",
		}}},
		"AddMedia": {"product": gid("Product", shop.Products[0].ID), "media": []any{map[string]any{
			"originalSource": w.uploaded("boots.jpg", photo(4, 3)), "alt": "Boots", "mediaContentType": "IMAGE",
		}}},
		"WebhookSubscriptionNames":  {},
		"OneLocation":               {"id": gid("Location", shop.Locations[0].ID)},
		"DeleteWebhookSubscription": {"id": gid("WebhookSubscription", shop.WebhookSubscriptions[0].ID)},
	}
}

// itemID is the custom id of an item's product.
func itemID(item string) map[string]any {
	return map[string]any{"namespace": "consignment", "key": "item_id", "value": item}
}

// TestOperationsOfTheClient runs every document that our client sends against
// every version. A document that is new and needs variables fails here until
// it is given some above.
func TestOperationsOfTheClient(t *testing.T) {
	for name, document := range documents(t) {
		for _, version := range schema.Versions {
			if name == "WebhookSubscriptionNames" && version < "2026-04" {
				continue // nothing has a name there
			}
			t.Run(name+" "+version, func(t *testing.T) {
				w := newWorld(t)
				w.update(func(s *Shop) {
					s.Locations[0].LocalPickup = &LocalPickup{PickupTime: "ONE_HOUR"}
					s.InventoryItems = []InventoryItem{{Levels: []InventoryLevel{{LocationID: s.Locations[0].ID, Available: 1}}}}
					s.MetafieldDefinitions = []MetafieldDefinition{{
						OwnerType: "PRODUCT", Namespace: "consignment", Key: "consignor_id", Name: "Consignor", Type: "single_line_text_field",
					}, {
						OwnerType: "PRODUCT", Namespace: "consignment", Key: "item_id", Name: "Item", Type: "id",
					}}
					s.WebhookSubscriptions = []WebhookSubscription{{App: s.Apps[0].ClientID, Topic: "ORDERS_CREATE", URI: "https://relay.example/hooks/maple"}}
				})
				_, err := w.sim.AddProduct(maple, NewProduct{Title: "Hat", Variants: []NewVariant{{SKU: "HAT-1", Price: 1200, Available: 1}}})
				w.Expect(err).NotTo(HaveOccurred())
				o, err := w.sim.Checkout(maple, Checkout{Lines: []CheckoutLine{{SKU: "HAT-1"}}, Discounts: []Discount{{Percent: 10, Method: AllocateAcross}}})
				w.Expect(err).NotTo(HaveOccurred())
				_, err = w.sim.RefundOrder(maple, o.ID, RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT-1", RestockType: "RETURN"}}, Amount: new(Cents(500))})
				w.Expect(err).NotTo(HaveOccurred())
				a := w.askAs("shpat_maple-kids", version, document, inputs(w)[name])
				w.Expect(a.status).To(Equal(200))
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				w.Expect(a.header.Get("X-Shopify-API-Version")).To(Equal(version))
				for _, payload := range a.at("data").(map[string]any) {
					if p, ok := payload.(map[string]any); ok && p["userErrors"] != nil {
						w.Expect(p["userErrors"]).To(BeEmpty(), a.text)
					}
				}
				calls := w.sim.Calls(CallFilter{Operation: name})
				w.Expect(calls).To(HaveLen(1))
				w.Expect(calls[0].VersionServed).To(Equal(version))
			})
		}
	}
}
