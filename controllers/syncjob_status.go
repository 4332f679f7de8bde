package controllers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/patch"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// ownedJobConditions are those that this controller alone writes.
var ownedJobConditions = []string{
	meta.ReadyCondition, meta.ReconcilingCondition, meta.StalledCondition,
	v1alpha1.CompleteCondition, v1alpha1.FailedCondition, v1alpha1.JobSuspendedCondition,
}

// finish patches the status where it changed, tells how a job ended, and decides when to
// come back. err is an error of the Kubernetes API.
func (run *jobRun) finish(ctx context.Context, err error) (ctrl.Result, error) {
	if err != nil || run.cut {
		return ctrl.Result{}, err
	}
	err = run.patcher.Patch(ctx, run.job, patch.WithFieldOwner(fieldOwner), patch.WithStatusObservedGeneration{},
		patch.WithOwnedConditions{Conditions: ownedJobConditions})
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("patching the status: %w", err)
	}
	if ended(run.job) {
		run.announce()
		return ctrl.Result{}, nil
	}
	if deadline := run.deadline(); !deadline.IsZero() {
		left := soon(deadline.Sub(run.r.Now()))
		if run.again == 0 || left < run.again {
			run.again = left
		}
	}
	return ctrl.Result{RequeueAfter: run.again}, nil
}

// announce emits an event that says how the job ended.
func (run *jobRun) announce() {
	if c := conditions.Get(run.job, v1alpha1.FailedCondition); c != nil && c.Status == metav1.ConditionTrue {
		run.r.Events.Eventf(run.job, nil, corev1.EventTypeWarning, c.Reason, "Run", "%s", c.Message) // Failed became True
		return
	}
	run.r.Events.Eventf(run.job, nil, corev1.EventTypeNormal, v1alpha1.ReasonComplete, "Run", "%s", conditions.GetMessage(run.job, v1alpha1.CompleteCondition))
}

// underWay tells what a job that has not ended is at.
func (run *jobRun) underWay(reason, message string) {
	conditions.Delete(run.job, v1alpha1.JobSuspendedCondition)
	conditions.Delete(run.job, meta.StalledCondition)
	conditions.MarkReconciling(run.job, reason, "%s", message)
	conditions.MarkFalse(run.job, meta.ReadyCondition, reason, "%s", message)
}

// progressing tells how far the job has come, and has it go on at once.
func (run *jobRun) progressing() {
	run.again = time.Millisecond
	run.underWay(v1alpha1.ReasonProgressing, run.tally())
}

// queuePause is how often a job that waits looks whether it may go on, where no event
// told it so.
const queuePause = time.Minute

// waiting tells what a job waits for; a change of that brings it back.
func (run *jobRun) waiting(reason, message string) {
	run.again = queuePause
	run.underWay(reason, message)
}

func (run *jobRun) retrying(reason, message string) {
	run.underWay(reason, "Trying again: "+message)
}

// stalled tells what a person has to do before the job can go on.
func (run *jobRun) stalled(reason, message string, again time.Duration) {
	run.again = again
	conditions.Delete(run.job, v1alpha1.JobSuspendedCondition)
	conditions.Delete(run.job, meta.ReconcilingCondition)
	conditions.MarkStalled(run.job, reason, "%s", message)
	conditions.MarkFalse(run.job, meta.ReadyCondition, reason, "%s", message)
}

func (run *jobRun) suspended() {
	const message = "spec.suspend is true: the job stands still"
	conditions.Delete(run.job, meta.ReconcilingCondition)
	conditions.Delete(run.job, meta.StalledCondition)
	conditions.MarkTrue(run.job, v1alpha1.JobSuspendedCondition, v1alpha1.ReasonSuspended, message)
	conditions.MarkFalse(run.job, meta.ReadyCondition, v1alpha1.ReasonSuspended, message)
}

// ended tells that nothing is left to do: the job succeeded, unless some records failed.
func (run *jobRun) ended() {
	progress := run.job.Status.Progress
	if progress.Failed > 0 {
		run.failed(v1alpha1.ReasonRecordsFailed, run.tally()+"; status.findings names the first of those that failed")
		return
	}
	progress.Expected, progress.Percent = progress.Done, 100 // what came meanwhile is counted, what went is not
	run.close()
	conditions.MarkTrue(run.job, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "%s", run.tally())
	conditions.MarkTrue(run.job, meta.ReadyCondition, v1alpha1.ReasonComplete, "%s", run.tally())
}

func (run *jobRun) failed(reason, message string) {
	run.close()
	conditions.MarkTrue(run.job, v1alpha1.FailedCondition, reason, "%s", message)
	conditions.MarkStalled(run.job, reason, "%s", message)
	conditions.MarkFalse(run.job, meta.ReadyCondition, reason, "%s", message)
}

// close notes that the run has ended.
func (run *jobRun) close() {
	run.again = 0
	run.job.Status.CompletionTime = &metav1.Time{Time: run.r.Now().Truncate(time.Second)}
	run.job.Status.Checkpoint = nil
	for _, condition := range []string{v1alpha1.JobSuspendedCondition, meta.ReconcilingCondition, meta.StalledCondition} {
		conditions.Delete(run.job, condition)
	}
}

// tally says in a sentence how far the job has come.
func (run *jobRun) tally() string {
	p := run.job.Status.Progress
	if p == nil {
		return "Nothing was done"
	}
	parts := []string{fmt.Sprintf("%d of %d records handled", p.Done, p.Expected)}
	for _, part := range []struct {
		n    int64
		what string
	}{{p.Changed, "changed"}, {p.Skipped, "skipped"}, {p.Failed, "failed"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	text := strings.Join(parts, ", ")
	if run.job.Spec.DryRun {
		text += " (a dry run: nothing was changed)"
	}
	return text
}
