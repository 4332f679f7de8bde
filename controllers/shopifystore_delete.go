package controllers

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// retainPatience is how long a deletion with policy Retain tries to remove the
// subscriptions. Shopify deletes a subscription by itself once its address has
// refused eight deliveries, so letting go does little harm; a namespace that
// never ends does more.
const retainPatience = 10 * time.Minute

// release carries out the deletion policy and lets the object go.
func (r *ShopifyStoreReconciler) release(ctx context.Context, run *storeRun) error {
	if !controllerutil.ContainsFinalizer(run.store, v1alpha1.Finalizer) {
		run.released = true
		return nil
	}
	policy := run.store.Spec.DeletionPolicy
	if run.observing() {
		run.event(corev1.EventTypeNormal, v1alpha1.ReasonAbandoned, "The store was left as it is, because spec.mode is Observe")
		return run.letGo(ctx)
	}
	if policy == v1alpha1.DeletionOrphan || run.store.Status.Shop == nil {
		return run.letGo(ctx) // nothing was ever written where no shop was bound
	}
	err := r.clear(ctx, run, policy)
	if err == nil {
		run.event(corev1.EventTypeNormal, v1alpha1.ReasonReleased, "The store was cleared as spec.deletionPolicy "+string(policy)+" says")
		return run.letGo(ctx)
	}
	verdict := outcome.Of(err)
	if policy == v1alpha1.DeletionRetain && (verdict.Stalled || r.Now().Sub(run.store.DeletionTimestamp.Time) > retainPatience) {
		run.event(corev1.EventTypeWarning, v1alpha1.ReasonAbandoned, "The webhook subscriptions were left in the store: "+verdict.Message)
		return run.letGo(ctx)
	}
	escape := "; set spec.deletionPolicy to Orphan to let go and leave the store as it is"
	conditions.MarkTrue(run.store, v1alpha1.DeletingCondition, verdict.Reason, "Waiting to clear the store: %s%s", verdict.Message, escape)
	run.failures = append(run.failures, failure{v1alpha1.DeletingCondition, verdict, err})
	return nil
}

// clear removes from the store what the policy says. It asks for no more access
// than that takes, and goes on after what is gone already.
func (r *ShopifyStoreReconciler) clear(ctx context.Context, run *storeRun, policy v1alpha1.DeletionPolicy) error {
	version, err := shopify.ChooseVersion(run.store.Spec.APIVersion, r.Now())
	if err != nil {
		version.Used = shopify.PinnedVersion
	}
	if err := r.dial(ctx, run, version.Used); err != nil {
		last, ok := r.Shopify.Last(run.owner())
		if !ok || outcome.Of(err).Reason != v1alpha1.ReasonSecretNotFound {
			return err
		}
		run.client = last // the Secret went first, as when a namespace is deleted
	}
	shopID, subscriptions, err := run.client.WebhookSubscriptions(ctx)
	if err != nil {
		return err
	}
	if shopID != run.store.Status.Shop.ID {
		return outcome.Stall(v1alpha1.ReasonShopChanged, "Another shop answers at %s (%s, was %s)", run.store.Spec.ShopDomain, shopID, run.store.Status.Shop.ID)
	}
	// Without an address the inventory alone tells which are ours.
	uri, _ := webhookURI(r.RelayURL, run.store)
	if len(run.ownSubscriptions(subscriptions, uri)) < len(subscriptions) {
		if err := run.askNames(ctx, version.Used); err != nil {
			return err
		}
	}
	refused := run.deleteAll(ctx, run.ownSubscriptions(subscriptions, uri), run.client.DeleteWebhookSubscription)
	if policy != v1alpha1.DeletionDelete || refused != nil && shopify.KindOf(refused) != shopify.Invalid {
		return refused
	}
	served, err := r.servedByAnother(ctx, run.store)
	if err != nil || served {
		return cmp.Or(err, refused) // what we made is the other's to keep
	}
	return cmp.Or(r.clearDefinitions(ctx, run), r.clearPriceRules(ctx, run), refused)
}

// deleteAll deletes things from the store. It goes on after a refusal, and stops
// where the next call would fail the same way.
func (run *storeRun) deleteAll(ctx context.Context, things []plan.Object, remove func(ctx context.Context, id string) error) (refused error) {
	for _, o := range things {
		err := unlessGone(remove(ctx, o.ID))
		if err != nil && shopify.KindOf(err) != shopify.Invalid {
			return err
		}
		refused = cmp.Or(refused, err)
	}
	return refused
}

func (r *ShopifyStoreReconciler) clearDefinitions(ctx context.Context, run *storeRun) error {
	definitions, err := run.client.MetafieldDefinitions(ctx)
	if err != nil {
		return err
	}
	var observed []plan.Object
	for _, d := range definitions {
		observed = append(observed, plan.DefinitionObject(d, run.store.Spec.AdoptionPolicy))
	}
	// Nothing is desired any more, so the plan holds the deletion of all we made.
	undo := plan.Compute(nil, observed, run.store.Status.Inventory)
	var made []plan.Object
	for _, a := range undo.Of(plan.KindDefinition) {
		made = append(made, plan.Object{ID: a.ID})
	}
	return run.deleteAll(ctx, made, run.client.DeleteMetafieldDefinition)
}

// unlessGone drops the refusal to delete what somebody else has just deleted.
func unlessGone(err error) error {
	if e, ok := errors.AsType[*shopify.Error](err); ok && e.Gone() {
		return nil
	}
	return err
}

// letGo removes the finalizer; the object is gone then.
func (run *storeRun) letGo(ctx context.Context) error {
	controllerutil.RemoveFinalizer(run.store, v1alpha1.Finalizer)
	if err := run.patch(ctx); err != nil {
		return err
	}
	run.released = true
	run.r.Shopify.Forget(run.owner())
	run.r.zones.forget(run.owner())
	run.r.codes.forget(run.owner())
	run.r.relayMisses.Delete(run.owner())
	run.r.Routes.Drop(client.ObjectKeyFromObject(run.store))
	return nil
}
