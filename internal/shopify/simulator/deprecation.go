package simulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// warnOfDeprecated names in the reply's X-Shopify-API-Deprecated-Reason what is
// deprecated of all that the operation uses. Since 2025-04 that is a list such
// as "Shop.products, Shop.productVariants"
// (https://shopify.dev/changelog/graphql-return-actual-deprecation-reasons).
// For arguments, input fields and enum values the names are the paths of
// Shopify's library, graphql-ruby, and the order is the document's (?).
func warnOfDeprecated(x *exchange) *reply {
	sch, err := schema.Load(x.version)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	d := deprecations{schema: sch, variables: x.variables}
	d.selection(x.operation.SelectionSet)
	if len(d.names) > 0 {
		x.header.Set("X-Shopify-API-Deprecated-Reason", strings.Join(d.names, ", "))
	}
	return nil
}

// deprecations gathers what is deprecated of an operation, each name once.
type deprecations struct {
	schema    *ast.Schema
	variables map[string]any
	names     []string
}

func (d *deprecations) use(directives ast.DirectiveList, path ...string) {
	name := strings.Join(path, ".")
	if directives.ForName("deprecated") != nil && !slices.Contains(d.names, name) {
		d.names = append(d.names, name)
	}
}

func (d *deprecations) selection(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if included(s.Directives, d.variables) && s.Definition != nil && s.ObjectDefinition != nil {
				d.field(s)
			}
		case *ast.InlineFragment:
			if included(s.Directives, d.variables) {
				d.selection(s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if included(s.Directives, d.variables) {
				d.selection(s.Definition.SelectionSet)
			}
		}
	}
}

func (d *deprecations) field(f *ast.Field) {
	d.use(f.Definition.Directives, f.ObjectDefinition.Name, f.Name)
	for _, a := range f.Arguments {
		def := f.Definition.Arguments.ForName(a.Name)
		if def == nil {
			continue
		}
		value, err := a.Value.Value(d.variables)
		if _, given := d.variables[a.Value.Raw]; err != nil || a.Value.Kind == ast.Variable && !given {
			continue // execution refuses the one, and the other is not there
		}
		d.use(def.Directives, f.ObjectDefinition.Name, f.Name, a.Name)
		d.value(def.Type, value)
	}
	d.selection(f.SelectionSet)
}

// value looks into what an argument or input field was given.
func (d *deprecations) value(t *ast.Type, value any) {
	if list, ok := value.([]any); ok {
		for _, item := range list {
			d.value(t, item)
		}
		return
	}
	def := d.schema.Types[t.Name()]
	switch v := value.(type) {
	case string:
		if e := def.EnumValues.ForName(v); def.Kind == ast.Enum && e != nil {
			d.use(e.Directives, def.Name, v)
		}
	case map[string]any:
		for _, f := range def.Fields { // in the schema's order, so that the names' is stable
			if inner, given := v[f.Name]; given {
				d.use(f.Directives, def.Name, f.Name)
				d.value(f.Type, inner)
			}
		}
	}
}
