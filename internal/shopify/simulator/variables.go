package simulator

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
)

// coerce fits the given variables to the operation's declarations. What does
// not fit is refused as Shopify does, with the code INVALID_VARIABLE.
func coerce(s *ast.Schema, op *ast.OperationDefinition, given map[string]any) (map[string]any, []*graphQLError) {
	values, err := validator.VariableValues(s, op, given)
	if err != nil {
		return nil, []*graphQLError{invalidVariable(op, given, err)}
	}
	for _, v := range op.VariableDefinitions {
		if err := strict(s, v.Type, values[v.Variable], ast.Path{ast.PathName("variable"), ast.PathName(v.Variable)}); err != nil {
			return nil, []*graphQLError{invalidVariable(op, given, err)}
		}
	}
	return values, nil
}

var globalID = regexp.MustCompile(`^gid://shopify/\w+/\S+$`)

// invalidGlobalID says so in the words of Shopify's replies.
func invalidGlobalID(id any) string { return fmt.Sprintf("Invalid global id '%v'", id) }

// textScalars are the custom scalars of Shopify that are written as strings.
var textScalars = map[string]bool{"ARN": true, "Color": true, "Date": true, "DateTime": true, "FormattedString": true, "HTML": true, "StorefrontID": true, "URL": true}

// strict finds what the validator lets pass and Shopify does not: enum values in
// the wrong case, numbers for texts, ids that are no global ids, and several
// fields, or null, of an input that is one of them.
func strict(s *ast.Schema, t *ast.Type, value any, path ast.Path) error {
	if value == nil {
		return nil
	}
	if t.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			return strict(s, t.Elem, value, path)
		}
		for i, v := range list {
			if err := strict(s, t.Elem, v, append(path, ast.PathIndex(i))); err != nil {
				return err
			}
		}
		return nil
	}
	text, isText := value.(string)
	switch def := s.Types[t.NamedType]; {
	case def.Kind == ast.Enum && (!isText || def.EnumValues.ForName(text) == nil):
		return gqlerror.ErrorPathf(path, "Expected %q to be one of the values of %s", fmt.Sprint(value), def.Name)
	case def.Name == "ID" && (!isText || !globalID.MatchString(text)):
		return gqlerror.ErrorPathf(path, "%s", invalidGlobalID(value))
	case textScalars[def.Name] && !isText:
		return gqlerror.ErrorPathf(path, "Could not coerce value %v to %s", value, def.Name)
	case def.Kind == ast.InputObject:
		fields, _ := value.(map[string]any)
		if def.Directives.ForName("oneOf") != nil {
			if err := oneOfThem(def.Name, fields, path); err != nil {
				return err
			}
		}
		for name, v := range fields {
			if f := def.Fields.ForName(name); f != nil {
				if err := strict(s, f.Type, v, append(path, ast.PathName(name))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// oneOfThem wants one field of an input, in the words of Shopify's library
// (https://github.com/rmosolgo/graphql-ruby/blob/master/lib/graphql/schema/input_object.rb).
func oneOfThem(typeName string, fields map[string]any, path ast.Path) error {
	if len(fields) != 1 {
		return gqlerror.ErrorPathf(path, "'%s' requires exactly one argument, but %d were provided.", typeName, len(fields))
	}
	for name, value := range fields {
		if value == nil {
			return gqlerror.ErrorPathf(path, "'%s' requires exactly one argument, but '%s' was `null`.", typeName, name)
		}
	}
	return nil
}

// invalidVariable gives an error of variables the shape of Shopify's. Its path
// begins with "variable" and the variable's name.
func invalidVariable(op *ast.OperationDefinition, given map[string]any, err error) *graphQLError {
	explanation, inner := err.Error(), []any{}
	var name string
	if e, ok := errors.AsType[*gqlerror.Error](err); ok {
		explanation = e.Message
		for i, part := range e.Path {
			switch p := part.(type) {
			case ast.PathName:
				if i == 1 {
					name = string(p)
				} else if i > 1 {
					inner = append(inner, string(p))
				}
			case ast.PathIndex:
				inner = append(inner, int(p))
			}
		}
	}
	v := op.VariableDefinitions.ForName(name)
	if v == nil {
		return failure(codeInvalidVariable, "%s", explanation)
	}
	message := fmt.Sprintf("Variable $%s of type %s was provided invalid value", name, v.Type)
	if len(inner) > 0 {
		parts := make([]string, len(inner))
		for i, p := range inner {
			parts[i] = fmt.Sprint(p)
		}
		message += fmt.Sprintf(" for %s (%s)", strings.Join(parts, "."), explanation)
	}
	e := failure(codeInvalidVariable, "%s", message)
	e.Locations = locate(v.Position)
	e.Extensions["value"] = given[name]
	e.Extensions["problems"] = []any{map[string]any{"path": inner, "explanation": explanation}}
	return e
}
