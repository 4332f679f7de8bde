package simulator

import "github.com/vektah/gqlparser/v2/ast"

// receipt prices what was returned, by the model that fits 94% of 2,037 recorded
// replies (https://github.com/airhorns/shopify-draft-proxy has them): null costs
// nothing, a list of objects 1 + what its dearest entry holds, a connection 2 +
// for each node returned its share, one Nth, of what N nodes were priced at,
// rounded up; all else is as in tariff. A mutation that its key has answered
// before is priced without what its payload holds (?).
type receipt struct{ tariff }

func actualCost(s *ast.Schema, op *ast.OperationDefinition, variables map[string]any, data *object) int {
	r := receipt{tariff{schema: s, variables: variables}}
	total := 0
	for _, s := range r.merged(op.SelectionSet) {
		switch value := data.value(s.name); {
		case op.Operation == ast.Mutation:
			payload, _ := value.(*object)
			total += mutationCost + r.entries(s.fields[0])
			for _, part := range r.merged(s.below()) {
				total += max(0, r.field(part, payload.value(part.name))-1)
			}
		case s.fields[0].Definition.Type.Name() == "Count":
			total += rootCountCost
		default:
			total += r.field(s, value)
		}
	}
	return max(1, total)
}

// value is a member of an object that may be nil.
func (o *object) value(name string) any {
	if o == nil {
		return nil
	}
	return o.values[name]
}

// merged are the fields of a selection by response name, of whatever fragment:
// an object has members for those alone that apply to it.
func (r receipt) merged(set ast.SelectionSet) []selected {
	var out []selected
	at := map[string]int{}
	for _, f := range rootFields(set, r.variables) {
		i, there := at[f.Alias]
		if !there {
			i = len(out)
			at[f.Alias] = i
			out = append(out, selected{name: f.Alias})
		}
		out[i].fields = append(out[i].fields, f)
	}
	return out
}

func (r receipt) field(s selected, value any) int {
	if !r.isObject(s.fields[0]) {
		return 0
	}
	switch value := value.(type) {
	case []any:
		dearest := 0
		for _, item := range value {
			o, _ := item.(*object)
			dearest = max(dearest, r.members(s.below(), o))
		}
		return 1 + dearest
	case *object:
		if isConnection(s.fields[0]) {
			return 2 + r.nodes(s, value)
		}
		return 1 + r.members(s.below(), value)
	}
	return 0
}

// members is what an object holds; one that is null holds nothing.
func (r receipt) members(set ast.SelectionSet, o *object) int {
	total := 0
	if o != nil {
		for _, s := range r.merged(set) {
			total += r.field(s, o.values[s.name])
		}
	}
	return total
}

// nodes is what a connection's nodes and edges cost together.
func (r receipt) nodes(connection selected, o *object) int {
	total := 0
	for _, s := range r.merged(connection.below()) {
		list, _ := o.values[s.name].([]any)
		for _, item := range list {
			entry, _ := item.(*object)
			total += r.members(s.below(), entry)
			if entry != nil && s.fields[0].Name == "nodes" {
				total++ // an edge adds nothing to its node
			}
		}
	}
	asked := pageSize(connection.fields[0], r.variables)
	if asked <= 0 {
		return 0
	}
	return (total*factor(asked) + asked - 1) / asked
}
