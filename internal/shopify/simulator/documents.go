package simulator

import (
	"regexp"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// documentCache keeps documents that were found valid. Clients send the same
// few over and over; the bounds are there for the one that does not.
type documentCache struct {
	mu   sync.Mutex
	docs map[documentKey]*ast.QueryDocument
}

type documentKey struct{ version, text string }

const (
	maxDocuments    = 512
	maxDocumentText = 32 << 10 // bytes; longer ones are not kept
)

// load parses and validates a document, or finds it among those it has.
func (c *documentCache) load(s *ast.Schema, version, text string) (*ast.QueryDocument, []*graphQLError) {
	key := documentKey{version, text}
	c.mu.Lock()
	doc := c.docs[key]
	c.mu.Unlock()
	if doc != nil {
		return doc, nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil, schemaErrors(gqlerror.List{gqlerror.WrapIfUnwrapped(err)})
	}
	if errs := validator.ValidateWithRules(s, doc, rules.NewDefaultRules()); len(errs) > 0 {
		return nil, schemaErrors(errs)
	}
	if len(text) <= maxDocumentText {
		c.mu.Lock()
		if c.docs == nil || len(c.docs) >= maxDocuments {
			c.docs = map[documentKey]*ast.QueryDocument{}
		}
		c.docs[key] = doc
		c.mu.Unlock()
	}
	return doc, nil
}

// ruleCodes are the codes that Shopify's library, graphql-ruby, gives to
// violations of these rules
// (https://github.com/rmosolgo/graphql-ruby/tree/master/lib/graphql/static_validation/rules).
var ruleCodes = map[string]string{
	"FieldsOnCorrectType":       "undefinedField",
	"KnownArgumentNames":        "argumentNotAccepted",
	"ProvidedRequiredArguments": "missingRequiredArguments",
	"ScalarLeafs":               "selectionMismatch",
	"NoUndefinedVariables":      "variableNotDefined",
	"NoUnusedVariables":         "variableNotUsed",
}

var unknownField = regexp.MustCompile(`^Cannot query field "(\w+)" on type "(\w+)"`)

// schemaErrors are a document's faults as entries of the reply; the words are
// the parser's.
func schemaErrors(list gqlerror.List) []*graphQLError {
	var out []*graphQLError
	for _, err := range list {
		e := &graphQLError{Message: err.Message}
		for _, l := range err.Locations {
			e.Locations = append(e.Locations, sourceLocation{l.Line, l.Column})
		}
		if code := ruleCodes[err.Rule]; code != "" {
			e.Extensions = map[string]any{"code": code}
		}
		if m := unknownField.FindStringSubmatch(err.Message); m != nil && err.Rule == "FieldsOnCorrectType" {
			e.Extensions["fieldName"], e.Extensions["typeName"] = m[1], m[2]
		}
		out = append(out, e)
	}
	return out
}
