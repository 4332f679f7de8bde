package shopify_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

const faultyShop = "maple-kids.myshopify.com"

// movedClock is the clock of both sides: waiting moves it.
type movedClock struct {
	mu  sync.Mutex
	now time.Time
	// onWait, if not nil, happens while somebody waits.
	onWait func()
}

func (c *movedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *movedClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	c.now = c.now.Add(d)
	passed := make(chan time.Time, 1)
	passed <- c.now
	c.mu.Unlock()
	if c.onWait != nil {
		c.onWait()
	}
	return passed
}

// Every fault against every operation: the right kind of error, the right
// number of requests, and nothing done twice.
func TestEveryFaultAgainstEveryOperation(t *testing.T) {
	gone := func(f simulator.Fault) simulator.Fault { f.First = 1; return f } // it passes after one request
	cases := map[string]struct {
		reason string
		fault  simulator.Fault
		kind   shopify.Kind
		// requests of a read and of a mutation while the fault lasts.
		reads, mutations int
		// once is the error of a mutation whose fault passes; empty where it succeeds.
		once shopify.Kind
		// done says that the work was done although no reply tells.
		done bool
		// graphQL faults cannot strike a REST call.
		graphQL bool
	}{
		"429":                 {"nothing was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 429, RetryAfter: "1.5"}, shopify.Throttled, 3, 3, "", false, false},
		"429 without a pause": {"nothing was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 429}, shopify.Throttled, 3, 3, "", false, false},
		"429 as a page":       {"nothing was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 429, HTML: true}, shopify.Throttled, 3, 3, "", false, false},
		"throttled":           {"nothing was done", simulator.Fault{Kind: simulator.FaultThrottled}, shopify.Throttled, 3, 3, "", false, true},
		"500":                 {"who knows what was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 500}, shopify.Unavailable, 3, 1, shopify.Unavailable, false, false},
		"500 after the work":  {"it was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 500, AfterWork: true}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"502":                 {"a gateway's page", simulator.Fault{Kind: simulator.FaultStatus, Status: 502}, shopify.Unavailable, 3, 1, shopify.Unavailable, false, false},
		"503":                 {"a gateway's page", simulator.Fault{Kind: simulator.FaultStatus, Status: 503}, shopify.Unavailable, 3, 1, shopify.Unavailable, false, false},
		"504 after the work":  {"the gateway gave up, the work went on", simulator.Fault{Kind: simulator.FaultStatus, Status: 504, AfterWork: true}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"402":                 {"only the merchant can help", simulator.Fault{Kind: simulator.FaultStatus, Status: 402}, shopify.Frozen, 1, 1, shopify.Frozen, false, false},
		"423":                 {"only the merchant can help", simulator.Fault{Kind: simulator.FaultStatus, Status: 423}, shopify.Frozen, 1, 1, shopify.Frozen, false, false},
		"403":                 {"a grant is missing", simulator.Fault{Kind: simulator.FaultStatus, Status: 403}, shopify.ScopeMissing, 1, 1, shopify.ScopeMissing, false, false},
		"dropped before":      {"who knows what was done", simulator.Fault{Kind: simulator.FaultDrop}, shopify.Unavailable, 3, 1, shopify.Unavailable, false, false},
		"dropped after":       {"it was done", simulator.Fault{Kind: simulator.FaultDrop, AfterWork: true}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"truncated":           {"it was done", simulator.Fault{Kind: simulator.FaultTruncate}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"oversized":           {"it was done", simulator.Fault{Kind: simulator.FaultOversize, Bytes: 17 << 20}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"wrong content type":  {"it was done", simulator.Fault{Kind: simulator.FaultContentType}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
	}
	for name, tc := range cases {
		for _, op := range operations {
			if tc.graphQL && op.rest {
				continue
			}
			t.Run(name+"/"+op.name, func(t *testing.T) {
				w := newFaultyWorld(t, op)
				want := tc.mutations
				if op.read || op.keyed {
					want = tc.reads
				}
				w.strike(tc.fault)
				if err := op.call(t.Context(), w.client, w.id); shopify.KindOf(err) != tc.kind {
					t.Errorf("%s: got %v, want %s", tc.reason, err, tc.kind)
				}
				if got := w.requests(); got != want {
					t.Errorf("%s: %d requests, want %d", tc.reason, got, want)
				}
				w.checkEffects(tc.reason, tc.done)

				w = newFaultyWorld(t, op)
				w.strike(gone(tc.fault))
				passing := tc.once
				if (op.read || op.keyed) && tc.reads > 1 {
					passing = ""
				}
				if err := op.call(t.Context(), w.client, w.id); shopify.KindOf(err) != passing || passing == "" && err != nil {
					t.Errorf("%s (it passes): got %v, want %q", tc.reason, err, passing)
				}
				w.checkEffects(tc.reason+" (it passes)", tc.done || passing == "")
			})
		}
	}
}

// faultyWorld is a client, a shop, and what went on between them.
type faultyWorld struct {
	t      *testing.T
	sim    *simulator.Simulator
	clock  *movedClock
	client *shopify.Client
	op     operation
	id     string
}

func newFaultyWorld(t *testing.T, op operation) *faultyWorld {
	t.Helper()
	clock := &movedClock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	sim := simulator.New(simulator.Options{Now: clock.Now})
	if err := sim.AddShop(simulator.NewShop(faultyShop, "Maple Kids")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	clients, err := shopify.NewClients(shopify.Options{Endpoint: server.URL, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	w := &faultyWorld{t: t, sim: sim, clock: clock, op: op}
	w.client = must[*shopify.Client](t)(clients.For("owner", faultyShop, shopify.PinnedVersion, shopify.Credentials{AccessToken: "shpat_maple-kids"}, "1"))
	if op.shop != nil {
		if err := sim.Update(faultyShop, op.shop); err != nil {
			t.Fatal(err)
		}
	}
	if op.prepare != nil {
		w.id = op.prepare(t, w.client)
	}
	sim.ResetCalls()
	return w
}

func (w *faultyWorld) strike(f simulator.Fault) {
	w.t.Helper()
	if _, err := w.sim.AddFault(f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *faultyWorld) requests() int { return len(w.sim.Calls(simulator.CallFilter{})) }

func (w *faultyWorld) checkEffects(reason string, done bool) {
	w.t.Helper()
	if w.op.effects == nil {
		return
	}
	shop, _ := w.sim.Shop(faultyShop)
	want := 0
	if done {
		want = 1
	}
	if got := w.op.effects(shop); got != want {
		w.t.Errorf("%s: it took effect %d times, want %d", reason, got, want)
	}
}

func TestRefusals(t *testing.T) {
	for _, op := range operations {
		if op.read {
			continue
		}
		t.Run(op.name, func(t *testing.T) {
			w := newFaultyWorld(t, op)
			w.strike(simulator.Fault{Kind: simulator.FaultUserErrors, UserErrors: []simulator.FaultUserError{{Field: []string{"input", "name"}, Message: "is not to my liking"}}})
			err := op.call(t.Context(), w.client, w.id)
			if shopify.KindOf(err) != shopify.Invalid || w.requests() != 1 {
				t.Errorf("a refusal is final: got %v after %d requests", err, w.requests())
			}
			if want := fmt.Sprintf("shopify: %s: Shopify refuses the input: input.name: is not to my liking", op.name); err != nil && !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %q, want %q", err, want)
			}
			w.checkEffects("a refused input changes nothing", false)
		})
	}
}
