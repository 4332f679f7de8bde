package controllers

import (
	"context"
	"fmt"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// metafields brings the metafield definitions in line.
func (r *ShopifyStoreReconciler) metafields(ctx context.Context, run *storeRun) error {
	spec := &run.store.Spec
	wanted := map[string]shopify.MetafieldDefinition{}
	for _, d := range plan.Definitions(spec) {
		wanted[plan.DefinitionObject(d, spec.AdoptionPolicy).Key] = d
	}
	err := run.apply(ctx, plan.KindDefinition, func(ctx context.Context, a plan.Action) (string, error) {
		switch a.Verb {
		case plan.Create:
			return run.client.CreateMetafieldDefinition(ctx, wanted[a.Key])
		case plan.Update:
			return a.ID, run.client.UpdateMetafieldDefinition(ctx, wanted[a.Key])
		case plan.Delete:
			return a.ID, run.client.DeleteMetafieldDefinition(ctx, a.ID)
		default:
			return "", fmt.Errorf("no way to %s", a)
		}
	})
	if err != nil {
		return err
	}
	return run.applied(v1alpha1.MetafieldsAppliedCondition, plan.KindDefinition, "%d metafield definitions are in place", len(wanted))
}
