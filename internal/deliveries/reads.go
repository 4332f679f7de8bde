package deliveries

import (
	"context"
	"sync"
	"time"
)

// reads lets those who need the same thing read again follow one another, and
// tells who comes late that a read which began after it came has covered it. What
// began earlier may have missed the very change that the webhook tells of, and so
// may what Shopify showed as it was before that change.
type reads struct {
	mu      sync.Mutex
	entries map[string]*entry
	clock   uint64
}

type entry struct {
	// turn holds a token for the one whose turn it is.
	turn  chan struct{}
	users int
	// began is when the last read that came to an end began, and covers up to when
	// changes were shown by it.
	began  uint64
	covers time.Time
}

func newReads() *reads { return &reads{entries: map[string]*entry{}} }

// everything is what a read covers that shows things as they are.
var everything = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// once runs read alone among those of a key, unless one that succeeded began
// meanwhile and covers changes up to a time; nothing covers the zero time. read says
// what it covers: the zero time where it read nothing. once tells whether it ran.
func (r *reads) once(ctx context.Context, key string, at time.Time, read func() (covers time.Time, err error)) (bool, error) {
	arrived, e := r.enter(key)
	defer r.leave(key, e)
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if e.began > arrived && !at.IsZero() && !e.covers.Before(at) {
		return false, nil
	}
	began := r.tick()
	covers, err := read()
	if err == nil && !covers.IsZero() {
		e.began, e.covers = began, covers
	}
	return true, err
}

func (r *reads) enter(key string) (uint64, *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock++
	e := r.entries[key]
	if e == nil {
		e = &entry{turn: make(chan struct{}, 1)}
		r.entries[key] = e
	}
	e.users++
	return r.clock, e
}

func (r *reads) leave(key string, e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.users--
	if e.users == 0 {
		delete(r.entries, key)
	}
}

func (r *reads) tick() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock++
	return r.clock
}
