package simulator

import (
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// accesses remembers what each field of the schemas requires; the schemas are
// shared and never change.
var accesses sync.Map // *ast.FieldDefinition → []*schema.Access

// required lists what a field asks of its caller: what it requires itself, and
// what the type that it returns requires, of a connection also the type that it
// lists. So a refusal names the field that a client knows, such as locations,
// as Shopify's own refusals do.
func required(s *ast.Schema, f *ast.FieldDefinition) []*schema.Access {
	if known, ok := accesses.Load(f); ok {
		return known.([]*schema.Access)
	}
	var all []*schema.Access
	if a := schema.AccessOf(f.Directives); a != nil {
		all = append(all, a)
	}
	all = append(all, ofType(s, f.Type.Name())...)
	accesses.Store(f, all)
	return all
}

// ofType lists what a type requires of whoever wants to see one, and where it is
// a connection what the type of its nodes requires.
func ofType(s *ast.Schema, name string) []*schema.Access {
	t := s.Types[name]
	var all []*schema.Access
	if a := schema.AccessOf(t.Directives); a != nil {
		all = append(all, a)
	}
	if nodes := t.Fields.ForName("nodes"); nodes != nil && strings.HasSuffix(name, "Connection") {
		all = append(all, ofType(s, nodes.Type.Name())...)
	}
	return all
}

// denied is the first thing that the granted scopes do not cover, or nil.
func denied(all []*schema.Access, granted map[string]bool) *schema.Access {
	for _, a := range all {
		if !a.Allows(granted) {
			return a
		}
	}
	return nil
}

// accessDenied is Shopify's refusal of a field
// (https://shopify.dev/docs/api/usage/response-codes).
func accessDenied(field, sentence string) *graphQLError {
	e := failure(codeAccessDenied, "Access denied for %s field. Required access: %s", field, sentence)
	e.Extensions["documentation"] = "https://shopify.dev/api/usage/access-scopes"
	e.Extensions["requiredAccess"] = sentence
	return e
}
