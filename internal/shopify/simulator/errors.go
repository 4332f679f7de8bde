package simulator

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// The codes of errors[].extensions.code.
const (
	codeNotModelled     = "NOT_MODELLED" // the simulator's own
	codeAccessDenied    = "ACCESS_DENIED"
	codeBadRequest      = "BAD_REQUEST"
	codeInternal        = "INTERNAL_SERVER_ERROR"
	codeInvalidVariable = "INVALID_VARIABLE"
	codeMaxCostExceeded = "MAX_COST_EXCEEDED"
	codeMaxInputSize    = "MAX_INPUT_SIZE_EXCEEDED"
	codeThrottled       = "THROTTLED"
)

// graphQLError is one entry of a reply's errors.
type graphQLError struct {
	Message    string           `json:"message"`
	Locations  []sourceLocation `json:"locations,omitempty"`
	Path       []any            `json:"path,omitempty"`
	Extensions map[string]any   `json:"extensions,omitempty"`
}

type sourceLocation struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

func (e *graphQLError) Error() string { return e.Message }

func (e *graphQLError) code() string {
	code, _ := e.Extensions["code"].(string)
	return code
}

func failure(code, format string, args ...any) *graphQLError {
	return &graphQLError{Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": code}}
}

// notModelled says that the schema allows a thing and the simulator does not
// know it, which is better than a wrong answer.
func notModelled(format string, args ...any) *graphQLError {
	return failure(codeNotModelled, format+" is not modelled by the simulator", args...)
}

// asGraphQL is a resolver's error as an entry of its own, so that a path can be
// written into it.
func asGraphQL(err error) *graphQLError {
	if e, ok := errors.AsType[*graphQLError](err); ok {
		entry := *e
		return &entry
	}
	return failure(codeInternal, "%s", err)
}

func locate(p *ast.Position) []sourceLocation {
	if p == nil {
		return nil
	}
	return []sourceLocation{{p.Line, p.Column}}
}

// object is a JSON object whose members keep their order, as those of a GraphQL
// reply do.
type object struct {
	names  []string
	values map[string]any
}

func (o *object) set(name string, value any) {
	if o.values == nil {
		o.values = map[string]any{}
	}
	if _, there := o.values[name]; !there {
		o.names = append(o.names, name)
	}
	o.values[name] = value
}

// MarshalJSON writes the members in the order in which they were set.
func (o *object) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for i, name := range o.names {
		if i > 0 {
			text = append(text, ',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(o.values[name])
		if err != nil {
			return nil, err
		}
		text = append(append(append(text, key...), ':'), value...)
	}
	return append(text, '}'), nil
}
