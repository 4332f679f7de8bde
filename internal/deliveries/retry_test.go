package deliveries

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

func TestVerdict(t *testing.T) {
	const middle = 0.5 // no jitter
	for name, c := range map[string]struct {
		reason string
		err    error
		tries  tries
		want   consequence
		after  time.Duration
	}{
		"first":                  {"most failures are over at once", errors.New("x"), tries{attempt: 1}, retry, time.Second},
		"fifth":                  {"each wait is twice the last", errors.New("x"), tries{attempt: 5}, retry, 16 * time.Second},
		"many":                   {"an outage that ends is noticed within a quarter of an hour", errors.New("x"), tries{attempt: 40}, retry, 15 * time.Minute},
		"last":                   {"half a day is enough", errors.New("x"), tries{attempt: maxAttempts}, giveUp, 0},
		"unreadable":             {"the body stays what it is", fmt.Errorf("y: %w", &UnreadableError{}), tries{attempt: 1}, giveUp, 0},
		"unavailable":            {"one resource may be what Shopify fails at, so it counts", &shopify.Error{Kind: shopify.Unavailable}, tries{attempt: 2}, retry, 2 * time.Second},
		"throttled":              {"the shop as a whole waits, as long as Shopify says", &shopify.Error{Kind: shopify.Throttled, RetryAfter: time.Minute}, tries{attempt: maxAttempts}, wait, time.Minute},
		"throttled, no wish":     {"a moment", &shopify.Error{Kind: shopify.Throttled}, tries{attempt: 1}, wait, 2 * time.Second},
		"credentials rejected":   {"a person has to mend them; no delivery dies of it", &shopify.Error{Kind: shopify.CredentialsRejected}, tries{attempt: maxAttempts}, wait, 5 * time.Minute},
		"suspended":              {"it may have gone on this moment", ErrWithheld, tries{attempt: maxAttempts}, wait, time.Second},
		"suspended for long":     {"whoever resumes it has what waits go on", ErrWithheld, tries{1, 9}, wait, 5 * time.Minute},
		"not connected":          {"a person has to say which shop it is", ErrNotConnected, tries{1, 3}, wait, 8 * time.Second},
		"no such store, at last": {"it may come back, but not for ever", ErrNoStore, tries{attempt: maxAttempts}, giveUp, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got, after := verdict(c.err, c.tries, middle); got != c.want || after != c.after {
				t.Errorf("%s: %s after %s, want %s after %s", c.reason, got, after, c.want, c.after)
			}
		})
	}
}

func TestAttemptsSpanHalfADay(t *testing.T) {
	var least time.Duration
	for attempt := 1; attempt < maxAttempts; attempt++ {
		d := delay(attempt, 0)
		if d <= 0 || delay(attempt, 1) <= d {
			t.Errorf("attempt %d: from %s to %s", attempt, d, delay(attempt, 1))
		}
		least += d
	}
	if least < 10*time.Hour {
		t.Errorf("the last attempt is made %s after the first, which a bad evening outlasts", least)
	}
}

func TestRiverNeverGivesUpFirst(t *testing.T) {
	store := ledger.Store{Tenant: "client-a", Name: "a"}
	delivery, err := deliveryJob(store, "d1", "orders/create")
	if err != nil {
		t.Fatal(err)
	}
	push, err := pushJob(store, "i1")
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range []ledger.Job{delivery, push} {
		if job.MaxAttempts <= 2*maxAttempts {
			t.Errorf("%s: River gives up after %d attempts, and would leave a delivery without a job", job.Kind, job.MaxAttempts)
		}
	}
}
