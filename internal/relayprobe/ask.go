package relayprobe

import (
	"bytes"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

// Problem says why a relay does not take a store's webhooks in.
type Problem string

const (
	// NotReachable: nobody answers at the address.
	NotReachable Problem = "NotReachable"
	// NotTrusted: whoever answers has no certificate that Shopify would accept.
	NotTrusted Problem = "NotTrusted"
	// NotRouted: the relay does not know the store, its shop, its secret or a topic yet. A
	// Secret takes a minute or two to reach it, so it passes.
	NotRouted Problem = "NotRouted"
	// NotReady: the relay takes nothing in at present.
	NotReady Problem = "NotReady"
	// NotAllowed: somebody on the way, or the relay, refuses where the probe comes from.
	NotAllowed Problem = "NotAllowed"
	// NotRelay: something else answers at the address.
	NotRelay Problem = "NotRelay"
)

// Error is what a probe found. Its text says what to do about it.
type Error struct {
	Problem Problem
	text    string
	err     error
}

func (e *Error) Error() string { return e.text }

// Unwrap returns the error of the connection; nil where there was an answer.
func (e *Error) Unwrap() error { return e.err }

// patience is how long Shopify waits for an answer.
const patience = 5 * time.Second

// maxAnswer is how much of an answer is read, in bytes, so that the connection
// can be used again.
const maxAnswer = 4 << 10

// Ask asks the relay at relayURL, the address that subscriptions are made with,
// whether it takes the route's webhooks in: nil if it does. No redirect is
// followed, for Shopify follows none. What the relay does not do is an *Error; any
// other error is a relayURL or a route that cannot be.
func Ask(ctx context.Context, client *http.Client, relayURL string, route routes.Route) error {
	if err := route.Validate(); err != nil {
		return err
	}
	base, err := url.Parse(relayURL)
	if err != nil || base.Host == "" {
		return fmt.Errorf("%q is no address of a relay: give a URL such as https://hooks.example.com", relayURL)
	}
	at := base.JoinPath(route.Path())
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body := ask(route.Topics)
	signature, want := sum(route, body)
	req, err := http.NewRequestWithContext(asking, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	req.Header.Set("X-Shopify-Topic", Topic)
	req.Header.Set("X-Shopify-Shop-Domain", route.Shop)
	req.Header.Set("X-Shopify-Hmac-Sha256", signature)

	direct := *client
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := direct.Do(req)
	switch {
	case err != nil && errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err() // nobody wants to know any more
	case err != nil:
		return unanswered(at.Host, err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	return judge(at, resp, want)
}

// judge says what an answer means.
func judge(at *url.URL, resp *http.Response, want string) error {
	proved := hmac.Equal([]byte(resp.Header.Get(ProofHeader)), []byte(want))
	switch code := resp.StatusCode; {
	case code == http.StatusOK && proved:
		return nil
	case code == http.StatusUnauthorized:
		return problem(NotRouted, "the relay at %s does not know the store or its current secret yet: a Secret takes up to two minutes to reach it; if it stays so, see whether the relay mounts the Secret that the manager writes, and whether its metrics count failed reloads", at.Host)
	case code == http.StatusConflict:
		return problem(NotRouted, "the relay at %s does not know the store's shop or all of its topics yet: a Secret takes up to two minutes to reach it", at.Host)
	case code == http.StatusForbidden:
		return problem(NotAllowed, "%s refuses the manager (403): if the relay runs with --allow-from, let it allow the manager's address too; if not, look at what stands before it", at.Host)
	case code == http.StatusTooManyRequests || code >= http.StatusInternalServerError:
		return problem(NotReady, "%s takes nothing in at present (%d): see whether the relay is ready and reaches the ledger", at.Host, code)
	case code == http.StatusNotFound:
		return problem(NotRelay, "there is no relay at %s (404): let --relay-url name it, with the path that stands before /webhooks/ if there is one", at)
	case code >= http.StatusMultipleChoices && code < http.StatusBadRequest:
		return problem(NotRelay, "%s redirects (%d), which Shopify does not follow: let --relay-url name the relay itself", at.Host, code)
	case code == http.StatusOK:
		return problem(NotRelay, "something answers at %s that does not prove to be the relay: let --relay-url name the relay itself, and have what stands before it pass bodies and headers on as they are", at)
	default:
		return problem(NotRelay, "%s answers %d, which no relay does here: let --relay-url name the relay itself", at, code)
	}
}

func problem(p Problem, format string, args ...any) error {
	return &Error{Problem: p, text: fmt.Sprintf(format, args...)}
}

// unanswered says why there is no answer.
func unanswered(host string, err error) error {
	if address, ok := errors.AsType[*url.Error](err); ok {
		err = address.Err // the method and the URL say nothing new
	}
	e := &Error{Problem: NotReachable, err: err}
	if connection, ok := errors.AsType[*net.OpError](err); ok {
		err = connection.Err // its addresses have a port that is another each time
	}
	switch {
	case isCertificate(err):
		e.Problem = NotTrusted
		e.text = fmt.Sprintf("%s has no certificate that can be trusted (%v): Shopify delivers to none; give the relay, or what stands before it, one of a public authority for this name", host, err)
	case errors.Is(err, context.DeadlineExceeded):
		e.text = fmt.Sprintf("%s did not answer in time, and Shopify waits for %s at most: see whether the relay runs and is not overloaded", host, patience)
	default:
		e.text = fmt.Sprintf("%s cannot be reached (%v): see whether the relay runs, the name resolves and nothing is in the way", host, err)
	}
	return e
}
