package controllers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/runtime/patch"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// +kubebuilder:rbac:groups=shopify.shopkeeper.dev,resources=syncjobs,verbs=patch;update
// +kubebuilder:rbac:groups=shopify.shopkeeper.dev,resources=syncjobs/status,verbs=get;update;patch

// SyncJobReconciler runs SyncJobs: a slice a reconcile, each of which ends with a
// checkpoint in the status. Slices are made at least once, so what is in them is
// idempotent.
type SyncJobReconciler struct {
	client.Client
	// Live reads past the cache: from a checkpoint older than our last, work would be
	// made and counted again.
	Live client.Reader
	// Events receives how jobs ended.
	Events events.EventRecorder
	// Kit is what jobs are made with.
	Kit jobs.Kit
	// Now tells the time.
	Now func() time.Time

	turns turns
}

// Reconcile runs a slice of a job, where it is its turn.
func (r *SyncJobReconciler) Reconcile(ctx context.Context, req ctrl.Request) (res ctrl.Result, err error) {
	ctx = shopify.WithPriority(ctx, shopify.PriorityJob)
	run, err := r.begin(ctx, req)
	if run == nil {
		return ctrl.Result{}, err
	}
	defer func() { res, err = run.finish(ctx, err) }()

	switch {
	case run.overdue():
		run.failed(v1alpha1.ReasonDeadlineExceeded, fmt.Sprintf("The job did not end within %d seconds", run.job.Spec.ActiveDeadlineSeconds))
		return res, nil
	case run.job.Spec.Suspend:
		run.suspended()
		return res, nil
	}
	store, err := run.storeInService(ctx)
	if store == nil {
		return res, err
	}
	leave, err := run.takeTurn(ctx, store)
	if leave == nil {
		return res, err
	}
	defer leave()
	return res, run.slice(ctx, store)
}

// jobRun is one reconcile of one job.
type jobRun struct {
	r       *SyncJobReconciler
	job     *v1alpha1.SyncJob
	patcher *patch.SerialPatcher
	// again is when to come back; zero for as soon as something changes.
	again time.Duration
	// cut says that the process ends: what there is of a slice is made again by the next.
	cut bool
}

func (r *SyncJobReconciler) begin(ctx context.Context, req ctrl.Request) (*jobRun, error) {
	job := &v1alpha1.SyncJob{}
	if err := r.Live.Get(ctx, req.NamespacedName, job); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	if ended(job) || !job.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	run := &jobRun{r: r, job: job, patcher: patch.NewSerialPatcher(job, r.Client)}
	if job.Status.StartTime == nil && !job.Spec.Suspend {
		job.Status.StartTime = &metav1.Time{Time: r.Now().Truncate(time.Second)} // as precise as it is stored
	}
	return run, nil
}

// deadline is when the job has to have ended; zero where it may take its time.
func (run *jobRun) deadline() time.Time {
	if run.job.Spec.ActiveDeadlineSeconds == 0 || run.job.Status.StartTime == nil {
		return time.Time{}
	}
	return run.job.Status.StartTime.Add(time.Duration(run.job.Spec.ActiveDeadlineSeconds) * time.Second)
}

func (run *jobRun) overdue() bool {
	deadline := run.deadline()
	return !deadline.IsZero() && !run.r.Now().Before(deadline)
}

// storeInService reads the store of the job; nil where the job has to wait for it, which
// its conditions tell then. A change of the store brings the job back.
func (run *jobRun) storeInService(ctx context.Context) (*v1alpha1.ShopifyStore, error) {
	name := run.job.Spec.StoreRef.Name
	store := &v1alpha1.ShopifyStore{}
	err := run.r.Get(ctx, client.ObjectKey{Namespace: run.job.Namespace, Name: name}, store)
	switch {
	case apierrors.IsNotFound(err):
		run.waiting(v1alpha1.ReasonStoreNotFound, fmt.Sprintf("There is no ShopifyStore %s in this namespace yet: apply it, or delete the job", name))
	case err != nil:
		return nil, fmt.Errorf("reading ShopifyStore %s: %w", name, err)
	case !store.DeletionTimestamp.IsZero():
		run.waiting(v1alpha1.ReasonStoreSuspended, fmt.Sprintf("ShopifyStore %s is being deleted", name))
	case store.Spec.Suspend:
		run.waiting(v1alpha1.ReasonStoreSuspended, fmt.Sprintf("ShopifyStore %s is suspended", name))
	case !accepted(store):
		run.waiting(v1alpha1.ReasonStoreNotConnected, fmt.Sprintf("ShopifyStore %s is not connected to its shop: its condition Connected says why", name))
	case waitsForEnforce(run.job, store):
		run.waiting(v1alpha1.ReasonStoreObserved, fmt.Sprintf("ShopifyStore %s is in mode Observe, and the job would write to its shop: create a job with dryRun: true, or set spec.mode to Enforce", name))
	default:
		return store, nil
	}
	return nil, nil
}

// waitsForEnforce says that a job would write to a store that is only observed.
func waitsForEnforce(job *v1alpha1.SyncJob, store *v1alpha1.ShopifyStore) bool {
	return store.Spec.Mode == v1alpha1.ModeObserve && jobs.Writes(&job.Spec)
}

// errNoLedger says that the manager has nothing that jobs could work on.
var errNoLedger = errors.New("the operator has no ledger: run the manager with --ledger-url")

// task makes what the job does.
func (run *jobRun) task(ctx context.Context) (jobs.Task, error) {
	if run.r.Kit.Ledger == nil {
		return nil, errNoLedger
	}
	store := ledger.Store{Tenant: run.job.Namespace, Name: run.job.Spec.StoreRef.Name}
	shop, err := run.r.Kit.Shops.Client(ctx, store)
	if err != nil {
		return nil, err
	}
	work := &jobs.Run{Kit: run.r.Kit, Store: store, Name: run.job.Name, ID: string(run.job.UID), Spec: &run.job.Spec, Shop: shop}
	return work.Task()
}
