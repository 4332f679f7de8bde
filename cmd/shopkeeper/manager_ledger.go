package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/shopkeeper-dev/shopkeeper/controllers"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/trail"
)

// openLedger opens the ledger that the flags name, unless one is open already; nil
// where they name none. It returns how to close it.
func (o *managerOptions) openLedger(ctx context.Context) (*ledger.Ledger, func() error, error) {
	leave := func() error { return nil }
	url := ledgerURL(o.ledgerURL)
	switch {
	case o.ledger != nil:
		return o.ledger, leave, nil
	case url == "":
		ctrl.Log.Info("there is no ledger, so no webhook is worked off and no sale recorded: give --ledger-url or set $" + ledgerURLVariable)
		return nil, leave, nil
	}
	books, err := waitForLedger(ctx, url)
	if err != nil {
		return nil, nil, fmt.Errorf("--ledger-url: %w", err)
	}
	return books, books.Close, nil
}

// keepBooks sets up what works on the ledger. bucket is nil where no photos are kept.
func (o *managerOptions) keepBooks(mgr ctrl.Manager, books *ledger.Ledger, bucket *photos.Bucket, reconciler *controllers.ShopifyStoreReconciler, changes *trail.Writer) error {
	if err := workOff(mgr, books, bucket, reconciler, o.jobWorkers); err != nil {
		return err
	}
	if err := mgr.Add(changes); err != nil {
		return err
	}
	return o.anchorTrails(mgr, books, reconciler)
}

// trailAnchors is the ConfigMap, in the manager's namespace, that the heads of audit
// trails are kept in.
const trailAnchors = "shopkeeper-trail-anchors"

// anchorTrails sets up what keeps the heads of audit trails outside of the ledger.
func (o *managerOptions) anchorTrails(mgr ctrl.Manager, books *ledger.Ledger, reconciler *controllers.ShopifyStoreReconciler) error {
	namespace, err := o.namespace()
	if err != nil {
		return err
	}
	if namespace == "" {
		ctrl.Log.Info("the audit trails are anchored nowhere, so that who owns the ledger's database could rewrite them: give --relay-routes-namespace")
		return nil
	}
	anchors, err := controllers.NewTrailAnchors(mgr.GetClient(), mgr.GetAPIReader(), client.ObjectKey{Namespace: namespace, Name: trailAnchors},
		books, controllers.Shops{Reconciler: reconciler}, metrics.Registry)
	if err != nil {
		return err
	}
	return mgr.Add(anchors)
}

// workOff sets up what works webhooks off, what brings products in line, and what runs
// SyncJobs. bucket is nil where no photos are kept.
func workOff(mgr ctrl.Manager, books *ledger.Ledger, bucket *photos.Bucket, reconciler *controllers.ShopifyStoreReconciler, jobWorkers int) error {
	options := deliveries.Options{
		Ledger: books, Shops: controllers.Shops{Reconciler: reconciler},
		Log: slog.New(logr.ToSlogHandler(ctrl.Log.WithName("deliveries"))), Registerer: metrics.Registry,
	}
	if bucket != nil {
		options.Photos = bucket
	}
	queue, err := deliveries.New(options)
	if err != nil {
		return fmt.Errorf("setting up the queue of deliveries: %w", err)
	}
	reconciler.Found = queue.Found
	if err := mgr.Add(queue); err != nil {
		return err
	}
	if err := mgr.Add(&deliveries.Watcher{Queue: queue}); err != nil {
		return err
	}
	return runJobs(mgr, jobs.Kit{Ledger: books, Queue: queue, Shops: controllers.Shops{Reconciler: reconciler}, Now: time.Now}, jobWorkers)
}

// runJobs sets up what runs SyncJobs, as many at a time as there are workers.
func runJobs(mgr ctrl.Manager, kit jobs.Kit, workers int) error {
	r := &controllers.SyncJobReconciler{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Events: mgr.GetEventRecorder("shopkeeper"), Kit: kit, Now: time.Now,
	}
	if err := r.SetupWithManager(mgr, workers); err != nil {
		return fmt.Errorf("setting up the job controller: %w", err)
	}
	_, err := controllers.NewJobMetrics(metrics.Registry, mgr.GetCache(), mgr.Elected())
	return err
}
