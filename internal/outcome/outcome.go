// Package outcome turns an error into what a controller does about it: the
// condition that tells it, and when to try again.
package outcome

import (
	"errors"
	"fmt"
	"time"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Verdict is what a failure means for an object.
type Verdict struct {
	// Reason and Message go into the condition. The message is the same each
	// time the same failure recurs.
	Reason  string
	Message string
	// Stalled says that trying again is no use before somebody acts.
	Stalled bool
	// RetryAfter is when to try again; zero leaves it to the queue's back-off,
	// or for a stalled object to its next resync.
	RetryAfter time.Duration
}

// stall is a failure that a human has to resolve.
type stall struct {
	reason  string
	message string
}

func (s *stall) Error() string { return s.message }

// Stall returns an error that says what a human has to change.
func Stall(reason, format string, args ...any) error {
	return &stall{reason: reason, message: fmt.Sprintf(format, args...)}
}

// wait is a failure that passes by itself.
type wait struct {
	stall
	after time.Duration
}

// Wait returns an error that says what is waited for, and when to look again.
func Wait(reason string, after time.Duration, format string, args ...any) error {
	return &wait{stall{reason: reason, message: fmt.Sprintf(format, args...)}, after}
}

// Of returns the verdict on an error, which must not be nil.
func Of(err error) Verdict {
	if s, ok := errors.AsType[*stall](err); ok {
		return Verdict{Reason: s.reason, Message: s.message, Stalled: true}
	}
	if w, ok := errors.AsType[*wait](err); ok {
		return Verdict{Reason: w.reason, Message: w.message, RetryAfter: w.after}
	}
	e, ok := errors.AsType[*shopify.Error](err)
	if !ok {
		return Verdict{Reason: v1alpha1.ReasonNotApplied, Message: err.Error()}
	}
	switch e.Kind {
	case shopify.CredentialsRejected:
		return Verdict{Reason: v1alpha1.ReasonCredentialsRejected, Stalled: true, RetryAfter: e.RetryAfter, // the client says when it tries them again
			Message: e.Message + ": install the app, or put valid credentials into the Secret; a change of the Secret is tried at once"}
	case shopify.ScopeMissing:
		return Verdict{Reason: v1alpha1.ReasonScopeMissing, Stalled: true,
			Message: e.Message + ": grant the app this access"}
	case shopify.NotFound:
		return Verdict{Reason: v1alpha1.ReasonShopNotFound, Stalled: true,
			Message: e.Message + ": the shop was closed or moved; create a ShopifyStore for its address"}
	case shopify.Frozen:
		return Verdict{Reason: v1alpha1.ReasonShopFrozen, Stalled: true,
			Message: e.Message + ": have the merchant settle it with Shopify"}
	case shopify.Invalid:
		// What is taken shows at the next look, which decides what to do.
		return Verdict{Reason: v1alpha1.ReasonRefused, Stalled: !e.Taken(), Message: e.Message}
	case shopify.Conflict:
		return Verdict{Reason: v1alpha1.ReasonConflict, Message: e.Message}
	case shopify.Throttled:
		v := Verdict{Reason: v1alpha1.ReasonThrottled, Message: e.Message}
		if e.RetryAfter > shopify.Patience {
			v.RetryAfter = e.RetryAfter // a shorter one was waited for in vain, so the queue's back-off has to grow
		}
		return v
	default:
		// The queue's back-off, whatever Retry-After says: it grows.
		return Verdict{Reason: v1alpha1.ReasonShopifyUnavailable, Message: e.Message}
	}
}
