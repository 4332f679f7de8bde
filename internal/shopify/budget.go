package shopify

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"
)

// Cost is what Shopify says of a GraphQL request in extensions.cost, in points.
type Cost struct {
	Requested float64 `json:"requestedQueryCost"`
	// Actual is nil where the request was not carried out.
	Actual   *float64       `json:"actualQueryCost"`
	Throttle ThrottleStatus `json:"throttleStatus"`
}

// ThrottleStatus is the state of the bucket that the app has in the shop.
type ThrottleStatus struct {
	// Maximum is the size of the bucket, in points.
	Maximum float64 `json:"maximumAvailable"`
	// Available is what is left in it, in points.
	Available float64 `json:"currentlyAvailable"`
	// RestoreRate is what flows back, in points a second.
	RestoreRate float64 `json:"restoreRate"`
}

// Priority says what a call is for. Where the points do not suffice for all, a
// priority gets at least its share of them, and what others leave.
type Priority int

// The priorities, most urgent first.
const (
	// PriorityWebhook is for work that a webhook asked for.
	PriorityWebhook Priority = iota
	// PriorityPush is for changes on their way to the shop.
	PriorityPush
	// PriorityJob is for jobs that walk through a shop.
	PriorityJob
	// PriorityResync is for the routine look at a shop.
	PriorityResync
	priorities // how many there are
)

// shares are the parts of the points that each priority gets at the least while
// all of them want more than there is. They sum up to 1.
var shares = [priorities]float64{PriorityWebhook: 0.6, PriorityPush: 0.2, PriorityJob: 0.1, PriorityResync: 0.1}

type priorityKey struct{}

// WithPriority returns a context whose calls have the priority.
func WithPriority(ctx context.Context, p Priority) context.Context {
	return context.WithValue(ctx, priorityKey{}, p)
}

// priorityOf is the priority of a context's calls; pushes where none was given.
func priorityOf(ctx context.Context) Priority {
	if p, ok := ctx.Value(priorityKey{}).(Priority); ok && p >= 0 && p < priorities {
		return p
	}
	return PriorityPush
}

const (
	// The lowest limits that Shopify documents; the first reply corrects them.
	initialMaximum     = 1000
	initialRestoreRate = 50
	// headroom stays in the bucket: two calls may arrive in another order than
	// they left, and the server rounds what it says is left.
	headroom = 2
	// unknownCost is reserved for an operation that has not been sent yet.
	unknownCost = 100
)

// Budget mirrors the bucket of points that an app has in a shop, so that calls
// wait here instead of being throttled there. A call reserves what it may cost,
// and the reply corrects the mirror. It is exact as long as one process spends
// from the bucket, and cautious when others do.
//
// Waiting calls are served by start-time fair queueing: the priority that has
// spent the least of its share goes first, and within it who came first. So no
// priority starves, and one that was idle has not saved up.
type Budget struct {
	clock Clock

	mu        sync.Mutex
	maximum   float64
	rate      float64
	available float64
	reserved  float64
	at        time.Time
	learned   bool
	costs     map[string]float64 // requested cost by operation, as last seen

	waiting [priorities][]*waiter
	// spent is each priority's points divided by its share; floor is that of
	// the call served last.
	spent [priorities]float64
	floor float64
	// changed is closed whenever somebody who waits should look again.
	changed chan struct{}
	// promised is up to when the points are promised to calls that were turned away.
	promised time.Time
}

// waiter is a call that waits for points.
type waiter struct{ points float64 }

func newBudget(clock Clock) *Budget {
	return &Budget{
		clock:   clock,
		maximum: initialMaximum, rate: initialRestoreRate, available: initialMaximum, at: clock.Now(),
		costs: map[string]float64{}, changed: make(chan struct{}),
	}
}

// Available returns the points that the mirror holds now.
func (b *Budget) Available() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	return b.available
}

// reserve waits until the operation's expected cost is there and takes it.
func (b *Budget) reserve(ctx context.Context, operation string) (points float64, err error) {
	p := priorityOf(ctx)
	visit := visitOf(ctx)
	if err := b.admit(visit, operation, p); err != nil {
		return 0, err
	}
	w := b.join(operation, p)
	for {
		if err := ctx.Err(); err != nil {
			b.leave(w, p)
			return 0, err
		}
		wait, changed := b.take(w, p)
		if wait == 0 {
			visit.begun()
			return w.points, nil
		}
		var timer <-chan time.Time // none while others go first
		if wait > 0 {
			timer = b.clock.After(wait)
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer:
		}
	}
}

func (b *Budget) join(operation string, p Priority) *waiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := &waiter{points: b.cost(operation)}
	b.waiting[p] = append(b.waiting[p], w)
	if len(b.waiting[p]) == 1 {
		b.spent[p] = max(b.spent[p], b.floor) // who was idle has not saved up
	}
	return w
}

// cost is what an operation is expected to cost, in points.
func (b *Budget) cost(operation string) float64 {
	if cost, known := b.costs[operation]; known {
		return cost
	}
	return unknownCost
}

// take gives the waiter its points (wait is zero), or says how long until they
// are there, or, with a negative wait, that others go first. In the latter cases
// changed tells when to look again.
func (b *Budget) take(w *waiter, p Priority) (wait time.Duration, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	if next := b.next(); next != p || b.waiting[p][0] != w {
		return -1, b.changed
	}
	w.points = math.Min(w.points, b.maximum)
	if missing := math.Min(w.points+headroom, b.maximum) - b.available; missing > 0 {
		// Rounded up: a wait of zero means that the points were taken.
		return time.Duration(missing/b.rate*float64(time.Second)) + time.Millisecond, b.changed
	}
	b.available -= w.points
	b.reserved += w.points
	b.floor = b.spent[p]
	b.spent[p] += w.points / shares[p]
	b.waiting[p] = b.waiting[p][1:]
	b.wake()
	return 0, nil
}

// next is the priority whose turn it is.
func (b *Budget) next() Priority {
	best := priorities
	for p := range priorities {
		if len(b.waiting[p]) > 0 && (best == priorities || b.spent[p] < b.spent[best]) {
			best = p
		}
	}
	return best
}

// leave takes a call that gave up out of the queue.
func (b *Budget) leave(w *waiter, p Priority) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting[p] = slices.DeleteFunc(b.waiting[p], func(x *waiter) bool { return x == w })
	b.wake()
}

// settle gives back a reservation in the light of the reply; cost is nil where
// none came.
func (b *Budget) settle(operation string, points float64, cost *Cost) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.wake()
	b.refill()
	b.reserved -= points
	if cost == nil {
		return // it may have been spent; time gives it back
	}
	if cost.Requested > 0 {
		b.costs[operation] = cost.Requested
	}
	spent := 0.0
	if cost.Actual != nil {
		spent = math.Max(0, *cost.Actual)
	}
	status := cost.Throttle
	if status.Maximum <= 0 || status.RestoreRate <= 0 {
		b.available = math.Min(b.maximum, b.available+points-spent)
		return
	}
	b.maximum, b.rate = status.Maximum, status.RestoreRate
	left := math.Max(0, math.Min(status.Available, status.Maximum))
	if !b.learned {
		// Calls that are under way may not have been counted there yet.
		b.learned, b.available = true, math.Max(0, left-b.reserved)
		return
	}
	// The mirror has deducted all calls under way, the server those that came
	// in, and others' too: the smaller figure is the safe one.
	b.available = math.Max(0, math.Min(b.available+points-spent, left))
}

func (b *Budget) refill() {
	now := b.clock.Now()
	if elapsed := now.Sub(b.at).Seconds(); elapsed > 0 {
		b.available = math.Min(b.maximum, b.available+elapsed*b.rate)
	}
	b.at = now
}

func (b *Budget) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}
