package shopify

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// shopThatAnswers stands in for a shop that answers each call with a status, and
// counts them.
type shopThatAnswers struct {
	status atomic.Int32
	calls  atomic.Int32
}

func (s *shopThatAnswers) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	s.calls.Add(1)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(int(s.status.Load()))
	_, _ = io.WriteString(w, granted)
}

func TestRejectedCredentialsCostAHandfulOfCallsADay(t *testing.T) {
	shop, clock := &shopThatAnswers{}, newClock()
	shop.status.Store(http.StatusUnauthorized)
	client, clients := dial(t, clock, static, shop.ServeHTTP)
	for range 50 {
		if _, err := client.GrantedScopes(t.Context()); KindOf(err) != CredentialsRejected {
			t.Fatalf("got %v", err)
		}
	}
	if n := shop.calls.Load(); n != 1 {
		t.Errorf("%d requests with rejected credentials, want 1", n)
	}
	var probes []time.Duration
	started := clock.now
	for step := range 4 * 24 * 6 { // ten minutes, as resyncs come
		clock.now = started.Add(time.Duration(step+1) * 10 * time.Minute)
		before := shop.calls.Load()
		_, err := client.GrantedScopes(t.Context())
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != CredentialsRejected || e.RetryAfter <= 0 || e.RetryAfter > 12*time.Hour {
			t.Fatalf("a rejection says when the credentials are tried again: %v, after %v", err, e.RetryAfter)
		}
		if shop.calls.Load() > before {
			probes = append(probes, clock.now.Sub(started))
		}
	}
	want := []time.Duration{1 * time.Hour, 3 * time.Hour, 7 * time.Hour, 15 * time.Hour, 27 * time.Hour, 39 * time.Hour, 51 * time.Hour, 63 * time.Hour, 75 * time.Hour, 87 * time.Hour}
	if len(probes) != len(want) {
		t.Fatalf("tried again after %v, want %v", probes, want)
	}
	for i := range want {
		if probes[i] != want[i] {
			t.Errorf("tried again after %v, want %v", probes, want)
			break
		}
	}

	touched, err := clients.For("owner", testShop, PinnedVersion, static, "2")
	if err != nil {
		t.Fatal(err)
	}
	before := shop.calls.Load()
	_, err = touched.GrantedScopes(t.Context())
	if e, ok := errors.AsType[*Error](err); !ok || e.RetryAfter != time.Hour || shop.calls.Load() != before+1 {
		t.Errorf("a touched Secret is tried at once, and the pauses start anew: %v", err)
	}
}

func TestWhatEndsAPause(t *testing.T) {
	cases := map[string]struct {
		reason string
		status int
		ends   bool
	}{
		"success":     {"the token is accepted", http.StatusOK, true},
		"forbidden":   {"a grant is missing, so the token was accepted", http.StatusForbidden, true},
		"refused":     {"the input was read, so the token was accepted", http.StatusUnprocessableEntity, true},
		"rejected":    {"nothing has changed", http.StatusUnauthorized, false},
		"unavailable": {"a failure of Shopify tells nothing", http.StatusInternalServerError, false},
		"frozen":      {"a frozen shop may say so to everybody", http.StatusPaymentRequired, false},
		"no shop":     {"an address without a shop asks for no token", http.StatusNotFound, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			shop, clock := &shopThatAnswers{}, newClock()
			shop.status.Store(http.StatusUnauthorized)
			client, _ := dialWith(t, Options{Clock: clock}, static, shop.ServeHTTP)
			call := func() int32 {
				before := shop.calls.Load()
				_ = client.DeleteWebhookSubscription(t.Context(), "gid://shopify/WebhookSubscription/1") // never sent twice
				return shop.calls.Load() - before
			}
			call()
			clock.now = clock.now.Add(time.Hour)
			shop.status.Store(int32(tc.status))
			if call() != 1 {
				t.Fatal("no call tried the credentials after the pause")
			}
			if ended := call() == 1; ended != tc.ends {
				t.Errorf("%s: the pause ended: %v, want %v", tc.reason, ended, tc.ends)
			}
		})
	}
}
