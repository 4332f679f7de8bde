// Package controllers brings Shopify stores in line with their ShopifyStore
// objects.
//
// A reconcile of a ShopifyStore goes one way: one look at the store through
// gates that must open in order (connect, scopes), a pure plan, the record of
// what is about to be made, then the independent groups (settings, metafields,
// webhooks) and, whatever became of all that, the schedules, which ask Shopify
// nothing. In mode Observe it is the same way, and nothing is written to the
// shop. One deferred finish sums up, patches the status and emits events;
// only an error of the Kubernetes API itself goes by it. Nothing is written
// where nothing changed.
package controllers

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/fluxcd/pkg/runtime/patch"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// fieldOwner is the name under which the controllers write.
const fieldOwner = "shopkeeper"

// +kubebuilder:rbac:groups=shopify.shopkeeper.dev,resources=shopifystores,verbs=get;list;watch;update;patch
// +kubebuilder:rbac:groups=shopify.shopkeeper.dev,resources=shopifystores/status,verbs=get;update;patch
// +kubebuilder:rbac:groups=shopify.shopkeeper.dev,resources=shopifystores/finalizers,verbs=update
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch
// +kubebuilder:rbac:groups="",namespace=shopkeeper-system,resources=events,verbs=create;patch
// +kubebuilder:rbac:groups=coordination.k8s.io,namespace=shopkeeper-system,resources=leases,verbs=create
// +kubebuilder:rbac:groups=coordination.k8s.io,namespace=shopkeeper-system,resources=leases,resourceNames=shopkeeper.shopify.shopkeeper.dev,verbs=get;update

// ShopifyStoreReconciler reconciles ShopifyStores.
type ShopifyStoreReconciler struct {
	client.Client
	// Live reads past the cache: Secrets, of which the cache holds the metadata
	// only, and the store itself, because with an inventory older than our last
	// write our own work would pass for somebody else's.
	Live client.Reader
	// Events receives what happened.
	Events events.EventRecorder
	// Shopify hands out the client of each store.
	Shopify *shopify.Clients
	// RelayURL is the public https address of the webhook relay, without the
	// path of a store.
	RelayURL string
	// Routes tells the relay of the stores. Where it is nil nothing is reported.
	Routes *RelayRoutes
	// AskRelay asks the relay at an address whether it takes a route's webhooks in;
	// see relayprobe.Ask.
	AskRelay func(ctx context.Context, relayURL string, route routes.Route) error
	// ResyncInterval is how often an idle store is compared with its spec, give
	// or take 5%.
	ResyncInterval time.Duration
	// Ledger is the record of what stores are, sell and owe. Where it is nil a store's
	// status alone says which shop it is, and sale events are refused.
	Ledger *ledger.Ledger
	// Found tells of findings that a sale event led to; nobody is told where it is nil.
	Found func(store ledger.Store, list []ledger.Finding)
	// Metrics counts corrections; nobody does where it is nil.
	Metrics *StoreMetrics
	// Now tells the time.
	Now func() time.Time

	// deprecations are what was said of each store, by owner.
	deprecations sync.Map
	// places are where the stores' new products go, as placed, by ledger.Store.
	places sync.Map
	// relayMisses counts each store's failed probes of the relay in a row, by owner.
	relayMisses sync.Map
	// ledgers are what was last read of each store in the ledger, by owner.
	ledgers sync.Map
	wake    waker
	zones   zoneCache
	looks   looks
	codes   codeCache
}

// Reconcile brings one store in line.
func (r *ShopifyStoreReconciler) Reconcile(ctx context.Context, req ctrl.Request) (res ctrl.Result, err error) {
	ctx = shopify.WithPriority(ctx, shopify.PriorityResync)
	run, err := r.begin(ctx, req)
	if run == nil {
		return ctrl.Result{}, err
	}
	if res, all, err := r.onlySchedules(ctx, run); all {
		return res, err
	}
	defer func() { res, err = run.finish(ctx, err) }()

	switch {
	case run.deleting():
		return ctrl.Result{}, r.release(ctx, run)
	case run.store.Spec.Suspend:
		return ctrl.Result{}, nil
	}
	r.lookAtLedger(ctx, run)
	if err := r.bringInLine(ctx, run); err != nil {
		return ctrl.Result{}, err
	}
	run.judgeBacklog()
	run.judgeProducts()
	run.all(ctx, gate{v1alpha1.SchedulesAppliedCondition, r.schedules})
	return ctrl.Result{}, nil
}

// bringInLine looks at the store through the gates and applies the spec. An
// error is one of the Kubernetes API.
func (r *ShopifyStoreReconciler) bringInLine(ctx context.Context, run *storeRun) error {
	if !run.observing() { // which makes nothing that a deletion would have to clear
		if err := run.claim(ctx); err != nil {
			return err
		}
	}
	if !run.inOrder(ctx,
		gate{v1alpha1.ConnectedCondition, r.connect},
		gate{v1alpha1.ScopesGrantedCondition, r.checkScopes},
		gate{v1alpha1.WebhooksAppliedCondition, r.recognise},
	) {
		return nil
	}
	ctx = shopify.WithPriority(ctx, shopify.PriorityPush) // from here on there is something to write
	r.lookAtPriceRules(ctx, run)
	run.makePlan(r.RelayURL)
	if err := run.record(ctx); err != nil {
		return err
	}
	run.all(ctx,
		gate{v1alpha1.SettingsVerifiedCondition, r.settings},
		gate{v1alpha1.MetafieldsAppliedCondition, r.metafields},
		gate{v1alpha1.WebhooksAppliedCondition, r.webhooks},
		gate{v1alpha1.PriceRulesAppliedCondition, r.applyPriceRules},
		gate{v1alpha1.SaleEventsAppliedCondition, r.applySaleEvents},
		gate{v1alpha1.RelayReachableCondition, r.relayReachable},
	)
	return nil
}

// gate is a phase of a reconcile and the condition that tells how it went. A
// phase that succeeds sets the condition itself.
type gate struct {
	condition string
	pass      func(context.Context, *storeRun) error
}

// storeRun is one reconcile of one store.
type storeRun struct {
	r       *ShopifyStoreReconciler
	store   *v1alpha1.ShopifyStore
	before  *v1alpha1.ShopifyStore
	patcher *patch.SerialPatcher

	client *shopify.Client
	// signing are the secrets that a webhook's signature may be made with.
	signing  []string
	observed *shopify.Store
	scopes   shopify.GrantedScopes
	// priceRules is what the store has of price rules that concern us.
	priceRules priceRuleLook
	// denied is the error of a look at the store that the app's scopes forbid.
	denied error
	// planned says that all gates opened and the plan was made.
	planned bool
	plan    plan.Plan
	// names are those of the app's subscriptions by id, where they were asked for.
	names map[string]string
	// relayProblem says why no webhook address could be made.
	relayProblem error
	relay        relayAnswer
	ledger       ledgerLook
	pickup       bool // local pickup is written, not only read
	// nextSlot is when the next schedule is due; zero if none is.
	nextSlot time.Time

	failures []failure
	done     []plan.Action
	released bool
}

func (r *ShopifyStoreReconciler) begin(ctx context.Context, req ctrl.Request) (*storeRun, error) {
	store := &v1alpha1.ShopifyStore{}
	if err := r.Live.Get(ctx, req.NamespacedName, store); err != nil {
		if apierrors.IsNotFound(err) {
			r.Shopify.Forget(req.String())
			r.deprecations.Delete(req.String())
			r.zones.forget(req.String())
			r.looks.forget(req.String())
			r.codes.forget(req.String())
			r.relayMisses.Delete(req.String())
			r.ledgers.Delete(req.String())
			r.places.Delete(ledger.Store{Tenant: req.Namespace, Name: req.Name})
			r.Routes.Drop(req.NamespacedName)
			return nil, nil
		}
		return nil, err
	}
	return &storeRun{r: r, store: store, before: store.DeepCopy(), patcher: patch.NewSerialPatcher(store, r.Client)}, nil
}

func (run *storeRun) observing() bool { return run.store.Spec.Mode == v1alpha1.ModeObserve }

func (run *storeRun) deleting() bool { return !run.store.DeletionTimestamp.IsZero() }

// owner names the store to the registry of clients.
func (run *storeRun) owner() string { return client.ObjectKeyFromObject(run.store).String() }

// claim adds the finalizer before anything is written to the store.
func (run *storeRun) claim(ctx context.Context) error {
	if !controllerutil.AddFinalizer(run.store, v1alpha1.Finalizer) {
		return nil
	}
	return run.patch(ctx)
}

// inOrder passes the gates until one stays closed, and says whether all opened.
func (run *storeRun) inOrder(ctx context.Context, gates ...gate) bool {
	for _, g := range gates {
		if err := g.pass(ctx, run); err != nil {
			run.fail(g.condition, err)
			return false
		}
	}
	return true
}

// all runs every group, whatever becomes of the others.
func (run *storeRun) all(ctx context.Context, groups ...gate) {
	for _, g := range groups {
		if err := g.pass(ctx, run); err != nil {
			run.fail(g.condition, err)
		}
	}
}

// patch writes what changed since the last patch; nothing where nothing did.
func (run *storeRun) patch(ctx context.Context, more ...patch.Option) error {
	options := append([]patch.Option{
		patch.WithFieldOwner(fieldOwner),
		patch.WithOwnedConditions{Conditions: ownedConditions},
	}, more...)
	return run.patcher.Patch(ctx, run.store, options...)
}

// resync is when an idle store is looked at again: within 5% of the interval, so
// that stores that were applied together drift apart.
func (r *ShopifyStoreReconciler) resync() time.Duration {
	return time.Duration(float64(r.ResyncInterval) * (0.95 + 0.1*rand.Float64())) //nolint:gosec // no secret
}
