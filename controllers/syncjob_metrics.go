package controllers

import (
	"context"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// JobMetrics tells how the SyncJobs are, as StoreMetrics does of the stores: what a scrape
// shows is read at that moment from the SyncJobs that there are.
type JobMetrics struct {
	jobs    client.Reader
	elected <-chan struct{}
}

// NewJobMetrics registers the metrics of the SyncJobs that a reader lists; give it a
// cache. Of several managers only the one that works shows any: elected is closed once
// this one does.
func NewJobMetrics(registerer prometheus.Registerer, jobs client.Reader, elected <-chan struct{}) (*JobMetrics, error) {
	m := &JobMetrics{jobs: jobs, elected: elected}
	if err := registerer.Register(m); err != nil {
		return nil, fmt.Errorf("registering the metrics of jobs: %w", err)
	}
	return m, nil
}

var (
	descJobs = prometheus.NewDesc("shopkeeper_syncjobs", "SyncJobs of a store, by how they stand: Queued (for its turn, or for its store), Running, Suspended, Stalled (waits for a person), Complete, Failed.",
		[]string{"namespace", "name", "type", "state"}, nil)
	descJobSuccess = prometheus.NewDesc("shopkeeper_syncjob_last_success_timestamp_seconds", "When the last SyncJob that is complete ended, by schedule (empty where a person made it), in Unix time; 0 where there is none.",
		[]string{"namespace", "name", "type", "schedule"}, nil)
	descJobFailure = prometheus.NewDesc("shopkeeper_syncjob_last_failure_timestamp_seconds", "When the last SyncJob that failed ended, by schedule (empty where a person made it), in Unix time; 0 where there is none.",
		[]string{"namespace", "name", "type", "schedule"}, nil)
)

// Describe implements prometheus.Collector.
func (m *JobMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descJobs, descJobSuccess, descJobFailure} {
		ch <- d
	}
}

// jobState is how a job stands, in a word.
type jobState string

const (
	jobQueued    jobState = "Queued"  // it waits for its turn, or for its store
	jobRunning   jobState = "Running" // it is at work, or is tried again
	jobSuspended jobState = "Suspended"
	jobStalled   jobState = "Stalled" // it waits for a person
	jobComplete  jobState = "Complete"
	jobFailed    jobState = "Failed"
)

func stateOf(job *v1alpha1.SyncJob) jobState {
	switch {
	case conditions.IsTrue(job, v1alpha1.CompleteCondition):
		return jobComplete
	case conditions.IsTrue(job, v1alpha1.FailedCondition):
		return jobFailed
	case job.Spec.Suspend:
		return jobSuspended
	case conditions.IsStalled(job):
		return jobStalled
	}
	switch conditions.GetReason(job, meta.ReconcilingCondition) {
	case "", v1alpha1.ReasonQueued, v1alpha1.ReasonStoreNotFound, v1alpha1.ReasonStoreNotConnected, v1alpha1.ReasonStoreSuspended, v1alpha1.ReasonStoreObserved:
		return jobQueued
	}
	return jobRunning
}

// jobsOfAKind are the jobs of a store that are counted together.
type jobsOfAKind struct {
	store client.ObjectKey
	kind  v1alpha1.SyncJobType
}

// jobsOfASchedule are those that a schedule made; it is empty for those that a person did.
type jobsOfASchedule struct {
	jobsOfAKind
	schedule string
}

// endings are when the last job that succeeded and the last that failed did; zero for
// none.
type endings struct{ success, failure time.Time }

// Collect implements prometheus.Collector.
func (m *JobMetrics) Collect(ch chan<- prometheus.Metric) {
	select {
	case <-m.elected:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	var list v1alpha1.SyncJobList
	if err := m.jobs.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
		ch <- prometheus.NewInvalidMetric(descJobs, err)
		return
	}
	counts := map[jobsOfAKind]map[jobState]int{}
	ends := map[jobsOfASchedule]endings{}
	for i := range list.Items {
		job := &list.Items[i] // shared with the cache: only to be read
		kind := jobsOfAKind{client.ObjectKey{Namespace: job.Namespace, Name: job.Spec.StoreRef.Name}, job.Spec.Type}
		if counts[kind] == nil {
			counts[kind] = map[jobState]int{}
		}
		counts[kind][stateOf(job)]++
		of := jobsOfASchedule{kind, job.Labels[v1alpha1.ScheduleLabel]}
		ends[of] = ends[of].with(job)
	}
	for of, states := range counts {
		for state, n := range states {
			ch <- prometheus.MustNewConstMetric(descJobs, prometheus.GaugeValue, float64(n), of.store.Namespace, of.store.Name, string(of.kind), string(state))
		}
	}
	for of, e := range ends {
		labels := []string{of.store.Namespace, of.store.Name, string(of.kind), of.schedule}
		ch <- prometheus.MustNewConstMetric(descJobSuccess, prometheus.GaugeValue, seconds(e.success), labels...)
		ch <- prometheus.MustNewConstMetric(descJobFailure, prometheus.GaugeValue, seconds(e.failure), labels...)
	}
}

// with are the endings with that of one more job.
func (e endings) with(job *v1alpha1.SyncJob) endings {
	at := job.Status.CompletionTime
	if at == nil {
		return e
	}
	switch state := stateOf(job); {
	case state == jobComplete && at.After(e.success):
		e.success = at.Time
	case state == jobFailed && at.After(e.failure):
		e.failure = at.Time
	}
	return e
}

// seconds is a time as Prometheus has it; 0 for the zero time.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}
