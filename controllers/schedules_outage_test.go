package controllers

import (
	"testing"
	"time"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// While Shopify is down the store is tried again with the back-off, and its
// schedules keep their times, which no back-off of the queue would.
func TestSchedulesKeepTheirTimesDuringAnOutage(t *testing.T) {
	b := scheduled(t, v1alpha1.Schedule{Name: "often", Schedule: "*/5 * * * *", TimeZone: "UTC", Type: v1alpha1.SyncJobOrders})
	_, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503})
	b.must(err)
	b.happened()
	b.calls()
	made := 0
	for end := b.now.Add(4 * time.Hour); b.now.Before(end); {
		result, err := b.reconcile()
		if err != nil || result.RequeueAfter <= 0 {
			t.Fatalf("left to the queue's back-off: %+v, %v", result, err)
		}
		for _, e := range b.happened() {
			if starting("Normal Scheduled")(e) {
				made++
			}
		}
		b.end(v1alpha1.CompleteCondition)
		b.now = b.now.Add(result.RequeueAfter)
	}
	if made < 47 || made > 49 {
		t.Errorf("%d SyncJobs in four hours of a schedule of five minutes, want 48", made)
	}
	if n := len(b.calls()); n > 3*(4*6+12) {
		t.Errorf("%d calls in four hours: each attempt is one look of three tries, at growing distances", n)
	}
}

// An object that only observes from the start has no finalizer, and its jobs are
// dry runs.
func TestSchedulesRunInObserveFromTheStart(t *testing.T) {
	b := newBed(t)
	observe(&b.store.Spec)
	b.store.Spec.Schedules = []v1alpha1.Schedule{{Name: "often", Schedule: "*/5 * * * *", TimeZone: "UTC", Type: v1alpha1.SyncJobOrders}}
	b.apply()
	b.settle()
	b.now = b.now.Add(10 * time.Minute)
	b.settle()
	if jobs := b.jobs(); len(jobs) != 1 || !jobs[0].Spec.DryRun {
		t.Errorf("%+v", jobs)
	}
}
