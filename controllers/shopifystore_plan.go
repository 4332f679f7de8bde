package controllers

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"

	"k8s.io/apimachinery/pkg/api/equality"

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
	run.planned = true
	run.plan = plan.Compute(desired, observed, run.store.Status.Inventory)
	run.plan.Inventory = append(run.plan.Inventory, keep...)
}

// subscriptions are those that the spec asks for and that this API version has.
func (run *storeRun) subscriptions(uri string) []shopify.WebhookSubscription {
	return slices.DeleteFunc(plan.Subscriptions(&run.store.Spec, uri), func(s shopify.WebhookSubscription) bool {
		_, known := shopify.LookupTopic(s.Topic, run.store.Status.APIVersion.Used)
		return !known
	})
}

// ownSubscriptions are those that are ours: to our address, or recorded by id
// (somebody may have changed their address) or by topic and address (a crash
// came before the id was known).
func (run *storeRun) ownSubscriptions(list []shopify.WebhookSubscription, uri string) []plan.Object {
	var own []plan.Object
	for _, s := range list {
		o := plan.SubscriptionObject(s)
		o.Owned = s.URI == uri || slices.ContainsFunc(run.store.Status.Inventory, func(e v1alpha1.InventoryEntry) bool {
			return e.Kind == o.Kind && (e.ID == o.ID || e.Key == o.Key)
		})
		if o.Owned {
			own = append(own, o)
		}
	}
	return own
}

// webhookURI is the address that receives a store's webhooks.
func webhookURI(relayURL string, store *v1alpha1.ShopifyStore) (string, error) {
	u, err := url.Parse(relayURL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", outcome.Stall(v1alpha1.ReasonRelayURLInvalid,
			"Shopify delivers webhooks to https only, and the operator runs with --relay-url=%q: give it a URL such as https://hooks.example.com", relayURL)
	}
	return u.JoinPath("webhooks", store.Namespace, store.Name).String(), nil
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

// apply carries out the plan's actions on one kind of thing. It goes on after a
// refusal, and stops where the next call would fail the same way.
func (run *storeRun) apply(ctx context.Context, kind string, do func(context.Context, plan.Action) (id string, err error)) error {
	var first error
	failed := map[plan.Verb]bool{}
	for _, a := range run.plan.Of(kind) {
		if a.Verb == plan.Delete && failed[plan.Create] {
			continue // the old stays until the new stands
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
		e.Hash = a.Hash
	}
}

// conflicts returns the conflicts of one kind of thing as a failure.
func (run *storeRun) conflicts(kind string) error {
	var messages []string
	for _, c := range run.plan.Conflicts {
		if c.Kind == kind {
			messages = append(messages, c.Message)
		}
	}
	if len(messages) == 0 {
		return nil
	}
	return outcome.Stall(v1alpha1.ReasonConflict, "%s", strings.Join(messages, "; "))
}

// summary joins lines, shortened where there are many.
func summary(lines []string) string {
	const shown = 3
	if len(lines) <= shown {
		return strings.Join(lines, "; ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(lines[:shown], "; "), len(lines)-shown)
}
