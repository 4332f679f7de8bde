package controllers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
)

// shopDomainIndex finds the stores that name a shop.
const shopDomainIndex = "spec.shopDomain"

// refuseRival stalls the younger of two objects that serve one shop, because
// both would correct what the other does and the shop's orders would reach two
// tenants. One that never connected is no rival, so that naming a shop does not
// suffice to block it.
func (r *ShopifyStoreReconciler) refuseRival(ctx context.Context, run *storeRun) error {
	others, err := r.othersOf(ctx, run.store)
	if err != nil {
		return err
	}
	for _, other := range others {
		if !older(other, run.store) {
			continue
		}
		if displaces(other, run.store) {
			if err := r.withdraw(ctx, run); err != nil {
				return err
			}
			// The other's name would tell one tenant about another.
			return outcome.Stall(v1alpha1.ReasonRival, "An older ShopifyStore already serves %s: delete one of the two", run.store.Spec.ShopDomain)
		}
		if undecided(other, r.Now()) {
			return outcome.Wait(v1alpha1.ReasonRival, rivalPatience, "An older ShopifyStore names %s too and is looked at first", run.store.Spec.ShopDomain)
		}
	}
	return nil
}

// othersOf lists the other objects of the same shop.
func (r *ShopifyStoreReconciler) othersOf(ctx context.Context, store *v1alpha1.ShopifyStore) ([]*v1alpha1.ShopifyStore, error) {
	var list v1alpha1.ShopifyStoreList
	if err := r.List(ctx, &list, client.MatchingFields{shopDomainIndex: store.Spec.ShopDomain}); err != nil {
		return nil, fmt.Errorf("listing the stores of %s: %w", store.Spec.ShopDomain, err)
	}
	var others []*v1alpha1.ShopifyStore
	for i := range list.Items {
		if other := &list.Items[i]; other.UID != store.UID {
			others = append(others, other)
		}
	}
	return others, nil
}

// servedByAnother says that another object serves the store's shop.
func (r *ShopifyStoreReconciler) servedByAnother(ctx context.Context, store *v1alpha1.ShopifyStore) (bool, error) {
	others, err := r.othersOf(ctx, store)
	return slices.ContainsFunc(others, serves), err
}

const (
	// rivalPatience is when a store looks again while an older one of the same
	// shop has not been looked at yet.
	rivalPatience = 5 * time.Second
	// rivalGrace is how old that one may be: what has not been looked at by then
	// is not going to be, and must not block for ever.
	rivalGrace = time.Minute
)

// serves says that a store has written to its shop, or may write at any time:
// it was bound and is not released. A failure that may pass does not end that,
// nor does a suspension; only a shop that definitely refuses it does.
func serves(s *v1alpha1.ShopifyStore) bool {
	return accepted(s) && controllerutil.ContainsFinalizer(s, v1alpha1.Finalizer)
}

// accepted says that a store connected to its shop, and that nothing definite
// has come between them since.
func accepted(s *v1alpha1.ShopifyStore) bool {
	if s.Status.Shop == nil {
		return false
	}
	switch conditions.GetReason(s, v1alpha1.ConnectedCondition) {
	case v1alpha1.ReasonCredentialsRejected, v1alpha1.ReasonShopNotFound, v1alpha1.ReasonShopChanged, v1alpha1.ReasonWrongApp, v1alpha1.ReasonRival:
		return false
	default:
		return true
	}
}

// displaces says that the older of two takes the shop from the younger. From one
// that serves it, only by being connected: one that the shop refused, and that
// now fails for another reason, has not come back.
func displaces(older, younger *v1alpha1.ShopifyStore) bool {
	return serves(older) && (!serves(younger) || conditions.IsTrue(older, v1alpha1.ConnectedCondition))
}

// undecided says that a store has not been looked at, and will be.
func undecided(s *v1alpha1.ShopifyStore, now time.Time) bool {
	return now.Sub(s.CreationTimestamp.Time) < rivalGrace && !conditions.Has(s, v1alpha1.ConnectedCondition) && !s.Spec.Suspend && s.DeletionTimestamp.IsZero()
}

// withdraw removes the subscriptions of a store that turned out to be a rival:
// the shop's orders are the older one's, and so is what else it made there, which
// it forgets. In mode Observe the subscriptions stay where they are.
func (r *ShopifyStoreReconciler) withdraw(ctx context.Context, run *storeRun) error {
	if run.observed == nil || run.observing() {
		return nil
	}
	// Without an address there are no subscriptions to it; those that are recorded
	// go all the same.
	uri, _ := webhookURI(r.RelayURL, run.store)
	if err := run.deleteAll(ctx, run.ownSubscriptions(run.observed.WebhookSubscriptions, uri), run.client.DeleteWebhookSubscription); err != nil {
		return err
	}
	r.Routes.Drop(client.ObjectKeyFromObject(run.store))
	run.store.Status.Inventory, run.store.Status.Drift = nil, nil
	for _, condition := range append(slices.Clone(groupConditions), v1alpha1.SaleEventsAppliedCondition, v1alpha1.RelayReachableCondition, v1alpha1.SchedulesAppliedCondition) {
		conditions.Delete(run.store, condition)
	}
	return nil
}

// older orders two objects by age, and by name where they are of one age.
func older(a, b *v1alpha1.ShopifyStore) bool {
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	return client.ObjectKeyFromObject(a).String() < client.ObjectKeyFromObject(b).String()
}
