// Package bench measures what users wait and pay for. Run it with `make bench`.
package bench

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/controllers"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

var restConfig *rest.Config

func TestMain(m *testing.M) {
	os.Exit(testenv.Run(m, func(config *rest.Config) {
		restConfig = config
		restConfig.QPS = -1 // the API server's own fairness limits, as in the manager
	}))
}

const stores = 100

// leastCalls is what onboarding a store with the default spec needs at the
// least: one look (GraphQL), one at the tax rates (REST), and a mutation for
// each of three definitions, nine subscriptions and one pickup location, none
// of which the API takes in batches.
const leastCalls = 1 + 1 + 3 + 9 + 1

// BenchmarkOnboarding applies 100 stores at once and waits until all are Ready.
func BenchmarkOnboarding(b *testing.B) {
	ctrl.SetLogger(logr.Discard())
	round := 0
	for b.Loop() {
		b.StopTimer()
		sim := simulator.New(simulator.Options{Now: time.Now, Versions: simulator.KnownVersions()})
		server := httptest.NewServer(sim)
		kube, stop := startManager(b, server.URL)
		round++
		list := prepareStores(b, kube, sim, round)
		b.StartTimer()

		started := time.Now()
		for _, store := range list {
			must(b, kube.Create(b.Context(), store))
		}
		created := time.Since(started)
		waitReady(b, kube, list)
		elapsed := time.Since(started)

		b.StopTimer()
		calls := float64(sim.CallCount()) / stores
		b.ReportMetric(elapsed.Seconds(), "s/100-stores")
		b.ReportMetric(elapsed.Seconds()/created.Seconds(), "x-time-to-create-the-objects")
		b.ReportMetric(calls, "calls/store")
		b.ReportMetric(calls/leastCalls, "x-least-calls")
		for _, store := range list {
			must(b, kube.Delete(b.Context(), store))
		}
		waitGone(b, kube)
		stop()
		server.Close()
		b.StartTimer()
	}
}

func startManager(b *testing.B, endpoint string) (client.Client, func()) {
	b.Helper()
	scheme := runtime.NewScheme()
	must(b, clientgoscheme.AddToScheme(scheme))
	must(b, v1alpha1.AddToScheme(scheme))
	clients, err := shopify.NewClients(shopify.Options{Endpoint: endpoint})
	must(b, err)
	mgr, err := ctrl.NewManager(restConfig, ctrl.Options{
		Scheme: scheme, Metrics: metricsserver.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: new(true)}, // one manager an iteration
	})
	must(b, err)
	// What is timed is what the stores cost, not how long a Secret takes to the relay.
	published := &controllers.RelayRoutes{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Secret: relayRoutes,
		Events: mgr.GetEventRecorder("shopkeeper"), Now: time.Now,
	}
	must(b, published.SetupWithManager(mgr))
	reconciler := &controllers.ShopifyStoreReconciler{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Events: mgr.GetEventRecorder("shopkeeper"), Shopify: clients,
		RelayURL: "https://hooks.example.com", Routes: published, AskRelay: func(context.Context, string, routes.Route) error { return nil }, ResyncInterval: time.Hour, Now: time.Now,
	}
	ctx, cancel := context.WithCancel(b.Context())
	must(b, reconciler.SetupWithManager(ctx, mgr, 10))
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		b.Fatal("the cache did not fill")
	}
	kube, err := client.New(restConfig, client.Options{Scheme: scheme})
	must(b, err)
	return kube, func() {
		cancel()
		must(b, <-ended)
	}
}

// prepareStores makes shops, namespaces and Secrets, so that what is timed is
// the onboarding alone.
func prepareStores(b *testing.B, kube client.Client, sim *simulator.Simulator, round int) []*v1alpha1.ShopifyStore {
	b.Helper()
	var list []*v1alpha1.ShopifyStore
	for i := range stores {
		name := fmt.Sprintf("bench-%d-%03d", round, i)
		domain := name + ".myshopify.com"
		must(b, sim.AddShop(simulator.NewShop(domain, name)))
		must(b, kube.Create(b.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}))
		must(b, kube.Create(b.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "shopify"}, StringData: map[string]string{"accessToken": "shpat_" + name, "webhookSecret": name + "-secret"},
		}))
		list = append(list, &v1alpha1.ShopifyStore{
			ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "store"},
			Spec:       v1alpha1.ShopifyStoreSpec{ClientName: name, ShopDomain: domain, CredentialsSecretRef: v1alpha1.SecretReference{Name: "shopify"}},
		})
	}
	return list
}

func waitReady(b *testing.B, kube client.Client, stores []*v1alpha1.ShopifyStore) {
	b.Helper()
	deadline := time.Now().Add(5 * time.Minute)
	for {
		var list v1alpha1.ShopifyStoreList
		must(b, kube.List(b.Context(), &list))
		ready := 0
		for i := range list.Items {
			if conditions.IsReady(&list.Items[i]) {
				ready++
			}
		}
		if ready == len(stores) {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("%d of %d stores are Ready", ready, len(stores))
		}
		<-time.After(50 * time.Millisecond)
	}
}

// waitGone waits until the stores are released, so that an iteration leaves
// nothing to the next.
func waitGone(b *testing.B, kube client.Client) {
	b.Helper()
	deadline := time.Now().Add(5 * time.Minute)
	for {
		var list v1alpha1.ShopifyStoreList
		must(b, kube.List(b.Context(), &list))
		if len(list.Items) == 0 {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("%d stores are not released", len(list.Items))
		}
		<-time.After(50 * time.Millisecond)
	}
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
