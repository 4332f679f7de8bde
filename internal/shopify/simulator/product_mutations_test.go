package simulator

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

const (
	createProductDocument = `mutation ($product: ProductCreateInput!) {
  productCreate(product: $product) { product { ...All } userErrors { field message } }
} ` + allOfProduct
	updateProductDocument = `mutation ($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { ...All } userErrors { field message } }
} ` + allOfProduct
	updateVariantsDocument = `mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $partly: Boolean) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: $partly) {
    product { id } productVariants { id sku price compareAtPrice } userErrors { field message code }
  }
}`
	deleteProductDocument = `mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId userErrors { field message } } }`
)

// TestProductsLive makes a product, prices it, changes it and deletes it.
func TestProductsLive(t *testing.T) {
	for _, version := range schema.Versions {
		t.Run(version, func(t *testing.T) {
			w := newCatalog(t)
			before := w.shop()
			ask := func(document string, variables map[string]any) answer {
				t.Helper()
				w.time = w.time.Add(time.Minute)
				a := w.askAs("shpat_maple-kids", version, document, variables)
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				for _, payload := range a.at("data").(map[string]any) {
					w.Expect(payload.(map[string]any)["userErrors"]).To(BeEmpty(), a.text)
				}
				return a
			}
			a := ask(createProductDocument, map[string]any{"product": map[string]any{
				"title": "Rain boots", "status": "DRAFT", "tags": []any{"spring"}, "metafields": []any{ownField("item_id", "id", "7")},
			}})
			id, variantID := a.at("data.productCreate.product.id"), a.at("data.productCreate.product.variants.nodes.0.id")
			w.Expect(a.at("data.productCreate.product.variants.nodes.0.price")).To(Equal("0.00"))
			a = ask(updateVariantsDocument, map[string]any{"productId": id, "variants": []any{
				map[string]any{"id": variantID, "price": "18.50", "compareAtPrice": "40", "inventoryItem": map[string]any{"sku": "BOOTS", "tracked": true}},
			}})
			w.Expect(a.at("data.productVariantsBulkUpdate.productVariants")).To(Equal([]any{
				map[string]any{"id": variantID, "sku": "BOOTS", "price": "18.50", "compareAtPrice": "40.00"},
			}))
			a = ask(updateProductDocument, map[string]any{"product": map[string]any{
				"id": id, "title": "Wellies", "status": "ACTIVE", "vendor": "c-7", "metafields": []any{ownField("label", "single_line_text_field", "A")},
			}})
			w.Expect(a.at("data.productUpdate.product")).To(And(
				HaveKeyWithValue("title", "Wellies"), HaveKeyWithValue("handle", "rain-boots"), HaveKeyWithValue("status", "ACTIVE"),
				HaveKeyWithValue("vendor", "c-7"), HaveKeyWithValue("tags", []any{"spring"}), HaveKeyWithValue("updatedAt", "2026-11-23T09:03:00Z"),
			))
			w.Expect(a.at("data.productUpdate.product.metafields.nodes")).To(HaveLen(2), "an update takes no metafield away")
			a = ask(updateProductDocument, map[string]any{"product": map[string]any{"id": id, "title": "Wellies"}})
			w.Expect(a.at("data.productUpdate.product.updatedAt")).To(Equal("2026-11-23T09:03:00Z"), "what changes nothing moves no date")
			a = ask(deleteProductDocument, map[string]any{"id": id})
			w.Expect(a.at("data.productDelete.deletedProductId")).To(Equal(id))
			w.Expect(w.shop()).To(Equal(before))
		})
	}
}

func TestProductMutationsAreRefused(t *testing.T) {
	const product, variant = "gid://shopify/Product/41", "gid://shopify/ProductVariant/42"
	cases := map[string]struct {
		reason    string
		document  string
		variables map[string]any
		want      string // the payload
		code      string // of the errors; then there is no payload
	}{
		"no title":      {reason: "a product has one", document: createProductDocument, variables: map[string]any{"product": map[string]any{"status": "DRAFT"}}, want: `{"product": null, "userErrors": [{"field": ["title"], "message": "Title can't be blank"}]}`},
		"id taken":      {reason: "a custom id names one product", document: createProductDocument, variables: map[string]any{"product": map[string]any{"title": "x", "metafields": []any{ownField("item_id", "id", "1")}}}, want: `{"product": null, "userErrors": [{"field": ["metafields", "0", "value"], "message": "Value must be unique among products."}]}`},
		"options":       {reason: "productCreate makes products of one form", document: createProductDocument, variables: map[string]any{"product": map[string]any{"title": "x", "productOptions": []any{map[string]any{"name": "Size"}}}}, code: "NOT_MODELLED"},
		"handle taken":  {reason: "and so does a handle", document: updateProductDocument, variables: map[string]any{"product": map[string]any{"id": product, "handle": "other"}}, want: `{"product": null, "userErrors": [{"field": ["handle"], "message": "Handle 'other' already in use. Please provide a new handle."}]}`},
		"gone":          {reason: "what is deleted cannot be deleted", document: deleteProductDocument, variables: map[string]any{"id": "gid://shopify/Product/1"}, want: `{"deletedProductId": null, "userErrors": [{"field": ["id"], "message": "Product does not exist"}]}`},
		"no product":    {reason: "variants are of a product", document: updateVariantsDocument, variables: map[string]any{"productId": "gid://shopify/Product/1", "variants": []any{}}, want: `{"product": null, "productVariants": null, "userErrors": [{"field": ["productId"], "message": "Product does not exist", "code": "PRODUCT_DOES_NOT_EXIST"}]}`},
		"no id":         {reason: "which variant must be said", document: updateVariantsDocument, variables: map[string]any{"productId": product, "variants": []any{map[string]any{"price": "1"}}}, want: `{"product": {"id": "` + product + `"}, "productVariants": null, "userErrors": [{"field": ["variants", "0", "id"], "message": "Product variant is missing ID attribute", "code": "PRODUCT_VARIANT_ID_MISSING"}]}`},
		"other variant": {reason: "of that product", document: updateVariantsDocument, variables: map[string]any{"productId": product, "variants": []any{map[string]any{"id": "gid://shopify/ProductVariant/46", "price": "1"}}}, want: `{"product": {"id": "` + product + `"}, "productVariants": null, "userErrors": [{"field": ["variants", "0", "id"], "message": "Product variant does not exist", "code": "PRODUCT_VARIANT_DOES_NOT_EXIST"}]}`},
		"stock":         {reason: "stock is not set there", document: updateVariantsDocument, variables: map[string]any{"productId": product, "variants": []any{map[string]any{"id": variant, "inventoryQuantities": []any{map[string]any{"locationId": "gid://shopify/Location/1", "availableQuantity": 1}}}}}, want: `{"product": {"id": "` + product + `"}, "productVariants": null, "userErrors": [{"field": ["variants", "0", "inventoryQuantities"], "message": "Inventory quantities can only be provided during create. To update inventory for existing variants, use inventoryAdjustQuantities.", "code": "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"}]}`},
		"price": {reason: "one that is wrong keeps all from changing", document: updateVariantsDocument, variables: map[string]any{"productId": product, "variants": []any{
			map[string]any{"id": variant, "price": "5"}, map[string]any{"id": "gid://shopify/ProductVariant/43", "price": "-1"}}},
			want: `{"product": {"id": "` + product + `"}, "productVariants": null, "userErrors": [{"field": ["variants", "1", "price"], "message": "Price must be greater than or equal to 0", "code": "GREATER_THAN_OR_EQUAL_TO"}]}`},
		"no money": {reason: "prices are numbers", document: updateVariantsDocument, variables: map[string]any{"productId": product, "variants": []any{map[string]any{"id": variant, "price": "dear"}}}, code: "INVALID_VARIABLE"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newCatalog(t)
			w.update(twoProducts)
			before := w.shop()
			a := w.ask(tc.document, tc.variables)
			if tc.code != "" {
				w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.code), tc.reason+a.text)
			} else {
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				for _, payload := range a.at("data").(map[string]any) {
					w.Expect(jsonText(payload)).To(MatchJSON(tc.want), tc.reason)
				}
			}
			w.Expect(w.shop()).To(Equal(before), "a refusal changes nothing")
		})
	}
}

// twoProducts are one with two variants and a custom id, and another.
func twoProducts(s *Shop) {
	s.InventoryItems = append(s.InventoryItems, InventoryItem{ID: 61}, InventoryItem{ID: 62}, InventoryItem{ID: 63})
	s.Products = []Product{
		{ID: 41, Title: "Taken", Handle: "taken", Status: "ACTIVE", Tags: []string{"Spring", "red"}, Variants: []Variant{{ID: 42, Title: "4T", InventoryItemID: 61}, {ID: 43, Title: "5T", InventoryItemID: 62}},
			Metafields: []Metafield{{ID: 51, Namespace: "consignment", Key: "item_id", Type: "id", Value: "1"}}},
		{ID: 45, Title: "Other", Handle: "other", Status: "DRAFT", Tags: []string{"spring"}, Variants: []Variant{{ID: 46, InventoryItemID: 63}}},
	}
}

func TestVariantsChangePartly(t *testing.T) {
	w := newCatalog(t)
	w.update(twoProducts)
	a := w.ask(updateVariantsDocument, map[string]any{"productId": "gid://shopify/Product/41", "partly": true, "variants": []any{
		map[string]any{"id": "gid://shopify/ProductVariant/42", "price": "5"}, map[string]any{"id": "gid://shopify/ProductVariant/43", "price": "-1"}}})
	w.Expect(a.at("data.productVariantsBulkUpdate.userErrors")).To(HaveLen(1), a.text)
	w.Expect(w.shop().Products[0].Variants[0].Price).To(Equal(Cents(500)))
}

func TestProductsAreFoundByTag(t *testing.T) {
	cases := map[string]struct {
		reason, query string
		want          []uint64
	}{
		"tag":     {"in whatever case", "tag:SPRING", []uint64{41, 45}},
		"two":     {"both are wanted", "tag:spring AND tag:red", []uint64{41}},
		"either":  {"one of them is", "tag:red OR tag:blue", []uint64{41}},
		"status":  {"and what else is asked", "tag:spring status:draft", []uint64{45}},
		"none":    {"a beginning is not a tag", "tag:spr", nil},
		"prefix":  {"unless it is meant to be", "tag:spr*", []uint64{41, 45}},
		"not":     {"all but some", "NOT tag:red", []uint64{45}},
		"changed": {"what was changed since is found by its time", "updated_at:>'2026-11-23T08:00:00Z'", []uint64{41, 45}},
		"later":   {"and what was not is not", "updated_at:>'2026-11-23T09:00:00Z'", nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newCatalog(t)
			w.update(twoProducts)
			a := w.ask(`query ($query: String) { products(first: 5, query: $query) { nodes { id } } }`, map[string]any{"query": tc.query})
			want := []any{}
			for _, id := range tc.want {
				want = append(want, map[string]any{"id": gid("Product", id)})
			}
			w.Expect(a.at("data.products.nodes")).To(Equal(want), fmt.Sprint(tc.reason, a.text))
		})
	}
}
