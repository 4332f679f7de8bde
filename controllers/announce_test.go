package controllers

import (
	"slices"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func starting(prefix string) func(string) bool {
	return func(event string) bool { return strings.HasPrefix(event, prefix) }
}

// Observe takes nothing over, so it must not say so at each look.
func TestObserveAdoptsNothing(t *testing.T) {
	b := newBed(t)
	observe(&b.store.Spec)
	b.shop(func(s *simulator.Shop) {
		s.MetafieldDefinitions = append(s.MetafieldDefinitions, simulator.MetafieldDefinition{
			OwnerType: "PRODUCT", Namespace: "consignment", Key: "consignor_id", Name: "Consignor", Description: "The consignor who owns the item.",
			Type: "single_line_text_field", Access: simulator.MetafieldAccess{Storefront: "NONE"},
		})
	})
	b.apply()
	b.settle()
	b.settle()
	if got := b.happened(); slices.ContainsFunc(got, starting("Normal Adopted")) {
		t.Errorf("events: %q", got)
	}
	b.change(enforce)
	b.ready()
	if got := b.happened(); !slices.ContainsFunc(got, starting("Normal Adopted")) {
		t.Errorf("enforced, it is taken over: %q", got)
	}
}

func TestWhatPassesIsNotToldByWhatDoesNot(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.shop(func(s *simulator.Shop) { s.PasswordEnabled = false; s.WebhookSubscriptions = nil })
	_, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultStatus, Status: 500, Operation: "CreateWebhookSubscription"})
	b.must(err)
	b.settle()
	c := b.condition(meta.ReconcilingCondition)
	if !conditions.IsReconciling(b.store) || c.Reason != v1alpha1.ReasonShopifyUnavailable || strings.Contains(c.Message, "passwordProtection") {
		t.Errorf("a person's task is not what is tried again: %s", c)
	}
}

func TestADeprecationIsSaidOnce(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.happened()
	run := &storeRun{r: b.r, store: b.store}
	look := func(names ...string) []string {
		run.observed = &shopify.Store{Deprecated: names}
		run.announceDeprecations()
		return b.happened()
	}
	if got := look("WebhookSubscription.callbackUrl"); len(got) != 1 || !strings.HasPrefix(got[0], "Warning Deprecated") || !strings.Contains(got[0], "callbackUrl") {
		t.Errorf("events: %q", got)
	}
	if got := look("WebhookSubscription.callbackUrl"); len(got) > 0 {
		t.Errorf("said twice: %q", got)
	}
	if got := look(); len(got) > 0 {
		t.Errorf("nothing is deprecated any more: %q", got)
	}
	if got := look("WebhookSubscription.callbackUrl"); len(got) != 1 {
		t.Errorf("it is again: %q", got)
	}
}
