package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

const (
	setProductDocument = `mutation Set($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product { ...All }
    userErrors { field message code }
  }
} ` + allOfProduct
	allOfProduct = `fragment All on Product {
  id title handle descriptionHtml vendor productType tags status hasOnlyDefaultVariant createdAt updatedAt
  options { name position values }
  metafields(first: 25) { nodes { namespace key type value } }
  variants(first: 10) { nodes { id title sku barcode price compareAtPrice taxable inventoryPolicy selectedOptions { name value }
    inventoryItem { id sku tracked requiresShipping measurement { weight { value unit } } inventoryLevels(first: 5) { nodes { location { id } quantities(names: ["available"]) { quantity } } } } } }
}`
)

// newCatalog is a stocked shop that knows items by a custom id, consignment.item_id.
func newCatalog(t *testing.T) *world {
	t.Helper()
	w := newStocked(t)
	w.update(func(s *Shop) {
		s.MetafieldDefinitions = []MetafieldDefinition{
			{ID: 31, OwnerType: "PRODUCT", Namespace: "consignment", Key: "item_id", Name: "Item", Type: "id"},
			{ID: 32, OwnerType: "PRODUCT", Namespace: "consignment", Key: "consignor_id", Name: "Consignor", Type: "single_line_text_field", Validations: []MetafieldValidation{{"regex", "^c-[0-9]+$"}}},
			{ID: 33, OwnerType: "PRODUCT", Namespace: "consignment", Key: "label", Name: "Label", Type: "single_line_text_field"},
		}
	})
	return w
}

// byCustomID identifies an item by its number.
func byCustomID(item string) map[string]any {
	return map[string]any{"customId": map[string]any{"namespace": "consignment", "key": "item_id", "value": item}}
}

// boots are an input that is right, with some fields changed; nil takes one away.
func boots(changes map[string]any) map[string]any {
	in := map[string]any{
		"title": "Rain boots", "status": "DRAFT", "descriptionHtml": "<p>Hardly worn.</p>", "vendor": "c-7", "productType": "Footwear", "tags": []any{"spring", "consigned"},
		"productOptions": []any{option("Title", "Default Title")},
		"variants":       []any{form("Title", "Default Title", map[string]any{"sku": "BOOTS", "barcode": "0123", "price": "18.50", "compareAtPrice": "40.00"})},
		"metafields":     []any{ownField("item_id", "id", "7"), ownField("consignor_id", "single_line_text_field", "c-7")},
	}
	return changed(in, changes)
}

func changed(in, changes map[string]any) map[string]any {
	maps.Copy(in, changes)
	for name, value := range changes {
		if value == nil {
			delete(in, name)
		}
	}
	return in
}

func option(name string, values ...string) map[string]any {
	out := []any{}
	for _, v := range values {
		out = append(out, map[string]any{"name": v})
	}
	return map[string]any{"name": name, "position": 1, "values": out}
}

// form is a variant, tracked and never sold when there is none.
func form(option, value string, changes map[string]any) map[string]any {
	return changed(map[string]any{
		"optionValues": []any{map[string]any{"optionName": option, "name": value}}, "inventoryPolicy": "DENY",
		"inventoryItem": map[string]any{"tracked": true, "requiresShipping": true, "measurement": map[string]any{"weight": map[string]any{"value": 0.4, "unit": "KILOGRAMS"}}},
	}, changes)
}

func ownField(key, kind, value string) map[string]any {
	return map[string]any{"namespace": "consignment", "key": key, "type": kind, "value": value}
}

func TestProductSetCreates(t *testing.T) {
	for _, version := range schema.Versions {
		t.Run(version, func(t *testing.T) {
			w := newCatalog(t)
			a := w.askAs("shpat_maple-kids", version, setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": boots(nil)})
			w.Expect(a.at("errors")).To(BeNil(), a.text)
			w.Expect(a.at("data.productSet.userErrors")).To(BeEmpty())
			p := a.at("data.productSet.product").(map[string]any)
			w.Expect(p["title"]).To(Equal("Rain boots"))
			w.Expect(p["handle"]).To(Equal("rain-boots"))
			w.Expect(p["tags"]).To(Equal([]any{"consigned", "spring"}), "tags are kept in order")
			w.Expect(p["hasOnlyDefaultVariant"]).To(BeTrue())
			w.Expect(p["options"]).To(Equal([]any{map[string]any{"name": "Title", "position": 1.0, "values": []any{"Default Title"}}}))
			w.Expect(a.at("data.productSet.product.metafields.nodes")).To(Equal([]any{
				map[string]any{"namespace": "consignment", "key": "item_id", "type": "id", "value": "7"},
				map[string]any{"namespace": "consignment", "key": "consignor_id", "type": "single_line_text_field", "value": "c-7"},
			}))
			v := a.at("data.productSet.product.variants.nodes.0").(map[string]any)
			want := map[string]any{"sku": "BOOTS", "barcode": "0123", "price": "18.50", "compareAtPrice": "40.00", "taxable": true, "inventoryPolicy": "DENY"}
			w.Expect(pick(v, want)).To(Equal(want))
			item := v["inventoryItem"].(map[string]any)
			want = map[string]any{"sku": "BOOTS", "tracked": true, "requiresShipping": true, "measurement": map[string]any{"weight": map[string]any{"value": 0.4, "unit": "KILOGRAMS"}}}
			w.Expect(pick(item, want)).To(Equal(want))
			w.Expect(a.at("data.productSet.product.variants.nodes.0.inventoryItem.inventoryLevels.nodes")).To(Equal([]any{map[string]any{
				"location": map[string]any{"id": gid("Location", warehouse)}, "quantities": []any{map[string]any{"quantity": 0.0}},
			}}), "it is stocked where the shop is")

			again := w.askAs("shpat_maple-kids", version, setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": boots(map[string]any{"title": "Boots"})})
			w.Expect(again.at("data.productSet.product.id")).To(Equal(p["id"]), again.text)
			w.Expect(again.at("data.productSet.product.variants.nodes.0.id")).To(Equal(v["id"]), "the variant is the same")
			w.Expect(again.at("data.productSet.product.handle")).To(Equal("rain-boots"), "a handle does not follow its title")
			w.Expect(w.shop().Products).To(HaveLen(1), "once")

			found := w.askAs("shpat_maple-kids", version, `query ($by: ProductIdentifierInput!) { productByIdentifier(identifier: $by) { id title } }`, map[string]any{"by": byCustomID("7")})
			w.Expect(found.at("data.productByIdentifier")).To(Equal(map[string]any{"id": p["id"], "title": "Boots"}))
		})
	}
}

func TestProductSetRefusals(t *testing.T) {
	type fault struct{ code, field, message string }
	const input = "input"
	cases := map[string]struct {
		reason     string
		identifier map[string]any
		in         map[string]any
		faults     []fault
		err        string // the code of an error
	}{
		"right":           {reason: "an input that is right", identifier: byCustomID("8"), in: boots(map[string]any{"metafields": []any{ownField("item_id", "id", "8")}})},
		"least":           {reason: "a title will do", in: map[string]any{"title": "Hat"}},
		"custom id alone": {reason: "the custom id is kept although no metafields are given", identifier: byCustomID("9"), in: boots(map[string]any{"metafields": nil})},
		"no definition":   {reason: "a custom id takes a definition", identifier: map[string]any{"customId": map[string]any{"namespace": "consignment", "key": "other", "value": "7"}}, in: boots(nil), err: "NOT_FOUND"},
		"other type":      {reason: "of the type id", identifier: map[string]any{"customId": map[string]any{"namespace": "consignment", "key": "label", "value": "7"}}, in: boots(nil), err: "NOT_FOUND"},
		"mismatch":        {reason: "metafields that are given have the custom id", identifier: byCustomID("8"), in: boots(nil), faults: []fault{{"METAFIELD_MISMATCH", "input metafields", "The input argument `metafields` (if present) must contain the `customId` value."}}},
		"taken":           {reason: "a custom id is one product's", in: boots(map[string]any{"metafields": []any{ownField("item_id", "id", "1")}}), faults: []fault{{"CAPABILITY_VIOLATION", "input metafields 0 value", "Value must be unique among products."}}},
		"two ids":         {reason: "an id is said once", identifier: map[string]any{"id": "gid://shopify/Product/41"}, in: boots(map[string]any{"id": "gid://shopify/Product/41"}), faults: []fault{{"ID_NOT_ALLOWED", "input", "The id field is not allowed if identifier is provided."}}},
		"unknown":         {reason: "an id makes nothing new", identifier: map[string]any{"id": "gid://shopify/Product/99"}, in: boots(nil), faults: []fault{{"NOT_FOUND", "identifier", "Resource matching the identifier was not found."}}},
		"unknown, old":    {reason: "either way", in: boots(map[string]any{"id": "gid://shopify/Product/99"}), faults: []fault{{"PRODUCT_DOES_NOT_EXIST", "input id", "Product does not exist"}}},
		"handle missing":  {reason: "a handle is said twice", identifier: map[string]any{"handle": "hat"}, in: boots(nil), faults: []fault{{"MISSING_FIELD_REQUIRED", input, "The input field corresponding to the identifier is required."}}},
		"handle differs":  {reason: "alike", identifier: map[string]any{"handle": "hat"}, in: boots(map[string]any{"handle": "hut"}), faults: []fault{{"INPUT_MISMATCH", input, "The identifier value does not match the value of the corresponding field in the input."}}},
		"blank":           {reason: "a product has a title", in: boots(map[string]any{"title": " ", "metafields": nil}), faults: []fault{{"INVALID_PRODUCT", "input title", "Title can't be blank"}}},
		"handle in use":   {reason: "a handle is one product's", in: boots(map[string]any{"handle": "Taken", "metafields": nil}), faults: []fault{{"HANDLE_NOT_UNIQUE", "input handle", "Handle 'Taken' already in use. Please provide a new handle."}}},
		"no variants":     {reason: "options go with variants", in: boots(map[string]any{"variants": nil, "metafields": nil}), faults: []fault{{"VARIANTS_INPUT_MISSING", "input variants", "Variants input is required when updating product options"}}},
		"no options":      {reason: "and they with options", in: boots(map[string]any{"productOptions": nil, "metafields": nil}), faults: []fault{{"PRODUCT_OPTIONS_INPUT_MISSING", "input productOptions", "Product options input is required when updating variants"}}},
		"other option":    {reason: "of the product", in: boots(map[string]any{"metafields": nil, "variants": []any{form("Size", "Default Title", nil)}}), faults: []fault{{"OPTION_DOES_NOT_EXIST", "input variants 0 optionValues 0", "Option does not exist"}}},
		"other value":     {reason: "and its values", in: boots(map[string]any{"metafields": nil, "variants": []any{form("Title", "4T", nil)}}), faults: []fault{{"OPTION_VALUE_DOES_NOT_EXIST", "input variants 0 optionValues 0", "Option value does not exist"}}},
		"twins":           {reason: "a value is one variant's", in: boots(map[string]any{"metafields": nil, "variants": []any{form("Title", "Default Title", nil), form("Title", "Default Title", nil)}}), faults: []fault{{"INVALID_VARIANT", "input variants 1", "The variant 'Default Title' already exists. Please change at least one option value."}}},
		"price":           {reason: "nothing costs less than nothing", in: boots(map[string]any{"metafields": nil, "variants": []any{form("Title", "Default Title", map[string]any{"price": "-1"})}}), faults: []fault{{"INVALID_VARIANT", "input variants 0 price", "Price must be greater than or equal to 0"}}},
		"rule":            {reason: "definitions have rules", in: boots(map[string]any{"metafields": []any{ownField("consignor_id", "single_line_text_field", "seven")}}), faults: []fault{{"INVALID_METAFIELD", "input metafields 0 value", "Value is not the correct format."}}},
		"type":            {reason: "and a type", in: boots(map[string]any{"metafields": []any{ownField("consignor_id", "boolean", "true")}}), faults: []fault{{"INVALID_METAFIELD", "input metafields 0 type", "Type must be consistent with the definition's type: 'single_line_text_field'."}}},
		"untyped":         {reason: "which need not be said", identifier: byCustomID("7"), in: boots(map[string]any{"metafields": []any{map[string]any{"namespace": "consignment", "key": "item_id", "value": "7"}}})},
		"search":          {reason: "how it is found elsewhere is not known", in: boots(map[string]any{"seo": map[string]any{"title": "x"}}), err: "NOT_MODELLED"},
		"two options":     {reason: "nor are two options", in: boots(map[string]any{"productOptions": []any{option("Title", "a"), option("Size", "b")}}), err: "NOT_MODELLED"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newCatalog(t)
			w.update(func(s *Shop) {
				s.Products = []Product{{ID: 41, Title: "Taken", Handle: "taken", Status: "ACTIVE", Metafields: []Metafield{{ID: 51, Namespace: "consignment", Key: "item_id", Type: "id", Value: "1"}}}}
			})
			before := w.shop()
			a := w.ask(setProductDocument, map[string]any{"identifier": tc.identifier, "input": tc.in})
			if tc.err != "" {
				w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.err), tc.reason+a.text)
				w.Expect(w.shop()).To(Equal(before))
				return
			}
			w.Expect(a.at("errors")).To(BeNil(), a.text)
			faults := []any{}
			for _, f := range tc.faults {
				faults = append(faults, map[string]any{"code": f.code, "message": f.message, "field": words(f.field)})
			}
			w.Expect(a.at("data.productSet.userErrors")).To(Equal(faults), tc.reason)
			if len(faults) > 0 {
				w.Expect(w.shop()).To(Equal(before), "a refusal changes nothing")
			} else {
				w.Expect(w.shop().Products).To(HaveLen(2))
			}
		})
	}
}

// TestProductSetIsComplete: what a list leaves out goes, and a list that is left
// out stays.
func TestProductSetIsComplete(t *testing.T) {
	w := newCatalog(t)
	sizes := boots(map[string]any{
		"productOptions": []any{option("Size", "4T", "5T")},
		"variants": []any{
			form("Size", "4T", map[string]any{"sku": "B-4", "inventoryQuantities": []any{map[string]any{"locationId": gid("Location", hall), "name": "available", "quantity": 3}}}),
			form("Size", "5T", map[string]any{"sku": "B-5"}),
		},
	})
	a := w.ask(setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": sizes})
	w.Expect(a.at("data.productSet.userErrors")).To(BeEmpty(), a.text)
	items := len(w.shop().InventoryItems)
	first := a.at("data.productSet.product.variants.nodes.0.id")
	w.Expect(w.levels()).To(HaveKeyWithValue(fmt.Sprintf("%d@%d", w.shop().InventoryItems[items-2].ID, hall), 3))

	w.time = w.time.Add(time.Minute)
	a = w.ask(setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": map[string]any{"title": "Boots"}})
	w.Expect(a.at("data.productSet.product.variants.nodes")).To(HaveLen(2), "variants that are left out stay")
	w.Expect(a.at("data.productSet.product.metafields.nodes")).To(HaveLen(2), "as do metafields")
	w.Expect(a.at("data.productSet.product.updatedAt")).To(Equal("2026-11-23T09:01:00Z"))

	a = w.ask(setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": boots(map[string]any{
		"productOptions": []any{option("Size", "4T")}, "variants": []any{form("Size", "4T", map[string]any{"sku": "B-44"})},
		"metafields": []any{ownField("item_id", "id", "7")},
	})})
	w.Expect(a.at("data.productSet.userErrors")).To(BeEmpty(), a.text)
	w.Expect(a.at("data.productSet.product.variants.nodes")).To(HaveLen(1), "a variant that the list leaves out goes")
	w.Expect(a.at("data.productSet.product.variants.nodes.0.id")).To(Equal(first), "one that it has is found by its option")
	w.Expect(a.at("data.productSet.product.variants.nodes.0.price")).To(Equal("0.00"))
	w.Expect(a.at("data.productSet.product.metafields.nodes")).To(HaveLen(1), "and so does a metafield")
	w.Expect(w.shop().InventoryItems).To(HaveLen(items-1), "with its inventory item")
	w.Expect(w.ask(`{ productVariants(first: 5, query: "sku:B-44 OR sku:b-44 OR sku:B-5") { nodes { id } } }`, nil).at("data.productVariants.nodes")).To(Equal([]any{map[string]any{"id": first}}))
}

func TestHandlesAreUnique(t *testing.T) {
	w := newCatalog(t)
	for _, tc := range []struct{ title, want string }{
		{"Rain boots", "rain-boots"}, {"Rain  Boots!", "rain-boots-1"}, {"Rain boots", "rain-boots-2"},
		{"Puzzle 100", "puzzle-100"}, {"Puzzle 100", "puzzle-101"}, {"%%%", "product"}, {"Mixed CASE / 東京", "mixed-case-東京"},
	} {
		a := w.ask(setProductDocument, map[string]any{"input": map[string]any{"title": tc.title}})
		w.Expect(a.at("data.productSet.product.handle")).To(Equal(tc.want))
	}
}

// words are the steps of a userError's field.
func words(path string) any {
	steps := []any{}
	for step := range strings.FieldsSeq(path) {
		steps = append(steps, step)
	}
	return steps
}

func TestProductSetCosts(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     map[string]any
		want   float64
	}{
		"bare":    {"a mutation costs 10", map[string]any{"title": "Hat"}, 10},
		"variant": {"a variant a fifth of a point, which is rounded", map[string]any{"variants": many(1, map[string]any{"optionValues": []any{}})}, 10},
		"item":    {"a metafield two fifths, a file 1.9", map[string]any{"metafields": many(4, map[string]any{"key": "a"}), "files": many(2, map[string]any{"alt": "b"})}, 15},
		"most":    {"as recorded of 2049 variants", map[string]any{"variants": many(2049, map[string]any{"optionValues": []any{}})}, 420},
	}
	for name, tc := range cases {
		w := newCatalog(t)
		a := w.ask(`mutation ($in: ProductSetInput!) { productSet(input: $in) { product { id } userErrors { code } } }`, map[string]any{"in": tc.in})
		w.Expect(a.at("extensions.cost.requestedQueryCost")).To(Equal(tc.want), name+": "+tc.reason)
	}
}

// BenchmarkProductSet makes products in a shop that has 10,000, and looks for
// each in the ways of a client.
func BenchmarkProductSet(b *testing.B) {
	for _, products := range []int{0, 10_000} {
		b.Run(fmt.Sprint(products), func(b *testing.B) {
			sim := New(Options{Now: func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }})
			shop := NewShop(maple, "Maple Kids")
			stocked(&shop)
			shop.RateLimit = RateLimit{Maximum: 1e9, RestoreRate: 1e9}
			shop.MetafieldDefinitions = []MetafieldDefinition{{ID: 31, OwnerType: "PRODUCT", Namespace: "consignment", Key: "item_id", Name: "Item", Type: "id"}}
			for i := range products {
				id := uint64(100_000 + 10*i)
				shop.InventoryItems = append(shop.InventoryItems, InventoryItem{ID: id, SKU: fmt.Sprintf("OLD-%d", i)})
				shop.Products = append(shop.Products, Product{
					ID: id + 1, Title: "Rain boots", Handle: fmt.Sprintf("rain-boots-%d", i), Status: "ACTIVE",
					Variants:   []Variant{{ID: id + 2, InventoryItemID: id}},
					Metafields: []Metafield{{ID: id + 3, Namespace: "consignment", Key: "item_id", Type: "id", Value: fmt.Sprintf("old-%d", i)}},
				})
			}
			if err := sim.AddShop(shop); err != nil {
				b.Fatal(err)
			}
			ask := func(document string, variables map[string]any) {
				body, _ := json.Marshal(map[string]any{"query": document, "variables": variables})
				req := httptest.NewRequest(http.MethodPost, "http://"+maple+"/admin/api/"+latest+"/graphql.json", bytes.NewReader(body))
				req.Header.Set("X-Shopify-Access-Token", "shpat_maple-kids")
				reply := httptest.NewRecorder()
				sim.ServeHTTP(reply, req)
				if text := reply.Body.String(); strings.Contains(text, `"message"`) {
					b.Fatal(text)
				}
			}
			n := 0
			for b.Loop() {
				n++
				item := fmt.Sprint(n)
				in := boots(map[string]any{"metafields": []any{ownField("item_id", "id", item)}, "variants": []any{form("Title", "Default Title", map[string]any{"sku": "SKU-" + item})}})
				ask(setProductDocument, map[string]any{"identifier": byCustomID(item), "input": in})
				ask(`query ($by: ProductIdentifierInput!) { productByIdentifier(identifier: $by) { id } }`, map[string]any{"by": byCustomID(item)})
				ask(`query ($q: String!) { productVariants(first: 2, query: $q) { nodes { id } } }`, map[string]any{"q": "sku:'SKU-" + item + "'"})
			}
		})
	}
}
