package controllers

import (
	"slices"
	"strings"
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

func TestDeletion(t *testing.T) {
	noSecret := func(b *bed) { b.secret(map[string]string{"other": "x"}) }
	rejected := func(b *bed) { b.secret(map[string]string{"accessToken": "shpat_wrong"}) }
	gone := func(b *bed) { b.must(b.sim.RemoveShop(b.domain)) }
	down := func(b *bed) { b.server.Close() }
	adopt := func(b *bed) {
		b.shop(func(s *simulator.Shop) {
			s.MetafieldDefinitions = append(s.MetafieldDefinitions, simulator.MetafieldDefinition{OwnerType: "PRODUCT", Namespace: "custom", Key: "colour", Name: "Colour", Type: "single_line_text_field"})
		})
	}
	cases := map[string]struct {
		reason string
		policy v1alpha1.DeletionPolicy
		before func(*bed)
		// held says what the object waits for; empty where it goes at once.
		held string
		// after is how long the deletion has been waiting.
		after time.Duration
		left  []int // subscriptions, definitions; nil where the shop cannot be looked at
		event string
	}{
		"retain":                     {"subscriptions go, the rest stays", v1alpha1.DeletionRetain, nil, "", 0, []int{0, 3}, ""},
		"delete":                     {"what we made goes", v1alpha1.DeletionDelete, nil, "", 0, []int{0, 0}, ""},
		"delete spares others' work": {"what we did not make stays", v1alpha1.DeletionDelete, adopt, "", 0, []int{0, 1}, ""},
		"delete without a scope": {"no more access is asked for than it takes", v1alpha1.DeletionDelete, func(b *bed) {
			b.shop(func(s *simulator.Shop) { s.Apps[0].Scopes = []string{"read_products", "write_products"} })
		}, "", 0, []int{0, 0}, ""},
		"the Secret went first": {"as when a namespace is deleted", v1alpha1.DeletionDelete, func(b *bed) {
			b.must(api.Delete(b.t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: "shopify"}}))
		}, "", 0, []int{0, 0}, ""},
		"retain beside another change": {"the shop's name is nobody's business any more", v1alpha1.DeletionRetain, func(b *bed) {
			b.shop(func(s *simulator.Shop) { s.Name = "Renamed" })
		}, "", 0, []int{0, 3}, ""},
		"orphan":                  {"nothing is touched", v1alpha1.DeletionOrphan, nil, "", 0, []int{9, 3}, ""},
		"orphan without a secret": {"nothing is needed", v1alpha1.DeletionOrphan, noSecret, "", 0, []int{9, 3}, ""},
		"retain without a secret": {"a namespace must be able to go", v1alpha1.DeletionRetain, noSecret, "", 0, []int{9, 3}, "Warning Abandoned"},
		"retain, token rejected":  {"the app was uninstalled, its subscriptions with it", v1alpha1.DeletionRetain, rejected, "", 0, []int{9, 3}, "Warning Abandoned"},
		"retain, shop gone":       {"there is nothing to clear", v1alpha1.DeletionRetain, gone, "", 0, nil, "Warning Abandoned"},
		"retain, Shopify down":    {"it may come back", v1alpha1.DeletionRetain, down, "cannot be reached", time.Minute, nil, ""},
		"retain, down for long":   {"best effort has an end", v1alpha1.DeletionRetain, down, "", time.Hour, nil, "Warning Abandoned"},
		"delete without a secret": {"it was asked for, so it waits", v1alpha1.DeletionDelete, noSecret, "set accessToken", 24 * time.Hour, nil, ""},
		"delete, token rejected":  {"it was asked for, so it waits", v1alpha1.DeletionDelete, rejected, "rejects the access token", 24 * time.Hour, nil, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.store.Spec.DeletionPolicy = tc.policy
			b.apply()
			b.ready()
			b.happened()
			if tc.before != nil {
				tc.before(b)
			}
			b.must(api.Delete(t.Context(), b.store))
			b.refresh()
			b.now = b.store.DeletionTimestamp.Add(tc.after)
			_, _ = b.reconcile()
			err := api.Get(t.Context(), client.ObjectKeyFromObject(b.store), b.store)
			if tc.held == "" {
				if !apierrors.IsNotFound(err) {
					t.Fatalf("%s: still there (%v): %+v", tc.reason, err, b.store.Status.Conditions)
				}
			} else {
				if err != nil {
					t.Fatalf("%s: %v", tc.reason, err)
				}
				b.checkStatus()
				if c := b.condition(v1alpha1.DeletingCondition); !strings.Contains(c.Message, tc.held) || !strings.Contains(c.Message, "Orphan") {
					t.Errorf("%s: it does not say what it waits for and the way out: %s", tc.reason, c)
				}
				version := b.store.ResourceVersion
				_, _ = b.reconcile()
				b.refresh()
				if b.store.ResourceVersion != version {
					t.Errorf("%s: waiting writes", tc.reason)
				}
			}
			if got := b.happened(); tc.event != "" && !slices.ContainsFunc(got, func(e string) bool { return strings.HasPrefix(e, tc.event) }) {
				t.Errorf("%s: events %q", tc.reason, got)
			}
			if tc.left != nil {
				shop := b.inShop()
				if got := []int{len(shop.WebhookSubscriptions), len(shop.MetafieldDefinitions)}; !slices.Equal(got, tc.left) {
					t.Errorf("%s: left in the shop: %v, want %v", tc.reason, got, tc.left)
				}
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
