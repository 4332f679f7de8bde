package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// applyPriceRules brings the price rules and their codes in line.
func (r *ShopifyStoreReconciler) applyPriceRules(ctx context.Context, run *storeRun) error {
	wanted := map[string]plan.PriceRule{}
	for _, p := range plan.PriceRules(&run.store.Spec) {
		wanted[p.Codes[0]] = p
	}
	if problem := run.priceRules.problem; problem != nil {
		if v := outcome.Of(problem); v.Stalled && len(wanted) == 0 {
			// Codes that are not wanted any more work on: that is no store in order.
			return outcome.Stall(v.Reason, "%s. Until then these codes of before may still work: %s", v.Message, strings.Join(run.madeCodes(), ", "))
		}
		return problem
	}
	var taken []string
	err := run.apply(ctx, plan.KindPriceRule, func(ctx context.Context, a plan.Action) (string, error) {
		r.codes.drop(run.owner(), a.ID)
		switch a.Verb {
		case plan.Create:
			id, err := run.client.CreatePriceRule(ctx, wanted[a.Key].PriceRule)
			if err == nil {
				err = run.client.CreateDiscountCode(ctx, id, a.Key)
			}
			return id, err
		case plan.Update:
			err := run.updatePriceRule(ctx, a, wanted[a.Key])
			if e, ok := errors.AsType[*shopify.Error](err); ok && e.Taken() {
				taken = append(taken, a.Label)
			}
			return a.ID, err
		case plan.Delete:
			return a.ID, unlessGone(run.client.DeletePriceRule(ctx, a.ID))
		default:
			return "", fmt.Errorf("no way to %s", a)
		}
	})
	if e, ok := errors.AsType[*shopify.Error](err); ok && e.Taken() && len(taken) > 0 {
		// The look found no rule to take over, or there is one of ours already.
		err = outcome.Stall(v1alpha1.ReasonConflict, "Another discount in the store has the code %s: remove it there, or from spec.priceRules", strings.Join(taken, ", "))
	}
	if err != nil {
		return err
	}
	return run.applied(v1alpha1.PriceRulesAppliedCondition, plan.KindPriceRule, "%d price rules are in place", len(wanted))
}

// updatePriceRule brings a rule in line: codes that are not ours go before its
// worth changes, ours comes when it is worth what it should be.
func (run *storeRun) updatePriceRule(ctx context.Context, a plan.Action, want plan.PriceRule) error {
	ours := func(c shopify.DiscountCode) bool { return strings.EqualFold(c.Code, a.Key) }
	codes := run.priceRules.codes[a.ID]
	for _, c := range codes {
		if ours(c) {
			continue
		}
		if err := unlessGone(run.client.DeleteDiscountCode(ctx, a.ID, c.ID)); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(a.Paths, func(path string) bool { return path != plan.CodesPath }) {
		rule := want.PriceRule
		rule.ID = a.ID
		if err := run.client.UpdatePriceRule(ctx, rule); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(codes, ours) {
		return nil
	}
	return run.client.CreateDiscountCode(ctx, a.ID, a.Key)
}

// madeCodes are the codes of the rules that are on record as ours.
func (run *storeRun) madeCodes() []string {
	var codes []string
	for _, e := range run.store.Status.Inventory {
		if e.Kind == plan.KindPriceRule && e.Origin != v1alpha1.OriginAdopted {
			codes = append(codes, e.Key)
		}
	}
	return codes
}

// clearPriceRules deletes the rules that we made.
func (r *ShopifyStoreReconciler) clearPriceRules(ctx context.Context, run *storeRun) error {
	if len(run.madeCodes()) == 0 {
		return nil
	}
	look, err := r.ownPriceRules(ctx, run, nil)
	if shopify.KindOf(err) == shopify.NotFound {
		return outcome.Stall(v1alpha1.ReasonNotApplied, "Shopify no longer has price rules in the API version in use, and these codes may still work: %s; remove them in the store's admin",
			strings.Join(run.madeCodes(), ", "))
	}
	if err != nil {
		return err
	}
	undo := plan.Compute(nil, look.objects, run.store.Status.Inventory)
	var made []plan.Object
	for _, a := range undo.Of(plan.KindPriceRule) {
		made = append(made, plan.Object{ID: a.ID})
	}
	return run.deleteAll(ctx, made, run.client.DeletePriceRule)
}
