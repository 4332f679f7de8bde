package controllers

import (
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// live reconciles the store for a while as the queue would: again when the
// reconcile asks for it, and after failures with the queue's own back-off.
func (b *bed) live(d time.Duration) (reconciles int) {
	b.t.Helper()
	end := b.now.Add(d)
	for failures := 0; b.now.Before(end); reconciles++ {
		result, err := b.reconcile()
		wait := result.RequeueAfter
		if err != nil {
			wait = min(backoffBase<<min(failures, 20), backoffMax)
			failures++
		} else {
			failures = 0
		}
		if wait <= 0 {
			b.t.Fatalf("it is never looked at again: %+v", result)
		}
		b.now = b.now.Add(wait)
	}
	b.refresh()
	return reconciles
}

// useApp gives the store the credentials of an app, whose token ends an hour later.
func (b *bed) useApp() {
	b.t.Helper()
	app := b.inShop().Apps[0]
	b.secret(map[string]string{"clientID": app.ClientID, "clientSecret": app.ClientSecret})
	b.ready()
	b.now = b.now.Add(23*time.Hour - time.Minute)
}

// What a shop that answers nothing but errors costs: each call is one that the
// shop, or Shopify, counts against us.
func TestStorms(t *testing.T) {
	const day = 24 * time.Hour
	const short = 6 * time.Hour // tells as much where nothing changes by the hour
	const resyncs = 38          // as many in that time, 5% more often at the most
	cases := map[string]struct {
		reason string
		fault  simulator.Fault
		during time.Duration
		calls  int // at the most
		told   string
	}{
		"401":                  {"nothing but new credentials helps", simulator.Fault{Kind: simulator.FaultStatus, Status: 401}, day, 6, v1alpha1.ReasonCredentialsRejected},
		"403":                  {"a look at each resync, and one at what was granted", simulator.Fault{Kind: simulator.FaultStatus, Status: 403}, short, 2 * resyncs, v1alpha1.ReasonScopeMissing},
		"404":                  {"a look at each resync", simulator.Fault{Kind: simulator.FaultStatus, Status: 404}, short, resyncs, v1alpha1.ReasonShopNotFound},
		"402":                  {"a look at each resync", simulator.Fault{Kind: simulator.FaultStatus, Status: 402}, short, resyncs, v1alpha1.ReasonShopFrozen},
		"429":                  {"three attempts at growing distances", simulator.Fault{Kind: simulator.FaultStatus, Status: 429, RetryAfter: "2.0"}, short, 3 * (resyncs + 10), v1alpha1.ReasonThrottled},
		"429 with a long wait": {"Shopify says when to come back", simulator.Fault{Kind: simulator.FaultStatus, Status: 429, RetryAfter: "1800"}, short, 3*12 + 1, v1alpha1.ReasonThrottled},
		"THROTTLED":            {"three attempts at growing distances", simulator.Fault{Kind: simulator.FaultThrottled}, short, 3 * (resyncs + 10), v1alpha1.ReasonThrottled},
		"500":                  {"three attempts at growing distances", simulator.Fault{Kind: simulator.FaultStatus, Status: 500}, short, 3 * (resyncs + 10), v1alpha1.ReasonShopifyUnavailable},
		"503":                  {"three attempts at growing distances", simulator.Fault{Kind: simulator.FaultStatus, Status: 503}, short, 3 * (resyncs + 10), v1alpha1.ReasonShopifyUnavailable},
		"app, 401":             {"each attempt asks for another token", simulator.Fault{Kind: simulator.FaultStatus, Status: 401}, day, 3 * 6, v1alpha1.ReasonCredentialsRejected},
		"app, 429":             {"an exchange of credentials is attempted as often", simulator.Fault{Kind: simulator.FaultStatus, Status: 429, RetryAfter: "2.0"}, short, 2 * 3 * (resyncs + 10), v1alpha1.ReasonThrottled},
		"app, 503":             {"an exchange of credentials is attempted as often", simulator.Fault{Kind: simulator.FaultStatus, Status: 503}, short, 2 * 3 * (resyncs + 10), v1alpha1.ReasonShopifyUnavailable},
		"writes fail":          {"a look, and one attempt at a write", simulator.Fault{Kind: simulator.FaultStatus, Status: 500, MutationsOnly: true}, short, 5 * (resyncs + 10), v1alpha1.ReasonShopifyUnavailable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			lean(&b.store.Spec)
			b.apply()
			b.ready()
			if strings.HasPrefix(name, "app") {
				b.useApp()
			}
			_, err := b.sim.AddFault(tc.fault)
			b.must(err)
			if tc.fault.MutationsOnly {
				b.shop(func(s *simulator.Shop) { s.WebhookSubscriptions, s.MetafieldDefinitions = nil, nil })
			}
			b.calls()
			b.live(tc.during)
			if n := len(b.calls()); n > tc.calls {
				t.Errorf("%s: %d calls in %s, want at most %d", tc.reason, n, tc.during, tc.calls)
			}
			if got := conditions.GetReason(b.store, "Ready"); got != tc.told {
				t.Errorf("%s: told as %s: %+v", tc.reason, got, b.store.Status.Conditions)
			}
			version := b.store.ResourceVersion
			b.live(time.Hour)
			if b.store.ResourceVersion != version {
				t.Errorf("%s: waiting writes", tc.reason)
			}
			b.sim.ClearFaults()
			b.live(13 * time.Hour) // the longest pause, and back in order by itself
			if !conditions.IsReady(b.store) {
				t.Errorf("%s: not back in order: %+v", tc.reason, b.store.Status.Conditions)
			}
		})
	}
}
