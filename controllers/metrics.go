package controllers

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// StoreMetrics tells how the stores are. What a scrape shows is read from the
// stores at that moment, so nothing has to be forgotten when one goes, and
// nothing is stale. docs/reference.md lists the series.
type StoreMetrics struct {
	stores  client.Reader
	elected <-chan struct{}

	mu          sync.Mutex
	corrections map[correction]float64
	routes      routesMetrics
}

// routesMetrics are of the routes that the relay reads.
type routesMetrics struct {
	looked       bool // nothing is known before
	stale        bool // the last attempt to publish failed
	count, bytes int
}

// correction is what corrections are counted by.
type correction struct {
	store client.ObjectKey
	kind  string // of thing in the shop
}

// NewStoreMetrics registers the metrics of the stores that a reader lists; give
// it a cache. Of several managers only the one that works shows any: elected is
// closed once this one does.
func NewStoreMetrics(registerer prometheus.Registerer, stores client.Reader, elected <-chan struct{}) (*StoreMetrics, error) {
	m := &StoreMetrics{stores: stores, elected: elected, corrections: map[correction]float64{}}
	if err := registerer.Register(m); err != nil {
		return nil, fmt.Errorf("registering the metrics of stores: %w", err)
	}
	return m, nil
}

// corrected counts a change in a shop that was undone. A nil receiver counts
// nothing.
func (m *StoreMetrics) corrected(store client.ObjectKey, kind string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.corrections[correction{store, kind}]++
}

// routesPublished notes how many routes stand in the Secret, and how many bytes
// they take. A nil receiver notes nothing.
func (m *StoreMetrics) routesPublished(count, bytes int) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.routes = routesMetrics{looked: true, count: count, bytes: bytes}
}

// routesFailed notes that an attempt to publish the routes failed. A nil receiver
// notes nothing.
func (m *StoreMetrics) routesFailed() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.routes.looked, m.routes.stale = true, true
}

func storeDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName("shopkeeper", "store", name), help, append([]string{"namespace", "name"}, labels...), nil)
}

var (
	descInfo       = storeDesc("info", "A store, its shop's address, the version of Shopify's API in use, and spec.mode; always 1.", "shop", "api_version_used", "mode")
	descCondition  = storeDesc("condition", "A condition of a store: 1 is True, 0 False, -1 Unknown.", "type")
	descReason     = storeDesc("ready_reason", "The reason of a store's condition Ready; always 1.", "reason")
	descDrift      = storeDesc("drift", "Changes found in a store and not corrected yet, at most 20.")
	descPlan       = storeDesc("plan_changes", "Changes that a store in mode Observe waits for.")
	descVersionEnd = storeDesc("api_version_end_timestamp_seconds", "When Shopify stops serving the API version that a store uses.")
	descSuspended  = storeDesc("suspended", "Whether a store is suspended.")
	descDeletion   = storeDesc("deletion_timestamp_seconds", "Since when a store is being deleted; only while it is.")
	descCorrection = storeDesc("corrections_total", "Changes in a store that were undone, by kind of thing.", "kind")

	descRoutes      = prometheus.NewDesc("shopkeeper_relay_routes", "Routes of stores in the Secret that the relay reads.", nil, nil)
	descRoutesBytes = prometheus.NewDesc("shopkeeper_relay_routes_bytes", "Size of the routes in the Secret that the relay reads, which holds 1 MiB; a route is about 300 bytes.", nil, nil)
	descRoutesStale = prometheus.NewDesc("shopkeeper_relay_routes_stale", "Whether the last attempt to publish the relay's routes failed.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m *StoreMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descInfo, descCondition, descReason, descDrift, descPlan, descVersionEnd, descSuspended, descDeletion, descCorrection,
		descRoutes, descRoutesBytes, descRoutesStale,
	} {
		ch <- d
	}
}

// scrapeTimeout bounds the wait for a cache that has not filled yet.
const scrapeTimeout = 5 * time.Second

// Collect implements prometheus.Collector.
func (m *StoreMetrics) Collect(ch chan<- prometheus.Metric) {
	select {
	case <-m.elected:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	var list v1alpha1.ShopifyStoreList
	if err := m.stores.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
		ch <- prometheus.NewInvalidMetric(descInfo, err)
		return
	}
	there := make(map[client.ObjectKey]bool, len(list.Items))
	for i := range list.Items {
		store := &list.Items[i] // shared with the cache: only to be read
		there[client.ObjectKeyFromObject(store)] = true
		collectStore(ch, store)
	}
	m.collectCorrections(ch, there)
	m.collectRoutes(ch)
}

// collectRoutes shows nothing before the routes were looked at, and nothing at all
// where no relay is told of the stores.
func (m *StoreMetrics) collectRoutes(ch chan<- prometheus.Metric) {
	m.mu.Lock()
	routes := m.routes
	m.mu.Unlock()
	if !routes.looked {
		return
	}
	stale := 0.0
	if routes.stale {
		stale = 1
	}
	ch <- prometheus.MustNewConstMetric(descRoutes, prometheus.GaugeValue, float64(routes.count))
	ch <- prometheus.MustNewConstMetric(descRoutesBytes, prometheus.GaugeValue, float64(routes.bytes))
	ch <- prometheus.MustNewConstMetric(descRoutesStale, prometheus.GaugeValue, stale)
}

func collectStore(ch chan<- prometheus.Metric, store *v1alpha1.ShopifyStore) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, append([]string{store.Namespace, store.Name}, labels...)...)
	}
	status, version := &store.Status, ""
	if v := status.APIVersion; v != nil {
		version = v.Used
		if end, err := time.Parse(time.DateOnly, v.SupportedUntil); err == nil {
			gauge(descVersionEnd, float64(end.Unix()))
		}
	}
	gauge(descInfo, 1, store.Spec.ShopDomain, version, string(store.Spec.Mode))
	for i := range status.Conditions {
		c := &status.Conditions[i]
		gauge(descCondition, conditionValue(c.Status), c.Type)
		if c.Type == meta.ReadyCondition {
			gauge(descReason, 1, c.Reason)
		}
	}
	gauge(descDrift, float64(len(status.Drift)))
	waiting := 0.0
	if status.Plan != nil {
		waiting = float64(status.Plan.Total)
	}
	gauge(descPlan, waiting)
	suspended := 0.0
	if store.Spec.Suspend {
		suspended = 1
	}
	gauge(descSuspended, suspended)
	if at := store.DeletionTimestamp; at != nil {
		gauge(descDeletion, float64(at.Unix()))
	}
}

func conditionValue(s metav1.ConditionStatus) float64 {
	switch s {
	case metav1.ConditionTrue:
		return 1
	case metav1.ConditionFalse:
		return 0
	default:
		return -1
	}
}

// collectCorrections shows the counts of the stores that are there, and drops
// the others'.
func (m *StoreMetrics) collectCorrections(ch chan<- prometheus.Metric, there map[client.ObjectKey]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for c, n := range m.corrections {
		if !there[c.store] {
			delete(m.corrections, c)
			continue
		}
		ch <- prometheus.MustNewConstMetric(descCorrection, prometheus.CounterValue, n, c.store.Namespace, c.store.Name, c.kind)
	}
}
