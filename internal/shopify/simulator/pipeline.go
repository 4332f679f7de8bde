package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// exchange is one request on its way through the stages, and what they found out.
type exchange struct {
	request *http.Request
	header  http.Header // of the reply
	now     time.Time   // to the second, as Shopify shows it
	instant time.Time   // the same, exactly
	call    Call
	fault   *armed // the one that strikes, or nil

	store   *store
	app     App    // a copy, as it was when the token was checked
	version string // the one that serves

	document  *ast.QueryDocument
	operation *ast.OperationDefinition
	query     graphQLBody
	variables map[string]any
	requested int       // cost
	limit     RateLimit // the app's
	left      float64   // of its points

	upload uploading // of a staged upload
	result *reply    // of a bulk operation
}

// reply is the end of an exchange.
type reply struct {
	status int
	body   any // as JSON; nil for none
}

// stage is one step of the way: it answers, or returns nil to let the exchange
// go on to the next.
type stage func(*exchange) *reply

// router says which stages a request passes. Whatever it does not know, such as
// GET on graphql.json, is 404, as a path of Shopify's that does not exist is.
func (s *Simulator) router() *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("POST /admin/api/{version}/graphql.json", s.handle(KindGraphQL,
		s.findShop, s.chooseVersion, s.authenticate, decode, s.validate, price, s.misbehave, spend, measure, warnOfDeprecated, s.execute))
	mux.Handle("GET /admin/api/{version}/shop.json", s.handle(KindREST,
		s.findShop, s.chooseVersion, s.authenticate, s.misbehave, leak, restShop))
	mux.Handle("GET /admin/api/{version}/shipping_zones.json", s.handle(KindREST,
		s.findShop, s.chooseVersion, s.authenticate, s.misbehave, leak, restShippingZones))
	s.priceRuleRoutes(mux)
	s.productRoutes(mux)
	mux.Handle("GET /admin/oauth/access_scopes.json", s.handle(KindREST,
		s.findShop, s.authenticate, s.misbehave, leak, restAccessScopes))
	mux.Handle("POST /admin/oauth/access_token", s.handle(KindOAuth,
		s.findShop, s.misbehave, exchangeToken))
	s.uploadRoutes(mux)
	s.resultRoutes(mux)
	mux.Handle("/", s.handle(KindREST,
		s.findShop, func(*exchange) *reply { return notFound() }))
	s.controlRoutes(mux)
	return mux
}

// ServeHTTP answers for every shop, by the Host header, and for the control API.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

// maxBody is the largest body that is read, in bytes.
const maxBody = 1 << 20

func largest(kind string) int64 {
	if kind == KindStorage {
		return maxUpload
	}
	return maxBody
}

// handle sends a request through the stages and writes down what became of it.
func (s *Simulator) handle(kind string, stages ...stage) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, largest(kind))
		instant := s.now()
		x := &exchange{request: r, header: w.Header(), now: instant.UTC().Truncate(time.Second), instant: instant}
		x.call = Call{
			Time: x.now, Kind: kind, Shop: host(r), Operation: r.Method + " " + r.URL.Path,
			RequestID: fmt.Sprintf("00000000-0000-4000-8000-%012x", s.requests.Add(1)),
		}
		x.header.Set("X-Request-Id", x.call.RequestID)
		answer := &reply{status: http.StatusInternalServerError}
		for _, next := range stages {
			if a := next(x); a != nil {
				answer = a
				break
			}
		}
		answer = x.spoil(answer)
		x.call.Status = answer.status
		x.call.Throttled = x.call.Throttled || answer.status == http.StatusTooManyRequests
		s.calls.add(x.call)
		s.send(w, x, answer)
	})
}

func host(r *http.Request) string {
	name := r.Host
	if h, _, err := net.SplitHostPort(name); err == nil {
		name = h
	}
	return strings.ToLower(name)
}

// findShop finds the shop by the Host header.
func (s *Simulator) findShop(x *exchange) *reply {
	x.store = s.store(x.call.Shop)
	if x.store == nil {
		return notFound()
	}
	return x.store.unavailable()
}

func notFound() *reply { return refuse(http.StatusNotFound, "Not Found") }

// refuse is Shopify's reply to what never reaches GraphQL.
func refuse(status int, errors any) *reply {
	return &reply{status: status, body: map[string]any{"errors": errors}}
}

func writeText(w http.ResponseWriter, status int, contentType, text string) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // a caller that went away has no use for the error
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	switch body := body.(type) {
	case nil:
		w.WriteHeader(status)
		return
	case htmlPage:
		writeText(w, status, "text/html; charset=utf-8", string(body))
		return
	case jsonLines:
		writeText(w, status, "application/jsonl", string(body))
		return
	case xmlPage:
		writeText(w, status, "application/xml; charset=UTF-8", string(body))
		return
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		http.Error(w, "simulator: the reply has no JSON: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // a caller that went away has no use for the error
}
