package simulator

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// graphQLBody is what a client posts.
type graphQLBody struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
}

// graphQLReply is what it gets, with status 200 whatever is wrong with it.
type graphQLReply struct {
	Errors     []*graphQLError `json:"errors,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	Extensions any             `json:"extensions,omitempty"`
}

// decode reads the body: JSON, or the bare document as application/graphql.
func decode(x *exchange) *reply {
	text, err := io.ReadAll(x.request.Body)
	if err != nil {
		if refused := tooLarge(err); refused != nil {
			return refused
		}
		return refuse(http.StatusBadRequest, "Bad Request")
	}
	if kind, _, _ := mime.ParseMediaType(x.request.Header.Get("Content-Type")); kind == "application/graphql" {
		x.query.Query = string(text)
	} else if err := json.Unmarshal(text, &x.query); err != nil {
		return badQuery()
	}
	if strings.TrimSpace(x.query.Query) == "" {
		return badQuery()
	}
	return nil
}

// badQuery is Shopify's sample of a 400
// (https://shopify.dev/docs/api/admin-graphql#status_and_error_codes).
func badQuery() *reply {
	return refuse(http.StatusBadRequest, map[string]string{"query": "Required parameter missing or invalid"})
}

// validate holds document and variables against the version's schema and picks
// the operation.
func (s *Simulator) validate(x *exchange) *reply {
	sch, err := schema.Load(x.version)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	doc, faults := s.documents.load(sch, x.version, x.query.Query)
	if faults != nil {
		return x.fail(faults...)
	}
	x.document = doc
	if x.operation, err = choose(doc.Operations, x.query.OperationName); err != nil {
		return x.fail(asGraphQL(err))
	}
	describe(x)
	if x.variables, faults = coerce(sch, x.operation, x.query.Variables); faults != nil {
		return x.fail(faults...)
	}
	return nil
}

// choose finds the operation to run; the messages are graphql-ruby's
// (https://github.com/rmosolgo/graphql-ruby/blob/master/lib/graphql/query.rb).
func choose(operations ast.OperationList, name string) (*ast.OperationDefinition, error) {
	if name == "" && len(operations) != 1 {
		return nil, &graphQLError{Message: "An operation name is required"}
	}
	op := operations.ForName(name)
	if op == nil {
		return nil, &graphQLError{Message: `No operation named "` + name + `"`}
	}
	if op.Operation == ast.Subscription {
		return nil, &graphQLError{Message: "Schema is not configured for subscriptions"}
	}
	return op, nil
}

// describe writes into the call log what the operation is.
func describe(x *exchange) {
	x.call.Mutation = x.operation.Operation == ast.Mutation
	for _, f := range rootFields(x.operation.SelectionSet, nil) {
		x.call.RootFields = append(x.call.RootFields, f.Name)
	}
	x.call.Operation = x.operation.Name
	if x.call.Operation == "" && len(x.call.RootFields) > 0 {
		x.call.Operation = x.call.RootFields[0]
	}
}

// fail answers without having executed anything.
func (x *exchange) fail(errors ...*graphQLError) *reply {
	x.note(errors)
	return &reply{http.StatusOK, graphQLReply{Errors: errors}}
}

func (x *exchange) note(errors []*graphQLError) {
	for _, e := range errors {
		x.call.Errors = append(x.call.Errors, e.code())
	}
}

// execute runs the operation under the shop's lock and answers. A query may see
// an older state than the shop's own.
func (s *Simulator) execute(x *exchange) *reply {
	sch, err := schema.Load(x.version)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	app := appByClientID(&x.store.shop, x.app.ClientID)
	if app == nil {
		return refuse(http.StatusUnauthorized, "[API] Invalid API key or access token (unrecognized login or wrong password)")
	}
	scopes, shop := granted(app.Scopes), &x.store.shop
	if x.call.Mutation && x.fault != nil && x.fault.Kind == FaultStaleReads {
		x.store.keepStale(x.instant, x.fault.until(x.instant))
	}
	if x.call.Mutation && x.fault != nil && x.fault.Kind == FaultNoEffect {
		unchanged := copied(x.store.shop)
		defer func() { x.store.shop = unchanged }()
	}
	if !x.call.Mutation {
		shop = x.read()
		app = appByClientID(shop, app.ClientID)
	}
	served, _ := s.window.at(x.now)
	e := &executor{
		fault: x.fault, requestID: x.call.RequestID,
		schema: sch, variables: x.variables, granted: scopes,
		request: &request{
			versions: served, version: x.version, schema: sch, granted: scopes,
			shop: shop, app: app, now: x.now, nextID: x.store.nextID, keys: &x.store.keys,
			tell:  func(facts ...fact) { s.tell(x.store, facts) },
			later: func(wait time.Duration, facts ...fact) { s.tellLater(x.store, wait, facts) },
		},
	}
	data, text := e.run(x.operation)
	x.note(e.errors)
	x.call.ActualCost = actualCost(sch, x.operation, x.variables, data)
	x.settle()
	return &reply{http.StatusOK, graphQLReply{
		Errors: e.errors, Data: text, Extensions: x.cost(&x.call.ActualCost),
	}}
}
