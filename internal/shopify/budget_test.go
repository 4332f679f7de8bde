package shopify

import (
	"testing"
	"time"
)

func TestBudgetMirrorsTheBucket(t *testing.T) {
	clock := newClock()
	b := newBudget(clock.Now, clock.Sleep)
	spend := func(requested, actual, left float64) {
		t.Helper()
		reserved, err := b.reserve(t.Context(), "Op")
		if err != nil {
			t.Fatal(err)
		}
		b.settle("Op", reserved, &Cost{Requested: requested, Actual: new(actual), Throttle: ThrottleStatus{Maximum: 2000, Available: left, RestoreRate: 100}})
	}
	spend(60, 20, 1980)
	if got := b.Available(); got != 1980 {
		t.Errorf("the first reply teaches the bucket: got %v, want 1980", got)
	}
	spend(60, 20, 500)
	if got := b.Available(); got != 500 {
		t.Errorf("somebody else spends from the bucket too: got %v, want 500", got)
	}
	clock.now = clock.now.Add(3 * time.Second)
	if got := b.Available(); got != 800 {
		t.Errorf("100 points a second flow back: got %v, want 800", got)
	}
	clock.now = clock.now.Add(time.Hour)
	if got := b.Available(); got != 2000 {
		t.Errorf("the bucket does not overflow: got %v, want 2000", got)
	}
}

func TestBudgetWaitsInsteadOfBeingThrottled(t *testing.T) {
	clock := newClock()
	b := newBudget(clock.Now, clock.Sleep)
	// A server of the same limits: it throttles who comes too early.
	server, at := 2000.0, clock.now
	throttled := 0
	for range 200 {
		reserved, err := b.reserve(t.Context(), "Op")
		if err != nil {
			t.Fatal(err)
		}
		server, at = min(2000, server+clock.now.Sub(at).Seconds()*100), clock.now
		cost := &Cost{Requested: 50, Throttle: ThrottleStatus{Maximum: 2000, RestoreRate: 100}}
		if server < 50 {
			throttled++
		} else {
			server -= 30
			cost.Actual = new(30.0)
		}
		cost.Throttle.Available = server
		b.settle("Op", reserved, cost)
	}
	if throttled > 0 {
		t.Errorf("%d of 200 calls were throttled", throttled)
	}
	// 200 calls of 30 points are 6000, of which the bucket holds 2000.
	if ideal := 40 * time.Second; clock.slept < ideal-time.Second || clock.slept > ideal+2*time.Second {
		t.Errorf("waited %v, the ideal is about %v", clock.slept, ideal)
	}
}

func TestBudgetOfACallWithoutReply(t *testing.T) {
	clock := newClock()
	b := newBudget(clock.Now, clock.Sleep)
	reserved, err := b.reserve(t.Context(), "Op")
	if err != nil {
		t.Fatal(err)
	}
	b.settle("Op", reserved, nil)
	if got := b.Available(); got != initialMaximum-unknownCost {
		t.Errorf("it may have been spent: got %v", got)
	}
}
