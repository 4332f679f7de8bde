package controllers

import (
	"errors"
	"slices"
	"testing"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestShopsHandsOutTheStoresClient(t *testing.T) {
	b := newBed(t)
	shops := func() Shops { return Shops{b.r} }
	if _, err := shops().Client(t.Context(), b.inLedger()); !errors.Is(err, deliveries.ErrNoStore) {
		t.Errorf("before it is applied: %v", err)
	}
	lean(&b.store.Spec)
	b.apply()
	if _, err := shops().Client(t.Context(), b.inLedger()); !errors.Is(err, deliveries.ErrNotConnected) {
		t.Errorf("before it connected: %v", err)
	}
	b.ready()
	last, _ := b.r.Shopify.Last(b.inLedger().String())
	if c, err := shops().Client(t.Context(), b.inLedger()); err != nil || c != last {
		t.Errorf("the last look's is another: %v", err)
	}
	b.restart()
	c, err := shops().Client(t.Context(), b.inLedger())
	b.must(err)
	if shop, _, err := c.WebhookSubscriptions(t.Context()); err != nil || shop != b.store.Status.Shop.ID {
		t.Errorf("one that was made from the Secret reaches %s, %v", shop, err)
	}
	b.restart()
	b.secret(map[string]string{})
	if _, err := shops().Client(t.Context(), b.inLedger()); !errors.Is(err, deliveries.ErrNotConnected) {
		t.Errorf("without credentials: %v", err)
	}
}

func TestShopsWithholdsWrites(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*v1alpha1.ShopifyStoreSpec)
		want   error
	}{
		"enforced":  {"that is what it is for", func(*v1alpha1.ShopifyStoreSpec) {}, nil},
		"suspended": {"the store is left alone", func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true }, deliveries.ErrWithheld},
		"observed":  {"nothing is written", func(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeObserve }, deliveries.ErrWithheld},
	}
	b := newBed(t)
	lean(&b.store.Spec)
	b.apply()
	b.ready()
	plain := b.store.Spec.DeepCopy()
	for name, tc := range cases {
		b.change(func(s *v1alpha1.ShopifyStoreSpec) { plain.DeepCopyInto(s); tc.change(s) })
		if err := (Shops{b.r}).MayWrite(t.Context(), b.inLedger()); !errors.Is(err, tc.want) {
			t.Errorf("%s: %s: %v", name, tc.reason, err)
		}
	}
	b.must(api.Delete(t.Context(), b.store))
	if err := (Shops{b.r}).MayWrite(t.Context(), b.inLedger()); !errors.Is(err, deliveries.ErrWithheld) {
		t.Errorf("while it is deleted: %v", err)
	}
	if err := (Shops{b.r}).MayWrite(t.Context(), ledger.Store{Tenant: b.store.Namespace, Name: "no-such"}); !errors.Is(err, deliveries.ErrNoStore) {
		t.Errorf("there is none: %v", err)
	}
}

func TestShopsListsTheStores(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.r.Client = b.cached()
	if got, err := (Shops{b.r}).Stores(t.Context()); err != nil || !slices.Equal(got, []ledger.Store{b.inLedger()}) {
		t.Errorf("got %v", got)
	}
}

// A store with schedules is reconciled often, and looked at only when that is asked
// for.
func TestShopsHasAStoreLookedAt(t *testing.T) {
	b := newBed(t)
	lean(&b.store.Spec)
	b.store.Spec.Schedules = []v1alpha1.Schedule{{Name: "orders", Schedule: "@hourly", Type: v1alpha1.SyncJobOrders}}
	b.apply()
	b.ready()
	Shops{b.r}.Look(b.inLedger()) // nobody works yet
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	t.Cleanup(queue.ShutDown)
	b.must(b.r.wake.listen(t.Context(), queue))
	b.settle()
	b.calls()
	b.now = b.now.Add(time.Second)
	b.settle()
	if got := b.calls(); len(got) > 0 {
		t.Fatalf("looked at without being asked: %q", got)
	}
	Shops{b.r}.Look(b.inLedger())
	if got, _ := queue.Get(); got.NamespacedName != client.ObjectKeyFromObject(b.store) {
		t.Errorf("in the queue is %s", got)
	}
	b.settle()
	if got := b.calls(); len(got) != 1 {
		t.Errorf("asked for a look, and got %q", got)
	}
}

func TestShopsTellWhereProductsGo(t *testing.T) {
	b := newBed(t)
	lean(&b.store.Spec)
	b.apply()
	b.ready()
	shops := Shops{b.r}
	first := b.inShop().Locations[0].ID
	place, err := shops.Place(t.Context(), b.inLedger())
	if err != nil || place.Location != first || place.Publication == "" || place.TrackingUnmanaged {
		t.Errorf("the primary location, the online store, and stock that is counted: %+v, %v", place, err)
	}
	b.calls()
	if again, err := shops.Place(t.Context(), b.inLedger()); err != nil || again != place || len(b.calls()) > 0 {
		t.Errorf("it is asked for once: %+v, %v", again, err)
	}
	b.shop(func(s *simulator.Shop) {
		barn := s.Locations[0]
		barn.ID, barn.Name, barn.Primary = first+1, "Barn", false
		s.Locations = append(s.Locations, barn)
		s.Apps[0].Scopes = slices.DeleteFunc(s.Apps[0].Scopes, func(scope string) bool { return scope == "write_publications" })
	})
	b.change(func(s *v1alpha1.ShopifyStoreSpec) {
		s.Settings.Locations = []string{"Barn"}
		s.Settings.InventoryTracking = v1alpha1.InventoryTrackingUnmanaged
	})
	b.ready()
	if place, err := shops.Place(t.Context(), b.inLedger()); err != nil || place != (catalog.Place{Location: first + 1, TrackingUnmanaged: true}) {
		t.Errorf("as the spec and the grant are now: %+v, %v", place, err)
	}
}

func TestThePrimaryLocationMoves(t *testing.T) {
	b := newBed(t)
	lean(&b.store.Spec)
	b.apply()
	b.ready()
	first := b.inShop().Locations[0].ID
	where := func() uint64 {
		place, err := Shops{b.r}.Place(t.Context(), b.inLedger())
		b.must(err)
		return place.Location
	}
	if where() != first {
		t.Error("it is the primary one at first")
	}
	b.shop(func(s *simulator.Shop) {
		barn := s.Locations[0]
		barn.ID, barn.Name, s.Locations[0].Primary = first+1, "Barn", false
		s.Locations = append(s.Locations, barn)
	})
	b.now = b.now.Add(placedFor)
	if where() != first+1 {
		t.Error("nothing tells of another primary one, so it is asked for")
	}
}

// A scope that Shopify does not have is found before the grant is looked at.
func TestWhereProductsGoBeforeTheGrantIsKnown(t *testing.T) {
	b := newBed(t)
	lean(&b.store.Spec)
	b.store.Spec.OptionalScopes = []string{"write_wonders"}
	b.apply()
	b.settle()
	b.expect(v1alpha1.ConnectedCondition, "True/Connected")
	b.expect(v1alpha1.ScopesGrantedCondition, "False/ScopeUnknown")
	if _, err := (Shops{b.r}).Place(t.Context(), b.inLedger()); !errors.Is(err, deliveries.ErrNotConnected) {
		t.Errorf("nobody knows yet what the app may do: %v", err)
	}
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.OptionalScopes = []string{"write_publications"} })
	b.ready()
	if place, err := (Shops{b.r}).Place(t.Context(), b.inLedger()); err != nil || place.Publication == "" {
		t.Errorf("it is known now: %+v, %v", place, err)
	}
}
