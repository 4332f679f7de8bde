package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// idempotencyRequired is the version from which a mutation that takes a key
	// must be given one
	// (https://shopify.dev/changelog/making-idempotency-mandatory-for-inventory-adjustments-and-refund-mutations).
	idempotencyRequired = "2026-04"
	// keyLife is how long a key is remembered, from its first use
	// (https://shopify.dev/docs/api/usage/implementing-idempotency).
	keyLife = 24 * time.Hour
	// maxKeys is how many keys a shop remembers; beyond, the oldest goes.
	maxKeys = 10_000
)

// idempotent marks a mutation that takes @idempotent(key:), as the schema's
// descriptions say of 17; a test lists them and holds the registry to it. The
// mutation's payload must be a record.
func idempotent(f field) field {
	f.idempotent = true
	return f
}

// refusing gives a field arguments that are wrong whatever the key.
func (f field) refusing(refuse func(r *request, args arguments) error) field {
	f.refuse = refuse
	return f
}

// attempt is what became of the first call with a key.
type attempt struct {
	at    time.Time
	input string // mutation and arguments
	asked string // the selection that the reply fits
	// failed says that the mutation itself failed, by an error or by userErrors.
	// Public records do not say which of the two count (?).
	failed bool
	done   json.RawMessage
	ok     bool // false: a null passed on to the root
	errors []*graphQLError
}

// keyring remembers a shop's keys. Each app has its own (?).
type keyring struct {
	attempts map[appKey]*attempt
	order    []appKey // oldest first
}

type appKey struct{ app, key string }

func (k *keyring) find(key appKey, now time.Time) *attempt {
	for len(k.order) > 0 && (len(k.order) > maxKeys || now.Sub(k.attempts[k.order[0]].at) >= keyLife) {
		delete(k.attempts, k.order[0])
		k.order = k.order[1:]
	}
	return k.attempts[key]
}

func (k *keyring) add(key appKey, a *attempt) {
	if k.attempts == nil {
		k.attempts = map[appKey]*attempt{}
	}
	k.attempts[key] = a
	k.order = append(k.order, key)
}

// once answers a mutation that takes a key: the first time by its resolver,
// again with the same input as then. The words are those of the schema's
// descriptions of the codes, but for those of an empty key (?).
func (e *executor) once(answer field, s selected, args arguments, at *trail) (any, bool) {
	f := s.fields[0]
	d := f.Directives.ForName("idempotent")
	if d == nil {
		if e.request.version >= idempotencyRequired {
			return e.failed(failure(codeBadRequest, "The @idempotent directive is required for this mutation but was not provided."), f, at)
		}
		return e.answered(answer, s, args, nil, at)
	}
	text, _ := d.ArgumentMap(e.variables)["key"].(string)
	if strings.TrimSpace(text) == "" {
		return e.failed(failure(codeBadRequest, "The idempotency key cannot be an empty string or whitespace only."), f, at)
	}
	input, err := json.Marshal(args)
	if err != nil {
		return e.failed(failure(codeInternal, "the simulator cannot compare the arguments: %s", err), f, at)
	}
	key := appKey{e.request.app.ClientID, text}
	now := attempt{at: e.request.now, input: f.Name + string(input), asked: e.shape(s)}
	switch first := e.request.keys.find(key, e.request.now); {
	case first == nil:
	case first.input != now.input:
		return e.refuseKey(s, at, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "The same idempotency key cannot be used with different operation parameters.")
	case first.failed:
		return e.refuseKey(s, at, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "A previous request with this idempotency key failed. Retry with a new idempotency key.")
	case first.asked != now.asked:
		return e.failed(notModelled("%s with the key of an earlier call and another selection", f.Name), f, at)
	default:
		e.errors = append(e.errors, first.errors...)
		return first.done, first.ok
	}
	before := len(e.errors)
	done, ok := e.answered(answer, s, args, &now.failed, at)
	now.ok, now.errors = ok, slices.Clone(e.errors[before:])
	if slices.ContainsFunc(now.errors, func(err *graphQLError) bool { return now.failed && err.code() == codeNotModelled }) {
		return done, ok // nothing was tried
	}
	if now.done, err = json.Marshal(done); err != nil {
		return e.failed(failure(codeInternal, "the simulator's answer has no JSON: %s", err), f, at)
	}
	e.request.keys.add(key, &now)
	return done, ok
}

// answered resolves and completes a mutation whose arguments are known. It notes
// in failed, if there, whether the mutation itself failed.
func (e *executor) answered(answer field, s selected, args arguments, failed *bool, at *trail) (any, bool) {
	f := s.fields[0]
	value, err := answer.resolve(e.request, nil, args)
	if failed != nil {
		*failed = err != nil || hasUserErrors(f.Name, value)
	}
	if err != nil {
		return e.failed(asGraphQL(err), f, at)
	}
	return e.complete(f, f.Definition.Type, value, s.below(), at)
}

func hasUserErrors(mutation string, payload any) bool {
	r, ok := payload.(record)
	if !ok && payload != nil {
		panic(fmt.Sprintf("simulator: %s takes keys, so its payload must be a record, not %T", mutation, payload))
	}
	for name, value := range r {
		if list, _ := value.([]any); isUserErrors(name) && len(list) > 0 {
			return true
		}
	}
	return false
}

// refuseKey answers with a userError about the key. Which field of the input it
// names is not public (?).
func (e *executor) refuseKey(s selected, at *trail, code, message string) (any, bool) {
	f := s.fields[0]
	return e.complete(f, f.Definition.Type, e.refusal(f.Definition.Type.Name(), userError(code, message)), s.below(), at)
}

// shape is what a selection asks for, in a form to compare.
func (e *executor) shape(s selected) string {
	var text strings.Builder
	var write func(set ast.SelectionSet)
	write = func(set ast.SelectionSet) {
		text.WriteByte('{')
		for _, part := range set {
			switch part := part.(type) {
			case *ast.Field:
				if included(part.Directives, e.variables) {
					args, _ := json.Marshal(part.ArgumentMap(e.variables)) //nolint:errchkjson // JSON came in, JSON goes out
					fmt.Fprintf(&text, "%s:%s%s", part.Alias, part.Name, args)
					write(part.SelectionSet)
				}
			case *ast.InlineFragment:
				if included(part.Directives, e.variables) {
					text.WriteString("..." + part.TypeCondition)
					write(part.SelectionSet)
				}
			case *ast.FragmentSpread:
				if included(part.Directives, e.variables) {
					text.WriteString("..." + part.Definition.TypeCondition)
					write(part.Definition.SelectionSet)
				}
			}
		}
		text.WriteByte('}')
	}
	text.WriteString(s.name)
	write(s.below())
	return text.String()
}
