package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
)

// Limits bound what requests may cost.
type Limits struct {
	// Requests is how many are worked on at a time; more are answered 503.
	Requests int
	// BodyTime is how long a body may take to arrive, AnswerTime how long a request
	// may be worked on.
	BodyTime, AnswerTime time.Duration
}

// DefaultLimits are those of a console that serves the tills of some hundred stores.
func DefaultLimits() Limits {
	return Limits{Requests: 64, BodyTime: 20 * time.Second, AnswerTime: 30 * time.Second}
}

// Validate says what is wrong with limits; nil where nothing is.
func (l Limits) Validate() error {
	if l.Requests <= 0 || l.BodyTime <= 0 || l.AnswerTime <= 0 {
		return fmt.Errorf("the limits are %d requests, %s for a body and %s for an answer: give each above zero", l.Requests, l.BodyTime, l.AnswerTime)
	}
	return nil
}

// maxBody is what is read of any body, in bytes: of a photo, one more than it may have
// tells that it has more. Other routes take less.
const maxBody = photos.MaxBytes + 1

// note is what becomes known of a request while it is handled.
type note struct {
	route  string
	status int
}

type noteKey struct{}

// noteRoute says which route a request is for.
func noteRoute(r *http.Request, route string) {
	if n, ok := r.Context().Value(noteKey{}).(*note); ok {
		n.route = route
	}
}

// noting is a ResponseWriter that notes the status.
type noting struct {
	http.ResponseWriter

	*note
}

func (n noting) WriteHeader(status int) {
	if n.status == 0 {
		n.status = status
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n noting) Write(b []byte) (int, error) {
	if n.status == 0 {
		n.status = http.StatusOK
	}
	return n.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (n noting) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// ServeHTTP implements http.Handler: limits first, and a line in the log and a
// measurement at the end, neither with anything of what was sent.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := a.now()
	n := &note{route: "none"}
	ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), noteKey{}, n), a.limits.AnswerTime)
	defer cancel()
	out := noting{w, n}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if a.draining.Load() {
		h.Set("Connection", "close") // the next request goes to another console
	}
	a.guarded(out, r.WithContext(ctx))
	took := a.now().Sub(began)
	a.metrics.observe(n.route, n.status, took)
	a.log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("route", n.route), slog.Int("status", n.status), slog.Duration("took", took))
}

// guarded handles a request, and survives a mistake of ours.
func (a *API) guarded(w noting, r *http.Request) {
	defer func() {
		if mistake := recover(); mistake != nil {
			a.log.ErrorContext(r.Context(), "a request could not be handled: please report this", "route", w.route, "stack", string(debug.Stack()))
			if w.status == 0 {
				problemf(http.StatusInternalServerError, "this should not happen: please report it").write(w)
			}
		}
	}()
	select {
	case a.room <- struct{}{}:
	default:
		problemf(http.StatusServiceUnavailable, "too many requests are worked on: send it again in a second").write(w)
		return
	}
	defer func() { <-a.room }()
	if !plainAddress(r) {
		problemf(http.StatusBadRequest, "the address is no text, or holds a control character: remove it").write(w)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	a.mux.ServeHTTP(w, r)
}

// plainAddress says whether path and query of a request are text that a database
// takes.
func plainAddress(r *http.Request) bool {
	if !plain(r.URL.Path) {
		return false
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	for name, values := range query {
		if !plain(name) || slices.ContainsFunc(values, func(v string) bool { return !plain(v) }) {
			return false
		}
	}
	return err == nil
}

// plain says whether a text is UTF-8 without control characters.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// Drain has every answer end its connection, so that the next request goes elsewhere.
func (a *API) Drain() { a.draining.Store(true) }

// Draining says whether Drain was called.
func (a *API) Draining() bool { return a.draining.Load() }
