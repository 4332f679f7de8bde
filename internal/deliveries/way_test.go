package deliveries_test

import (
	"errors"
	"net/http"
	"sync/atomic"
)

// way is the way from the simulated Shopify to the relay and back.
type way struct {
	*http.Transport
	requests atomic.Int64
	// loses has every so manieth answer lost; none where zero.
	loses atomic.Int64
}

func newWay() *way { return &way{Transport: &http.Transport{MaxIdleConnsPerHost: 8}} }

func (w *way) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := w.Transport.RoundTrip(r)
	if n := w.loses.Load(); err != nil || n == 0 || w.requests.Add(1)%n > 0 {
		return answer, err
	}
	_ = answer.Body.Close() // nobody hears of it
	return nil, errors.New("the answer was lost")
}
