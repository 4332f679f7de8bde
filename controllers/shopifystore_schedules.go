package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/schedule"
)

// onlySchedules runs the schedules of a store whose shop need not be looked at
// now, and says whether that was all there was to do. It is not where the
// schedules change what Ready sums up, which takes a look.
func (r *ShopifyStoreReconciler) onlySchedules(ctx context.Context, run *storeRun) (res ctrl.Result, all bool, err error) {
	look := r.looks.next(run.store, r.Now())
	if look.IsZero() || run.deleting() || run.store.Spec.Suspend || len(run.store.Spec.Schedules) == 0 {
		r.looks.begin(run.store)
		return res, false, nil
	}
	run.all(ctx, gate{v1alpha1.SchedulesAppliedCondition, r.schedules})
	if !equality.Semantic.DeepEqual(conditions.Get(run.before, v1alpha1.SchedulesAppliedCondition), conditions.Get(run.store, v1alpha1.SchedulesAppliedCondition)) {
		r.looks.begin(run.store)
		run.failures = nil
		return res, false, nil
	}
	if err := run.patch(ctx); err != nil {
		return res, true, fmt.Errorf("patching the status: %w", err)
	}
	return run.orNextSlot(ctrl.Result{RequeueAfter: soon(look.Sub(r.Now()))}), true, nil
}

// untilNextSlot notes when the shop is to be looked at again, and has the store
// reconciled before if a schedule is due. After a failure the queue would come
// back by its own back-off alone, so a store with schedules keeps one of its own.
func (run *storeRun) untilNextSlot(ctx context.Context, res ctrl.Result, err error) (ctrl.Result, error) {
	if err != nil && !run.nextSlot.IsZero() {
		ctrl.LoggerFrom(ctx).Error(err, "the store could not be brought in line, and is tried again")
		return run.orNextSlot(ctrl.Result{RequeueAfter: run.r.looks.fail(run.store, run.r.Now())}), nil
	}
	if err != nil {
		return res, err
	}
	run.r.looks.end(run.store, run.r.Now().Add(res.RequeueAfter))
	return run.orNextSlot(res), nil
}

// orNextSlot is the result, or an earlier one where a schedule is due before.
func (run *storeRun) orNextSlot(res ctrl.Result) ctrl.Result {
	if !run.nextSlot.IsZero() {
		res.RequeueAfter = min(res.RequeueAfter, soon(run.nextSlot.Sub(run.r.Now())))
	}
	return res
}

// soon keeps above zero, which would mean never, what may have passed during
// the reconcile.
func soon(after time.Duration) time.Duration { return max(after, time.Second) }

// schedules makes the SyncJobs that are due and deletes those that are too many.
// It does so while Shopify is down, too, because a SyncJob tries again by
// itself; but only for a store that its shop accepted.
func (r *ShopifyStoreReconciler) schedules(ctx context.Context, run *storeRun) error {
	store := run.store
	if !accepted(store) {
		conditions.Delete(store, v1alpha1.SchedulesAppliedCondition)
		return nil
	}
	jobs, err := r.scheduledJobs(ctx, store)
	if err != nil {
		return err
	}
	var (
		now      = r.Now()
		statuses []v1alpha1.ScheduleStatus
		invalid  []string
		errs     []error
	)
	run.nextSlot = time.Time{}
	for i := range store.Spec.Schedules {
		s := &store.Spec.Schedules[i]
		parsed, err := schedule.Parse(s.Schedule, s.TimeZone)
		if err != nil {
			invalid = append(invalid, fmt.Sprintf("spec.schedules, %s: %v", s.Name, err))
			continue
		}
		status := scheduleStatus(store, s, now)
		decision := parsed.Decide(schedule.State{
			Now: now, Since: status.Since.Time, Last: timeOf(status.LastScheduleTime),
			Offset: parsed.Offset(run.owner() + "/" + s.Name), Active: active(jobs[s.Name]),
		})
		if err := r.carryOut(ctx, run, s, decision); err != nil {
			errs = append(errs, err)
		} else if decision.Act != schedule.Wait {
			status.LastScheduleTime = &metav1.Time{Time: decision.Due}
		}
		statuses = append(statuses, status)
		if run.nextSlot.IsZero() || decision.Next.Before(run.nextSlot) {
			run.nextSlot = decision.Next
		}
	}
	store.Status.Schedules = statuses
	errs = append(errs, r.prune(ctx, store, jobs))
	return run.judgeSchedules(invalid, errors.Join(errs...))
}

// carryOut does what was decided about a schedule.
func (r *ShopifyStoreReconciler) carryOut(ctx context.Context, run *storeRun, s *v1alpha1.Schedule, d schedule.Decision) error {
	switch d.Act {
	case schedule.Run:
		return r.makeJob(ctx, run, s, d.Slot)
	case schedule.Skip:
		ctrl.LoggerFrom(ctx).Info("passed over a slot: the schedule's last SyncJob has not ended", "schedule", s.Name, "slot", d.Slot)
	case schedule.Wait:
	}
	return nil
}

// judgeSchedules sums the schedules up into their condition. What may work the
// next time goes first; what a person has to change is told then.
func (run *storeRun) judgeSchedules(invalid []string, err error) error {
	switch {
	case err != nil:
		return err
	case len(invalid) > 0:
		return outcome.Stall(v1alpha1.ReasonScheduleInvalid, "%s", strings.Join(invalid, "; "))
	case len(run.store.Spec.Schedules) == 0:
		conditions.Delete(run.store, v1alpha1.SchedulesAppliedCondition)
	default:
		conditions.MarkTrue(run.store, v1alpha1.SchedulesAppliedCondition, v1alpha1.ReasonApplied, "The schedules make their SyncJobs")
	}
	return nil
}

// scheduleStatus is how far a schedule has come; one that is new, or was
// changed, begins now.
func scheduleStatus(store *v1alpha1.ShopifyStore, s *v1alpha1.Schedule, now time.Time) v1alpha1.ScheduleStatus {
	status := v1alpha1.ScheduleStatus{Name: s.Name}
	if i := slices.IndexFunc(store.Status.Schedules, func(known v1alpha1.ScheduleStatus) bool { return known.Name == s.Name }); i >= 0 {
		status = store.Status.Schedules[i]
	}
	if seen := s.Schedule + " " + s.TimeZone; status.Schedule != seen || status.Since == nil {
		status.Schedule, status.Since = seen, &metav1.Time{Time: now.Truncate(time.Second)} // as precise as it is stored
	}
	return status
}

func timeOf(t *metav1.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}
