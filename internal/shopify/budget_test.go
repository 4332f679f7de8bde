package shopify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"
)

func TestBudgetMirrorsTheBucket(t *testing.T) {
	clock := newClock()
	b := newBudget(clock)
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
	b := newBudget(clock)
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
	b := newBudget(clock)
	reserved, err := b.reserve(t.Context(), "Op")
	if err != nil {
		t.Fatal(err)
	}
	b.settle("Op", reserved, nil)
	if got := b.Available(); got != initialMaximum-unknownCost {
		t.Errorf("it may have been spent: got %v", got)
	}
}

// bucket is a server that throttles as Shopify does.
type bucket struct {
	maximum, rate, available float64
	at                       time.Time
	throttled                int
}

// charge answers a call of the given cost at a time.
func (s *bucket) charge(now time.Time, requested, actual float64) *Cost {
	s.available, s.at = min(s.maximum, s.available+now.Sub(s.at).Seconds()*s.rate), now
	cost := &Cost{Requested: requested, Throttle: ThrottleStatus{Maximum: s.maximum, RestoreRate: s.rate}}
	if s.available < requested {
		s.throttled++
	} else {
		s.available -= actual
		cost.Actual = new(actual)
	}
	cost.Throttle.Available = math.Floor(s.available)
	return cost
}

func TestNoPriorityStarves(t *testing.T) {
	cases := map[string]struct {
		reason string
		asking []Priority
		want   map[Priority]float64 // share of the calls
	}{
		"all":     {"each gets its share", []Priority{PriorityWebhook, PriorityPush, PriorityJob, PriorityResync}, map[Priority]float64{PriorityWebhook: .6, PriorityPush: .2, PriorityJob: .1, PriorityResync: .1}},
		"two":     {"what others leave is divided by the shares", []Priority{PriorityWebhook, PriorityResync}, map[Priority]float64{PriorityWebhook: 6. / 7, PriorityResync: 1. / 7}},
		"one":     {"who is alone gets all", []Priority{PriorityJob}, map[Priority]float64{PriorityJob: 1}},
		"no urge": {"jobs and resyncs are equals", []Priority{PriorityJob, PriorityResync}, map[Priority]float64{PriorityJob: .5, PriorityResync: .5}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			b := newBudget(clock)
			served, total := map[Priority]float64{}, 0.0
			// Each priority always has a call waiting; the one whose turn it is
			// takes its points as soon as they are there.
			waiting := map[Priority]*waiter{}
			for total < 700 {
				for _, p := range tc.asking {
					if waiting[p] == nil {
						waiting[p] = b.join("Op", p)
					}
				}
				p := b.next()
				wait, _ := b.take(waiting[p], p)
				if wait > 0 {
					clock.After(wait)
					continue
				}
				b.settle("Op", waiting[p].points, nil)
				waiting[p] = nil
				served[p]++
				total++
			}
			for p, want := range tc.want {
				if got := served[p] / total; math.Abs(got-want) > .02 {
					t.Errorf("%s: priority %d got %.2f of the calls, want %.2f", tc.reason, p, got, want)
				}
			}
		})
	}
}

func TestAnIdlePrioritySavesNothingUp(t *testing.T) {
	clock := newClock()
	b := newBudget(clock)
	for range 100 {
		w := b.join("Op", PriorityJob)
		for {
			wait, _ := b.take(w, PriorityJob)
			if wait == 0 {
				break
			}
			clock.After(wait)
		}
	}
	// Webhooks come up after jobs had all to themselves: jobs still get a turn.
	job := b.join("Op", PriorityJob)
	turns := 0
	for len(b.waiting[PriorityJob]) > 0 && turns < 50 {
		w := b.join("Op", PriorityWebhook)
		p := b.next()
		chosen := w
		if p == PriorityJob {
			chosen = job
		}
		for {
			wait, _ := b.take(chosen, p)
			if wait == 0 {
				break
			}
			clock.After(wait)
		}
		if p != PriorityWebhook {
			b.leave(w, PriorityWebhook)
		}
		turns++
	}
	if turns > 20 {
		t.Errorf("a job waited for %d webhooks", turns)
	}
}

func TestGivingUpWaiting(t *testing.T) {
	clock := newClock()
	b := newBudget(clock)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.reserve(ctx, "Op"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if p := b.next(); p != priorities {
		t.Errorf("who gave up still waits, with priority %d", p)
	}
	if b.Available() != initialMaximum || b.reserved != 0 {
		t.Errorf("who gave up holds points: %v available, %v reserved", b.Available(), b.reserved)
	}
}

func TestComingBack(t *testing.T) {
	clock := newClock()
	b := newBudget(clock)
	b.costs["Op"] = 100
	b.available = 0 // 50 points a second flow back
	ask := func(ctx context.Context) (after time.Duration) {
		t.Helper()
		_, err := b.reserve(ctx, "Op")
		if turned, ok := errors.AsType[*turnedAwayError](err); ok {
			return turned.After
		} else if err != nil {
			t.Fatal(err)
		}
		return 0
	}
	visitor := func(longest time.Duration) context.Context { return ComingBack(t.Context(), longest) }

	for i, want := range []time.Duration{2040 * time.Millisecond, 4040 * time.Millisecond, 6040 * time.Millisecond} {
		if after := ask(visitor(time.Second)); after != want {
			t.Errorf("call %d is sent away for %v, want %v: one after the other, and none waits here", i, after, want)
		}
	}
	if clock.slept != 0 || b.available != 0 || len(b.waiting[PriorityPush]) != 0 {
		t.Errorf("who was turned away waited %v, took %v points, and %d are in the queue", clock.slept, -b.available, len(b.waiting[PriorityPush]))
	}
	if after := ask(visitor(3 * time.Second)); after != 0 || clock.slept < 2*time.Second {
		t.Errorf("who can wait as long as it takes is sent away for %v, and waited %v", after, clock.slept)
	}
	started := visitor(3 * time.Second)
	if after := ask(started); after != 0 {
		t.Errorf("the first call is sent away for %v", after)
	}
	b.join("Op", PriorityPush)
	b.join("Op", PriorityPush)
	b.leave(b.waiting[PriorityPush][0], PriorityPush)
	if after := ask(visitor(3 * time.Second)); after < 3900*time.Millisecond {
		t.Errorf("somebody waits already, so it takes 4 s, and the call was sent away for %v", after)
	}
	b.leave(b.waiting[PriorityPush][0], PriorityPush)
	b.available = -500
	if after := ask(started); after != 0 {
		t.Errorf("what was begun is sent away for %v: it would begin again each time", after)
	}
	b.available = -1e6
	if after := ask(visitor(time.Second)); after != longestPromise {
		t.Errorf("sent away for %v: the shop may have less to do by then", after)
	}
}

// FuzzBudget lets calls of any cost come and go in any order against a bucket of
// any size, beside somebody else who spends from it.
func FuzzBudget(f *testing.F) {
	f.Add(uint16(2000), uint16(100), []byte{10, 20, 30, 40, 50, 60})
	f.Add(uint16(1000), uint16(50), []byte{255, 0, 255, 0, 3, 200, 100, 7})
	f.Add(uint16(50), uint16(1), []byte{1, 1, 1, 1})
	f.Fuzz(func(t *testing.T, maximum, rate uint16, script []byte) {
		if maximum == 0 || rate == 0 {
			return
		}
		clock := newClock()
		b := newBudget(clock)
		server := &bucket{maximum: float64(maximum), rate: float64(rate), available: float64(maximum), at: clock.now}
		type held struct {
			operation string
			points    float64
		}
		var open []held
		for i, x := range script {
			operation := fmt.Sprint("Op", x%4)
			cost := math.Min(float64(x), float64(maximum))
			switch i % 5 {
			case 3: // somebody else
				server.charge(clock.now, cost, cost)
			case 4: // time passes
				clock.After(time.Duration(x) * 10 * time.Millisecond)
			default:
				ctx := WithPriority(t.Context(), Priority(x)%priorities)
				points, err := b.reserve(ctx, operation)
				if err != nil {
					t.Fatal(err)
				}
				open = append(open, held{operation, points})
			}
			if len(open) > 3 || i%7 == 6 {
				for _, h := range open {
					b.settle(h.operation, h.points, server.charge(clock.now, cost, cost/2))
				}
				open = nil
			}
			if b.available < 0 || b.available > b.maximum+1e-6 || b.reserved < -1e-6 || math.IsNaN(b.available) {
				t.Fatalf("after %d steps: %v of %v available, %v reserved", i, b.available, b.maximum, b.reserved)
			}
			if b.learned && len(open) == 0 && b.available > server.available+1 && i%5 != 3 && i%5 != 4 && i%7 == 6 {
				t.Fatalf("after %d steps the mirror holds %v, the server %v", i, b.available, server.available)
			}
		}
	})
}
