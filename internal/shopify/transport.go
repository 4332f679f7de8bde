package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// maxReply caps a reply's body, in bytes. A full page of what we read is
	// below 1 MiB.
	maxReply = 16 << 20
	// attempts bounds how often one call is sent.
	attempts = 3
	// Patience bounds how long a call waits between two attempts; who is asked
	// to wait longer gets the error and comes back later.
	Patience = 5 * time.Second
)

// call describes the request that travels through the transport, which cannot
// see it in an *http.Request, and carries back what the reply's headers say.
type call struct {
	operation string
	// graphQL calls spend from the budget of points; REST calls do not.
	graphQL bool
	// repeatable calls change nothing, or are recognised by their key, so they may
	// be sent again whatever happened.
	repeatable bool

	served    string // X-Shopify-API-Version
	requestID string
	location  string // of a redirect, which is not followed
	// deprecated names what the call uses and Shopify is going to remove.
	deprecated []string
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// transport sends requests to one shop as one app. It returns a response only
// for a 2xx with JSON; everything else is an *Error.
type transport struct {
	shop   Domain
	route  *route
	tokens *tokenSource
	budget *Budget
	clock  Clock

	breaker breaker
	metrics *metrics
	log     *slog.Logger

	// owner is whose client it is, and changed is told of what it changes; nil for nobody.
	owner   string
	changed func(Change)
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	c, ok := req.Context().Value(callKey{}).(*call)
	if !ok {
		return nil, errors.New("shopify: a request outside a call") // a mistake in this package
	}
	if req.URL.Scheme != "https" || req.URL.Host != string(t.shop) {
		return nil, fmt.Errorf("shopify: refusing to send the token of %s to %s", t.shop, req.URL.Host)
	}
	body, err := drain(req)
	if err != nil {
		return nil, err
	}
	if err := t.breaker.allow(c.operation, t.clock.Now()); err != nil {
		return nil, err
	}
	resp, err := t.persist(req, body, c)
	err = t.breaker.note(err, t.clock.Now())
	t.tell(req, body, c, resp, err)
	return resp, err
}

// persist sends a request until it succeeds or trying again is no use.
func (t *transport) persist(req *http.Request, body []byte, c *call) (*http.Response, error) {
	reminted := false
	for attempt := 1; ; attempt++ {
		resp, err := t.attempt(req, body, c)
		if err == nil {
			return resp, nil
		}
		wait, again := retryIn(err, c, attempt)
		if KindOf(err) == CredentialsRejected && !reminted && t.tokens.drop(req.Header.Get(tokenHeader)) {
			reminted, wait, again = true, 0, true // a minted token can be revoked early; one new one tells
		}
		if !again {
			return nil, err
		}
		if sleepErr := sleep(req.Context(), t.clock, wait); sleepErr != nil {
			return nil, err
		}
		t.metrics.retries.WithLabelValues(c.operation).Inc()
	}
}

// retryIn decides whether a failed call is sent again, and when. A throttled
// call was not carried out; any other failure may have been, so only what is
// repeatable is sent again after one.
func retryIn(err error, c *call, attempt int) (time.Duration, bool) {
	var e *Error
	if !errors.As(err, &e) || attempt >= attempts {
		return 0, false
	}
	if _, turnedAway := errors.AsType[*turnedAwayError](err); turnedAway {
		return 0, false // so that the caller can do something else meanwhile
	}
	switch {
	case e.Kind == Throttled:
	case e.Kind == Unavailable && (c.repeatable || neverSent(err)):
	default:
		return 0, false
	}
	wait := e.RetryAfter
	if wait == 0 {
		wait = 250 * time.Millisecond << attempt
		wait += rand.N(wait) //nolint:gosec // spreads those who failed together; no secret
	}
	return wait, wait <= Patience
}

const tokenHeader = "X-Shopify-Access-Token"

func (t *transport) attempt(req *http.Request, body []byte, c *call) (resp *http.Response, err error) {
	ctx := req.Context()
	token, err := t.tokens.Token(ctx)
	if err != nil {
		return nil, err
	}
	req.Header.Set(tokenHeader, token)

	var cost *Cost
	if c.graphQL {
		asked := t.clock.Now()
		points, err := t.budget.reserve(ctx, c.operation)
		t.metrics.wait(priorityOf(ctx), t.clock.Now().Sub(asked))
		if err != nil {
			return nil, unserved(c.operation, err)
		}
		defer func() { t.budget.settle(c.operation, points, cost) }()
	}
	started := t.clock.Now()
	defer func() { t.observe(ctx, c, t.clock.Now().Sub(started), cost, err) }()
	req.Body = io.NopCloser(bytes.NewReader(body))
	resp, err = t.route.send(req)
	if err != nil {
		return nil, unreachable(c.operation, err)
	}
	c.served, c.requestID, c.location = resp.Header.Get("X-Shopify-Api-Version"), requestID(resp), resp.Header.Get("Location")
	c.deprecated = deprecatedNames(resp.Header.Get("X-Shopify-Api-Deprecated-Reason"))
	text, err := readCapped(resp)
	if err != nil {
		e := unreachable(c.operation, err)
		e.RequestID = c.requestID
		return nil, e
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, statusError(c.operation, resp, text)
	}
	deleted := resp.StatusCode == http.StatusNoContent // over REST, which has nothing to say
	if mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); !deleted && (mediaType != "application/json" || !json.Valid(text)) {
		return nil, &Error{Kind: Unavailable, Operation: c.operation, RequestID: c.requestID,
			Message: "the reply is not JSON"}
	}
	if c.graphQL {
		var throttled bool
		if cost, throttled = readCost(text); throttled {
			return nil, &Error{Kind: Throttled, Operation: c.operation, RequestID: c.requestID,
				Message: "the shop's rate limit is used up", RetryAfter: refillTime(cost)}
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return resp, nil
}

// readCost reads the cost of a GraphQL reply, and whether it was throttled:
// Shopify answers 200 then, with an error of code THROTTLED and no data.
func readCost(text []byte) (cost *Cost, throttled bool) {
	var reply struct {
		Errors     json.RawMessage `json:"errors"`
		Extensions struct {
			Cost *Cost `json:"cost"`
		} `json:"extensions"`
	}
	if err := json.Unmarshal(text, &reply); err != nil {
		return nil, false // the caller decodes it in full and reports
	}
	var coded []struct {
		Extensions struct {
			Code string `json:"code"`
		} `json:"extensions"`
	}
	_ = json.Unmarshal(reply.Errors, &coded) // a plain string has no code
	for _, e := range coded {
		throttled = throttled || e.Extensions.Code == "THROTTLED"
	}
	return reply.Extensions.Cost, throttled
}

// refillTime is how long until the bucket holds what a throttled call asked for.
func refillTime(c *Cost) time.Duration {
	if c == nil || c.Throttle.RestoreRate <= 0 {
		return time.Second
	}
	seconds := max(0.1, (c.Requested-c.Throttle.Available)/c.Throttle.RestoreRate)
	return time.Duration(seconds * float64(time.Second))
}

// statusError maps an HTTP status to a kind
// (https://shopify.dev/docs/api/usage/response-codes).
func statusError(operation string, resp *http.Response, text []byte) *Error {
	e := &Error{Operation: operation, RequestID: requestID(resp), RetryAfter: retryAfter(resp), status: resp.StatusCode}
	said, fields := restErrors(text)
	switch status := resp.StatusCode; {
	case status == http.StatusUnauthorized:
		e.Kind, e.Message = CredentialsRejected, "the shop rejects the access token"
	case status == http.StatusForbidden:
		e.Kind, e.Message = ScopeMissing, "the app may not do this"
	case status == http.StatusNotFound:
		e.Kind, e.Message = NotFound, "there is no such shop or resource"
	case status == http.StatusPaymentRequired, status == http.StatusLocked:
		e.Kind, e.Message = Frozen, "the shop is frozen or unpaid"
	case status == http.StatusTooManyRequests:
		e.Kind, e.Message = Throttled, "the shop's rate limit is used up"
	case status == http.StatusUnprocessableEntity, status == http.StatusBadRequest, status == http.StatusNotAcceptable:
		e.Kind, e.Message, e.Fields = Invalid, "Shopify refuses the request", fields
		if len(fields) > 0 {
			e.Message = "Shopify refuses the input"
		}
	case status >= 300 && status < 400:
		e.Kind, e.Message = NotFound, "the shop answers with a redirect, which is not followed because it would carry the token away"
	default:
		e.Kind, e.Message, e.detail = Unavailable, "Shopify answers "+http.StatusText(status), said
		return e
	}
	if said != "" {
		e.Message += ": " + said
	}
	return e
}

// restErrors reads {"errors": "…"}, or {"errors": {"field": …}} with a text or a
// list of texts of each field; nothing where there is none.
func restErrors(text []byte) (said string, fields []FieldError) {
	var plain struct {
		Errors string `json:"errors"`
	}
	if json.Unmarshal(text, &plain) == nil {
		return strings.TrimSpace(plain.Errors), nil
	}
	var reply struct {
		Errors map[string]json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(text, &reply) != nil {
		return "", nil
	}
	for _, field := range slices.Sorted(maps.Keys(reply.Errors)) {
		var one string
		var messages []string
		switch {
		case json.Unmarshal(reply.Errors[field], &one) == nil:
			messages = []string{one}
		case json.Unmarshal(reply.Errors[field], &messages) != nil:
			messages = []string{"is refused"} // in a form that is not known
		}
		for _, message := range messages {
			fields = append(fields, FieldError{Field: field, Message: message})
		}
	}
	return fieldTexts(fields), fields
}

// retryAfter reads a Retry-After in seconds, which Shopify may send with a
// fraction, or not at all.
func retryAfter(resp *http.Response) time.Duration {
	seconds, err := strconv.ParseFloat(resp.Header.Get("Retry-After"), 64)
	if err != nil || seconds <= 0 || seconds > 3600 {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

// unreachable wraps a failure to get a reply. Its text may name addresses, which
// differ from one attempt to the next, so the message leaves it out.
func unreachable(operation string, err error) *Error {
	e := &Error{Kind: Unavailable, Operation: operation, Message: "no usable reply from Shopify", cause: err}
	var tooLarge *replyTooLargeError
	switch {
	case errors.As(err, &tooLarge):
		e.Message = tooLarge.Error()
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		e.Message = "Shopify did not answer in time"
	case neverSent(err):
		e.Message = "the shop cannot be reached"
	}
	return e
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// neverSent says that the connection was not made, so nothing was carried out.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func requestID(resp *http.Response) string { return resp.Header.Get("X-Request-Id") }

func drain(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close()
	return io.ReadAll(req.Body)
}

type replyTooLargeError struct{ limit int64 }

func (e *replyTooLargeError) Error() string {
	return fmt.Sprintf("the reply is larger than %d MiB", e.limit>>20)
}

func readCapped(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err == nil && len(text) > maxReply {
		err = &replyTooLargeError{limit: maxReply}
	}
	return text, err
}

// route says where requests go: to the shop itself, or to an endpoint that
// stands in for every shop, such as the simulator. The URL that a request
// carries, and so every check of it, is the shop's in both cases.
type route struct {
	endpoint *url.URL // nil: the shop itself
	base     http.RoundTripper
}

func (r *route) send(req *http.Request) (*http.Response, error) {
	if r.endpoint == nil {
		return r.base.RoundTrip(req)
	}
	out := req.Clone(req.Context())
	out.Host = req.URL.Host
	out.URL.Scheme, out.URL.Host = r.endpoint.Scheme, r.endpoint.Host
	return r.base.RoundTrip(out)
}
