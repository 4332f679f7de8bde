package simulator

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// executor runs one validated operation as the GraphQL specification's section
// 6 says. It knows no resource: fields are answered by the registry.
type executor struct {
	schema    *ast.Schema
	variables map[string]any
	granted   map[string]bool
	request   *request
	errors    []*graphQLError
	// returned counts the nodes that each connection field gave, for the cost.
	returned map[*ast.Field]int
}

// trail is the way to a field in the reply, kept as a list from its end.
type trail struct {
	before *trail
	step   any // a response name or an index
}

func (t *trail) path() []any {
	var steps []any
	for ; t != nil; t = t.before {
		steps = append(steps, t.step)
	}
	slices.Reverse(steps)
	return steps
}

// run returns the reply's data. Root fields run one after the other, which
// mutations must and queries may.
func (e *executor) run(op *ast.OperationDefinition) json.RawMessage {
	root := e.schema.Query
	if op.Operation == ast.Mutation {
		root = e.schema.Mutation
	}
	data, ok := e.fields(root.Name, nil, op.SelectionSet, nil)
	if !ok {
		return json.RawMessage("null")
	}
	text, err := json.Marshal(data)
	if err != nil {
		e.fail(failure(codeInternal, "the simulator's answer has no JSON: %s", err), nil, nil)
		return json.RawMessage("null")
	}
	return text
}

// selected is what a selection asks for under one response name.
type selected struct {
	name   string
	fields []*ast.Field
}

// collect gathers a selection's fields on an object of the given type by
// response name, in order.
func (e *executor) collect(set ast.SelectionSet, typeName string, into []selected) []selected {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if !included(s.Directives, e.variables) {
				continue
			}
			i := slices.IndexFunc(into, func(c selected) bool { return c.name == s.Alias })
			if i < 0 {
				into = append(into, selected{name: s.Alias})
				i = len(into) - 1
			}
			into[i].fields = append(into[i].fields, s)
		case *ast.InlineFragment:
			if included(s.Directives, e.variables) && e.applies(s.TypeCondition, typeName) {
				into = e.collect(s.SelectionSet, typeName, into)
			}
		case *ast.FragmentSpread:
			if included(s.Directives, e.variables) && e.applies(s.Definition.TypeCondition, typeName) {
				into = e.collect(s.Definition.SelectionSet, typeName, into)
			}
		}
	}
	return into
}

// included heeds @skip and @include.
func included(directives ast.DirectiveList, variables map[string]any) bool {
	if d := directives.ForName("skip"); d != nil && d.ArgumentMap(variables)["if"] == true {
		return false
	}
	d := directives.ForName("include")
	return d == nil || d.ArgumentMap(variables)["if"] != false
}

// applies says whether a fragment's condition holds for an object type.
func (e *executor) applies(condition, typeName string) bool {
	return condition == "" || condition == typeName || slices.ContainsFunc(e.schema.PossibleTypes[condition],
		func(t *ast.Definition) bool { return t.Name == typeName })
}

// fields resolves a selection on an object; false means that a null must pass
// on to the object's own place.
func (e *executor) fields(typeName string, source any, set ast.SelectionSet, at *trail) (*object, bool) {
	out := &object{}
	for _, s := range e.collect(set, typeName, nil) {
		f, here := s.fields[0], &trail{at, s.name}
		if f.Name == "__typename" {
			out.set(s.name, typeName)
			continue
		}
		value, err := e.resolve(typeName, source, f)
		if err != nil {
			e.fail(asGraphQL(err), f, here)
			if f.Definition.Type.NonNull {
				return nil, false
			}
			out.set(s.name, nil)
			continue
		}
		var below ast.SelectionSet
		for _, same := range s.fields {
			below = append(below, same.SelectionSet...)
		}
		done, ok := e.complete(f, f.Definition.Type, value, below, here)
		if !ok {
			return nil, false
		}
		out.set(s.name, done)
	}
	return out, true
}

// resolve asks the registry for a field's value, once the token may see it.
func (e *executor) resolve(typeName string, source any, f *ast.Field) (any, error) {
	if a := denied(required(e.schema, f.Definition), e.granted); a != nil {
		return nil, accessDenied(f.Name, a.Requires)
	}
	answer, there := registry[typeName][f.Name]
	if r, ok := source.(record); ok {
		answer, there = r.field(f.Name)
	}
	if !there {
		return nil, notModelled("%s.%s", typeName, f.Name)
	}
	args, err := argumentsOf(f, e.variables)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Definition.Arguments {
		if value, given := args[d.Name]; given && !slices.Contains(answer.heeds, d.Name) && !isDefault(d, value) {
			return nil, notModelled("the argument %s of %s.%s", d.Name, typeName, f.Name)
		}
	}
	value, err := answer.resolve(e.request, source, args)
	if err == nil {
		if list, ok := value.(*connection); ok {
			e.returned[f] = max(e.returned[f], len(list.nodes))
		}
	}
	return value, err
}

// complete fits a value to a type; false means that a null must pass on.
func (e *executor) complete(f *ast.Field, t *ast.Type, value any, set ast.SelectionSet, at *trail) (any, bool) {
	if value == nil {
		if t.NonNull {
			e.fail(failure(codeInternal, "Cannot return null for non-nullable field %s", f.Name), f, at)
		}
		return nil, !t.NonNull
	}
	var done any
	var ok bool
	switch def := e.schema.Types[t.Name()]; {
	case t.Elem != nil:
		done, ok = e.list(f, t.Elem, value, set, at)
	case def.IsLeafType():
		return value, true
	case def.IsAbstractType():
		v, isTyped := value.(typed)
		if !isTyped {
			panic(fmt.Sprintf("simulator: the resolver of %s does not say which %s it returns", f.Name, def.Name))
		}
		if a := denied(ofType(e.schema, v.typeName), e.granted); a != nil {
			e.fail(accessDenied(f.Name, a.Requires), f, at)
			return nil, !t.NonNull
		}
		done, ok = e.fields(v.typeName, v.value, set, at)
	default:
		done, ok = e.fields(def.Name, value, set, at)
	}
	if !ok {
		return nil, !t.NonNull
	}
	return done, true
}

func (e *executor) list(f *ast.Field, t *ast.Type, value any, set ast.SelectionSet, at *trail) (any, bool) {
	if texts, ok := value.([]string); ok {
		return texts, true
	}
	items, ok := value.([]any)
	if !ok {
		panic(fmt.Sprintf("simulator: the resolver of %s returns %T for a list", f.Name, value))
	}
	out := make([]any, len(items))
	for i, item := range items {
		done, ok := e.complete(f, t, item, set, &trail{at, i})
		if !ok {
			return nil, false
		}
		out[i] = done
	}
	return out, true
}

func (e *executor) fail(err *graphQLError, f *ast.Field, here *trail) {
	if f != nil && err.Locations == nil {
		err.Locations = locate(f.Position)
	}
	err.Path = here.path()
	e.errors = append(e.errors, err)
}
