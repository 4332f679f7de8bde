package controllers

import (
	"container/heap"
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// due is when a store is looked at next.
type due struct {
	at  time.Time
	key client.ObjectKey
}

type agenda []due

func (a *agenda) Len() int           { return len(*a) }
func (a *agenda) Less(i, j int) bool { return (*a)[i].at.Before((*a)[j].at) }
func (a *agenda) Swap(i, j int)      { (*a)[i], (*a)[j] = (*a)[j], (*a)[i] }
func (a *agenda) Push(x any)         { *a = append(*a, x.(due)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// cached is a client that lists from a cache of the bed's namespace, as a
// manager's does: a fleet asks for too many lists to read each from the API.
func (b *bed) cached() client.Client {
	b.t.Helper()
	ctx, stop := context.WithCancel(b.t.Context())
	b.t.Cleanup(stop)
	stores, err := cache.New(restConfig, cache.Options{Scheme: scheme, DefaultNamespaces: map[string]cache.Config{b.store.Namespace: {}}})
	b.must(err)
	b.must(indexFields(ctx, stores))
	go func() {
		if err := stores.Start(ctx); err != nil {
			b.t.Error(err)
		}
	}()
	if !stores.WaitForCacheSync(ctx) {
		b.t.Fatal("the cache does not fill")
	}
	return interceptor.NewClient(api, interceptor.Funcs{
		List: func(ctx context.Context, _ client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			return stores.List(ctx, list, options...)
		},
	})
}

// The promise that a platform team relies on: stores that are in order cost one
// query a resync and no write, however many there are.
func TestAnIdleFleetWritesNothing(t *testing.T) {
	const stores = 100 // `make bench` has 1,000
	b := newBed(t)
	var plan agenda
	for i := range stores {
		name := fmt.Sprintf("%s-%d", b.store.Namespace, i)
		domain := name + ".myshopify.com"
		b.must(b.sim.AddShop(simulator.NewShop(domain, name)))
		b.must(api.Create(t.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: name},
			StringData: map[string]string{"accessToken": "shpat_" + name, "webhookSecret": "x"},
		}))
		store := &v1alpha1.ShopifyStore{
			ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: name},
			Spec: v1alpha1.ShopifyStoreSpec{
				ClientName: name, ShopDomain: domain, CredentialsSecretRef: v1alpha1.SecretReference{Name: name}, Schedules: []v1alpha1.Schedule{},
			},
		}
		lean(&store.Spec)
		b.must(api.Create(t.Context(), store))
		plan = append(plan, due{b.now, client.ObjectKey{Namespace: b.store.Namespace, Name: name}})
	}
	b.r.Client = b.cached()
	look := func() {
		next := heap.Pop(&plan).(due)
		b.now = next.at
		result, err := b.r.Reconcile(t.Context(), ctrl.Request{NamespacedName: next.key})
		if err != nil || result.RequeueAfter <= 0 {
			t.Fatalf("%s: %+v, %v", next.key, result, err)
		}
		heap.Push(&plan, due{next.at.Add(result.RequeueAfter), next.key})
	}
	for range stores {
		look()
	}
	versions := func() map[string]string {
		var list v1alpha1.ShopifyStoreList
		b.must(api.List(t.Context(), &list, client.InNamespace(b.store.Namespace)))
		found := map[string]string{}
		for _, s := range list.Items {
			found[s.Name] = s.ResourceVersion
			if s.Status.ObservedGeneration != s.Generation {
				t.Fatalf("%s is not settled: %+v", s.Name, s.Status.Conditions)
			}
		}
		return found
	}
	before := versions()
	b.calls()
	b.happened()
	resyncs := 0
	for end := b.now.Add(time.Hour); plan[0].at.Before(end); resyncs++ {
		look()
	}
	if resyncs < 5*stores || resyncs > 7*stores {
		t.Errorf("%d resyncs of %d stores in an hour", resyncs, stores)
	}
	calls := map[string]int{}
	for _, c := range b.calls() {
		calls[c]++
	}
	if len(calls) != 1 || calls["ObserveStore"] != resyncs {
		t.Errorf("%d resyncs cost %v", resyncs, calls)
	}
	for name, version := range versions() {
		if before[name] != version {
			t.Errorf("%s was written", name)
		}
	}
	if got := b.happened(); len(got) > 0 {
		t.Errorf("events: %q", got)
	}
}
