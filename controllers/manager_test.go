package controllers

import (
	"context"
	"testing"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// run runs a manager until the test's end.
func run(t *testing.T, mgr ctrl.Manager) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// Here the manager runs as in production: what is tested is what makes a store
// be looked at, which a reconcile by hand cannot show.
func TestManager(t *testing.T) {
	b := newBed(t)
	clients, err := shopify.NewClients(shopify.Options{Endpoint: b.server.URL})
	b.must(err)
	mgr, err := ctrl.NewManager(restConfig, ctrl.Options{
		Scheme: scheme, Metrics: metricsserver.Options{BindAddress: "0"},
		// The stores that other tests left behind would stand in this one's queue.
		Cache:      cache.Options{DefaultTransform: SlimCache, DefaultNamespaces: map[string]cache.Config{b.store.Namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)}, // the test may run more than once
	})
	b.must(err)
	ctx := t.Context()
	began := time.Now()
	now := func() time.Time { return b.now.Add(time.Since(began)) }
	routes := newRelayRoutes(b.store.Namespace, now)
	b.must(routes.SetupWithManager(mgr))
	reconciler := &ShopifyStoreReconciler{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Events: mgr.GetEventRecorder("shopkeeper"), Shopify: clients,
		RelayURL: relayURL, Routes: routes, AskRelay: askRelay, ResyncInterval: time.Hour, Now: now,
	}
	b.must(reconciler.SetupWithManager(ctx, mgr, 2))
	run(t, mgr)

	becomes := func(store *v1alpha1.ShopifyStore, what string, test func(*v1alpha1.ShopifyStore) bool) {
		t.Helper()
		NewWithT(t).Eventually(func(g Gomega) {
			var now v1alpha1.ShopifyStore
			g.Expect(api.Get(ctx, client.ObjectKeyFromObject(store), &now)).To(Succeed())
			g.Expect(test(&now)).To(BeTrue(), "%s: %+v", what, now.Status.Conditions)
		}, patience, 20*time.Millisecond).Should(Succeed())
	}
	ready := func(s *v1alpha1.ShopifyStore) bool { return conditions.IsReady(s) }
	because := func(reason string) func(*v1alpha1.ShopifyStore) bool {
		return func(s *v1alpha1.ShopifyStore) bool { return conditions.GetReason(s, "Ready") == reason }
	}

	b.store.Spec.Schedules = []v1alpha1.Schedule{{Name: "orders", Schedule: "@daily", Type: v1alpha1.SyncJobOrders, SuccessfulRunsHistoryLimit: new(int32(0))}}
	b.apply()
	becomes(b.store, "an applied store is onboarded", ready)

	job := &v1alpha1.SyncJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: "orders", Labels: map[string]string{v1alpha1.StoreLabel: "store", v1alpha1.ScheduleLabel: "orders"}},
		Spec:       v1alpha1.SyncJobSpec{StoreRef: v1alpha1.StoreReference{Name: "store"}, Type: v1alpha1.SyncJobOrders},
	}
	b.must(controllerutil.SetControllerReference(b.store, job, scheme))
	b.must(api.Create(ctx, job))
	conditions.MarkTrue(job, v1alpha1.CompleteCondition, "Test", "ended")
	b.must(api.Status().Update(ctx, job))
	NewWithT(t).Eventually(func() error { return api.Get(ctx, client.ObjectKeyFromObject(job), job) }, patience, 20*time.Millisecond).
		Should(MatchError(apierrors.IsNotFound, "a SyncJob that ended is history at once"))

	b.shop(func(s *simulator.Shop) { s.Apps[0].AccessToken = "shpat_new" })
	b.secret(map[string]string{"accessToken": "shpat_stale"})
	becomes(b.store, "a changed Secret is tried at once", because(v1alpha1.ReasonCredentialsRejected))
	b.secret(map[string]string{"accessToken": "shpat_new", "webhookSecret": "x"})
	becomes(b.store, "a mended Secret ends the wait at once", ready)

	rival := &v1alpha1.ShopifyStore{ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: "younger"}, Spec: *b.store.Spec.DeepCopy()}
	rival.Spec.DeletionPolicy = v1alpha1.DeletionOrphan
	b.must(api.Create(ctx, rival))
	becomes(rival, "the younger of two stalls", because(v1alpha1.ReasonRival))
	becomes(b.store, "the older of two goes on", ready)
	if n := len(b.inShop().WebhookSubscriptions); n != 9 {
		t.Errorf("%d subscriptions: the rival wrote to the shop", n)
	}
	b.must(api.Delete(ctx, b.store))
	becomes(rival, "the younger takes over when the older goes", ready)

	NewWithT(t).Eventually(func(g Gomega) {
		var list eventsv1.EventList
		g.Expect(api.List(ctx, &list, client.InNamespace(b.store.Namespace))).To(Succeed())
		found := map[string]bool{}
		for _, e := range list.Items {
			found[e.Regarding.Name+" "+e.Type+" "+e.Reason] = true
		}
		g.Expect(found).To(And(HaveKey("store "+corev1.EventTypeNormal+" Ready"), HaveKey("store "+corev1.EventTypeWarning+" CredentialsRejected"),
			HaveKey("younger "+corev1.EventTypeWarning+" Rival")))
	}, patience, 50*time.Millisecond).Should(Succeed())
}
