package controllers

import (
	"fmt"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// jobSeries are the series of a registry that are about jobs, without the labels namespace
// and name, and without what is 0.
func jobSeries(t *testing.T, registry *prometheus.Registry) (series []string) {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			line := f.GetName()
			for _, l := range m.GetLabel() {
				if l.GetName() != "namespace" && l.GetName() != "name" {
					line += " " + l.GetValue()
				}
			}
			if v := m.GetGauge().GetValue(); v != 0 {
				series = append(series, fmt.Sprintf("%s %.0f", line, v))
			}
		}
	}
	slices.Sort(series)
	return series
}

func TestJobMetrics(t *testing.T) {
	b := newJobBed(t)
	g := NewWithT(t)
	elected := make(chan struct{})
	registry := prometheus.NewRegistry()
	_, err := NewJobMetrics(registry, client.NewNamespacedClient(api, b.store.Namespace), elected)
	b.must(err)
	scheduled := func(name string) *v1alpha1.SyncJob {
		job := b.job(name, checkOrders)
		job.Labels = map[string]string{v1alpha1.ScheduleLabel: "order-verification"}
		b.must(api.Update(t.Context(), job))
		b.look(job)
		return job
	}
	first := scheduled("first").Status.CompletionTime.Unix()
	g.Expect(jobSeries(t, registry)).To(BeEmpty(), "another manager works")
	close(elected)
	complete := func(n int, at int64) []string {
		return []string{
			fmt.Sprintf("shopkeeper_syncjob_last_success_timestamp_seconds order-verification Orders %d", at),
			fmt.Sprintf("shopkeeper_syncjobs Complete Orders %d", n),
		}
	}
	g.Expect(jobSeries(t, registry)).To(Equal(complete(1, first)))
	b.now = b.now.Add(time.Minute)
	second := scheduled("second").Status.CompletionTime.Unix()
	g.Expect(second).To(BeNumerically(">", first))
	g.Expect(jobSeries(t, registry)).To(Equal(complete(2, second)), "the last one counts")

	b.now = b.now.Add(time.Minute)
	mend, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503})
	b.must(err)
	spec := checkOrders
	spec.BackoffLimit = new(int32(0))
	byHand := b.job("by-hand", spec)
	b.look(byHand)
	spec.BackoffLimit, spec.Suspend = nil, true
	b.look(b.job("suspended", spec))
	spec = syncProducts
	b.look(b.job("tried-again", spec))
	spec.StoreRef.Name = "other"
	b.look(b.job("early", spec))
	b.sim.RemoveFault(mend)
	b.shop(func(s *simulator.Shop) { s.Apps[0].Scopes = []string{"read_products"} })
	b.look(b.job("needs-a-person", checkOrders))
	b.job("new", v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobAudit, Audit: v1alpha1.AuditSpec{Checks: []v1alpha1.AuditCheck{v1alpha1.AuditPrice}}})
	want := append(complete(2, second),
		fmt.Sprintf("shopkeeper_syncjob_last_failure_timestamp_seconds  Orders %d", byHand.Status.CompletionTime.Unix()),
		"shopkeeper_syncjobs Failed Orders 1", "shopkeeper_syncjobs Suspended Orders 1", "shopkeeper_syncjobs Stalled Orders 1",
		"shopkeeper_syncjobs Running Products 1", "shopkeeper_syncjobs Queued Products 1", "shopkeeper_syncjobs Queued Audit 1")
	slices.Sort(want)
	g.Expect(jobSeries(t, registry)).To(Equal(want))

	b.must(api.DeleteAllOf(t.Context(), &v1alpha1.SyncJob{}, client.InNamespace(b.store.Namespace), client.PropagationPolicy(metav1.DeletePropagationBackground)))
	g.Expect(jobSeries(t, registry)).To(BeEmpty(), "what is gone leaves nothing")
}
