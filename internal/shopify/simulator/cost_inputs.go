package simulator

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// maxInput is the most entries that a list in an argument may have
	// (https://shopify.dev/docs/api/usage/limits).
	maxInput = 250
	// maxDepth is how far into a list pages reach, from the end that they count from. Shopify documents it for all
	// APIs; whether the Admin API holds to it is in doubt (?), and so are the words.
	maxDepth = 25_000
)

// inputMaximums are the lists that may be longer or shorter, from recorded replies.
var inputMaximums = map[string]int{
	"productSet.input.variants":           2048,
	"draftOrderCreate.input.lineItems":    499,
	"draftOrderUpdate.input.lineItems":    499,
	"draftOrderCalculate.input.lineItems": 499,
}

// measure refuses a document with a list in its arguments that is too long.
// Recorded replies show all such lists, and that the points are not given back.
func measure(x *exchange) *reply {
	var found []*graphQLError
	for _, f := range rootFields(x.operation.SelectionSet, x.variables) {
		found = append(found, tooLong(f, x.variables, nil)...)
	}
	if len(found) > 0 {
		return x.unpaid(found...)
	}
	return nil
}

// tooLong lists the errors of a field's arguments and of the fields below it.
func tooLong(f *ast.Field, variables map[string]any, before []any) []*graphQLError {
	at := append(slices.Clip(before), any(f.Alias))
	var found []*graphQLError
	if args, err := argumentsOf(f, variables); err == nil { // else execution will refuse it
		m := measured{field: f, seen: map[string]bool{}}
		for _, d := range f.Definition.Arguments {
			m.value(args[d.Name], []string{f.Name, d.Name}, append(slices.Clip(at), any(d.Name)))
		}
		found = m.found
	}
	for _, below := range rootFields(f.SelectionSet, variables) {
		found = append(found, tooLong(below, variables, at)...)
	}
	return found
}

// measured collects the lists that are too long, once a path: Shopify's path
// does not say which entry of an outer list it means.
type measured struct {
	field *ast.Field
	seen  map[string]bool
	found []*graphQLError
}

func (m *measured) value(value any, names []string, path []any) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			m.value(value[name], append(slices.Clip(names), name), append(slices.Clip(path), any(name)))
		}
	case []any:
		name := strings.Join(names, ".")
		if most := cmp.Or(inputMaximums[name], maxInput); len(value) > most && !m.seen[name] {
			m.seen[name] = true
			e := failure(codeMaxInputSize, "The input array size of %d is greater than the maximum allowed of %d.", len(value), most)
			e.Locations, e.Path = locate(m.field.Position), path
			m.found = append(m.found, e)
		}
		for _, item := range value {
			m.value(item, names, path)
		}
	}
}

// tooDeep refuses a page whose far end is beyond what pages reach.
func tooDeep(depth int) error {
	if depth <= maxDepth {
		return nil
	}
	return failure(codeBadRequest, "Pagination is limited to %d objects. Add filters to the query to narrow it down.", maxDepth)
}
