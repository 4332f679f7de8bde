package shopify

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts what the calls to Shopify cost.
type metrics struct {
	duration  *prometheus.HistogramVec
	spent     *prometheus.CounterVec
	available *prometheus.GaugeVec
	throttled *prometheus.CounterVec
	retries   *prometheus.CounterVec
	// rejected is 1 for the shops that reject the credentials.
	deprecated *prometheus.CounterVec
	waited     *prometheus.HistogramVec
}

// resultOK is the result of a request that succeeded; that of a failed one is
// its Kind.
const resultOK = "OK"

func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	const namespace, subsystem = "shopkeeper", "shopify"
	m := &metrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "request_duration_seconds",
			Help:    "How long requests to Shopify took, by operation and result (OK or the kind of the failure).",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"operation", "result"}),
		spent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "points_spent_total",
			Help: "Points of the GraphQL rate limit that requests cost, by shop.",
		}, []string{"shop"}),
		available: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "points_available",
			Help: "Points of the GraphQL rate limit that a shop's last reply left.",
		}, []string{"shop"}),
		throttled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "throttled_total",
			Help: "Requests that Shopify throttled, by shop.",
		}, []string{"shop"}),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "retries_total",
			Help: "Requests that were sent again, by operation.",
		}, []string{"operation"}),
		deprecated: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "deprecated_total",
			Help: "Replies that name something in use as deprecated, by operation and what it is: its name in the schema, such as Shop.products, or other.",
		}, []string{"operation", "reason"}),
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "budget_wait_seconds",
			Help:    "How long calls waited for points of the shop's rate limit before they were sent, by priority: webhook, push, job or resync.",
			Buckets: []float64{.01, .1, .5, 1, 2.5, 5, 10, 30},
		}, []string{"priority"}),
	}
	if registerer == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.duration, m.spent, m.available, m.throttled, m.retries, m.deprecated, m.waited} {
		if err := registerer.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// forget drops a shop's series.
func (m *metrics) forget(shop Domain) {
	for _, v := range []interface {
		DeleteLabelValues(labels ...string) bool
	}{m.spent, m.available, m.throttled} {
		v.DeleteLabelValues(string(shop))
	}
}

// priorityNames name the priorities in metrics.
var priorityNames = [priorities]string{PriorityWebhook: "webhook", PriorityPush: "push", PriorityJob: "job", PriorityResync: "resync"}

// wait notes how long a call waited for its points.
func (m *metrics) wait(p Priority, waited time.Duration) {
	m.waited.WithLabelValues(priorityNames[p]).Observe(waited.Seconds())
}

// observe notes one request: in the metrics, and in a line of the debug log,
// which holds neither bodies nor tokens.
func (t *transport) observe(ctx context.Context, c *call, took time.Duration, cost *Cost, err error) {
	result := resultOK
	if err != nil {
		result = string(KindOf(err))
	}
	t.metrics.duration.WithLabelValues(c.operation, result).Observe(took.Seconds())
	if Kind(result) == Throttled {
		t.metrics.throttled.WithLabelValues(string(t.shop)).Inc()
	}
	for _, name := range c.deprecated {
		t.metrics.deprecated.WithLabelValues(c.operation, name).Inc()
	}
	points := 0.0
	if cost != nil {
		if cost.Actual != nil {
			points = *cost.Actual
		}
		meter(ctx, points)
		t.metrics.spent.WithLabelValues(string(t.shop)).Add(max(0, points))
		t.metrics.available.WithLabelValues(string(t.shop)).Set(cost.Throttle.Available)
	}
	t.log.LogAttrs(ctx, slog.LevelDebug, "request to Shopify",
		slog.String("shop", string(t.shop)), slog.String("operation", c.operation), slog.String("result", result),
		slog.Duration("took", took), slog.Float64("points", points), slog.String("requestID", c.requestID))
}
