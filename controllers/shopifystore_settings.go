package controllers

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// settings writes those settings that the API and the scopes allow to write,
// and holds all of them against the spec.
func (r *ShopifyStoreReconciler) settings(ctx context.Context, run *storeRun) error {
	spec := &run.store.Spec
	want := plan.DesiredPickup(&spec.Settings)
	refused := run.apply(ctx, plan.KindPickup, func(ctx context.Context, a plan.Action) (string, error) {
		return a.ID, run.enablePickup(ctx, a, want)
	})
	if loops := messagesOf(run.plan.Loops, plan.KindPickup); len(loops) > 0 && refused == nil {
		refused = outcome.Stall(v1alpha1.ReasonDriftLoop, "%s", strings.Join(loops, "; "))
	}
	if _, missing := plan.Locations(&spec.Settings, run.observed); len(missing) > 0 && refused == nil {
		refused = outcome.Stall(v1alpha1.ReasonLocationNotFound,
			"The store has no active location %s: create it, or correct spec.settings.locations", strings.Join(missing, ", "))
	}
	zones, err := r.shippingZones(ctx, run)
	if err != nil {
		return err
	}
	run.store.Status.Settings = plan.Settings(spec, plan.Observation{Store: run.observed, Zones: zones, PickupEnforced: run.pickup, Observing: run.observing()})
	if off := run.judgeSettings(); refused == nil {
		return off
	} else if off != nil && outcome.Of(refused).Stalled {
		v := outcome.Of(refused)
		return outcome.Stall(v.Reason, "%s. %s", v.Message, outcome.Of(off).Message)
	}
	return refused
}

// enablePickup writes the local pickup of a location and reads it back: there
// are shops that accept such a change and do not make it.
func (run *storeRun) enablePickup(ctx context.Context, a plan.Action, want shopify.Pickup) error {
	if err := run.client.EnableLocalPickup(ctx, a.ID, want); err != nil {
		return err
	}
	have, err := run.client.LocalPickup(ctx, a.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(run.observed.Locations, func(l shopify.Location) bool { return l.ID == a.ID })
	run.observed.Locations[i].Pickup = have
	if have == nil || *have != want {
		return outcome.Stall(v1alpha1.ReasonWithoutEffect,
			"Shopify accepted the local pickup of %s and did not change it: set it by hand (Settings > Shipping and delivery > Pickup in store)", a.Label)
	}
	return nil
}

// judgeSettings sums the settings up into their condition.
func (run *storeRun) judgeSettings() error {
	var steps, unknown []string
	waiting := 0
	for _, s := range run.store.Status.Settings {
		switch s.State {
		case v1alpha1.SettingOff:
			if s.ManualStep == "" {
				waiting++
				continue
			}
			steps = append(steps, s.Name+": "+s.ManualStep)
		case v1alpha1.SettingUnknown:
			unknown = append(unknown, s.Name)
		case v1alpha1.SettingInEffect:
		}
	}
	if len(steps) > 0 {
		return outcome.Stall(v1alpha1.ReasonManualStepNeeded, "In the store's admin: %s", strings.Join(steps, "; "))
	}
	if waiting > 0 {
		run.planWaits(v1alpha1.SettingsVerifiedCondition, waiting)
		return nil
	}
	if len(unknown) > 0 {
		conditions.MarkUnknown(run.store, v1alpha1.SettingsVerifiedCondition, v1alpha1.ReasonSettingsUnknown,
			"What can be read is in effect; unknown: %s (see status.settings)", strings.Join(unknown, ", "))
		return nil
	}
	conditions.MarkTrue(run.store, v1alpha1.SettingsVerifiedCondition, v1alpha1.ReasonSettingsInEffect, "All settings are in effect")
	return nil
}

// zoneLifetime is how long shipping zones and tax rates are taken as read: they
// seldom change, and reading them is a request of its own.
const zoneLifetime = 6 * time.Hour

// shippingZones returns the zones, nil where the app may not read them.
func (r *ShopifyStoreReconciler) shippingZones(ctx context.Context, run *storeRun) ([]shopify.ShippingZone, error) {
	if !run.scopes.Has("read_shipping") {
		return nil, nil
	}
	// While a setting is off, somebody may be mending it: look each time.
	fresh := !slices.ContainsFunc(run.store.Status.Settings, func(s v1alpha1.SettingStatus) bool { return s.State == v1alpha1.SettingOff }) &&
		run.store.Status.ObservedGeneration == run.store.Generation
	if zones, ok := r.zones.get(run.owner(), r.Now()); ok && fresh {
		return zones, nil
	}
	zones, err := run.client.ShippingZones(ctx)
	if kind := shopify.KindOf(err); kind == shopify.ScopeMissing || kind == shopify.NotFound {
		return nil, nil // an optional scope never stalls a store, nor does a resource of the old REST API
	}
	if err != nil {
		return nil, err
	}
	if zones == nil {
		zones = []shopify.ShippingZone{} // read, and none there
	}
	r.zones.put(run.owner(), zones, r.Now())
	return zones, nil
}

// zoneCache remembers the shipping zones of stores by owner.
type zoneCache struct {
	mu      sync.Mutex
	entries map[string]zoneEntry
}

type zoneEntry struct {
	zones []shopify.ShippingZone
	at    time.Time
}

func (c *zoneCache) get(owner string, now time.Time) ([]shopify.ShippingZone, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[owner]
	return e.zones, ok && now.Sub(e.at) < zoneLifetime
}

func (c *zoneCache) put(owner string, zones []shopify.ShippingZone, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[string]zoneEntry{}
	}
	c.entries[owner] = zoneEntry{zones: zones, at: now}
}

func (c *zoneCache) forget(owner string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, owner)
}
