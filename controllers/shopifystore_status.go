package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/patch"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
)

// ownedConditions are those that this controller alone writes.
var ownedConditions = []string{
	meta.ReadyCondition, meta.ReconcilingCondition, meta.StalledCondition,
	v1alpha1.ConnectedCondition, v1alpha1.ScopesGrantedCondition, v1alpha1.SettingsVerifiedCondition,
	v1alpha1.MetafieldsAppliedCondition, v1alpha1.WebhooksAppliedCondition, v1alpha1.PriceRulesAppliedCondition, v1alpha1.SaleEventsAppliedCondition, v1alpha1.RelayReachableCondition, v1alpha1.SchedulesAppliedCondition,
	v1alpha1.WebhooksProcessedCondition, v1alpha1.ProductsPublishableCondition,
	v1alpha1.InSyncCondition, v1alpha1.SuspendedCondition, v1alpha1.DeletingCondition,
}

// groupConditions are those of the groups that write to the store.
var groupConditions = []string{
	v1alpha1.SettingsVerifiedCondition, v1alpha1.MetafieldsAppliedCondition, v1alpha1.WebhooksAppliedCondition, v1alpha1.PriceRulesAppliedCondition,
}

// failure is a phase that did not succeed.
type failure struct {
	condition string
	verdict   outcome.Verdict
	err       error
}

// passes says that the failure may pass by itself.
func (f failure) passes() bool { return !f.verdict.Stalled }

// fail notes the failure of a phase and says so in its condition.
func (run *storeRun) fail(condition string, err error) {
	f := failure{condition, outcome.Of(err), err}
	run.failures = append(run.failures, f)
	conditions.MarkFalse(run.store, condition, f.verdict.Reason, "%s", f.verdict.Message)
}

// finish sums up, patches the status and emits events. It decides when the
// store is looked at again; err is an error that no condition tells, such as
// one of the Kubernetes API.
func (run *storeRun) finish(ctx context.Context, err error) (ctrl.Result, error) {
	if run.released || err != nil {
		return ctrl.Result{}, err
	}
	switch {
	case run.deleting():
		run.summarizeDeletion()
	case run.store.Spec.Suspend:
		run.summarizeSuspension()
	default:
		conditions.Delete(run.store, v1alpha1.SuspendedCondition)
		if !run.observing() {
			run.store.Status.Plan = nil
		}
		run.summarize()
	}
	var options []patch.Option
	if !run.retrying() {
		options = append(options, patch.WithStatusObservedGeneration{})
	}
	if err := run.patch(ctx, options...); err != nil {
		return ctrl.Result{}, fmt.Errorf("patching the status: %w", err)
	}
	run.announce()
	run.goOn(ctx)
	res, err := run.result()
	return run.untilNextSlot(ctx, res, err)
}

// summarize computes Ready, Reconciling, Stalled and InSync from the phases.
func (run *storeRun) summarize() {
	store := run.store
	run.summarizeSync()
	if len(run.failures) == 0 {
		conditions.Delete(store, meta.ReconcilingCondition)
		conditions.Delete(store, meta.StalledCondition)
		if waiting := store.Status.Plan; run.observing() && waiting != nil {
			conditions.MarkTrue(store, meta.ReadyCondition, v1alpha1.ReasonObserved, "The store was compared and nothing written: %d changes wait for spec.mode Enforce", waiting.Total)
			return
		}
		conditions.MarkTrue(store, meta.ReadyCondition, v1alpha1.ReasonReady, "The store is as the spec wants it")
		return
	}
	first := run.failures[0].verdict
	if i := slices.IndexFunc(run.failures, failure.passes); i >= 0 {
		again := run.failures[i].verdict
		conditions.MarkReconciling(store, again.Reason, "Trying again: %s", again.Message)
	} else {
		conditions.MarkStalled(store, first.Reason, "%s", first.Message)
	}
	conditions.MarkFalse(store, meta.ReadyCondition, first.Reason, "%s", run.failureMessage())
}

// summarizeSync tells whether the store equals the spec. A correction is told
// until the next one, so that it can be read afterwards.
func (run *storeRun) summarizeSync() {
	store := run.store
	if run.planned {
		store.Status.Drift = append(run.driftLeft(), run.looping()...)
		store.Status.Drift = store.Status.Drift[:min(len(store.Status.Drift), maxDrift)]
	}
	switch {
	case !run.planned:
		f := run.failures[0].verdict
		conditions.MarkUnknown(store, v1alpha1.InSyncCondition, f.Reason, "The store was not compared: %s", f.Message)
	case run.failureMessage(groupConditions...) != "":
		conditions.MarkFalse(store, v1alpha1.InSyncCondition, v1alpha1.ReasonNotApplied, "%s", run.failureMessage(groupConditions...))
	case run.observing() && store.Status.Plan != nil:
		conditions.MarkFalse(store, v1alpha1.InSyncCondition, v1alpha1.ReasonPlanWaits, "Mode Enforce would: %s", summary(store.Status.Plan.Changes))
	case len(run.drift()) > 0:
		conditions.MarkTrue(store, v1alpha1.InSyncCondition, v1alpha1.ReasonCorrected, "The store had been changed; corrected: %s", summary(run.drift()))
	case len(run.done) > 0 || !conditions.IsTrue(store, v1alpha1.InSyncCondition):
		conditions.MarkTrue(store, v1alpha1.InSyncCondition, v1alpha1.ReasonInSync, "The store equals the spec")
	default:
		// The condition keeps its tale, for the generation that holds now.
		conditions.MarkTrue(store, v1alpha1.InSyncCondition, conditions.GetReason(store, v1alpha1.InSyncCondition), "%s",
			conditions.GetMessage(store, v1alpha1.InSyncCondition))
	}
}

func (run *storeRun) summarizeSuspension() {
	const message = "spec.suspend is true: the store is left alone"
	conditions.Delete(run.store, meta.ReconcilingCondition)
	conditions.Delete(run.store, meta.StalledCondition)
	conditions.MarkTrue(run.store, v1alpha1.SuspendedCondition, v1alpha1.ReasonSuspended, message)
	conditions.MarkFalse(run.store, meta.ReadyCondition, v1alpha1.ReasonSuspended, message)
}

func (run *storeRun) summarizeDeletion() {
	if len(run.failures) == 0 {
		return
	}
	v := run.failures[0].verdict
	if run.retrying() {
		conditions.MarkReconciling(run.store, v.Reason, "Trying again: %s", v.Message)
	} else {
		conditions.MarkStalled(run.store, v.Reason, "%s", v.Message)
	}
	conditions.MarkFalse(run.store, meta.ReadyCondition, v1alpha1.ReasonReleasing, "%s", conditions.GetMessage(run.store, v1alpha1.DeletingCondition))
}

// retrying says that something failed that may work by itself the next time.
func (run *storeRun) retrying() bool {
	return slices.ContainsFunc(run.failures, failure.passes)
}

// failureMessage joins what the failures say: those of the given conditions, or
// all where none are given.
func (run *storeRun) failureMessage(of ...string) string {
	var messages []string
	for _, f := range run.failures {
		if len(of) == 0 || slices.Contains(of, f.condition) {
			messages = append(messages, f.verdict.Message)
		}
	}
	return strings.Join(messages, "; ")
}

// driftLeft is the drift that was not corrected.
func (run *storeRun) driftLeft() []string {
	corrected := run.drift()
	return slices.DeleteFunc(run.plan.Drift(), func(line string) bool { return slices.Contains(corrected, line) })
}

// looping lists the drift that is not corrected any more.
func (run *storeRun) looping() []string {
	var lines []string
	for _, l := range run.plan.Loops {
		lines = append(lines, l.Line)
	}
	return lines
}

func (run *storeRun) drift() []string {
	done := plan.Plan{Actions: run.done}
	return done.Drift()
}

// result decides when to look again: as the failures ask, or at the next
// resync.
func (run *storeRun) result() (ctrl.Result, error) {
	var errs []error
	after := run.r.resync()
	if run.relay.again > 0 {
		after = run.relay.again
	}
	if run.ledger.missed {
		after = min(after, ledgerRetry)
	}
	for _, f := range run.failures {
		switch {
		case f.verdict.RetryAfter > 0 && f.verdict.Stalled:
			after = max(after, f.verdict.RetryAfter)
		case f.verdict.RetryAfter > 0:
			return ctrl.Result{RequeueAfter: f.verdict.RetryAfter}, nil
		case !f.verdict.Stalled:
			errs = append(errs, f.err)
		}
	}
	if len(errs) > 0 {
		return ctrl.Result{}, errors.Join(errs...) // the queue's back-off
	}
	return ctrl.Result{RequeueAfter: after}, nil
}

// announce emits events for what was done and for a change of Ready.
func (run *storeRun) announce() {
	var corrected, applied []string
	for _, a := range run.done {
		if a.Cause == plan.Drifted {
			corrected = append(corrected, a.String())
		} else {
			applied = append(applied, a.String())
		}
	}
	if len(corrected) > 0 {
		run.event(corev1.EventTypeWarning, v1alpha1.ReasonCorrected, "The store had been changed; corrected: "+summary(corrected))
	}
	if len(applied) > 0 {
		run.event(corev1.EventTypeNormal, v1alpha1.ReasonApplied, "Applied the spec: "+summary(applied))
	}
	run.announceDeprecations()
	if adopted := run.plan.Adopted; len(adopted) > 0 && !run.observing() {
		run.event(corev1.EventTypeNormal, v1alpha1.ReasonAdopted, "Took over from the store: "+summary(adopted))
	}
	if is, changed := run.became(v1alpha1.ConnectedCondition); changed && is.Status == metav1.ConditionTrue && is.Reason != v1alpha1.ReasonConnected {
		run.event(corev1.EventTypeWarning, is.Reason, is.Message) // Connected became True, with a warning
	}
	is, changed := run.became(meta.ReadyCondition)
	switch {
	case !changed:
	case is.Status == metav1.ConditionTrue:
		run.event(corev1.EventTypeNormal, is.Reason, is.Message) // Ready became True
	case is.Reason != v1alpha1.ReasonSuspended:
		run.event(corev1.EventTypeWarning, is.Reason, is.Message) // Ready became False, or is for another reason
	}
}

// announceDeprecations says what the last look used that Shopify is going to
// remove: once, and again when that changes or the process is another one.
func (run *storeRun) announceDeprecations() {
	if run.observed == nil {
		return
	}
	names := strings.Join(run.observed.Deprecated, ", ")
	if said, _ := run.r.deprecations.Swap(run.owner(), names); names != "" && said != names {
		run.event(corev1.EventTypeWarning, v1alpha1.ReasonDeprecated,
			"Shopify is going to remove what this release of the operator uses: "+names+"; upgrade the operator before the API version ends")
	}
}

// became returns a condition, and whether this reconcile changed what it says.
func (run *storeRun) became(condition string) (is *metav1.Condition, changed bool) {
	was, is := conditions.Get(run.before, condition), conditions.Get(run.store, condition)
	return is, is != nil && (was == nil || was.Status != is.Status || was.Reason != is.Reason)
}

func (run *storeRun) event(kind, reason, message string) {
	run.r.Events.Eventf(run.store, nil, kind, reason, "Reconcile", "%s", shortened(message))
}

// maxNote is the size of an event's note that the API server accepts, in bytes.
const maxNote = 1024

func shortened(message string) string {
	if len(message) <= maxNote {
		return message
	}
	const more = " ..."
	return strings.ToValidUTF8(message[:maxNote-len(more)], "") + more
}
