package controllers

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// emptyNamespace does what Kubernetes' namespace controller, which is no part of
// the tests' control plane, does to a namespace that is being deleted; the Secret
// goes first, which is the worst order.
func (b *bed) emptyNamespace() {
	b.t.Helper()
	b.deleteSecret()
	b.must(api.DeleteAllOf(b.t.Context(), &v1alpha1.SyncJob{}, client.InNamespace(b.store.Namespace)))
	b.must(api.DeleteAllOf(b.t.Context(), &v1alpha1.ShopifyStore{}, client.InNamespace(b.store.Namespace)))
}

// endNamespace lets the namespace go, which has to be empty by then.
func (b *bed) endNamespace() {
	b.t.Helper()
	var stores v1alpha1.ShopifyStoreList
	b.must(api.List(b.t.Context(), &stores, client.InNamespace(b.store.Namespace)))
	if len(stores.Items) > 0 || len(b.jobs()) > 0 {
		b.t.Fatalf("left in the namespace: %+v, %d SyncJobs", stores.Items, len(b.jobs()))
	}
	namespace := &corev1.Namespace{}
	key := client.ObjectKey{Name: b.store.Namespace}
	b.must(api.Get(b.t.Context(), key, namespace))
	namespace.Spec.Finalizers = nil
	b.must(api.SubResource("finalize").Update(b.t.Context(), namespace))
	if err := api.Get(b.t.Context(), key, namespace); !apierrors.IsNotFound(err) {
		b.t.Errorf("the namespace is still there: %v", err)
	}
}

// A client leaves: its namespace is deleted with everything in it, while a schedule
// is due and nothing can be created there any more.
func TestANamespaceDeletesWithEverythingInIt(t *testing.T) {
	cases := map[string]struct {
		reason string
		policy v1alpha1.DeletionPolicy
		before func(*bed)
		held   string // what it waits for; empty where it does not
		left   int    // subscriptions
	}{
		"Retain":                    {"the last credentials remove the subscriptions", v1alpha1.DeletionRetain, nil, "", 0},
		"Retain, and a new process": {"best effort does not hold a namespace", v1alpha1.DeletionRetain, (*bed).restart, "", 9},
		"Delete":                    {"the last credentials clear the shop", v1alpha1.DeletionDelete, nil, "", 0},
		"Delete, and a new process": {"it blocks, and names the way out", v1alpha1.DeletionDelete, (*bed).restart, "Secret shopify does not exist", 9},
		"Orphan":                    {"nothing is touched", v1alpha1.DeletionOrphan, nil, "", 9},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := scheduled(t, quarters)
			b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.DeletionPolicy = tc.policy })
			b.ready()
			b.until(quarters, "12:15")
			b.end(v1alpha1.CompleteCondition)
			b.must(api.Delete(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: b.store.Namespace}}))
			b.until(quarters, "12:30") // before its turn to be deleted comes
			b.expectSlots("12:15", "nothing is created in a namespace that goes")
			b.emptyNamespace()
			if tc.before != nil {
				tc.before(b)
			}
			_, _ = b.reconcile()
			if tc.held != "" {
				b.refresh()
				if c := b.condition(v1alpha1.DeletingCondition); !strings.Contains(c.Message, tc.held) || !strings.Contains(c.Message, "Orphan") {
					t.Errorf("%s: %s", tc.reason, c)
				}
				b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.DeletionPolicy = v1alpha1.DeletionOrphan })
				_, _ = b.reconcile()
			}
			b.endNamespace()
			if n := len(b.inShop().WebhookSubscriptions); n != tc.left {
				t.Errorf("%s: %d subscriptions are left, want %d", tc.reason, n, tc.left)
			}
		})
	}
}
