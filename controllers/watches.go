package controllers

import (
	"context"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// secretIndex finds the stores that use a Secret, by its name.
const secretIndex = "spec.credentialsSecretRef.name"

// After a failure a store is tried again after backoffBase, and each further time
// after twice as long, up to backoffMax.
const (
	backoffBase = time.Second
	backoffMax  = 10 * time.Minute
)

// SetupWithManager registers the controller. Stores are reconciled by as many
// workers as given; a store by one at a time.
func (r *ShopifyStoreReconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, workers int) error {
	if err := indexFields(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("shopifystore").
		For(&v1alpha1.ShopifyStore{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		// Metadata only, see SlimCache.
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.storesOfSecret),
			builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})).
		Owns(&v1alpha1.SyncJob{}, builder.WithPredicates(jobEnded())).
		Watches(&v1alpha1.ShopifyStore{}, handler.EnqueueRequestsFromMapFunc(r.rivals), builder.WithPredicates(connectionChanged())).
		WatchesRawSource(source.Func(r.wake.listen)).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers,
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](backoffBase, backoffMax),
		}).
		Complete(paced(r))
}

// indexFields lets stores be listed by their Secret and by their shop.
func indexFields(ctx context.Context, indexer client.FieldIndexer) error {
	indexes := map[string]func(*v1alpha1.ShopifyStore) string{
		secretIndex:     func(s *v1alpha1.ShopifyStore) string { return s.Spec.CredentialsSecretRef.Name },
		shopDomainIndex: func(s *v1alpha1.ShopifyStore) string { return s.Spec.ShopDomain },
	}
	for name, value := range indexes {
		err := indexer.IndexField(ctx, &v1alpha1.ShopifyStore{}, name, func(o client.Object) []string {
			return []string{value(o.(*v1alpha1.ShopifyStore))}
		})
		if err != nil {
			return fmt.Errorf("indexing %s: %w", name, err)
		}
	}
	return nil
}

func (r *ShopifyStoreReconciler) storesOfSecret(ctx context.Context, secret client.Object) []reconcile.Request {
	return r.requests(ctx, nil, client.InNamespace(secret.GetNamespace()), client.MatchingFields{secretIndex: secret.GetName()})
}

// rivals are the other stores of the same shop: one of them may go on now.
func (r *ShopifyStoreReconciler) rivals(ctx context.Context, store client.Object) []reconcile.Request {
	return r.requests(ctx, store, client.MatchingFields{shopDomainIndex: store.(*v1alpha1.ShopifyStore).Spec.ShopDomain})
}

// requests has the stores of a list looked at, whatever their last look found.
func (r *ShopifyStoreReconciler) requests(ctx context.Context, except client.Object, options ...client.ListOption) []reconcile.Request {
	var list v1alpha1.ShopifyStoreList
	if err := r.List(ctx, &list, options...); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "listing the stores that an event concerns")
		return nil
	}
	var requests []reconcile.Request
	for i := range list.Items {
		if s := &list.Items[i]; except == nil || s.UID != except.GetUID() {
			r.looks.ask(client.ObjectKeyFromObject(s).String())
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(s)})
		}
	}
	return requests
}

// connectionChanged lets through what may make or end a rivalry.
func connectionChanged() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		DeleteFunc:  func(event.DeleteEvent) bool { return true },
		UpdateFunc: func(e event.UpdateEvent) bool {
			was, is := e.ObjectOld.(*v1alpha1.ShopifyStore), e.ObjectNew.(*v1alpha1.ShopifyStore)
			return conditions.IsTrue(was, v1alpha1.ConnectedCondition) != conditions.IsTrue(is, v1alpha1.ConnectedCondition) ||
				serves(was) != serves(is) ||
				was.DeletionTimestamp.IsZero() != is.DeletionTimestamp.IsZero()
		},
	}
}

// SlimCache drops what no controller reads before an object is cached. Of a
// Secret it keeps no annotations: `kubectl apply` puts the values of the whole
// Secret into one.
func SlimCache(object any) (any, error) {
	o, err := meta.Accessor(object)
	if err != nil {
		return object, nil //nolint:nilerr // a tombstone has no metadata to drop
	}
	o.SetManagedFields(nil)
	if _, ok := object.(*metav1.PartialObjectMetadata); ok {
		o.SetAnnotations(nil)
	}
	return object, nil
}
