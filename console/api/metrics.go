package api

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics tell what the API does. No label has a value that a caller chooses.
type metrics struct {
	duration *prometheus.HistogramVec
}

// newMetrics registers the metrics; nobody where the registerer is nil.
func newMetrics(r prometheus.Registerer, working func() float64) (*metrics, error) {
	m := &metrics{duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "shopkeeper", Subsystem: "console", Name: "request_duration_seconds",
		Help:    "How long requests took until they were answered, by route and status.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"route", "status"})}
	if r == nil {
		return m, nil
	}
	if err := r.Register(m.duration); err != nil {
		return nil, err
	}
	return m, r.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "shopkeeper", Subsystem: "console", Name: "requests", Help: "Requests that are worked on.",
	}, working))
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	m.duration.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}
