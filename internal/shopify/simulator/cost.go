package simulator

import (
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// maxQueryCost is the most that one document may ask for
	// (https://shopify.dev/docs/api/usage/limits).
	maxQueryCost  = 1000
	mutationCost  = 10
	rootCountCost = 10
)

// freeTypes are the object types that cost nothing.
var freeTypes = map[string]bool{"MoneyV2": true, "MoneyBag": true, "MailingAddress": true, "LocationAddress": true, "ShopAddress": true, "PageInfo": true}

// tariff prices a selection by the model fitted on recorded replies: a scalar 0,
// an object 1, a connection 2 + its node × max(1, ⌊2·ln N⌋) for N nodes, a list
// of objects 1 + what is below it, a mutation 10 + what is below the objects of
// its payload + what the entries of its lists cost, a Count at the root 10.
type tariff struct {
	schema    *ast.Schema
	variables map[string]any
}

// operation is the cost of an operation, at least 1.
func (t tariff) operation(op *ast.OperationDefinition) int {
	total := 0
	for _, f := range rootFields(op.SelectionSet, t.variables) {
		switch below := t.selection(f.SelectionSet); {
		case op.Operation == ast.Mutation:
			total += mutationCost + t.entries(f) + max(0, below-t.objects(f.SelectionSet))
		case f.Definition.Type.Name() == "Count":
			total += rootCountCost
		default:
			total += t.field(f)
		}
	}
	return max(1, total)
}

// rootFields are the fields of an operation's root, out of their fragments.
func rootFields(set ast.SelectionSet, variables map[string]any) []*ast.Field {
	var out []*ast.Field
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if included(s.Directives, variables) && s.Definition != nil {
				out = append(out, s)
			}
		case *ast.InlineFragment:
			if included(s.Directives, variables) {
				out = append(out, rootFields(s.SelectionSet, variables)...)
			}
		case *ast.FragmentSpread:
			if included(s.Directives, variables) {
				out = append(out, rootFields(s.Definition.SelectionSet, variables)...)
			}
		}
	}
	return out
}

// objects counts a payload's own objects, such as the thing that was changed
// and userErrors, which a mutation's 10 points cover.
func (t tariff) objects(set ast.SelectionSet) int {
	n := 0
	for _, f := range rootFields(set, t.variables) {
		if t.isObject(f) {
			n++
		}
	}
	return n
}

func (t tariff) isObject(f *ast.Field) bool {
	def := t.schema.Types[f.Definition.Type.Name()]
	return !def.IsLeafType() && !freeTypes[def.Name]
}

// selection is the cost of what an object is asked for. Of fragments for
// different types only one can apply, so the dearest counts.
func (t tariff) selection(set ast.SelectionSet) int {
	total, byType := 0, map[string]int{}
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if included(s.Directives, t.variables) && s.Definition != nil {
				total += t.field(s)
			}
		case *ast.InlineFragment:
			if included(s.Directives, t.variables) {
				byType[s.TypeCondition] += t.selection(s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if included(s.Directives, t.variables) {
				byType[s.Definition.TypeCondition] += t.selection(s.Definition.SelectionSet)
			}
		}
	}
	dearest := 0
	for _, cost := range byType {
		dearest = max(dearest, cost)
	}
	return total + dearest
}

func (t tariff) field(f *ast.Field) int {
	if strings.HasPrefix(f.Name, "__") || !t.isObject(f) {
		return 0
	}
	below := t.selection(f.SelectionSet)
	switch name := f.Definition.Type.Name(); {
	case isConnection(f):
		return 2 + below*factor(pageSize(f, t.variables))
	case strings.HasSuffix(name, "Edge"):
		return below // its node is the object
	default:
		return 1 + below
	}
}

// factor is what N nodes cost in nodes.
func factor(n int) int {
	if n <= 0 {
		return 0
	}
	return max(1, int(math.Floor(2*math.Log(float64(n)))))
}

func requestedCost(s *ast.Schema, op *ast.OperationDefinition, variables map[string]any) int {
	return tariff{s, variables}.operation(op)
}

// pageSize is how many nodes a connection is asked for.
func pageSize(f *ast.Field, variables map[string]any) int {
	args, err := argumentsOf(f, variables)
	if err != nil {
		return 0 // execution will refuse it
	}
	if first, ok := args.whole("first"); ok {
		return first
	}
	last, _ := args.whole("last")
	return last
}

func isConnection(f *ast.Field) bool {
	return strings.HasSuffix(f.Definition.Type.Name(), "Connection")
}
