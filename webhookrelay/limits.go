package webhookrelay

import (
	"fmt"
	"sync/atomic"
	"time"
)

// Limits bound what requests may cost before it is known whose they are.
type Limits struct {
	// Connections is how many are open at a time; more wait to be accepted.
	Connections int
	// Requests is how many are worked on at a time, waiting for the inbox included;
	// more are answered 503.
	Requests int
	// BodyBytes is how large a body may be.
	BodyBytes int64
	// BufferedBytes is how much memory all bodies together may take. It is taken as
	// they arrive, so a body that is only announced takes none.
	BufferedBytes int64
	// HeaderBytes is how large the headers may be (Go allows some 4 KiB more), and
	// Headers how many there may be.
	HeaderBytes, Headers int
	// HeaderTime is how long the headers may take, BodyTime how long the body, and
	// AnswerTime how long it may take to answer once the headers are there. Shopify
	// waits for 5 s, so a later answer reaches nobody.
	HeaderTime, BodyTime, AnswerTime time.Duration
}

// DefaultLimits are those of a relay that serves a thousand stores.
func DefaultLimits() Limits {
	return Limits{
		Connections: 1024, Requests: 512,
		BodyBytes: 5 << 20, BufferedBytes: 128 << 20,
		HeaderBytes: 16 << 10, Headers: 64,
		HeaderTime: 2 * time.Second, BodyTime: 3 * time.Second, AnswerTime: 4 * time.Second,
	}
}

// Validate says what is wrong with limits; nil where nothing is.
func (l Limits) Validate() error {
	for _, n := range []struct {
		name  string
		value int64
	}{
		{"connections", int64(l.Connections)},
		{"requests", int64(l.Requests)},
		{"body bytes", l.BodyBytes},
		{"buffered bytes", l.BufferedBytes},
		{"header bytes", int64(l.HeaderBytes)},
		{"headers", int64(l.Headers)},
		{"header time", int64(l.HeaderTime)},
		{"body time", int64(l.BodyTime)},
		{"answer time", int64(l.AnswerTime)},
	} {
		if n.value <= 0 {
			return fmt.Errorf("the limit of %s is %d: give one above zero", n.name, n.value)
		}
	}
	if l.BufferedBytes <= l.BodyBytes {
		return fmt.Errorf("%d bytes for all bodies do not hold one of %d: give more", l.BufferedBytes, l.BodyBytes)
	}
	return nil
}

// room counts what is in use of something that there is so much of.
type room struct {
	used atomic.Int64
	size int64
}

// take takes n, or nothing where there is not so much left.
func (r *room) take(n int64) bool {
	if r.used.Add(n) > r.size {
		r.used.Add(-n)
		return false
	}
	return true
}

func (r *room) give(n int64) { r.used.Add(-n) }
