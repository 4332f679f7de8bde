package simulator

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// FuzzCost prices documents with pages of any size: a cost is positive, a larger
// page never costs less, and what was returned never more than what was asked for.
func FuzzCost(f *testing.F) {
	documents := []string{
		`query ($n: Int) { locations(first: $n) { nodes { id } } }`,
		`query ($n: Int) { locations(last: $n) { edges { node { id localPickupSettingsV2 { pickupTime } } } } shop { id } }`,
		`query ($n: Int) { products(first: $n) { nodes { id variants(first: $n) { nodes { id price metafields(first: $n) { nodes { value } } } } } } }`,
		`query ($n: Int) { webhookSubscriptions(first: $n) { nodes { endpoint { ... on WebhookHttpEndpoint { callbackUrl } } } pageInfo { hasNextPage } } }`,
		`mutation ($n: Int) { tagsAdd(id: "gid://shopify/Product/1", tags: []) { node { ... on Product { id media(first: $n) { nodes { id } } } } userErrors { message } } }`,
	}
	sch, err := schema.Load(latest)
	if err != nil {
		f.Fatal(err)
	}
	var operations []*ast.OperationDefinition
	for i, document := range documents {
		doc, faults := new(documentCache).load(sch, latest, document)
		if faults != nil {
			f.Fatal(faults[0])
		}
		operations = append(operations, doc.Operations[0])
		f.Add(uint8(i), 0, 1, uint8(0))
		f.Add(uint8(i), 50, 250, uint8(7))
	}
	f.Fuzz(func(t *testing.T, which uint8, n, more int, returned uint8) {
		operation := operations[int(which)%len(operations)]
		cost := func(first int) int {
			return requestedCost(sch, operation, map[string]any{"n": int64(first)})
		}
		n, more = min(n, more), max(n, more)
		less, greater := cost(n), cost(more)
		if less < 1 || less > greater {
			t.Fatalf("a page of %d costs %d, one of %d %d", n, less, more, greater)
		}
		data := full(tariff{schema: sch}, operation.SelectionSet, min(int(returned%8), max(0, more)))
		if actual := actualCost(sch, operation, map[string]any{"n": int64(more)}, data); actual < 1 || actual > greater {
			t.Fatalf("%d nodes cost %d, %d were asked for at %d", returned, actual, more, greater)
		}
	})
}

// full is a reply without nulls that has so many entries in each list.
func full(t tariff, set ast.SelectionSet, entries int) *object {
	out := &object{}
	for _, f := range rootFields(set, nil) {
		if t.isObject(f) {
			var value any = full(t, f.SelectionSet, entries)
			if f.Definition.Type.Elem != nil {
				value = many(entries, value)
			}
			out.set(f.Alias, value)
		}
	}
	return out
}
