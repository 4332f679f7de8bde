package simulator

import (
	"math"
	"strings"
	"time"
)

// RateLimit says how large an app's buckets in a shop are. A zero field is as
// the shop's plan has it.
type RateLimit struct {
	// Maximum is the size of the GraphQL bucket, in points.
	Maximum float64 `json:"maximum,omitempty"`
	// RestoreRate is what flows back into it, in points a second.
	RestoreRate float64 `json:"restoreRate,omitempty"`
	// RESTBucket is the size of the REST bucket, in calls.
	RESTBucket float64 `json:"restBucket,omitempty"`
	// RESTLeak is what leaks out of it, in calls a second.
	RESTLeak float64 `json:"restLeak,omitempty"`
}

// The rates of the plans are documented (https://shopify.dev/docs/api/usage/limits,
// https://shopify.dev/docs/api/admin-rest/usage/rate-limits), the sizes of the
// GraphQL buckets come from recorded replies; those of an enterprise plan and of
// Advanced's REST bucket follow the others' ratio (?).
var (
	standardLimit   = RateLimit{Maximum: 2000, RestoreRate: 100, RESTBucket: 40, RESTLeak: 2}
	advancedLimit   = RateLimit{Maximum: 4000, RestoreRate: 200, RESTBucket: 80, RESTLeak: 4}
	plusLimit       = RateLimit{Maximum: 20000, RestoreRate: 1000, RESTBucket: 400, RESTLeak: 20}
	enterpriseLimit = RateLimit{Maximum: 40000, RestoreRate: 2000, RESTBucket: 800, RESTLeak: 40}
)

// rateLimit is what holds in a shop: what it sets itself, else its plan's.
func rateLimit(shop *Shop) RateLimit {
	limit := standardLimit
	switch plan := strings.ToLower(shop.Plan); {
	case strings.Contains(plan, "enterprise"), strings.Contains(plan, "commerce components"):
		limit = enterpriseLimit
	case strings.Contains(plan, "plus"):
		limit = plusLimit
	case strings.Contains(plan, "advanced"):
		limit = advancedLimit
	}
	for _, part := range []struct{ own, of *float64 }{
		{&shop.RateLimit.Maximum, &limit.Maximum}, {&shop.RateLimit.RestoreRate, &limit.RestoreRate},
		{&shop.RateLimit.RESTBucket, &limit.RESTBucket}, {&shop.RateLimit.RESTLeak, &limit.RESTLeak},
	} {
		if *part.own != 0 {
			*part.of = *part.own
		}
	}
	return limit
}

// bucket is what an app may still spend in a shop, in points or calls. Its zero
// value is full. What is in it is never negative and never more than fits.
type bucket struct {
	used float64
	at   time.Time // when used was right
}

// refill lets flow back what came since the last time, at a rate a second. A
// clock that went back restores nothing.
func (b *bucket) refill(now time.Time, size, rate float64) {
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.used = max(0, b.used-passed*rate)
		b.at = now
	}
	b.used = min(b.used, size) // the shop's plan may have shrunk it
}

// take spends an amount where that much is there; after refill only.
func (b *bucket) take(amount, size float64) bool {
	if amount < 0 || b.used+amount > size {
		return false
	}
	b.used += amount
	return true
}

// refund gives back what was taken and not used.
func (b *bucket) refund(amount float64) { b.used = max(0, b.used-max(0, amount)) }

// available is what is left, whole points only, as replies show it.
func (b *bucket) available(size float64) float64 { return math.Floor(max(0, size-b.used)) }

// buckets are those that one app has in a shop. All its tokens spend from them,
// and no other app does.
type buckets struct{ points, calls bucket }

// bucketsOf returns an app's buckets; the store's lock is held.
func (s *store) bucketsOf(clientID string) *buckets {
	if s.buckets == nil {
		s.buckets = map[string]*buckets{}
	}
	if s.buckets[clientID] == nil {
		s.buckets[clientID] = &buckets{}
	}
	return s.buckets[clientID]
}
