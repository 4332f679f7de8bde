package controllers

import (
	"slices"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// mutations counts the calls that wrote to Shopify, or tried.
func (b *bed) mutations() int {
	n := 0
	for _, c := range b.sim.Calls(simulator.CallFilter{}) {
		if c.Mutation {
			n++
		}
	}
	return n
}

func observe(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeObserve }
func enforce(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeEnforce }

func TestObserveShowsThePlanAndWritesNothing(t *testing.T) {
	b := newBed(t)
	observe(&b.store.Spec)
	b.apply()
	b.settle()
	if n := b.mutations(); n > 0 || len(b.store.Finalizers) > 0 {
		t.Errorf("%d writes to the shop, finalizers %v", n, b.store.Finalizers)
	}
	p := b.store.Status.Plan
	if p == nil || p.Total != 13 || len(p.Changes) != 13 || p.Hash == "" || !slices.Contains(p.Changes, "create WebhookSubscription ORDERS_PAID") {
		t.Fatalf("status.plan: %+v", p)
	}
	for condition, want := range map[string]string{
		meta.ReadyCondition: "True/Observed", v1alpha1.InSyncCondition: "False/PlanWaits", v1alpha1.ConnectedCondition: "True/Connected",
		v1alpha1.SettingsVerifiedCondition: "False/PlanWaits", v1alpha1.MetafieldsAppliedCondition: "False/PlanWaits", v1alpha1.WebhooksAppliedCondition: "False/PlanWaits",
	} {
		if c := b.condition(condition); string(c.Condition.Status)+"/"+c.Reason != want {
			t.Errorf("want %s, got %s", want, c)
		}
	}
	if len(b.store.Status.Inventory) > 0 {
		t.Errorf("intents are recorded that are none: %+v", b.store.Status.Inventory)
	}
	version := b.store.ResourceVersion
	b.settle()
	if b.store.ResourceVersion != version {
		t.Error("the same plan is written twice")
	}

	b.change(enforce)
	b.ready()
	if b.store.Status.Plan != nil || len(b.store.Status.Inventory) != 13 {
		t.Errorf("enforced: plan %+v, %d things in the inventory", b.store.Status.Plan, len(b.store.Status.Inventory))
	}
	b.change(observe)
	b.settle()
	if c := b.condition(meta.ReadyCondition); b.store.Status.Plan != nil || c.Reason != v1alpha1.ReasonReady {
		t.Errorf("nothing to change: %s, plan %+v", c, b.store.Status.Plan)
	}
}

func TestObserveTellsDriftFromAChangedSpec(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { observe(s); s.MetafieldDefinitions[0].Name = "Owner" })
	b.shop(func(s *simulator.Shop) {
		i := slices.IndexFunc(s.MetafieldDefinitions, func(d simulator.MetafieldDefinition) bool { return d.Key == "event_id" })
		s.MetafieldDefinitions[i].Name = "X"
	})
	writes := b.mutations()
	b.settle()
	want := []string{
		"update MetafieldDefinition consignment.consignor_id (name)",
		"update MetafieldDefinition consignment.event_id (name): changed in the store",
	}
	if p := b.store.Status.Plan; p == nil || !slices.Equal(p.Changes, want) {
		t.Errorf("status.plan: %+v, want %q", p, want)
	}
	if drift := b.store.Status.Drift; !slices.Equal(drift, []string{"update MetafieldDefinition consignment.event_id (name)"}) {
		t.Errorf("status.drift: %q", drift)
	}
	if b.mutations() != writes {
		t.Error("it wrote to the shop")
	}
}

func TestObserveReportsWhatNeedsAPerson(t *testing.T) {
	b := newBed(t)
	observe(&b.store.Spec)
	b.shop(func(s *simulator.Shop) { s.PasswordEnabled = false })
	b.apply()
	b.settle()
	if c := b.condition(v1alpha1.SettingsVerifiedCondition); c.Reason != v1alpha1.ReasonManualStepNeeded || !strings.Contains(c.Message, "passwordProtection") || strings.Contains(c.Message, "pickup") {
		t.Errorf("what a person has to do, and nothing that Enforce would: %s", c)
	}
	if !conditions.IsStalled(b.store) || b.store.Status.Plan == nil {
		t.Errorf("plan %+v, %+v", b.store.Status.Plan, b.store.Status.Conditions)
	}
}

func TestDeletionInObserveLeavesTheStore(t *testing.T) {
	b := newBed(t)
	b.store.Spec.DeletionPolicy = v1alpha1.DeletionDelete
	b.apply()
	b.ready()
	b.change(observe)
	b.settle()
	writes := b.mutations()
	b.must(api.Delete(t.Context(), b.store))
	_, err := b.reconcile()
	b.must(err)
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(b.store), b.store); !apierrors.IsNotFound(err) {
		t.Fatalf("still there: %v", err)
	}
	if n := len(b.inShop().WebhookSubscriptions); n != 9 || b.mutations() != writes {
		t.Errorf("%d subscriptions left, %d writes", n, b.mutations()-writes)
	}
}

func TestARivalInObserveWritesNothing(t *testing.T) {
	older := newBed(t)
	older.store.Spec.CredentialsSecretRef.Name = "later"
	older.apply()
	older.settle()
	younger := older.rivalOf()
	younger.store.Spec.CredentialsSecretRef.Name = "shopify"
	younger.apply()
	younger.ready()
	younger.change(observe)
	older.change(func(s *v1alpha1.ShopifyStoreSpec) { s.CredentialsSecretRef.Name = "shopify" })
	older.settle()
	writes := older.mutations()
	younger.settle()
	if c := younger.condition(v1alpha1.ConnectedCondition); c.Reason != v1alpha1.ReasonRival || older.mutations() != writes {
		t.Errorf("%s, %d writes", c, older.mutations()-writes)
	}
}
