package deliveries

import (
	"cmp"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// maxAttempts is after how many failed attempts a delivery is dead: with the
// delays below, about 13 hours after the first.
const maxAttempts = 60

const (
	firstDelay = time.Second
	// maxDelay is also how late work goes on at most once an outage is over.
	maxDelay = 15 * time.Minute
	// jitter spreads what failed together.
	jitter = 0.2
	// throttledDelay is for when Shopify does not say how long to wait, and
	// personDelay for what a person has to mend.
	throttledDelay = 2 * time.Second
	personDelay    = 5 * time.Minute
	// longestWait is how long a worker waits for a shop's rate limit before it turns
	// to another shop's work: those of a busy shop would soon hold all workers.
	longestWait = 250 * time.Millisecond
)

// delay is how long to wait after a number of failed attempts, counted from 1:
// doubled each time up to maxDelay. chance is from 0 to 1.
func delay(attempt int, chance float64) time.Duration {
	d := maxDelay
	if shift := attempt - 1; shift < 20 {
		d = min(firstDelay<<max(shift, 0), maxDelay)
	}
	return spread(d, chance)
}

func spread(d time.Duration, chance float64) time.Duration {
	return time.Duration(float64(d) * (1 + jitter*(2*chance-1)))
}

// what to do about a failed attempt
type consequence string

const (
	// retry it later; the attempt counts.
	retry consequence = "Retried"
	// wait for the shop as a whole, without counting: no other attempt at anything
	// of the store would fare better.
	wait consequence = "Waiting"
	// give up: trying again cannot help.
	giveUp consequence = "Dead"
)

// tries is what came of a job so far: attempts are counted from 1, waits from 0.
type tries struct{ attempt, waits int }

func triesOf(job *rivertype.JobRow) tries {
	var noted struct {
		Snoozes int `json:"snoozes"` // River's name for them
	}
	_ = json.Unmarshal(job.Metadata, &noted) // none where it cannot be read
	return tries{job.Attempt, noted.Snoozes}
}

// verdict says what to do about a failed attempt, and when to try again.
func verdict(err error, so tries, chance float64) (consequence, time.Duration) {
	if _, hopeless := errors.AsType[*UnreadableError](err); hopeless {
		return giveUp, 0
	}
	e, _ := errors.AsType[*shopify.Error](err)
	switch shopify.KindOf(err) {
	case shopify.Throttled:
		return wait, spread(cmp.Or(e.RetryAfter, throttledDelay), chance)
	case shopify.CredentialsRejected, shopify.ScopeMissing, shopify.Frozen:
		return wait, spread(max(e.RetryAfter, personDelay), chance)
	case shopify.NotFound, shopify.Invalid, shopify.Conflict, shopify.Unavailable:
		// May be of this one thing alone.
	}
	if errors.Is(err, ErrWithheld) || errors.Is(err, ErrNotConnected) {
		// Whoever was at it while the store went on is not far behind it: see GoOn.
		return wait, min(delay(so.waits+1, chance), spread(personDelay, chance))
	}
	if so.attempt >= maxAttempts {
		return giveUp, 0
	}
	return retry, delay(so.attempt, chance)
}

func chance() float64 { return rand.Float64() } //nolint:gosec // it spreads, it hides nothing
