package simulator

import (
	"fmt"
	"math"
	"reflect"

	"github.com/vektah/gqlparser/v2/ast"
)

// arguments are a field's arguments or an input object's fields. What the
// schema has checked is taken as it says; an absent one reads as the zero value.
type arguments map[string]any

// argumentsOf reads a field's arguments, defaults filled in. A number that the
// parser cannot hold is the caller's fault, not a reason to fall over.
func argumentsOf(f *ast.Field, variables map[string]any) (args arguments, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = failure(codeBadRequest, "invalid argument of %s: %v", f.Name, r)
		}
	}()
	return f.ArgumentMap(variables), nil
}

// isDefault says whether an argument was left at what the schema gives it.
func isDefault(d *ast.ArgumentDefinition, value any) bool {
	if value == nil {
		return true
	}
	fallback, err := d.DefaultValue.Value(nil)
	return err == nil && reflect.DeepEqual(value, fallback)
}

// given says whether an argument is there and not null.
func (a arguments) given(name string) bool { return a[name] != nil }

// cleared says whether an argument is there and null.
func (a arguments) cleared(name string) bool {
	value, there := a[name]
	return there && value == nil
}

func (a arguments) text(name string) string {
	text, _ := a[name].(string)
	return text
}

func (a arguments) flag(name string) bool {
	flag, _ := a[name].(bool)
	return flag
}

// whole reads an Int: int64 from a document, float64 from JSON.
func (a arguments) whole(name string) (int, bool) {
	switch n := a[name].(type) {
	case int64:
		return int(n), true
	case float64:
		return int(math.Max(math.MinInt32, math.Min(math.MaxInt32, n))), true
	}
	return 0, false
}

// texts reads a list of strings; GraphQL lets one stand for a list of one.
func (a arguments) texts(name string) []string {
	var texts []string
	for _, item := range a.list(name) {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// objects reads a list of input objects.
func (a arguments) objects(name string) []arguments {
	var objects []arguments
	for _, item := range a.list(name) {
		if fields, ok := item.(map[string]any); ok {
			objects = append(objects, fields)
		}
	}
	return objects
}

func (a arguments) list(name string) []any {
	switch value := a[name].(type) {
	case nil:
		return nil
	case []any:
		return value
	default:
		return []any{value}
	}
}

// object reads an input object.
func (a arguments) object(name string) arguments {
	fields, _ := a[name].(map[string]any)
	return fields
}

// id reads the number out of a global id of the given type; ok is false where
// it is the id of something else. What is no global id is an error.
func (a arguments) id(name, typeName string) (id uint64, ok bool, err error) {
	text := fmt.Sprint(a[name])
	if !globalID.MatchString(text) {
		return 0, false, failure("argumentLiteralsIncompatible", "%s", invalidGlobalID(text))
	}
	id, ok = parseGID(text, typeName)
	return id, ok, nil
}

// only refuses the fields of an input object that the simulator does not know;
// false is the default of every flag that Shopify has there.
func (a arguments) only(typeName string, heeds ...string) error {
	known := map[string]bool{}
	for _, name := range heeds {
		known[name] = true
	}
	for name, value := range a {
		if !known[name] && value != nil && value != false {
			return notModelled("the field %s of %s", name, typeName)
		}
	}
	return nil
}
