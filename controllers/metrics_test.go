package controllers

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// meter gives a bed's reconciler metrics of the bed's store alone.
func (b *bed) meter(elected <-chan struct{}) *prometheus.Registry {
	b.t.Helper()
	registry := prometheus.NewRegistry()
	m, err := NewStoreMetrics(registry, client.NewNamespacedClient(api, b.store.Namespace), elected)
	b.must(err)
	b.r.Metrics = m
	return registry
}

// shows checks that the named metric has these series, given without the labels
// namespace and name; none where there are no lines.
func (b *bed) shows(registry *prometheus.Registry, metric string, want ...string) {
	b.t.Helper()
	families, err := registry.Gather()
	b.must(err)
	var got []string
	for _, f := range families {
		if f.GetName() != "shopkeeper_store_"+metric {
			continue
		}
		for _, m := range f.GetMetric() {
			line := ""
			for _, l := range m.GetLabel() {
				switch l.GetName() {
				case "namespace", "name":
				default:
					line += l.GetValue() + " "
				}
			}
			got = append(got, line+fmt.Sprint(m.GetGauge().GetValue()+m.GetCounter().GetValue()))
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		b.t.Errorf("%s: got %q, want %q", metric, got, want)
	}
}

func TestStoreMetrics(t *testing.T) {
	b := newBed(t)
	elected := make(chan struct{})
	registry := b.meter(elected)
	b.apply()
	b.shows(registry, "info")
	close(elected)
	b.shows(registry, "info", " Enforce "+b.domain+" 1")
	b.ready()
	b.shows(registry, "info", "2026-07 Enforce "+b.domain+" 1")
	b.shows(registry, "condition", "Connected 1", "InSync 1", "MetafieldsApplied 1", "PriceRulesApplied 1", "Ready 1", "RelayReachable 1", "ScopesGranted 1", "SettingsVerified 1", "WebhooksApplied 1")
	b.shows(registry, "ready_reason", "Ready 1")
	b.shows(registry, "drift", "0")
	b.shows(registry, "plan_changes", "0")
	b.shows(registry, "suspended", "0")
	b.shows(registry, "deletion_timestamp_seconds")
	end, err := time.Parse(time.DateOnly, b.store.Status.APIVersion.SupportedUntil)
	b.must(err)
	b.shows(registry, "api_version_end_timestamp_seconds", fmt.Sprint(float64(end.Unix())))
	b.shows(registry, "corrections_total")

	b.shop(func(s *simulator.Shop) { s.WebhookSubscriptions = s.WebhookSubscriptions[2:] })
	b.settle()
	b.shows(registry, "corrections_total", "WebhookSubscription 2")

	b.shop(func(s *simulator.Shop) { s.Apps[0].AccessToken = "another" })
	b.settle()
	b.shows(registry, "ready_reason", v1alpha1.ReasonCredentialsRejected+" 1")
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true; s.DeletionPolicy = v1alpha1.DeletionDelete })
	b.settle()
	b.shows(registry, "suspended", "1")
	b.must(api.Delete(t.Context(), b.store))
	b.settle()
	b.shows(registry, "deletion_timestamp_seconds", fmt.Sprint(float64(b.store.DeletionTimestamp.Unix())))

	b.shop(func(s *simulator.Shop) { s.Apps[0].AccessToken = "shpat_" + b.store.Namespace })
	b.secret(map[string]string{"accessToken": "shpat_" + b.store.Namespace})
	if _, err := b.reconcile(); err != nil {
		t.Fatal(err)
	}
	if n := testutil.CollectAndCount(b.r.Metrics); n != 0 || len(b.r.Metrics.corrections) != 0 {
		t.Errorf("a store that is gone leaves %d series and %v", n, b.r.Metrics.corrections)
	}
}

// listed is a reader of stores in memory, as a cache is.
type listed struct {
	client.Reader
	stores []v1alpha1.ShopifyStore
}

func (l listed) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	list.(*v1alpha1.ShopifyStoreList).Items = l.stores
	return nil
}

// BenchmarkCollect is what a scrape of 1,000 stores costs beside writing it out.
func BenchmarkCollect(b *testing.B) {
	reader := listed{}
	for i := range 1000 {
		s := v1alpha1.ShopifyStore{ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprintf("client-%d", i), Name: "store"}}
		s.Spec.ShopDomain = fmt.Sprintf("client-%d.myshopify.com", i)
		s.Status.APIVersion = &v1alpha1.APIVersionStatus{Used: "2026-07", SupportedUntil: "2027-07-16"}
		for _, kind := range ownedConditions {
			s.Status.Conditions = append(s.Status.Conditions, metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: "Ready"})
		}
		reader.stores = append(reader.stores, s)
	}
	elected := make(chan struct{})
	close(elected)
	registry := prometheus.NewRegistry()
	if _, err := NewStoreMetrics(registry, reader, elected); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := registry.Gather(); err != nil {
			b.Fatal(err)
		}
	}
}
