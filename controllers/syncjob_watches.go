package controllers

import (
	"context"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// SetupWithManager registers the controller. As many slices as workers are made at a
// time, at most half of them of jobs that walk through a shop.
func (r *SyncJobReconciler) SetupWithManager(mgr ctrl.Manager, workers int) error {
	r.turns.atMost = max(1, workers/2)
	return ctrl.NewControllerManagedBy(mgr).
		Named("syncjob").
		For(&v1alpha1.SyncJob{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.SyncJob{}, handler.EnqueueRequestsFromMapFunc(r.neighbours), builder.WithPredicates(turnLeft())).
		Watches(&v1alpha1.ShopifyStore{}, handler.EnqueueRequestsFromMapFunc(r.jobsOf), builder.WithPredicates(serviceChanged())).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers,
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](backoffBase, backoffMax),
		}).
		Complete(r)
}

// neighbours are the other jobs of a job's store: the turn of one of them may have come.
func (r *SyncJobReconciler) neighbours(ctx context.Context, o client.Object) []reconcile.Request {
	return r.waitingFor(ctx, o.GetNamespace(), o.(*v1alpha1.SyncJob).Spec.StoreRef.Name)
}

func (r *SyncJobReconciler) jobsOf(ctx context.Context, o client.Object) []reconcile.Request {
	return r.waitingFor(ctx, o.GetNamespace(), o.GetName())
}

func (r *SyncJobReconciler) waitingFor(ctx context.Context, namespace, store string) []reconcile.Request {
	var list v1alpha1.SyncJobList
	if err := r.List(ctx, &list, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "listing the SyncJobs that an event concerns")
		return nil
	}
	var requests []reconcile.Request
	for i := range list.Items {
		if job := &list.Items[i]; job.Spec.StoreRef.Name == store && !ended(job) {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(job)})
		}
	}
	return requests
}

// turnLeft lets through what may make room for another job.
func turnLeft() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		DeleteFunc:  func(event.DeleteEvent) bool { return true },
		UpdateFunc: func(e event.UpdateEvent) bool {
			was, is := e.ObjectOld.(*v1alpha1.SyncJob), e.ObjectNew.(*v1alpha1.SyncJob)
			return !ended(was) && ended(is) || !was.Spec.Suspend && is.Spec.Suspend || was.DeletionTimestamp.IsZero() && !is.DeletionTimestamp.IsZero()
		},
	}
}

// serviceChanged lets through what jobs wait for: that a store is there, connected and
// not withheld.
func serviceChanged() predicate.Predicate {
	return predicate.Funcs{
		GenericFunc: func(event.GenericEvent) bool { return false },
		DeleteFunc:  func(event.DeleteEvent) bool { return true },
		UpdateFunc: func(e event.UpdateEvent) bool {
			was, is := e.ObjectOld.(*v1alpha1.ShopifyStore), e.ObjectNew.(*v1alpha1.ShopifyStore)
			return accepted(was) != accepted(is) || was.Generation != is.Generation || was.DeletionTimestamp.IsZero() != is.DeletionTimestamp.IsZero()
		},
	}
}
