package controllers

import (
	"slices"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestDriftIsCorrected(t *testing.T) {
	topic := func(s *simulator.Shop, topic string) *simulator.WebhookSubscription {
		i := slices.IndexFunc(s.WebhookSubscriptions, func(w simulator.WebhookSubscription) bool { return w.Topic == topic })
		return &s.WebhookSubscriptions[i]
	}
	cases := map[string]struct {
		reason string
		change func(*simulator.Shop)
		calls  []string // that correct it
		says   string
	}{
		"subscription deleted": {"a missed webhook is a consignor not paid",
			func(s *simulator.Shop) {
				s.WebhookSubscriptions = slices.DeleteFunc(s.WebhookSubscriptions, func(w simulator.WebhookSubscription) bool { return w.Topic == "ORDERS_PAID" })
			}, []string{"CreateWebhookSubscription"}, "create WebhookSubscription ORDERS_PAID"},
		"subscription changed": {"a filter would drop deliveries",
			func(s *simulator.Shop) { topic(s, "ORDERS_PAID").Filter = "total_price:>100" }, []string{"UpdateWebhookSubscription"}, "(filter)"},
		"subscription widened": {"buyers' data would come in",
			func(s *simulator.Shop) { topic(s, "ORDERS_PAID").IncludeFields = nil }, []string{"UpdateWebhookSubscription"}, "(includeFields)"},
		"subscription narrowed": {"ids that we read would be missing",
			func(s *simulator.Shop) { topic(s, "ORDERS_EDITED").IncludeFields = []string{"id"} }, []string{"UpdateWebhookSubscription"}, "(includeFields)"},
		"definition deleted": {"products would lose their consignor",
			func(s *simulator.Shop) { s.MetafieldDefinitions = s.MetafieldDefinitions[1:] }, []string{"CreateMetafieldDefinition"}, "create MetafieldDefinition consignment.consignor_id"},
		"definition exposed": {"the consignor's id is nobody's business",
			func(s *simulator.Shop) { s.MetafieldDefinitions[0].Access.Storefront = "PUBLIC_READ" }, []string{"UpdateMetafieldDefinition"}, "(storefrontAccess)"},
		"definition renamed": {"the admin's labels are the spec's",
			func(s *simulator.Shop) { s.MetafieldDefinitions[0].Name = "X" }, []string{"UpdateMetafieldDefinition"}, "(name)"},
		"pickup turned off": {"nobody could collect",
			func(s *simulator.Shop) { s.Locations[0].LocalPickup = nil }, []string{"EnableLocalPickup", "OneLocation"}, "update LocalPickup Warehouse"},
		"everything at once": {"one look, one correction each",
			func(s *simulator.Shop) {
				s.Locations[0].LocalPickup, s.MetafieldDefinitions, s.WebhookSubscriptions = nil, nil, nil
			}, slices.Concat(slices.Repeat([]string{"CreateMetafieldDefinition"}, 3), slices.Repeat([]string{"CreateWebhookSubscription"}, 9), []string{"EnableLocalPickup", "OneLocation"}), "and 10 more"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.apply()
			b.ready()
			want := b.inShop()
			b.shop(tc.change)
			b.happened()
			b.calls()
			seen := b.watch()
			b.ready()
			calls := slices.DeleteFunc(b.calls(), func(c string) bool { return c == "ObserveStore" || strings.Contains(c, "shipping_zones") })
			slices.Sort(calls)
			if !slices.Equal(calls, tc.calls) {
				t.Errorf("%s: requests %v, want %v", tc.reason, calls, tc.calls)
			}
			if got := b.happened(); len(got) == 0 || !strings.HasPrefix(got[0], "Warning Corrected") || !strings.Contains(got[0], tc.says) {
				t.Errorf("%s: events %q, want %q", tc.reason, got, tc.says)
			}
			if c := b.condition(v1alpha1.InSyncCondition); c.Reason != v1alpha1.ReasonCorrected || !strings.Contains(c.Message, tc.says) {
				t.Errorf("%s: InSync tells %s", tc.reason, c)
			}
			if got := seen(); !slices.Contains(got, "InSync=False/Drifted Ready=False") || got[len(got)-1] != "InSync=True/Corrected Ready=True" {
				t.Errorf("%s: a watcher sees %v", tc.reason, got)
			}
			if len(b.store.Status.Drift) > 0 {
				t.Errorf("%s: status.drift stays: %v", tc.reason, b.store.Status.Drift)
			}
			if got := b.inShop(); len(got.WebhookSubscriptions) != len(want.WebhookSubscriptions) || len(got.MetafieldDefinitions) != len(want.MetafieldDefinitions) {
				t.Errorf("%s: %d subscriptions and %d definitions", tc.reason, len(got.WebhookSubscriptions), len(got.MetafieldDefinitions))
			}
			b.ready() // forgets that it was corrected once
			if got := b.happened(); len(got) > 0 {
				t.Errorf("%s: events of a look at what is in order: %q", tc.reason, got)
			}
			version := b.store.ResourceVersion
			b.ready()
			if b.store.ResourceVersion != version {
				t.Errorf("%s: the correction is told twice", tc.reason)
			}
		})
	}
}

// watch returns a function that tells the states a watcher saw, in order.
func (b *bed) watch() func() []string {
	b.t.Helper()
	w, err := api.Watch(b.t.Context(), &v1alpha1.ShopifyStoreList{}, client.InNamespace(b.store.Namespace),
		&client.ListOptions{Raw: nil})
	b.must(err)
	return func() []string {
		b.refresh()
		defer w.Stop()
		var seen []string
		for e := range w.ResultChan() {
			s := e.Object.(*v1alpha1.ShopifyStore)
			probe := &bed{t: b.t, store: s}
			inSync, ready := probe.condition(v1alpha1.InSyncCondition), probe.condition(meta.ReadyCondition)
			seen = append(seen, "InSync="+string(inSync.Status)+"/"+inSync.Reason+" Ready="+string(ready.Status))
			if s.ResourceVersion == b.store.ResourceVersion {
				break
			}
		}
		return seen
	}
}

func TestTheSpecChanges(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.happened()
	b.change(func(s *v1alpha1.ShopifyStoreSpec) {
		s.Webhooks.AdditionalTopics = []string{"REFUNDS_CREATE"}
		s.MetafieldDefinitions = append(s.MetafieldDefinitions[:1:1], v1alpha1.MetafieldDefinition{Namespace: "consignment", Key: "size", Name: "Size", Type: "single_line_text_field"})
		s.MetafieldDefinitions[0].Name = "Seller"
		s.Settings.Pickup.Time = "TWO_HOURS"
	})
	b.ready()
	shop := b.inShop()
	if n := len(shop.WebhookSubscriptions); n != 6 {
		t.Errorf("%d subscriptions, want 6", n)
	}
	var names []string
	for _, d := range shop.MetafieldDefinitions {
		names = append(names, d.Key+"="+d.Name)
	}
	slices.Sort(names)
	if want := []string{"consignor_id=Seller", "size=Size"}; !slices.Equal(names, want) {
		t.Errorf("definitions %v, want %v", names, want)
	}
	if p := shop.Locations[0].LocalPickup; p == nil || p.PickupTime != "TWO_HOURS" {
		t.Errorf("pickup %+v", p)
	}
	if got := b.happened(); len(got) == 0 || !strings.HasPrefix(got[0], "Normal Applied") || strings.Contains(strings.Join(got, " "), "Corrected") {
		t.Errorf("a change of the spec is no drift: %q", got)
	}
}

func TestTheRelayMoves(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.r.RelayURL = "https://new.example.com/relay/"
	b.calls()
	b.ready()
	for _, s := range b.inShop().WebhookSubscriptions {
		if !strings.HasPrefix(s.URI, "https://new.example.com/relay/webhooks/") {
			t.Errorf("%s still goes to %s", s.Topic, s.URI)
		}
	}
	calls := b.calls()
	if last, first := lastIndex(calls, "CreateWebhookSubscription"), slices.Index(calls, "DeleteWebhookSubscription"); last < 0 || first < last {
		t.Errorf("the old subscriptions go before the new ones stand: %v", calls)
	}
}

func lastIndex(list []string, s string) int {
	last := -1
	for i, x := range list {
		if x == s {
			last = i
		}
	}
	return last
}

func TestAdoption(t *testing.T) {
	b := newBed(t)
	b.shop(func(s *simulator.Shop) {
		s.MetafieldDefinitions = []simulator.MetafieldDefinition{
			{OwnerType: "PRODUCT", Namespace: "consignment", Key: "event_id", Name: "Sale event", Description: "The sale event at which the item is sold.", Type: "single_line_text_field", Access: simulator.MetafieldAccess{Storefront: "NONE"}},
			{OwnerType: "PRODUCT", Namespace: "custom", Key: "colour", Name: "Colour", Type: "single_line_text_field"},
		}
		s.WebhookSubscriptions = []simulator.WebhookSubscription{
			{App: s.Apps[0].ClientID, Topic: "ORDERS_PAID", URI: "https://elsewhere.example.com/hook", Format: "JSON"},
			{App: s.Apps[0].ClientID, Topic: "ORDERS_PAID", URI: relayURL + "/webhooks/" + b.store.Namespace + "/store", Format: "JSON"},
			{App: s.Apps[0].ClientID, Topic: "CARTS_CREATE", URI: relayURL + "/webhooks/" + b.store.Namespace + "/store", Format: "JSON"},
		}
	})
	b.apply()
	b.ready()
	origins := map[string]v1alpha1.InventoryOrigin{}
	for _, e := range b.store.Status.Inventory {
		origins[e.Key] = e.Origin
	}
	if origins["consignment.event_id"] != v1alpha1.OriginAdopted || origins["consignment.consignor_id"] != v1alpha1.OriginCreated {
		t.Errorf("origins: %v", origins)
	}
	shop := b.inShop()
	var uris []string
	for _, s := range shop.WebhookSubscriptions {
		if s.Topic == "ORDERS_PAID" || s.Topic == "CARTS_CREATE" {
			uris = append(uris, s.Topic+" "+s.URI)
		}
	}
	if len(uris) != 2 || !slices.Contains(uris, "ORDERS_PAID https://elsewhere.example.com/hook") {
		t.Errorf("subscriptions elsewhere stay, one to us that nobody asked for goes: %v", uris)
	}
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.MetafieldDefinitions = s.MetafieldDefinitions[:1] })
	b.ready()
	var keys []string
	for _, d := range b.inShop().MetafieldDefinitions {
		keys = append(keys, d.Key)
	}
	slices.Sort(keys)
	if want := []string{"colour", "consignor_id", "event_id"}; !slices.Equal(keys, want) {
		t.Errorf("what was adopted or foreign stays: %v, want %v", keys, want)
	}
}
