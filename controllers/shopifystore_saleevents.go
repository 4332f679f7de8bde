package controllers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
)

// promise is a sale event with its terms.
type promise struct {
	Event ledger.SaleEvent
	Terms []commission.Terms
}

func (p promise) equal(other promise) bool {
	return p.Event == other.Event && slices.Equal(p.Terms, other.Terms)
}

// applySaleEvents brings the sale events into the ledger, each by itself. One that
// leaves the spec stays there: its items and sales do.
func (r *ShopifyStoreReconciler) applySaleEvents(ctx context.Context, run *storeRun) error {
	const condition = v1alpha1.SaleEventsAppliedCondition
	wanted, err := promisesOf(run.store.Spec.SaleEvents)
	switch {
	case len(run.store.Spec.SaleEvents) == 0:
		conditions.Delete(run.store, condition)
		return nil
	case r.Ledger == nil:
		return outcome.Stall(v1alpha1.ReasonLedgerNotConfigured, "The operator has no ledger that sale events could be recorded in: run it with --ledger-url, or remove spec.saleEvents")
	case err != nil:
		return outcome.Stall(v1alpha1.ReasonNotApplied, "%v", err)
	}
	if run.ledger.missed && run.saleEventsKept() {
		return nil // the ledger did not answer once; asked again, it may
	}
	known, err := r.promisesIn(ctx, run.inLedger(), wanted)
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "the sale events could not be read in the ledger")
		return ledgerUnavailable()
	}
	var taken []string
	waiting := 0
	for i, p := range wanted {
		switch {
		case p.equal(known[i]):
			continue
		case run.observing():
			waiting++
			continue
		}
		err := r.record(ctx, run, known[i], p)
		if used, ok := errors.AsType[*ledger.TermsInUseError](err); ok {
			taken = append(taken, used.Error())
		} else if err != nil {
			return err
		}
	}
	switch {
	case len(taken) > 0:
		return outcome.Stall(v1alpha1.ReasonTermsInUse, "%s", strings.Join(taken, "; "))
	case waiting > 0:
		conditions.MarkFalse(run.store, condition, v1alpha1.ReasonPlanWaits, "%d sale events wait for spec.mode Enforce", waiting)
	default:
		conditions.MarkTrue(run.store, condition, v1alpha1.ReasonApplied, "%d sale events are in the ledger", len(wanted))
	}
	return nil
}

// saleEventsKept says that the last look at the ledger found nothing amiss with the sale
// events of this generation.
func (run *storeRun) saleEventsKept() bool {
	c := conditions.Get(run.store, v1alpha1.SaleEventsAppliedCondition)
	return c != nil && c.ObservedGeneration == run.store.Generation && (c.Status == metav1.ConditionTrue || c.Reason == v1alpha1.ReasonPlanWaits)
}

func promisesOf(events []v1alpha1.SaleEvent) ([]promise, error) {
	list := make([]promise, len(events))
	for i := range events {
		e := &events[i]
		terms, err := termsOf(e)
		if err != nil {
			return nil, err
		}
		event, err := eventOf(e)
		if err != nil {
			return nil, err
		}
		list[i] = promise{Event: event, Terms: terms}
	}
	return list, nil
}

// promisesIn reads the events as the ledger has them; zero where it does not.
func (r *ShopifyStoreReconciler) promisesIn(ctx context.Context, store ledger.Store, events []promise) ([]promise, error) {
	ctx, cancel := context.WithTimeout(ctx, ledgerPatience)
	defer cancel()
	list := make([]promise, len(events))
	err := r.Ledger.View(ctx, store, func(tx *ledger.Tx) (err error) {
		for i := range events {
			id := events[i].Event.ID
			if list[i].Event, err = tx.SaleEvent(id); err != nil && !errors.Is(err, ledger.ErrNotFound) {
				return err
			}
			if list[i].Terms, err = tx.Terms(id); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// record brings an event into the ledger, together with what that means for what
// was sold at it.
func (r *ShopifyStoreReconciler) record(ctx context.Context, run *storeRun, before, after promise) error {
	event := after.Event.ID
	reason := fmt.Sprintf("spec.saleEvents of generation %d", run.store.Generation)
	var result orders.Result
	err := r.Ledger.Update(ctx, run.inLedger(), func(tx *ledger.Tx) (err error) {
		if err := tx.PutSaleEvent(after.Event); err != nil {
			return err
		}
		if err := tx.PutTerms(event, after.Terms); err != nil {
			return err
		}
		if err := tx.Record(trailOf(before, after, reason)); err != nil {
			return err
		}
		if before.Event.Name = after.Event.Name; before.equal(after) {
			return nil // what it is called changes no sale
		}
		if result, err = orders.SettleEvent(tx, event, reason); err != nil {
			return err
		}
		// What the times ask for now; where that is much, the rest follows in a minute.
		push, _, err := catalog.Turn(tx)
		if err != nil {
			return err
		}
		return deliveries.Push(tx, append(push, result.Push()...))
	})
	if err != nil {
		return err
	}
	if r.Found != nil {
		r.Found(run.inLedger(), result.Found)
	}
	return nil
}

// trailOf is the change of an event in the audit trail.
func trailOf(before, after promise, reason string) ledger.TrailEntry {
	text := func(p promise) string {
		if p.Event.ID == "" {
			return ""
		}
		text, _ := json.Marshal(p) //nolint:errchkjson,musttag // read by people; only a time after the year 9999 could fail
		return string(text)
	}
	return ledger.TrailEntry{Actor: fieldOwner, Action: "SaleEvent", Subject: "event/" + after.Event.ID, Before: text(before), After: text(after), Reason: reason}
}
