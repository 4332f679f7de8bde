package shopify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"
	goshopify "github.com/bold-commerce/go-shopify/v4"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Client talks to one shop as one app in one API version. It is safe for
// concurrent use; clients of the same shop and app share the budget.
type Client struct {
	base      goshopify.Client
	transport *transport
}

func newClient(version string, t *transport) (*Client, error) {
	// The token stays empty here: the transport sets it, request by request.
	base, err := goshopify.NewClient(goshopify.App{}, string(t.shop), "",
		goshopify.WithVersion(version),
		goshopify.WithHTTPClient(&http.Client{Transport: t, Timeout: callTimeout}),
		goshopify.WithLogger(silent{}))
	if err != nil {
		return nil, err
	}
	return &Client{base: *base, transport: t}, nil
}

// callTimeout bounds one call with its retries.
const callTimeout = 30 * time.Second

// Budget returns the budget that the client's GraphQL calls spend from.
func (c *Client) Budget() *Budget { return c.transport.budget }

// graphQL returns a genqlient client that fills in info about the call.
func (c *Client) graphQL(info *call) graphql.Client {
	return &caller{client: c, info: info}
}

type caller struct {
	client *Client
	info   *call
}

// MakeRequest sends one document. It implements graphql.Client.
func (c *caller) MakeRequest(ctx context.Context, req *graphql.Request, resp *graphql.Response) error {
	c.info.operation, c.info.graphQL = req.OpName, true
	c.info.repeatable = c.info.repeatable || !strings.HasPrefix(strings.TrimSpace(req.Query), "mutation")
	base := c.client.base // a copy: go-shopify notes the state of a request in its client
	if err := base.Post(withCall(ctx, c.info), "graphql.json", req, resp); err != nil {
		return asError(c.info, err)
	}
	if len(resp.Errors) > 0 {
		return graphQLError(c.info, resp.Errors)
	}
	return nil
}

// asError keeps the transport's own errors and wraps what go-shopify makes of
// a reply that it cannot read.
func asError(info *call, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &Error{Kind: Unavailable, Operation: info.operation, RequestID: info.requestID,
			Message: "the reply has an unexpected shape", cause: err}
	}
	return unreachable(info.operation, err)
}

// graphQLError turns the top-level errors of a reply into one. Shopify's codes
// are listed at https://shopify.dev/docs/api/admin-graphql#status_and_error_codes.
func graphQLError(info *call, list gqlerror.List) error {
	e := &Error{Kind: Invalid, Operation: info.operation, RequestID: info.requestID}
	var texts []string
	for _, item := range list {
		texts = append(texts, item.Message)
		switch code, _ := item.Extensions["code"].(string); code {
		case "ACCESS_DENIED":
			e.Kind = ScopeMissing
		case "SHOP_INACTIVE":
			e.Kind = Frozen
		case "NOT_FOUND":
			e.Kind = NotFound
		case "INTERNAL_SERVER_ERROR", "TIMEOUT":
			e.Kind = Unavailable
		}
	}
	e.Message = strings.Join(texts, "; ")
	if e.Kind == Unavailable {
		// Shopify puts the request's id into it.
		e.Message, e.detail = "Shopify reports an error of its own", e.Message
	}
	return e
}

// silent keeps go-shopify from printing: it would log request bodies.
type silent struct{}

func (silent) Debugf(string, ...any) {}
func (silent) Infof(string, ...any)  {}
func (silent) Warnf(string, ...any)  {}
func (silent) Errorf(string, ...any) {}

// missing reports a reply without a part that its schema promises.
func missing(operation, part string) error {
	return &Error{Kind: Unavailable, Operation: operation, Message: fmt.Sprintf("the reply holds no %s", part)}
}
