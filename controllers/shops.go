package controllers

import (
	"context"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Shops tells the queue of deliveries what the reconciler of stores knows.
type Shops struct{ Reconciler *ShopifyStoreReconciler }

var _ deliveries.Shops = Shops{}

func key(store ledger.Store) client.ObjectKey {
	return client.ObjectKey{Namespace: store.Tenant, Name: store.Name}
}

// connected reads a store that is known to be its client's shop.
func (s Shops) connected(ctx context.Context, store ledger.Store) (*v1alpha1.ShopifyStore, error) {
	object := &v1alpha1.ShopifyStore{}
	if err := s.Reconciler.Get(ctx, key(store), object); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, deliveries.ErrNoStore
		}
		return nil, fmt.Errorf("reading ShopifyStore %s: %w", store, err)
	}
	if !accepted(object) {
		return nil, deliveries.ErrNotConnected
	}
	return object, nil
}

// Client implements deliveries.Shops. It is the client of the store's last look,
// and in a process that has not looked at the store yet, one like it.
func (s Shops) Client(ctx context.Context, store ledger.Store) (*shopify.Client, error) {
	object, err := s.connected(ctx, store)
	if err != nil {
		return nil, err
	}
	if last, ok := s.Reconciler.Shopify.Last(key(store).String()); ok {
		return last, nil
	}
	version, err := shopify.ChooseVersion(object.Spec.APIVersion, s.Reconciler.Now())
	if err != nil {
		return nil, fmt.Errorf("%w: spec.apiVersion: %w", deliveries.ErrNotConnected, err)
	}
	run := &storeRun{r: s.Reconciler, store: object}
	if err := s.Reconciler.dial(ctx, run, version.Used); err != nil {
		if outcome.Of(err).Stalled {
			return nil, fmt.Errorf("%w: %w", deliveries.ErrNotConnected, err)
		}
		return nil, err
	}
	return run.client, nil
}

// MayWrite implements deliveries.Shops.
func (s Shops) MayWrite(ctx context.Context, store ledger.Store) error {
	object, err := s.connected(ctx, store)
	if err != nil {
		return err
	}
	if withheld(object) {
		return deliveries.ErrWithheld
	}
	return nil
}

// withheld says that nothing may be written to the store.
func withheld(s *v1alpha1.ShopifyStore) bool {
	return s.Spec.Suspend || s.Spec.Mode == v1alpha1.ModeObserve || !s.DeletionTimestamp.IsZero()
}

// Look implements deliveries.Shops.
func (s Shops) Look(store ledger.Store) {
	s.Reconciler.looks.ask(key(store).String())
	s.Reconciler.wake.up(key(store))
}

// Stores implements deliveries.Shops.
func (s Shops) Stores(ctx context.Context) ([]ledger.Store, error) {
	var list v1alpha1.ShopifyStoreList
	if err := s.Reconciler.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("listing ShopifyStores: %w", err)
	}
	stores := make([]ledger.Store, len(list.Items))
	for i := range list.Items {
		stores[i] = ledger.Store{Tenant: list.Items[i].Namespace, Name: list.Items[i].Name}
	}
	return stores, nil
}

// waker puts stores into the controller's queue from elsewhere in the process. It
// does nothing before the controller runs, which begins with a look at all.
type waker struct {
	mu    sync.Mutex
	queue workqueue.TypedRateLimitingInterface[reconcile.Request]
}

// listen is a source of the controller.
func (w *waker) listen(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = queue
	return nil
}

// up has a store looked at as soon as a changed one would be.
func (w *waker) up(store client.ObjectKey) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.queue != nil {
		w.queue.Add(reconcile.Request{NamespacedName: store})
	}
}
