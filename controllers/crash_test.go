package controllers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// killedAfterEveryRequest runs a scenario once for each request that act makes:
// the process dies when that request has been carried out and before its reply
// is read; a new process then finishes. check looks at what is left.
func killedAfterEveryRequest(t *testing.T, prepare, act, check func(*bed)) {
	t.Helper()
	for n := int32(1); ; n++ {
		b := newBed(t)
		prepare(b)
		b.calls()
		b.power.after.Store(n)
		act(b)
		_, _ = b.reconcile()
		if !b.power.off.Load() {
			if n < 3 {
				t.Fatalf("only %d requests were made: nothing is tested", n-1)
			}
			return // it finished within n-1 requests
		}
		carriedOut := b.calls()
		b.restart()
		t.Run(fmt.Sprintf("%d %s", n, carriedOut[len(carriedOut)-1]), func(t *testing.T) {
			b.t = t
			check(b)
		})
		if n > 100 {
			t.Fatal("it never finishes")
		}
	}
}

// inventory lists what is in the shop and ours, each once.
func inventory(shop simulator.Shop) []string {
	var list []string
	for _, s := range shop.WebhookSubscriptions {
		list = append(list, s.Topic+" "+s.URI)
	}
	for _, d := range shop.MetafieldDefinitions {
		list = append(list, d.Namespace+"."+d.Key+" "+d.Name)
	}
	for _, l := range shop.Locations {
		if l.LocalPickup != nil {
			list = append(list, "pickup "+l.Name+" "+l.LocalPickup.PickupTime)
		}
	}
	slices.Sort(list)
	return list
}

func TestKilledWhileOnboarding(t *testing.T) {
	reference := newBed(t)
	reference.apply()
	reference.ready()
	want := len(inventory(reference.inShop()))
	killedAfterEveryRequest(t, func(*bed) {}, (*bed).apply, func(b *bed) {
		b.ready()
		if got := inventory(b.inShop()); len(got) != want || len(slices.Compact(slices.Clone(got))) != want {
			b.t.Errorf("in the shop: %v", got)
		}
		for _, c := range b.calls() {
			if strings.HasPrefix(c, "Delete") || strings.HasPrefix(c, "Update") {
				b.t.Errorf("the second process had to mend something: %s", c)
			}
		}
		for _, e := range b.store.Status.Inventory {
			if e.Origin != v1alpha1.OriginCreated && e.Kind != "LocalPickup" || e.ID == "" {
				b.t.Errorf("our own work is not recognised: %+v", e)
			}
		}
	})
}

func TestKilledWhileApplyingAChange(t *testing.T) {
	change := func(b *bed) {
		b.change(func(s *v1alpha1.ShopifyStoreSpec) {
			s.Webhooks.AdditionalTopics = []string{"PRODUCTS_CREATE"}
			s.MetafieldDefinitions[0].Name = "Seller"
			s.MetafieldDefinitions[1].Key = "sale_id"
			s.Settings.Pickup.Time = "ONE_HOUR"
		})
	}
	onboard := func(b *bed) { b.apply(); b.ready() }
	reference := newBed(t)
	onboard(reference)
	change(reference)
	reference.ready()
	want := len(inventory(reference.inShop()))
	killedAfterEveryRequest(t, onboard, change, func(b *bed) {
		b.ready()
		got := inventory(b.inShop())
		if len(got) != want || len(slices.Compact(slices.Clone(got))) != want ||
			!slices.Contains(got, "consignment.consignor_id Seller") || !slices.Contains(got, "consignment.sale_id Sale event") || !slices.Contains(got, "pickup Warehouse ONE_HOUR") {
			b.t.Errorf("in the shop: %v", got)
		}
	})
}

func TestKilledWhileReleasing(t *testing.T) {
	onboard := func(b *bed) {
		b.store.Spec.DeletionPolicy = v1alpha1.DeletionDelete
		declare(springRule())(&b.store.Spec)
		b.apply()
		b.ready()
	}
	remove := func(b *bed) { b.must(api.Delete(b.t.Context(), b.store)) }
	killedAfterEveryRequest(t, onboard, remove, func(b *bed) {
		if _, err := b.reconcile(); err != nil {
			b.t.Fatal(err)
		}
		if err := api.Get(b.t.Context(), client.ObjectKeyFromObject(b.store), b.store); !apierrors.IsNotFound(err) {
			b.t.Errorf("the object is still there: %v", err)
		}
		if got := inventory(b.inShop()); len(got) != 1 { // the pickup setting
			b.t.Errorf("left in the shop: %v", got)
		}
		b.expectOffers("what was made goes")
	})
}

func TestKilledWhileTheRelayMoves(t *testing.T) {
	const moved = "https://new.example.com"
	onboard := func(b *bed) { b.apply(); b.ready() }
	move := func(b *bed) { b.r.RelayURL = moved }
	killedAfterEveryRequest(t, onboard, move, func(b *bed) {
		topics := map[string]bool{}
		for _, s := range b.inShop().WebhookSubscriptions {
			topics[s.Topic] = true
		}
		if len(topics) != 9 {
			b.t.Errorf("no webhook falls between two addresses, and only %v are reported", topics)
		}
		move(b)
		b.ready()
		shop := b.inShop()
		if slices.ContainsFunc(shop.WebhookSubscriptions, func(s simulator.WebhookSubscription) bool { return !strings.HasPrefix(s.URI, moved) }) || len(shop.WebhookSubscriptions) != 9 {
			b.t.Errorf("in the shop: %v", inventory(shop))
		}
	})
}
