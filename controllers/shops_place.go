package controllers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// placed is a place that was found for a store, and what it was found by.
type placed struct {
	uid        types.UID
	generation int64
	publishes  bool
	until      time.Time
	place      catalog.Place
}

// placedFor is how long a place is good for: a shop can make another location its
// primary one, and nothing tells of that.
const placedFor = 10 * time.Minute

// Place implements deliveries.Shops: the first location of spec.settings.locations, the
// online store where the app may publish, and who says whether stock is counted. It is
// asked of Shopify once for each generation of the spec and each grant, and again after
// placedFor.
func (s Shops) Place(ctx context.Context, store ledger.Store) (catalog.Place, error) {
	object, err := s.connected(ctx, store)
	if err != nil {
		return catalog.Place{}, err
	}
	if object.Status.Scopes == nil { // the spec names a scope that Shopify does not have
		return catalog.Place{}, fmt.Errorf("%w: what its app may do is not known yet, and its condition ScopesGranted says why", deliveries.ErrNotConnected)
	}
	now := placed{uid: object.UID, generation: object.Generation, publishes: slices.Contains(object.Status.Scopes.Granted, "write_publications")}
	at := s.Reconciler.Now()
	now.until = at.Add(placedFor)
	if known, ok := s.Reconciler.places.Load(store); ok {
		if p := known.(placed); p.uid == now.uid && p.generation == now.generation && p.publishes == now.publishes && at.Before(p.until) {
			return p.place, nil
		}
	}
	shop, err := s.Client(ctx, store)
	if err != nil {
		return catalog.Place{}, err
	}
	observed, err := shop.Observe(ctx)
	if err != nil {
		return catalog.Place{}, err
	}
	locations, missing := plan.Locations(&object.Spec.Settings, observed)
	if len(locations) == 0 {
		return catalog.Place{}, fmt.Errorf("%w: its shop has no location %v", deliveries.ErrNotConnected, missing)
	}
	now.place.TrackingUnmanaged = object.Spec.Settings.InventoryTracking == v1alpha1.InventoryTrackingUnmanaged
	if now.place.Location, err = shopify.Number("Location", locations[0].ID); err != nil {
		return catalog.Place{}, err
	}
	if now.publishes {
		now.place.Publication, err = shop.OnlineStore(ctx)
		if kind := shopify.KindOf(err); err != nil && kind != shopify.ScopeMissing && kind != shopify.NotFound {
			return catalog.Place{}, err
		}
	}
	s.Reconciler.places.Store(store, now)
	return now.place, nil
}
