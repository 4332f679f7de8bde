package controllers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// makePlan compares the spec with what was observed. Where no webhook address
// can be made, subscriptions are left as they are.
func (run *storeRun) makePlan(relayURL string) {
	spec, store := &run.store.Spec, run.observed
	var desired, observed []plan.Object
	var keep []v1alpha1.InventoryEntry

	uri, err := webhookURI(relayURL, run.store)
	if run.relayProblem = err; err == nil {
		for _, s := range run.subscriptions(uri) {
			desired = append(desired, plan.SubscriptionObject(s))
		}
		observed = append(observed, run.ownSubscriptions(store.WebhookSubscriptions, uri)...)
	} else {
		keep = slices.DeleteFunc(slices.Clone(run.store.Status.Inventory), func(e v1alpha1.InventoryEntry) bool {
			return e.Kind != plan.KindSubscription
		})
	}
	for _, d := range plan.Definitions(spec) {
		desired = append(desired, plan.DefinitionObject(d, spec.AdoptionPolicy))
	}
	for _, d := range store.MetafieldDefinitions {
		observed = append(observed, plan.DefinitionObject(d, spec.AdoptionPolicy))
	}
	if run.pickup = spec.Settings.Fulfillment == v1alpha1.FulfillmentLocalPickupOnly && run.scopes.Has("write_shipping"); run.pickup {
		want := plan.DesiredPickup(&spec.Settings)
		locations, _ := plan.Locations(&spec.Settings, store)
		for _, l := range locations {
			desired = append(desired, plan.PickupObject(l, &want))
			observed = append(observed, plan.PickupObject(l, l.Pickup))
		}
	}
	inventory := run.store.Status.Inventory
	if run.observing() || !run.compared() {
		inventory = plan.Forgive(inventory)
	}
	rulesDesired, rulesObserved, rulesKept := run.priceRuleObjects()
	desired, observed, keep = append(desired, rulesDesired...), append(observed, rulesObserved...), append(keep, rulesKept...)
	run.planned = true
	run.plan = plan.Compute(desired, observed, inventory)
	run.plan.Inventory = append(run.plan.Inventory, keep...)
}

// compared says that the store was compared with this generation of the spec
// before, whatever came of it.
func (run *storeRun) compared() bool {
	c := conditions.Get(run.store, v1alpha1.InSyncCondition)
	return c != nil && c.Status != metav1.ConditionUnknown && c.ObservedGeneration == run.store.Generation
}

// maxDrift bounds status.drift.
const maxDrift = 20

// record notes what is about to be written before it is, so that after a crash
// our own work is recognised, and so that a watcher sees it coming. What was
// recorded before, because an earlier attempt failed, is not written again.
func (run *storeRun) record(ctx context.Context) error {
	status := &run.store.Status
	drift := run.plan.Drift()
	drift = drift[:min(len(drift), maxDrift)]
	if run.observing() {
		status.Plan, status.Drift = run.plan.Waiting(), drift
		return nil
	}
	status.Plan = nil
	known := equality.Semantic.DeepEqual(status.Inventory, run.plan.Inventory) && slices.Equal(status.Drift, drift) &&
		(status.ObservedGeneration == run.store.Generation || conditions.IsReconciling(run.store))
	status.Inventory, status.Drift = run.plan.Inventory, drift
	if len(run.plan.Actions) == 0 || known {
		return nil
	}
	reason, message := v1alpha1.ReasonSpecChanged, fmt.Sprintf("Applying the spec: %d changes", len(run.plan.Actions))
	if len(drift) > 0 {
		reason, message = v1alpha1.ReasonDrifted, "The store was changed; correcting: "+summary(run.plan.Drift())
	}
	conditions.MarkFalse(run.store, v1alpha1.InSyncCondition, reason, "%s", message)
	conditions.MarkReconciling(run.store, v1alpha1.ReasonApplying, "%s", message)
	conditions.MarkFalse(run.store, meta.ReadyCondition, v1alpha1.ReasonApplying, "%s", message)
	return run.patch(ctx)
}

// apply carries out the plan's actions on one kind of thing; in mode Observe,
// none. It goes on after a refusal, and stops where the next call would fail the
// same way.
func (run *storeRun) apply(ctx context.Context, kind string, do func(context.Context, plan.Action) (id string, err error)) error {
	if run.observing() {
		return nil
	}
	var first error
	failed := map[plan.Verb]bool{}
	for _, a := range run.plan.Of(kind) {
		if a.Verb == plan.Delete && failed[plan.Create] && kind == plan.KindSubscription {
			continue // the old stays until the new stands, so that no webhook falls between
		}
		id, err := do(ctx, a)
		if err == nil {
			run.settle(a, id)
			continue
		}
		failed[a.Verb] = true
		if first == nil {
			first = err
		}
		if shopify.KindOf(err) != shopify.Invalid {
			break
		}
	}
	return first
}

// settle brings the inventory up to date with an action that was carried out.
func (run *storeRun) settle(a plan.Action, id string) {
	run.done = append(run.done, a)
	if a.Cause == plan.Drifted {
		run.r.Metrics.corrected(client.ObjectKeyFromObject(run.store), a.Kind)
	}
	inventory := run.store.Status.Inventory
	switch a.Verb {
	case plan.Delete:
		run.store.Status.Inventory = slices.DeleteFunc(inventory, func(e v1alpha1.InventoryEntry) bool {
			return e.Kind == a.Kind && e.Key == a.Key && (e.ID == a.ID || e.Origin == v1alpha1.OriginPending)
		})
	default:
		i := slices.IndexFunc(inventory, func(e v1alpha1.InventoryEntry) bool { return e.Kind == a.Kind && e.Key == a.Key })
		e := &inventory[i] // the plan recorded it
		if a.Verb == plan.Create {
			e.ID, e.Origin = id, v1alpha1.OriginCreated
		}
		if a.Cause == plan.Drifted {
			*e = plan.Corrected(*e, a)
		}
		e.Hash = a.Hash
	}
}

// applied closes a group of one kind of thing that was applied: what stands in
// its way, or the condition that tells that all is in place, or in mode Observe
// what would be done.
func (run *storeRun) applied(condition, kind, format string, args ...any) error {
	if m := messagesOf(run.plan.Conflicts, kind); len(m) > 0 {
		return outcome.Stall(v1alpha1.ReasonConflict, "%s", strings.Join(m, "; "))
	}
	if m := messagesOf(run.plan.Loops, kind); len(m) > 0 {
		return outcome.Stall(v1alpha1.ReasonDriftLoop, "%s", strings.Join(m, "; "))
	}
	if n := len(run.plan.Of(kind)); n > 0 && run.observing() {
		run.planWaits(condition, n)
		return nil
	}
	conditions.MarkTrue(run.store, condition, v1alpha1.ReasonApplied, format, args...)
	return nil
}

// planWaits says in a group's condition that mode Enforce would change something.
func (run *storeRun) planWaits(condition string, changes int) {
	conditions.MarkFalse(run.store, condition, v1alpha1.ReasonPlanWaits, "%d changes wait for spec.mode Enforce (see status.plan)", changes)
}

func messagesOf(list []plan.Conflict, kind string) []string {
	var messages []string
	for _, c := range list {
		if c.Kind == kind {
			messages = append(messages, c.Message)
		}
	}
	return messages
}

// summary joins lines, shortened where there are many.
func summary(lines []string) string {
	const shown = 3
	if len(lines) <= shown {
		return strings.Join(lines, "; ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(lines[:shown], "; "), len(lines)-shown)
}
