package controllers

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

// RoutesKey is the key of the Secret under which the routes stand, and so the name
// of the file that the relay reads.
const RoutesKey = "routes.json"

// reasonRoutesTooLarge: the Secret cannot take the route of one more store.
const reasonRoutesTooLarge = "RoutesTooLarge"

// Permission is for one Secret in the namespace that the manager runs in. A name
// cannot be checked before the object is there, so creating is for any.
// +kubebuilder:rbac:groups="",namespace=shopkeeper-system,resources=secrets,verbs=create
// +kubebuilder:rbac:groups="",namespace=shopkeeper-system,resources=secrets,resourceNames=shopkeeper-relay-routes,verbs=get;update;patch

// RelayRoutes publishes the Secret from which the relay knows the stores. It is a
// controller of that one object; the reconciles of stores tell it what stands in
// it. A store that was not looked at since the process began keeps the route that
// it has there, so that a restart takes none away.
type RelayRoutes struct {
	// Client writes the Secret, and lists the stores from a cache.
	client.Client
	// Live reads the Secret past the cache, which holds metadata only.
	Live client.Reader
	// Secret names the Secret.
	Secret client.ObjectKey
	// Events receives what keeps the routes from being published.
	Events events.EventRecorder
	// Metrics shows what was published; nobody does where it is nil.
	Metrics *StoreMetrics
	// Now tells the time.
	Now func() time.Time

	mu sync.Mutex
	// told is each store's route as its last look has it; nil where it has none.
	told map[client.ObjectKey]*routes.Route
	// changed is when a route was last published with another content.
	changed map[client.ObjectKey]time.Time
	// wake has the Secret looked at; nil before the controller runs, which begins
	// with a look.
	wake func()
}

const (
	// routesPause is how long changes are collected before they are written.
	routesPause = 500 * time.Millisecond
	// propagation is how long the relay may take to know what was published: a
	// Secret that is mounted follows within the kubelet's sync period and cache, about
	// 90 seconds, and the relay reads the file again a little later.
	propagation = 2 * time.Minute
)

// Tell has a store's route published, unless it is already.
func (p *RelayRoutes) Tell(route routes.Route) {
	route.Topics = slices.Sorted(slices.Values(route.Topics))
	p.tell(client.ObjectKey{Namespace: route.Namespace, Name: route.Store}, &route)
}

// Drop has a store's route removed. A nil receiver has none.
func (p *RelayRoutes) Drop(store client.ObjectKey) {
	if p != nil {
		p.tell(store, nil)
	}
}

func (p *RelayRoutes) tell(store client.ObjectKey, route *routes.Route) {
	p.mu.Lock()
	before, known := p.told[store]
	same := known && sameRoute(before, route)
	if p.told == nil {
		p.told = map[client.ObjectKey]*routes.Route{}
	}
	p.told[store] = route
	wake := p.wake
	p.mu.Unlock()
	if !same && wake != nil {
		wake()
	}
}

// Propagating says that a store's route was published so recently that the relay
// need not know it yet.
func (p *RelayRoutes) Propagating(store client.ObjectKey) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.changed[store]
	return ok && p.Now().Sub(at) < propagation
}

// SetupWithManager registers the controller. It works in the manager that leads
// alone.
func (p *RelayRoutes) SetupWithManager(mgr ctrl.Manager) error {
	request := reconcile.Request{NamespacedName: p.Secret}
	return ctrl.NewControllerManagedBy(mgr).
		Named("relayroutes").
		WatchesRawSource(source.Func(func(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.wake = func() { queue.AddAfter(request, routesPause) }
			p.wake()
			return nil
		})).
		// Somebody deleted or changed it.
		WatchesMetadata(&corev1.Secret{}, &handler.EnqueueRequestForObject{}, builder.WithPredicates(
			predicate.NewPredicateFuncs(func(o client.Object) bool { return client.ObjectKeyFromObject(o) == p.Secret }),
			predicate.ResourceVersionChangedPredicate{},
		)).
		Complete(p)
}

// Reconcile writes the Secret where it differs from what the stores told.
func (p *RelayRoutes) Reconcile(ctx context.Context, _ ctrl.Request) (ctrl.Result, error) {
	if err := p.publish(ctx); err != nil {
		p.Metrics.routesFailed()
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, nil
}

func (p *RelayRoutes) publish(ctx context.Context) error {
	var stores v1alpha1.ShopifyStoreList
	if err := p.List(ctx, &stores); err != nil {
		return fmt.Errorf("listing the stores: %w", err)
	}
	there := make(map[client.ObjectKey]bool, len(stores.Items))
	for i := range stores.Items {
		there[client.ObjectKeyFromObject(&stores.Items[i])] = true
	}
	secret, held, err := p.read(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	told := maps.Clone(p.told)
	p.mu.Unlock()

	next := mergeRoutes(held, told, there)
	text, err := routes.Format(next)
	if err != nil {
		return fmt.Errorf("writing the routes: %w", err) // each was checked before
	}
	if len(text) > corev1.MaxSecretSize {
		return p.tooLarge(secret, len(next), len(text))
	}
	if !bytes.Equal(text, secret.Data[RoutesKey]) {
		if err := p.write(ctx, secret, text); err != nil {
			return err
		}
		ctrl.LoggerFrom(ctx).Info("published the relay's routes", "routes", len(next), "bytes", len(text))
	}
	p.Metrics.routesPublished(len(next), len(text))
	p.settle(held, next, there)
	return nil
}

// read returns the Secret, new where there is none, and the routes in it. What
// cannot be read is of no use to the relay either: it is written anew, from the
// stores that were looked at.
func (p *RelayRoutes) read(ctx context.Context) (*corev1.Secret, []routes.Route, error) {
	secret := &corev1.Secret{}
	secret.Namespace, secret.Name = p.Secret.Namespace, p.Secret.Name
	if err := p.Live.Get(ctx, p.Secret, secret); client.IgnoreNotFound(err) != nil {
		return nil, nil, fmt.Errorf("reading the relay's routes, Secret %s: %w", p.Secret, err)
	}
	text, ok := secret.Data[RoutesKey]
	if !ok {
		return secret, nil, nil
	}
	held, err := routes.Parse(text)
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "the Secret with the relay's routes was spoiled, and is written anew as the stores are looked at")
	}
	return secret, held, nil
}

func (p *RelayRoutes) write(ctx context.Context, secret *corev1.Secret, text []byte) (err error) {
	secret.Data = map[string][]byte{RoutesKey: text}
	if secret.ResourceVersion == "" {
		secret.Type = corev1.SecretTypeOpaque
		err = p.Create(ctx, secret)
	} else {
		err = p.Update(ctx, secret) // refused where somebody wrote it since it was read
	}
	if err != nil {
		return fmt.Errorf("writing the relay's routes, Secret %s: %w", p.Secret, err)
	}
	return nil
}

// tooLarge tells that the routes do not fit. What was published before stays, so
// the stores that are in it go on.
func (p *RelayRoutes) tooLarge(secret *corev1.Secret, stores, size int) error {
	err := fmt.Errorf("the routes of %d stores take %d bytes, and a Secret holds %d: no change reaches the relay; serve some of the clients in another cluster",
		stores, size, corev1.MaxSecretSize)
	if secret.UID != "" {
		p.Events.Eventf(secret, nil, corev1.EventTypeWarning, reasonRoutesTooLarge, "Publish", "%s", err)
	}
	return reconcile.TerminalError(err) // the next change tries again
}

// settle notes what was published, and forgets stores that are gone.
func (p *RelayRoutes) settle(held, published []routes.Route, there map[client.ObjectKey]bool) {
	before := byStore(held)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changed == nil {
		p.changed = map[client.ObjectKey]time.Time{}
	}
	after := byStore(published)
	for store, route := range after {
		if was, ok := before[store]; !ok || !sameRoute(was, route) {
			p.changed[store] = p.Now()
		}
	}
	for store := range p.changed {
		if after[store] == nil {
			delete(p.changed, store)
		}
	}
	for store, route := range p.told {
		if route == nil && !there[store] {
			delete(p.told, store)
		}
	}
}
