package shopify

import (
	"context"
	"math"
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

const (
	// The lowest limits that Shopify documents; the first reply corrects them.
	initialMaximum     = 1000
	initialRestoreRate = 50
	// unknownCost is reserved for an operation that has not been sent yet.
	unknownCost = 100
)

// Budget mirrors the bucket of points that an app has in a shop, so that calls
// wait here instead of being throttled there. A call reserves what it may cost,
// and the reply corrects the mirror. It is exact as long as one process spends
// from the bucket, and cautious when others do.
type Budget struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error

	mu        sync.Mutex
	maximum   float64
	rate      float64
	available float64
	reserved  float64
	at        time.Time
	learned   bool
	costs     map[string]float64
}

func newBudget(now func() time.Time, sleep func(context.Context, time.Duration) error) *Budget {
	return &Budget{
		now: now, sleep: sleep,
		maximum: initialMaximum, rate: initialRestoreRate, available: initialMaximum, at: now(),
		costs: map[string]float64{},
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
	for {
		points, wait := b.take(operation)
		if wait == 0 {
			return points, nil
		}
		if err := b.sleep(ctx, wait); err != nil {
			return 0, err
		}
	}
}

func (b *Budget) take(operation string) (points float64, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	points, known := b.costs[operation]
	if !known {
		points = unknownCost
	}
	points = math.Min(points, b.maximum)
	if missing := points - b.available; missing > 0 {
		// Rounded up: a wait of zero means that the points were taken.
		return 0, time.Duration(missing/b.rate*float64(time.Second)) + time.Millisecond
	}
	b.available -= points
	b.reserved += points
	return points, 0
}

// settle gives back a reservation in the light of the reply; cost is nil where
// none came.
func (b *Budget) settle(operation string, points float64, cost *Cost) {
	b.mu.Lock()
	defer b.mu.Unlock()
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
		spent = *cost.Actual
	}
	status := cost.Throttle
	if status.Maximum <= 0 || status.RestoreRate <= 0 {
		b.available = math.Min(b.maximum, b.available+points-spent)
		return
	}
	b.maximum, b.rate = status.Maximum, status.RestoreRate
	// What others still hold is not yet taken from the server's figure.
	truth := math.Max(0, status.Available-b.reserved)
	if !b.learned {
		b.learned, b.available = true, truth
		return
	}
	b.available = math.Min(b.available+points-spent, truth)
}

func (b *Budget) refill() {
	now := b.now()
	if elapsed := now.Sub(b.at).Seconds(); elapsed > 0 {
		b.available = math.Min(b.maximum, b.available+elapsed*b.rate)
	}
	b.at = now
}
