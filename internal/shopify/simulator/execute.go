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
	// fault is one that strikes during execution, or nil; broken is the root field
	// that an Internal nulls.
	fault  *armed
	broken string
	// bulk says that connections list everything.
	bulk      bool
	requestID string
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

// run returns the reply's data, as an object and as JSON. Root fields run one
// after the other, which mutations must and queries may.
func (e *executor) run(op *ast.OperationDefinition) (*object, json.RawMessage) {
	root := e.schema.Query
	if op.Operation == ast.Mutation {
		root = e.schema.Mutation
	}
	if e.fault != nil && e.fault.Kind == FaultInternal {
		e.broken = e.breaks(e.collect(op.SelectionSet, root.Name, nil))
	}
	data, ok := e.fields(root.Name, nil, op.SelectionSet, nil)
	if !ok {
		return nil, json.RawMessage("null")
	}
	text, err := json.Marshal(data)
	if err != nil {
		e.fail(failure(codeInternal, "the simulator's answer has no JSON: %s", err), nil, nil)
		return nil, json.RawMessage("null")
	}
	return data, text
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
		answer := e.field
		if at == nil {
			answer = e.rootField
		}
		done, ok := answer(typeName, source, s, here)
		if !ok {
			return nil, false
		}
		out.set(s.name, done)
	}
	return out, true
}

// field resolves and completes one field; false means that a null must pass on.
func (e *executor) field(typeName string, source any, s selected, at *trail) (any, bool) {
	f := s.fields[0]
	answer, args, err := e.prepare(typeName, source, f)
	if err != nil {
		return e.failed(asGraphQL(err), f, at)
	}
	value, err := answer.resolve(e.request, source, args)
	if err != nil {
		return e.failed(asGraphQL(err), f, at)
	}
	return e.complete(f, f.Definition.Type, value, s.below(), at)
}

// below is what all fields of one response name ask for.
func (s selected) below() ast.SelectionSet {
	var below ast.SelectionSet
	for _, same := range s.fields {
		below = append(below, same.SelectionSet...)
	}
	return below
}

// failed notes an error and puts null in the field's place.
func (e *executor) failed(err *graphQLError, f *ast.Field, at *trail) (any, bool) {
	e.fail(err, f, at)
	return nil, !f.Definition.Type.NonNull
}

// prepare finds what answers a field, once the token may see it, and its arguments.
func (e *executor) prepare(typeName string, source any, f *ast.Field) (answer field, args arguments, err error) {
	if a := denied(required(e.schema, f.Definition), e.granted); a != nil {
		return field{}, nil, accessDenied(f.Name, a.Requires)
	}
	if refused := refuseObject(e.schema, e.request.app, f.Definition); refused != nil {
		return field{}, nil, refused
	}
	var there bool
	answer, there = registry[typeName][f.Name]
	if r, ok := source.(record); ok {
		answer, there = r.field(f.Name)
	}
	if !there {
		return field{}, nil, notModelled("%s.%s", typeName, f.Name)
	}
	if f.Directives.ForName("idempotent") != nil && !answer.idempotent {
		return field{}, nil, notModelled("the directive @idempotent on %s.%s", typeName, f.Name)
	}
	if args, err = argumentsOf(f, e.variables); err != nil {
		return field{}, nil, err
	}
	for _, d := range f.Definition.Arguments {
		if value, given := args[d.Name]; given && !slices.Contains(answer.heeds, d.Name) && !isDefault(d, value) {
			return field{}, nil, notModelled("the argument %s of %s.%s", d.Name, typeName, f.Name)
		}
	}
	if e.bulk && listsThings(e.schema, f.Definition.Type) {
		args["first"] = everything{}
	}
	return answer, args, nil
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
		var o *object
		o, ok = e.fields(def.Name, value, set, at)
		done = o
		if e.bulk && listsThings(e.schema, t) {
			done = listed{o}
		}
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
