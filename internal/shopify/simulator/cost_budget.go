package simulator

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// rateLimitDocs is where Shopify's replies send who asks for too much.
const rateLimitDocs = "https://shopify.dev/api/usage/rate-limits"

// tally brings the app's buckets up to date and notes for the reply what is in
// that of points. The store's lock is held.
func (x *exchange) tally() *buckets {
	b := x.store.bucketsOf(x.app.ClientID)
	x.limit = rateLimit(&x.store.shop)
	b.points.refill(x.instant, x.limit.Maximum, x.limit.RestoreRate)
	b.calls.refill(x.instant, x.limit.RESTBucket, x.limit.RESTLeak)
	x.left = b.points.available(x.limit.Maximum)
	return b
}

// price works out the requested cost and refuses what no bucket could pay for.
func price(x *exchange) *reply {
	sch, err := schema.Load(x.version)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	x.requested = requestedCost(sch, x.operation, x.variables)
	x.call.RequestedCost = x.requested
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	x.tally()
	if x.requested > maxQueryCost {
		e := failure(codeMaxCostExceeded, "Query cost is %d, which exceeds the single query max cost limit (%d).\n\nSee https://shopify.dev/concepts/about-apis/rate-limits for more information on how the\ncost of a query is calculated.\n", x.requested, maxQueryCost)
		e.Extensions["cost"], e.Extensions["maxCost"] = x.requested, maxQueryCost
		e.Extensions["documentation"] = rateLimitDocs
		return x.unpaid(e)
	}
	return nil
}

// spend takes the requested cost out of the app's bucket, and refuses to execute
// anything where that much is not there.
func spend(x *exchange) *reply {
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	b := x.tally()
	if !b.points.take(float64(x.requested), x.limit.Maximum) {
		return x.throttled(x.left)
	}
	x.left = b.points.available(x.limit.Maximum)
	return nil
}

// settle gives back what execution did not use. The store's lock is held.
func (x *exchange) settle() {
	b := x.tally()
	b.points.refund(float64(x.requested - x.call.ActualCost))
	x.left = b.points.available(x.limit.Maximum)
}

// throttled is the refusal of who has spent too much, with what the bucket is
// said to hold (https://shopify.dev/docs/api/admin-graphql#status_and_error_codes).
func (x *exchange) throttled(left float64) *reply {
	e := failure(codeThrottled, "Throttled")
	e.Extensions["documentation"] = rateLimitDocs
	x.call.Throttled, x.left = true, max(0, left)
	return x.unpaid(e)
}

// unpaid answers with errors alone; nothing was executed.
func (x *exchange) unpaid(errors ...*graphQLError) *reply {
	x.note(errors)
	return &reply{http.StatusOK, graphQLReply{Errors: errors, Extensions: x.cost(nil)}}
}

// cost is the extensions of a priced reply; actual is nil, which the reply shows
// as null, where nothing was executed.
func (x *exchange) cost(actual *int) any {
	return map[string]any{"cost": map[string]any{
		"requestedQueryCost": x.requested, "actualQueryCost": actual,
		"throttleStatus": map[string]any{
			"maximumAvailable": decimal(x.limit.Maximum), "currentlyAvailable": x.left, "restoreRate": decimal(x.limit.RestoreRate),
		},
	}}
}

// decimal is a number with a decimal point even where it is whole, as Shopify
// writes the bucket's size and rate.
func decimal(n float64) json.Number {
	if n == math.Trunc(n) {
		return json.Number(strconv.FormatFloat(n, 'f', 1, 64))
	}
	return json.Number(strconv.FormatFloat(n, 'f', -1, 64))
}

// leak puts a REST call into the app's bucket and refuses it where that is full
// (https://shopify.dev/docs/api/admin-rest/usage/rate-limits). That a refused
// call does not fill the bucket further is how the documentation reads (?).
func leak(x *exchange) *reply {
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	b := x.tally()
	taken := b.calls.take(1, x.limit.RESTBucket)
	size := math.Floor(x.limit.RESTBucket)
	x.header.Set("X-Shopify-Shop-Api-Call-Limit", fmt.Sprintf("%.0f/%.0f", size-math.Floor(max(0, size-b.calls.used)), size))
	if taken {
		return nil
	}
	x.call.Throttled = true
	x.header.Set("Retry-After", "2.0")
	return refuse(http.StatusTooManyRequests, fmt.Sprintf(
		"Exceeded %v calls per second for api client. Reduce request rates to resume uninterrupted service.", x.limit.RESTLeak))
}
