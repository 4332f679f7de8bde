package simulator

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

const setMetafieldsDocument = `mutation ($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { namespace key type value owner { ... on Product { id } } } userErrors { field message code } }
}`

// of is a metafield of a product.
func of(product uint64, key, value string) map[string]any {
	return map[string]any{"ownerId": gid("Product", product), "namespace": "consignment", "key": key, "value": value}
}

func TestMetafieldsSet(t *testing.T) {
	type fault struct{ code, field, message string }
	cases := map[string]struct {
		reason     string
		metafields []any
		faults     []fault
	}{
		"several":    {reason: "of several products; their definitions say the type", metafields: []any{of(41, "label", "A"), of(45, "item_id", "2")}},
		"own type":   {reason: "without a definition it says its own", metafields: []any{changed(of(41, "size", "4"), map[string]any{"type": "number_integer"})}},
		"no type":    {reason: "one or the other", metafields: []any{of(41, "size", "4")}, faults: []fault{{"BLANK", "metafields 0 type", "Type can't be blank"}}},
		"invalid":    {reason: "one that is wrong keeps all from changing", metafields: []any{of(41, "label", "A"), of(41, "consignor_id", "seven")}, faults: []fault{{"INVALID_VALUE", "metafields 1 value", "Value is not the correct format."}}},
		"taken":      {reason: "custom ids are unique", metafields: []any{of(45, "item_id", "1")}, faults: []fault{{"CAPABILITY_VIOLATION", "metafields 0 value", "Value must be unique among products."}}},
		"taken here": {reason: "within one call too", metafields: []any{of(41, "item_id", "3"), of(45, "item_id", "3")}, faults: []fault{{"CAPABILITY_VIOLATION", "metafields 1 value", "Value must be unique among products."}}},
		"no owner":   {reason: "an owner is there", metafields: []any{of(1, "label", "A")}, faults: []fault{{"INVALID", "metafields 0 ownerId", "Owner does not exist."}}},
		"stale":      {reason: "who expects none finds one", metafields: []any{changed(of(41, "item_id", "3"), map[string]any{"compareDigest": "x"})}, faults: []fault{{"STALE_OBJECT", "metafields 0 compareDigest", "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value."}}},
		"too many":   {reason: "25 at most", metafields: many(26, of(41, "label", "A")), faults: []fault{{"LESS_THAN_OR_EQUAL_TO", "metafields", "Exceeded the maximum metafields input limit of 25."}}},
		"most":       {reason: "which is enough", metafields: many(25, of(41, "label", "A"))},
	}
	for name, tc := range cases {
		for _, version := range schema.Versions {
			t.Run(name+" "+version, func(t *testing.T) {
				w := newCatalog(t)
				w.update(twoProducts)
				before := w.shop()
				a := w.askAs("shpat_maple-kids", version, setMetafieldsDocument, map[string]any{"metafields": tc.metafields})
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				faults := []any{}
				for _, f := range tc.faults {
					faults = append(faults, map[string]any{"code": f.code, "field": words(f.field), "message": f.message})
				}
				w.Expect(a.at("data.metafieldsSet.userErrors")).To(Equal(faults), tc.reason)
				if len(faults) > 0 {
					w.Expect(w.shop()).To(Equal(before), "all or nothing")
				} else {
					w.Expect(a.at("data.metafieldsSet.metafields")).To(HaveLen(len(tc.metafields)))
				}
			})
		}
	}
}

// TestMetafieldsSetFindsAgain: a custom id that was set is one to look for.
func TestMetafieldsSetFindsAgain(t *testing.T) {
	w := newCatalog(t)
	w.update(twoProducts)
	a := w.ask(setMetafieldsDocument, map[string]any{"metafields": []any{of(45, "item_id", "2"), of(41, "item_id", "9")}})
	w.Expect(a.at("data.metafieldsSet.userErrors")).To(BeEmpty(), a.text)
	for item, want := range map[string]any{"2": map[string]any{"id": gid("Product", 45)}, "9": map[string]any{"id": gid("Product", 41)}, "1": nil} {
		a = w.ask(`query ($by: ProductIdentifierInput!) { productByIdentifier(identifier: $by) { id } }`, map[string]any{"by": byCustomID(item)})
		if want == nil {
			w.Expect(a.at("data.productByIdentifier")).To(BeNil(), a.text)
		} else {
			w.Expect(a.at("data.productByIdentifier")).To(Equal(want), a.text)
		}
	}
	w.update(func(s *Shop) { s.Apps[0].Scopes = []string{"read_products"} })
	a = w.ask(setMetafieldsDocument, map[string]any{"metafields": []any{of(45, "item_id", "2")}})
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("ACCESS_DENIED"), a.text)
}
