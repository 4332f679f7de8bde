package simulator

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

func many(n int, item any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = item
	}
	return list
}

func TestInputSizes(t *testing.T) {
	tags := `mutation ($tags: [String!]!) { again: tagsAdd(id: "gid://shopify/Product/1", tags: $tags) { node { id } } }`
	set := `mutation ($in: ProductSetInput!) { productSet(input: $in) { userErrors { message } } }`
	cases := map[string]struct {
		reason, document string
		variables        map[string]any
		message          string // empty: not refused for its size
		path             []any
	}{
		"fits":     {"250 are accepted", tags, map[string]any{"tags": many(250, "a")}, "", nil},
		"too many": {"251 are not", tags, map[string]any{"tags": many(251, "a")}, "The input array size of 251 is greater than the maximum allowed of 250.", []any{"again", "tags"}},
		"query":    {"queries have arguments too", `{ nodes(ids: [` + strings.Repeat(`"gid://shopify/Shop/1" `, 251) + `]) { id } }`, nil, "The input array size of 251 is greater than the maximum allowed of 250.", []any{"nodes", "ids"}},
		"below": {"fields below the root as well", `query ($keys: [String!]) { shop { metafields(first: 1, keys: $keys) { nodes { id } } } }`, map[string]any{"keys": many(300, "a.b")},
			"The input array size of 300 is greater than the maximum allowed of 250.", []any{"shop", "metafields", "keys"}},
		"fragment": {"wherever they are", `query ($keys: [String!]) { ...A } fragment A on QueryRoot { shop { ... on Shop { metafields(first: 1, keys: $keys) { nodes { id } } } } }`, map[string]any{"keys": many(300, "a.b")},
			"The input array size of 300 is greater than the maximum allowed of 250.", []any{"shop", "metafields", "keys"}},
		"variants": {"productSet takes more variants", set, map[string]any{"in": map[string]any{"variants": many(2048, map[string]any{"optionValues": []any{}})}}, "", nil},
		"too many variants": {"but not any number", set, map[string]any{"in": map[string]any{"variants": many(2049, map[string]any{"optionValues": []any{}})}},
			"The input array size of 2049 is greater than the maximum allowed of 2048.", []any{"productSet", "input", "variants"}},
		"nested": {"a list within a list has a path without indices, and is named once", set, map[string]any{"in": map[string]any{"variants": many(2, map[string]any{
			"optionValues": []any{}, "inventoryQuantities": many(251, map[string]any{"locationId": "gid://shopify/Location/1", "name": "available", "quantity": 1})})}},
			"The input array size of 251 is greater than the maximum allowed of 250.", []any{"productSet", "input", "variants", "inventoryQuantities"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.ask(tc.document, tc.variables)
			if tc.message == "" {
				w.Expect(a.at("errors.0.extensions.code")).NotTo(Equal("MAX_INPUT_SIZE_EXCEEDED"), tc.reason)
				return
			}
			w.Expect(a.at("errors")).To(HaveLen(1), tc.reason+a.text)
			w.Expect(a.at("errors.0.message")).To(Equal(tc.message), tc.reason)
			w.Expect(a.at("errors.0.extensions")).To(Equal(map[string]any{"code": "MAX_INPUT_SIZE_EXCEEDED"}))
			w.Expect(a.at("errors.0.path")).To(Equal(tc.path), tc.reason)
			w.Expect(a.at("errors.0.locations.0.line")).To(BeEquivalentTo(1))
			w.Expect(a.body).NotTo(HaveKey("data"), "nothing was executed")
			w.Expect(a.at("extensions.cost.actualQueryCost")).To(BeNil())
			requested := a.at("extensions.cost.requestedQueryCost").(float64)
			w.Expect(a.at("extensions.cost.throttleStatus.currentlyAvailable")).To(Equal(2000-requested), "and yet it is paid for")
		})
	}
}

func TestEveryListIsNamed(t *testing.T) {
	w := newWorld(t)
	a := w.ask(`mutation ($tags: [String!]!) { a: tagsAdd(id: "gid://shopify/Product/1", tags: $tags) { node { id } } b: tagsRemove(id: "gid://shopify/Product/1", tags: $tags) { node { id } } }`,
		map[string]any{"tags": many(251, "a")})
	w.Expect(a.at("errors")).To(HaveLen(2), a.text)
	w.Expect(a.at("errors.1.path")).To(Equal([]any{"b", "tags"}))
}

func TestPagesEndAt25000(t *testing.T) {
	g := NewWithT(t)
	items := make([]uint64, maxDepth+1)
	for i := range items {
		items[i] = uint64(i)
	}
	order := func(id uint64) position { return position{ID: id} }
	last, err := paginate(items, order, arguments{"first": int64(2), "after": position{ID: maxDepth - 3}.cursor()})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(last.next).To(BeTrue(), "the page that ends with the 25,000th")
	_, err = paginate(items, order, arguments{"first": int64(2), "after": position{ID: maxDepth - 2}.cursor()})
	g.Expect(err).To(MatchError(ContainSubstring("25000")), "the one after it")
	_, err = paginate(items, order, arguments{"last": int64(2)})
	g.Expect(err).NotTo(HaveOccurred(), "pages from the end count from there")
}
