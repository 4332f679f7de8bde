package shopify

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// visit is a piece of work that can be done at another time as well, as long as
// none of its calls was served.
type visit struct {
	longest time.Duration
	served  atomic.Bool
}

type visitKey struct{}

// ComingBack returns a context for work that can come back later: where its first
// call would wait longer than that for points, it fails at once with an *Error of
// kind Throttled whose RetryAfter says when to come back. Calls after one that was
// served wait as all others do, or the work would never come to its end.
func ComingBack(ctx context.Context, longest time.Duration) context.Context {
	return context.WithValue(ctx, visitKey{}, &visit{longest: longest})
}

// visitOf is nil for work that does not come back.
func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// begun notes that a call was served.
func (v *visit) begun() {
	if v != nil {
		v.served.Store(true)
	}
}

// turnedAwayError is for a call that has to come back.
type turnedAwayError struct{ After time.Duration }

func (e *turnedAwayError) Error() string { return fmt.Sprintf("its turn comes in %v", e.After) }

// longestPromise bounds how far ahead calls are sent: the shop may have a larger
// bucket by then, or less to do.
const longestPromise = 5 * time.Minute

// admit turns a call away that has to come back.
func (b *Budget) admit(v *visit, operation string, p Priority) error {
	if v == nil || v.served.Load() {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	cost := b.cost(operation)
	needed := cost + headroom
	for _, ahead := range b.waiting[p] {
		needed += ahead.points
	}
	if wait := b.time(needed - b.available); wait > v.longest {
		return &turnedAwayError{After: b.appoint(cost, wait)}
	}
	return nil
}

// appoint says when to come back, one after the other: calls that all came back at
// the same time would be turned away again.
func (b *Budget) appoint(cost float64, wait time.Duration) time.Duration {
	now := b.clock.Now()
	if first := now.Add(wait); b.promised.Before(first) {
		b.promised = first
	}
	after := min(b.promised.Sub(now), longestPromise)
	b.promised = now.Add(after + b.time(cost))
	return after
}

// time is how long it takes until points flow back.
func (b *Budget) time(points float64) time.Duration {
	return time.Duration(points / b.rate * float64(time.Second))
}

// unserved is the failure of a call that got no points.
func unserved(operation string, err error) *Error {
	e := &Error{Kind: Throttled, Operation: operation, Message: "too many calls wait for the shop's rate limit", cause: err}
	if t, ok := err.(*turnedAwayError); ok { //nolint:errorlint // it comes from reserve as it is
		e.RetryAfter = t.After
	}
	return e
}
