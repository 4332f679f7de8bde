package simulator

import "slices"

// rootField answers a field of the operation's root: as a fault has it, by the
// key of an earlier call, or as any field.
func (e *executor) rootField(typeName string, source any, s selected, at *trail) (any, bool) {
	f := s.fields[0]
	if e.broken == s.name {
		if e.fault.AfterWork {
			before := len(e.errors)
			e.mutationOrField(typeName, source, s, at)
			e.errors = e.errors[:before]
		}
		return e.failed(internalError(e.requestID), f, at)
	}
	if e.fault != nil && e.fault.Kind == FaultUserErrors {
		return e.complete(f, f.Definition.Type, e.refusal(f.Definition.Type.Name(), e.fault.userErrors()...), s.below(), at)
	}
	return e.mutationOrField(typeName, source, s, at)
}

func (e *executor) mutationOrField(typeName string, source any, s selected, at *trail) (any, bool) {
	if !registry[typeName][s.fields[0].Name].idempotent {
		return e.field(typeName, source, s, at)
	}
	answer, args, err := e.prepare(typeName, source, s.fields[0])
	if err != nil {
		return e.failed(asGraphQL(err), s.fields[0], at)
	}
	if answer.refuse != nil {
		if err := answer.refuse(e.request, args); err != nil {
			return e.failed(asGraphQL(err), s.fields[0], at)
		}
	}
	return e.once(answer, s, args, at)
}

// breaks is the response name of the root field that the fault nulls.
func (e *executor) breaks(roots []selected) string {
	named := func(s selected) bool { return s.name == e.fault.Field }
	if i := slices.IndexFunc(roots, named); i >= 0 {
		return roots[i].name
	}
	return roots[0].name
}
