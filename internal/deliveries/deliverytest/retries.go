package deliverytest

import "time"

// Retries are when a simulated Shopify sends a webhook again that failed. Shopify tries
// for hours, the first time after a minute; a test has no time for that, and a busy
// machine may well fail one. These go on for five minutes, in which what was killed has
// to be back.
func Retries() []time.Duration {
	const every, times = 200 * time.Millisecond, 1500
	var after []time.Duration
	for n := range times {
		after = append(after, time.Duration(n+1)*every)
	}
	return after
}
