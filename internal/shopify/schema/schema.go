// Package schema holds Shopify's Admin GraphQL schemas, one a version, as
// hack/shopifyschema writes them: whole, without descriptions, with the access
// that each thing requires kept as an @access directive. Only tests, code
// generation and the simulator need them; the operator itself does not.
package schema

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed *.graphql
var files embed.FS

// Versions are the Admin API versions there is a schema for, oldest first.
var Versions = func() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // the files are compiled in
	}
	var versions []string
	for _, e := range entries {
		versions = append(versions, strings.TrimSuffix(e.Name(), ".graphql"))
	}
	slices.Sort(versions)
	return versions
}()

var loaded sync.Map // version → func() (*ast.Schema, error)

// Load parses the schema of a version once and returns the shared result, which
// must not be changed. Parsing takes about a tenth of a second.
func Load(version string) (*ast.Schema, error) {
	load, _ := loaded.LoadOrStore(version, sync.OnceValues(func() (*ast.Schema, error) {
		text, err := files.ReadFile(version + ".graphql")
		if err != nil {
			return nil, fmt.Errorf("no Admin API schema for version %q; known: %s", version, strings.Join(Versions, ", "))
		}
		return gqlparser.LoadSchema(&ast.Source{Name: version, Input: string(text)})
	}))
	return load.(func() (*ast.Schema, error))()
}

// Access is what Shopify asks of a caller before it hands a thing out.
type Access struct {
	// Requires is Shopify's own sentence, as its error messages quote it.
	Requires string
	// Scopes holds groups: one scope of each group is needed.
	Scopes [][]string
}

// AccessOf reads the @access directive of a type, field or enum value; nil
// where none is required.
func AccessOf(directives ast.DirectiveList) *Access {
	d := directives.ForName("access")
	if d == nil {
		return nil
	}
	a := &Access{Requires: d.Arguments.ForName("requires").Value.Raw}
	for _, group := range d.Arguments.ForName("scopes").Value.Children {
		var scopes []string
		for _, scope := range group.Value.Children {
			scopes = append(scopes, scope.Value.Raw)
		}
		a.Scopes = append(a.Scopes, scopes)
	}
	return a
}

// Allows says whether a caller that holds the granted scopes may pass. Who
// holds write_x may also read_x (https://shopify.dev/docs/api/usage/access-scopes).
func (a *Access) Allows(granted map[string]bool) bool {
	if a == nil {
		return true
	}
	for _, group := range a.Scopes {
		if !slices.ContainsFunc(group, func(scope string) bool {
			resource, isRead := strings.CutPrefix(scope, "read_")
			return granted[scope] || isRead && granted["write_"+resource]
		}) {
			return false
		}
	}
	return true
}
