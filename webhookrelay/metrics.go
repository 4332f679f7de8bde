package webhookrelay

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/shopkeeper-dev/shopkeeper/internal/serving"
)

// routesFile is what reloads of the routes are called in metrics and logs.
const routesFile = "routes"

// metrics tell what the relay does. No label has a value that a sender chooses.
type metrics struct {
	registry serving.Registry

	duration    *prometheus.HistogramVec
	accepted    *prometheus.CounterVec
	bytes       prometheus.Counter
	reloads     *prometheus.CounterVec
	routes      prometheus.Gauge
	loaded      prometheus.Gauge
	certificate prometheus.Gauge
}

func relayName(name, help string) prometheus.Opts {
	return prometheus.Opts{Namespace: "shopkeeper", Subsystem: "relay", Name: name, Help: help}
}

func newMetrics(registry serving.Registry) *metrics {
	opts := func(name, help string) prometheus.GaugeOpts { return prometheus.GaugeOpts(relayName(name, help)) }
	m := &metrics{
		registry: registry,
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "shopkeeper", Subsystem: "relay", Name: "request_duration_seconds",
			Help:    "How long requests took until they were answered, by outcome.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"outcome"}),
		accepted: prometheus.NewCounterVec(prometheus.CounterOpts(relayName("accepted_total", "Deliveries that were stored and answered 200, by topic; topics are those of the routes.")), []string{"topic"}),
		bytes:    prometheus.NewCounter(prometheus.CounterOpts(relayName("accepted_bytes_total", "Bytes of the bodies that were stored."))),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts(relayName("reloads_total",
			"Changes of a file (routes or certificate), by result (Loaded or Refused).")), []string{"file", "result"}),
		routes:      prometheus.NewGauge(opts("routes", "Stores that the relay takes webhooks in for.")),
		loaded:      prometheus.NewGauge(opts("routes_loaded_timestamp_seconds", "When the routes that are in use were loaded.")),
		certificate: prometheus.NewGauge(opts("certificate_expiry_timestamp_seconds", "When the certificate that is in use expires; 0 without TLS.")),
	}
	registry.MustRegister(m.duration, m.accepted, m.bytes, m.reloads, m.routes, m.loaded, m.certificate)
	for _, file := range []string{routesFile, serving.CertificateFile} {
		for _, result := range []string{serving.Loaded, serving.Refused} {
			m.reloads.WithLabelValues(file, result) // from 0 on, so that the first shows as an increase
		}
	}
	return m
}

// watch shows how full a handler is.
func (m *metrics) watch(h *Handler) {
	gauge := func(name, help string, of *room) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts(relayName(name, help)), func() float64 { return float64(of.used.Load()) })
	}
	m.registry.MustRegister(
		gauge("requests", "Requests that are worked on, waiting for the inbox included.", &h.requests),
		gauge("buffered_bytes", "Memory that the bodies of requests take.", &h.buffered),
	)
}

func (m *metrics) observe(o Outcome, took time.Duration) {
	m.duration.WithLabelValues(string(o)).Observe(took.Seconds())
}

func (m *metrics) accept(topic string, bytes int) {
	m.accepted.WithLabelValues(topic).Inc()
	m.bytes.Add(float64(bytes))
}
