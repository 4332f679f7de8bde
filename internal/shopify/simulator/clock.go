package simulator

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Clock is a time that stands still until it is moved. Timers fire while it
// moves, one after the other in the order in which they are due, each at its own
// time; so whatever waits by it is as repeatable as it is fast.
type Clock struct {
	moving sync.Mutex // held while time moves

	mu     sync.Mutex
	now    time.Time
	timers []*timer // in the order in which they fire
	last   uint64   // sequence of the latest timer
}

type timer struct {
	due      time.Time
	sequence uint64 // tells timers of the same time apart: the earlier made goes first
	call     func()
}

// NewClock returns a clock that stands at start.
func NewClock(start time.Time) *Clock { return &Clock{now: start} }

// Now is the time that the clock stands at.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc has f called by the Advance that takes the clock to or past d from
// now; even with a d of zero it waits for one. stop takes the timer back and
// says whether it was still to fire. f must not call Advance.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	t := &timer{due: c.now.Add(max(d, 0)), sequence: c.last, call: f}
	at, _ := slices.BinarySearchFunc(c.timers, t, func(a, b *timer) int {
		return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.sequence, b.sequence))
	})
	c.timers = slices.Insert(c.timers, at, t)
	return func() bool { return c.stop(t) }
}

func (c *Clock) stop(t *timer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.timers, t)
	if i >= 0 {
		c.timers = slices.Delete(c.timers, i, i+1)
	}
	return i >= 0
}

// Advance moves the clock and calls what falls due on the way, what that makes
// fall due included. It returns how many timers fired. A negative d moves nothing.
func (c *Clock) Advance(d time.Duration) int {
	c.moving.Lock()
	defer c.moving.Unlock()
	end := c.Now().Add(max(d, 0))
	fired := 0
	for call := c.next(end); call != nil; call = c.next(end) {
		call()
		fired++
	}
	return fired
}

// next moves the clock to the next timer up to end and takes it, or to end
// where there is none.
func (c *Clock) next(end time.Time) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 || c.timers[0].due.After(end) {
		c.now = end
		return nil
	}
	t := c.timers[0]
	c.timers = slices.Delete(c.timers, 0, 1)
	if t.due.After(c.now) {
		c.now = t.due
	}
	return t.call
}

// Due is when the next timer fires, and whether there is one.
func (c *Clock) Due() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 {
		return time.Time{}, false
	}
	return c.timers[0].due, true
}

// Duration is a time.Duration whose JSON is a text such as "1h30m".
type Duration time.Duration

// String is that of a time.Duration.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes the duration as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration such as 1h30m", text)
	}
	*d = Duration(parsed)
	return nil
}
