package deliveries

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/shopkeeper-dev/shopkeeper/internal/audits"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// outcome is what became of an attempt.
type outcome string

const (
	outcomeDone      outcome = "Done"
	outcomeDuplicate outcome = "Duplicate" // there is no work left in it
	outcomeIgnored   outcome = "Ignored"   // nothing is done for the topic
)

// metrics are of all stores; docs/reference.md lists them.
type metrics struct {
	attempts     *prometheus.CounterVec
	pushes       *prometheus.CounterVec
	lag          *prometheus.HistogramVec
	lagOfStore   *prometheus.SummaryVec
	lastReceived *prometheus.GaugeVec
	findings     *prometheus.CounterVec
	backlog      *prometheus.GaugeVec
	oldest       *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "shopkeeper_delivery_attempts_total",
			Help: "Attempts at webhook deliveries, by what became of them: Done, Duplicate (nothing was left to do), Ignored (nothing is done for the topic), Retried, Waiting (for the shop or a person; no failure), Dead."}, []string{"namespace", "name", "topic", "outcome"}),
		pushes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "shopkeeper_push_attempts_total",
			Help: "Attempts to bring an item's product in line, by what became of them: Done, Retried, Waiting, Dead."}, []string{"namespace", "name", "outcome"}),
		lag: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "shopkeeper_delivery_lag_seconds",
			Help:    "Time from the event, as Shopify dates it, to its effect in the ledger.",
			Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200, 43200}}, []string{"topic"}),
		lagOfStore: prometheus.NewSummaryVec(prometheus.SummaryOpts{Name: "shopkeeper_store_delivery_lag_seconds",
			Help: "Time from the event, as Shopify dates it, to its effect in the ledger, of each store: sum and count."}, []string{"namespace", "name", "topic"}),
		lastReceived: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "shopkeeper_delivery_last_received_timestamp_seconds",
			Help: "When the last delivery that was worked off had been received, in Unix time."}, []string{"namespace", "name", "topic"}),
		findings: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "shopkeeper_findings_total",
			Help: "What came up for a person to look at, by kind. Kinds with an alert, such as DoubleSale, are shown from 0 on; OrderRecovered is a change of an order of which no webhook told."}, []string{"namespace", "name", "kind"}),
		backlog: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "shopkeeper_deliveries",
			Help: "Deliveries in the inbox that are not done, by state: Pending or Dead; looked at once a minute."}, []string{"namespace", "name", "state"}),
		oldest: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "shopkeeper_delivery_oldest_pending_timestamp_seconds",
			Help: "When the oldest delivery that is not done had been received, in Unix time; 0 where none waits."}, []string{"namespace", "name"}),
	}
	if r == nil {
		return m, nil
	}
	var problems []error
	for _, c := range []prometheus.Collector{m.attempts, m.pushes, m.lag, m.lagOfStore, m.lastReceived, m.findings, m.backlog, m.oldest} {
		problems = append(problems, r.Register(c))
	}
	return m, errors.Join(problems...)
}

func (m *metrics) done(s ledger.Store, topic string, o outcome) {
	m.attempts.WithLabelValues(s.Tenant, s.Name, topic, string(o)).Inc()
}

func (m *metrics) pushed(s ledger.Store, o outcome) {
	m.pushes.WithLabelValues(s.Tenant, s.Name, string(o)).Inc()
}

func (m *metrics) finished(w *work, now time.Time) {
	m.done(w.Store, w.Topic, outcomeDone)
	lag := max(w.lag(now), 0).Seconds()
	m.lag.WithLabelValues(w.Topic).Observe(lag)
	m.lagOfStore.WithLabelValues(w.Tenant, w.Name, w.Topic).Observe(lag)
	m.lastReceived.WithLabelValues(w.Tenant, w.Name, w.Topic).Set(float64(w.ReceivedAt.Unix()))
}

func (m *metrics) found(s ledger.Store, kind string) {
	m.findings.WithLabelValues(s.Tenant, s.Name, kind).Inc()
}

// alerted are the kinds of findings that have an alert. They are shown from 0 on: an
// increase is told by what was before.
var alerted = []string{
	orders.DoubleSale, orders.OrderRecovered, orders.OrderDiffers, orders.OrderMissing,
	audits.StockDiffers, audits.PriceDiffers, audits.StatusDiffers, audits.LedgerInconsistent,
}

func (m *metrics) standing(s ledger.Store, b ledger.Backlog) {
	for _, kind := range alerted {
		m.findings.WithLabelValues(s.Tenant, s.Name, kind)
	}
	m.backlog.WithLabelValues(s.Tenant, s.Name, ledger.Pending).Set(float64(b.Pending))
	m.backlog.WithLabelValues(s.Tenant, s.Name, ledger.Dead).Set(float64(b.Dead))
	oldest := 0.0
	if !b.OldestPending.IsZero() {
		oldest = float64(b.OldestPending.Unix())
	}
	m.oldest.WithLabelValues(s.Tenant, s.Name).Set(oldest)
}

// forget drops the series of a store that is gone.
func (m *metrics) forget(s ledger.Store) {
	labels := prometheus.Labels{"namespace": s.Tenant, "name": s.Name}
	for _, v := range []interface {
		DeletePartialMatch(prometheus.Labels) int
	}{m.attempts, m.pushes, m.lagOfStore, m.lastReceived, m.findings, m.backlog, m.oldest} {
		v.DeletePartialMatch(labels)
	}
}
