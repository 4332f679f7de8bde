package controllers

import (
	"testing"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func (b *bed) deleteSecret() {
	b.t.Helper()
	b.must(api.Delete(b.t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: "shopify"}}))
}

// deleted deletes the store, looks at it once the deletion has waited for a
// while, and says whether it is gone.
func (b *bed) deleted(waited time.Duration) bool {
	b.t.Helper()
	b.must(client.IgnoreNotFound(api.Delete(b.t.Context(), b.store)))
	if err := api.Get(b.t.Context(), client.ObjectKeyFromObject(b.store), b.store); apierrors.IsNotFound(err) {
		return true
	}
	b.now = b.store.DeletionTimestamp.Add(waited)
	_, _ = b.reconcile()
	err := api.Get(b.t.Context(), client.ObjectKeyFromObject(b.store), b.store)
	b.must(client.IgnoreNotFound(err))
	return apierrors.IsNotFound(err)
}

func TestDeletion(t *testing.T) {
	adopt := func(b *bed) {
		b.shop(func(s *simulator.Shop) {
			s.MetafieldDefinitions = append(s.MetafieldDefinitions, simulator.MetafieldDefinition{OwnerType: "PRODUCT", Namespace: "custom", Key: "colour", Name: "Colour", Type: "single_line_text_field"})
		})
	}
	cases := map[string]struct {
		reason string
		policy v1alpha1.DeletionPolicy
		before func(*bed)
		left   [2]int // subscriptions, definitions
	}{
		"retain":                     {"subscriptions go, the rest stays", v1alpha1.DeletionRetain, nil, [2]int{0, 3}},
		"delete":                     {"what we made goes", v1alpha1.DeletionDelete, nil, [2]int{0, 0}},
		"orphan":                     {"nothing is touched", v1alpha1.DeletionOrphan, nil, [2]int{9, 3}},
		"delete spares others' work": {"what we did not make stays", v1alpha1.DeletionDelete, adopt, [2]int{0, 1}},
		"delete without a scope": {"no more access is asked for than it takes", v1alpha1.DeletionDelete, func(b *bed) {
			b.shop(func(s *simulator.Shop) { s.Apps[0].Scopes = []string{"read_products", "write_products"} })
		}, [2]int{0, 0}},
		"the Secret went first": {"as when a namespace is deleted", v1alpha1.DeletionDelete, (*bed).deleteSecret, [2]int{0, 0}},
		"retain beside another change": {"the shop's name is nobody's business any more", v1alpha1.DeletionRetain, func(b *bed) {
			b.shop(func(s *simulator.Shop) { s.Name = "Renamed" })
		}, [2]int{0, 3}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.store.Spec.DeletionPolicy = tc.policy
			b.apply()
			b.ready()
			if tc.before != nil {
				tc.before(b)
			}
			if !b.deleted(0) {
				t.Fatalf("%s: still there: %+v", tc.reason, b.store.Status.Conditions)
			}
			shop := b.inShop()
			if got := [2]int{len(shop.WebhookSubscriptions), len(shop.MetafieldDefinitions)}; got != tc.left {
				t.Errorf("%s: left in the shop: %v, want %v", tc.reason, got, tc.left)
			}
		})
	}
}

func TestDeletionOfAStoreThatNeverConnected(t *testing.T) {
	b := newBed(t)
	b.secret(map[string]string{"accessToken": "shpat_wrong"})
	b.store.Spec.DeletionPolicy = v1alpha1.DeletionDelete
	b.apply()
	b.settle()
	b.calls()
	b.must(api.Delete(t.Context(), b.store))
	_, err := b.reconcile()
	b.must(err)
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(b.store), b.store); !apierrors.IsNotFound(err) || len(b.calls()) > 0 {
		t.Errorf("nothing was written, so nothing has to be cleared: %v", err)
	}
}

func TestTheEscapeHatchOpens(t *testing.T) {
	b := newBed(t)
	b.store.Spec.DeletionPolicy = v1alpha1.DeletionDelete
	b.apply()
	b.ready()
	b.secret(map[string]string{"accessToken": "shpat_wrong"})
	b.must(api.Delete(t.Context(), b.store))
	b.settle()
	if !conditions.IsTrue(b.store, v1alpha1.DeletingCondition) {
		t.Fatalf("not held: %+v", b.store.Status.Conditions)
	}
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.DeletionPolicy = v1alpha1.DeletionOrphan })
	_, err := b.reconcile()
	b.must(err)
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(b.store), b.store); !apierrors.IsNotFound(err) {
		t.Errorf("the way out that the status names is closed: %v", err)
	}
}
