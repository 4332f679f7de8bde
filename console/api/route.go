package api

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// StorePath names the store that a request is about.
type StorePath struct {
	Namespace string `path:"namespace" doc:"Namespace of the ShopifyStore" example:"client-maple-kids"`
	Store     string `path:"store" doc:"Name of the ShopifyStore" example:"maple-kids"`
}

// storePath is what every path begins with.
const storePath = "/api/v1/namespaces/{namespace}/stores/{store}"

// operation describes a route.
type operation struct {
	// id names it in the description, in metrics and logs.
	id, method string
	// path is what follows storePath.
	path string
	// summary is a line, description what else there is to know.
	summary, description string
	// needs are the permissions that the caller has to have, all of them.
	needs []access.Permission
	// status is that of success, 200 where zero.
	status int
	// refusals are the statuses of problems that only some routes have.
	refusals []int
	// bodyBytes is how large a body may be; 1 MiB where zero.
	bodyBytes int64
	// body describes a body that is no JSON, answers an answer that is none.
	body    *huma.RequestBody
	answers map[string]*huma.Response
}

// visit is what a handler works in: a transaction in the store that the caller was
// let into.
type visit struct {
	*ledger.Tx

	// person is the caller, for the audit trail.
	person string
	// push collects the items whose products have to follow.
	push []string
}

// answer is what a route answers.
type answer[B any] struct {
	ETag     string `header:"ETag" doc:"The version of what is answered, for If-Match; only of a single item"`
	Replayed string `header:"Idempotency-Replayed" doc:"true where this is the answer to an earlier request with the same key"`
	Body     B
}

// tagged is what has a version.
type tagged interface{ etag() string }

func answerOf[B any](body B) *answer[B] {
	a := &answer[B]{Body: body}
	if t, ok := any(body).(tagged); ok {
		a.ETag = t.etag()
	}
	return a
}

// reads is a route that changes nothing.
func reads[I, B any](a *API, op operation, handle func(*visit, *I) (B, error)) {
	register(a, op, func(ctx context.Context, scope *access.Scope, in *I) (*answer[B], error) {
		var body B
		err := scope.View(ctx, func(tx *ledger.Tx) (err error) {
			if err = connected(tx); err == nil {
				body, err = handle(&visit{Tx: tx, person: scope.Person()}, in)
			}
			return err
		})
		return answerOf(body), err
	})
}

// changes is a route that changes something: all that follows from it is committed
// with it, or nothing is.
func changes[I, B any](a *API, op operation, handle func(*visit, *I) (B, error)) {
	register(a, op, func(ctx context.Context, scope *access.Scope, in *I) (*answer[B], error) {
		return change(ctx, scope, op, in, handle)
	})
}

// change is the transaction of a route that changes something.
func change[I, B any](ctx context.Context, scope *access.Scope, op operation, in *I, handle func(*visit, *I) (B, error)) (out *answer[B], err error) {
	err = scope.Update(ctx, func(tx *ledger.Tx) error {
		v := &visit{Tx: tx, person: scope.Person()}
		if err := connected(tx); err != nil {
			return err
		}
		out, err = once(v, op, in, func() (B, error) {
			body, err := handle(v, in)
			if err != nil {
				return body, err
			}
			return body, deliveries.Push(tx, v.push)
		})
		return err
	})
	return out, err
}

// connected says whether the ledger knows the store at all.
func connected(tx *ledger.Tx) error {
	if _, err := tx.Binding(); err != nil {
		if problem := problemOf(err); problem != nil && problem.Status == http.StatusNotFound {
			return problemf(http.StatusNotFound, "there is no store of this name that was ever connected to its shop: correct the name, or wait until the ShopifyStore is Connected")
		}
		return err
	}
	return nil
}

type scopeKey struct{}

// register adds a route. There is no other way to one, and none past the guard: a
// handler is called with the scope that the caller was let into, before any of what
// they sent was looked at.
func register[I, O any](a *API, op operation, handle func(context.Context, *access.Scope, *I) (*O, error)) {
	refusals := append([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusInternalServerError, http.StatusServiceUnavailable}, op.refusals...)
	described := huma.Operation{
		OperationID: op.id, Method: op.method, Path: storePath + op.path, Summary: op.summary, Description: op.description + "\n\nNeeds " + permissions(op.needs) + ".",
		DefaultStatus: op.status, MaxBodyBytes: op.bodyBytes, BodyReadTimeout: a.limits.BodyTime, RequestBody: op.body, SkipValidateBody: op.body != nil,
		RejectUnknownQueryParameters: true, Responses: map[string]*huma.Response{}, Middlewares: huma.Middlewares{a.admit(op)},
	}
	maps.Copy(described.Responses, op.answers)
	for _, status := range append(refusals, http.StatusUnprocessableEntity) {
		described.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {Schema: a.problem}},
		}
	}
	huma.Register(a.huma, described, func(ctx context.Context, in *I) (*O, error) {
		scope := ctx.Value(scopeKey{}).(*access.Scope) // admit has put it there
		out, err := handle(ctx, scope, in)
		if err == nil {
			return out, nil
		}
		problem := problemOf(err)
		if problem == nil {
			a.log.ErrorContext(ctx, "a request failed", "route", op.id, "error", err)
			problem = problemf(http.StatusInternalServerError, "something went wrong on our side: send it again with its Idempotency-Key, and look at the console's log if that does not help")
		}
		return nil, problem
	})
}

// permissions names permissions for people.
func permissions(needs []access.Permission) string {
	var names []string
	for _, p := range needs {
		names = append(names, p.String())
	}
	return strings.Join(names, ", ")
}
