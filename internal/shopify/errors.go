package shopify

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Kind says what went wrong in terms of what to do next.
type Kind string

const (
	// CredentialsRejected: the shop does not accept the token or the client
	// credentials. Trying again with the same ones is no use.
	CredentialsRejected Kind = "CredentialsRejected"
	// ScopeMissing: the app was not granted what the call needs.
	ScopeMissing Kind = "ScopeMissing"
	// NotFound: the shop or the thing does not exist.
	NotFound Kind = "NotFound"
	// Invalid: Shopify understood the input and refuses it; Fields says why.
	Invalid Kind = "Invalid"
	// Conflict: the thing is not as the call expects it to be; nothing was changed.
	Conflict Kind = "Conflict"
	// Frozen: the shop is locked or unpaid (HTTP 402, 423).
	Frozen Kind = "Frozen"
	// Throttled: the rate limit is used up; nothing was carried out.
	Throttled Kind = "Throttled"
	// Unavailable: no usable reply came. A mutation may have been carried out.
	Unavailable Kind = "Unavailable"
)

// FieldError is one of Shopify's userErrors, or of the errors of REST.
type FieldError struct {
	// Field is the path into the input, such as webhookSubscription.callbackUrl.
	Field string
	// Code is Shopify's code where the mutation has one, such as TAKEN.
	Code    string
	Message string
}

// Error is every failure of a call to Shopify.
type Error struct {
	Kind      Kind
	Operation string
	// Message says what happened without anything that differs between two
	// occurrences of the same failure, so that it can stand in a status.
	Message string
	// Fields holds Shopify's userErrors where Kind is Invalid, and NOT_FOUND where
	// a thing that is called by its id is gone.
	Fields []FieldError
	// RetryAfter is how long Shopify asks to wait; zero where it does not say.
	RetryAfter time.Duration
	// RequestID is Shopify's X-Request-Id, for its support.
	RequestID string

	// status is the HTTP status; zero where it is not what failed.
	status int
	// detail is what else the reply says; it may differ each time.
	detail string
	cause  error
}

func (e *Error) Error() string {
	s := "shopify: " + e.Operation + ": " + e.Message
	if e.detail != "" {
		s += ": " + e.detail
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	if e.RequestID != "" {
		s += " (request " + e.RequestID + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.cause }

// Gone says that Shopify refused the input because what it names does not exist.
// Webhook subscriptions have no code for that, only a message.
func (e *Error) Gone() bool {
	return len(e.Fields) > 0 && !slices.ContainsFunc(e.Fields, func(f FieldError) bool {
		return f.Code != "NOT_FOUND" && !strings.Contains(f.Message, "does not exist")
	})
}

// Taken says that Shopify refused the input because what it names exists: made
// by somebody else, or by ourselves a moment ago.
func (e *Error) Taken() bool {
	return slices.ContainsFunc(e.Fields, func(f FieldError) bool {
		return f.Code == "TAKEN" || strings.Contains(f.Message, "already been taken") || strings.Contains(f.Message, "must be unique")
	})
}

// KindOf returns the kind of a failed call, or "" where the error is not one.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// userError is what the userErrors of all mutations have in common.
type userError interface {
	GetField() []string
	GetMessage() string
}

// codedUserError is a userError of a mutation that gives codes of type C.
type codedUserError[C ~string] interface {
	userError
	GetCode() *C
}

// refused turns the userErrors of a mutation into an error; nil for none.
func refused[E userError](operation string, list []E) error {
	var fields []FieldError
	for _, e := range list {
		fields = append(fields, FieldError{Field: strings.Join(e.GetField(), "."), Message: e.GetMessage()})
	}
	return invalid(operation, fields)
}

// refusedWithCode is refused for a mutation whose userErrors have codes.
func refusedWithCode[E codedUserError[C], C ~string](operation string, list []E) error {
	var fields []FieldError
	for _, e := range list {
		f := FieldError{Field: strings.Join(e.GetField(), "."), Message: e.GetMessage()}
		if code := e.GetCode(); code != nil {
			f.Code = string(*code)
		}
		fields = append(fields, f)
	}
	return invalid(operation, fields)
}

// stale says that a compare-and-set found another value. Recorded replies lack
// the code at times (?), so the words count too.
func stale(f FieldError) bool {
	return f.Code == "CHANGE_FROM_QUANTITY_STALE" || strings.Contains(f.Message, "no longer matches the persisted quantity")
}

func invalid(operation string, fields []FieldError) error {
	if len(fields) == 0 {
		return nil
	}
	e := &Error{Kind: Invalid, Operation: operation, Fields: fields,
		Message: "Shopify refuses the input: " + fieldTexts(fields)}
	if slices.ContainsFunc(fields, stale) {
		e.Kind = Conflict
	}
	return e
}

// fieldTexts are the messages with the fields that they speak of.
func fieldTexts(fields []FieldError) string {
	var texts []string
	for _, f := range fields {
		text := f.Message
		if f.Field != "" {
			text = f.Field + ": " + text
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}
