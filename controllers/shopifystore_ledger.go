package controllers

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
)

const (
	// ledgerPatience ends a read of a ledger that does not answer.
	ledgerPatience = 5 * time.Second
	// ledgerRetry is when a ledger is asked again that did not answer once.
	ledgerRetry = 10 * time.Second
	// behindAfter is how long a delivery may wait before the status tells.
	behindAfter = 15 * time.Minute
	// silentAfter is how long no delivery may come during a sale event before the
	// status tells.
	silentAfter = 48 * time.Hour
)

// ledgerLook is what the ledger knows of a store, read once at each look.
type ledgerLook struct {
	// binding is zero before the store is bound to a shop.
	binding ledger.Binding
	backlog ledger.Backlog
	// behind says that the oldest delivery waits for long, and problem why its last
	// attempt failed; empty where there was none.
	behind  bool
	problem string
	// unpublishable says that items wait because the app may not publish.
	unpublishable bool
	// missed says that the ledger did not answer this time, and that all is as it was
	// the time before.
	missed bool
	// failed says that the ledger did not answer, and not the time before either.
	failed bool
}

// bound says that the ledger knows which shop the store is.
func (l ledgerLook) bound() bool { return l.binding.ShopID != 0 }

// inLedger names the store as the ledger does.
func (run *storeRun) inLedger() ledger.Store {
	return ledger.Store{Tenant: run.store.Namespace, Name: run.store.Name}
}

// lookAtLedger reads what the ledger knows of the store. That one read fails is no
// reason to alarm anybody: what was read the time before counts once more, and what
// it says of the binding is for good.
func (r *ShopifyStoreReconciler) lookAtLedger(ctx context.Context, run *storeRun) {
	if r.Ledger == nil {
		return
	}
	look, err := r.readLedger(ctx, run.inLedger())
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "the ledger could not be read")
		before, _ := r.ledgers.Load(run.owner())
		known, ok := before.(ledgerLook)
		look = known
		look.missed, look.failed = ok && !known.missed && !known.failed, !ok || known.missed || known.failed
	}
	run.ledger = look
	r.ledgers.Store(run.owner(), look)
}

func (r *ShopifyStoreReconciler) readLedger(ctx context.Context, store ledger.Store) (look ledgerLook, err error) {
	ctx, cancel := context.WithTimeout(ctx, ledgerPatience)
	defer cancel()
	err = r.Ledger.View(ctx, store, func(tx *ledger.Tx) (err error) {
		if look.binding, err = tx.Binding(); err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return err
		}
		if look.backlog, err = tx.Backlog(); err != nil {
			return err
		}
		if look.unpublishable, err = catalog.Unpublishable(tx); err != nil {
			return err
		}
		oldest := look.backlog.OldestPending
		look.behind = !oldest.IsZero() && r.Now().Sub(oldest) > behindAfter
		if !look.behind {
			return nil
		}
		first, err := tx.Deliveries(ledger.Pending, 1)
		if len(first) > 0 {
			look.problem = first[0].Error
		}
		return err
	})
	return look, err
}

// bind has the ledger know for good which shop the store is, before anything is
// written to it: a namespace that is made anew must not inherit a former client's
// records. Mode Observe binds nothing, and refuses what is bound otherwise.
func (r *ShopifyStoreReconciler) bind(ctx context.Context, run *storeRun) error {
	if r.Ledger == nil || run.observed == nil {
		return nil
	}
	if run.ledger.failed {
		return ledgerUnavailable()
	}
	shop := run.observed.Shop
	number, err := shop.Number()
	if err != nil {
		return err
	}
	bound, asked := run.ledger.binding, ledger.Binding{ShopID: number, ShopDomain: shop.Domain, Currency: shop.Currency}
	bound.BoundAt = time.Time{}
	if bound == asked || !run.ledger.bound() && run.observing() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, ledgerPatience)
	defer cancel()
	err = r.Ledger.Update(ctx, run.inLedger(), func(tx *ledger.Tx) error { return tx.Bind(asked) })
	if other, ok := errors.AsType[*ledger.OtherShopError](err); ok {
		return outcome.Stall(v1alpha1.ReasonShopChanged, "Nothing is written to the shop: %v", other)
	}
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "the store could not be bound to its shop")
		return ledgerUnavailable()
	}
	run.ledger.binding = asked
	r.ledgers.Store(run.owner(), run.ledger)
	return nil
}

// ledgerUnavailable says the same each time, unlike the error, which goes to the log.
func ledgerUnavailable() error {
	return outcome.Wait(v1alpha1.ReasonLedgerUnavailable, 0, "The ledger does not answer, so nothing is written to the shop: see whether the database runs; the operator's log has its error")
}

// silent says that a sale event has been on for long without any delivery.
func (run *storeRun) silent() bool {
	now, backlog := run.r.Now(), run.ledger.backlog
	long := now.Add(-silentAfter)
	if backlog.Pending > 0 || backlog.NewestDone.After(long) {
		return false
	}
	return slices.ContainsFunc(run.store.Spec.SaleEvents, func(e v1alpha1.SaleEvent) bool {
		return !e.StartsAt.After(long) && now.Before(e.EndsAt.Time)
	})
}

// judgeProducts tells where Shopify keeps products from customers.
func (run *storeRun) judgeProducts() {
	const condition = v1alpha1.ProductsPublishableCondition
	if !run.ledger.unpublishable || !accepted(run.store) {
		conditions.Delete(run.store, condition)
		return
	}
	conditions.MarkFalse(run.store, condition, v1alpha1.ReasonNotPublishable,
		"Items wait in the shop as drafts, because the app may not publish: grant it read_publications and write_publications and run a SyncJob of type Products, or publish them by hand")
}

// judgeBacklog tells whether the store's webhooks are worked off.
func (run *storeRun) judgeBacklog() {
	const condition = v1alpha1.WebhooksProcessedCondition
	store, look := run.store, run.ledger
	switch {
	case run.r.Ledger == nil || !accepted(store):
		conditions.Delete(store, condition)
	case look.failed:
		conditions.MarkUnknown(store, condition, v1alpha1.ReasonLedgerUnavailable, "The ledger does not answer")
	case look.backlog.Dead > 0:
		conditions.MarkFalse(store, condition, v1alpha1.ReasonDeadLetters,
			"%d webhook deliveries are dead: see why with `shopkeeper deliveries list --namespace %s --store %s`, mend that, and have them worked on again with `shopkeeper deliveries replay --namespace %s --store %s --all`",
			look.backlog.Dead, store.Namespace, store.Name, store.Namespace, store.Name)
	case look.behind && look.problem == "":
		conditions.MarkFalse(store, condition, v1alpha1.ReasonBehind, "A webhook delivery was received more than 15 minutes ago, and there was no attempt at it yet")
	case look.behind:
		conditions.MarkFalse(store, condition, v1alpha1.ReasonBehind, "A webhook delivery was received more than 15 minutes ago, and the attempts at it fail: %s", shortened(look.problem))
	case run.silent():
		conditions.MarkTrue(store, condition, v1alpha1.ReasonSilent,
			"What came was worked off, but no webhook came for 2 days although a sale event is on: see whether the shop sells, and whether WebhooksApplied and RelayReachable are True")
	default:
		conditions.MarkTrue(store, condition, v1alpha1.ReasonProcessed, "No webhook delivery is dead, and none waits long")
	}
}

// goOn has webhooks and products that waited for the store tried again now, and not at
// their next turn: once it is connected, and where another spec may have withheld them.
func (run *storeRun) goOn(ctx context.Context) {
	connected, changed := run.became(v1alpha1.ConnectedCondition)
	connects := changed && connected.Status == metav1.ConditionTrue
	anotherSpec := run.before.Status.ObservedGeneration != run.store.Generation
	if run.r.Ledger == nil || withheld(run.store) || !connects && !anotherSpec {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, ledgerPatience)
	defer cancel()
	if err := run.r.Ledger.Update(ctx, run.inLedger(), (*ledger.Tx).GoOn); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "what waited for the store goes on at its next turn only, within 6 minutes")
	}
}
