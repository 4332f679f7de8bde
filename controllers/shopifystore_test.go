package controllers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestOnboarding(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()

	shop := b.inShop()
	var topics, keys []string
	for _, s := range shop.WebhookSubscriptions {
		topics = append(topics, s.Topic)
		if want := relayURL + "/webhooks/" + b.store.Namespace + "/store"; s.URI != want {
			t.Errorf("%s is reported to %s, want %s", s.Topic, s.URI, want)
		}
	}
	slices.Sort(topics)
	want := []string{"APP_UNINSTALLED", "INVENTORY_LEVELS_UPDATE", "ORDERS_CANCELLED", "ORDERS_CREATE", "ORDERS_EDITED", "ORDERS_PAID", "PRODUCTS_DELETE", "PRODUCTS_UPDATE", "REFUNDS_CREATE"}
	if !slices.Equal(topics, want) {
		t.Errorf("topics: got %v, want %v", topics, want)
	}
	for _, d := range shop.MetafieldDefinitions {
		keys = append(keys, d.OwnerType+" "+d.Namespace+"."+d.Key+" "+d.Type+" "+d.Access.Storefront)
	}
	slices.Sort(keys)
	if want := []string{"PRODUCT consignment.consignor_id single_line_text_field NONE", "PRODUCT consignment.event_id single_line_text_field NONE", "PRODUCT consignment.markdown_eligible boolean NONE"}; !slices.Equal(keys, want) {
		t.Errorf("metafield definitions: got %v, want %v", keys, want)
	}
	if p := shop.Locations[0].LocalPickup; p == nil || p.PickupTime != "TWENTY_FOUR_HOURS" {
		t.Errorf("local pickup: got %+v", p)
	}
	for _, c := range b.store.Status.Conditions {
		if c.Status != metav1.ConditionTrue {
			t.Errorf("condition %s is %s: %s", c.Type, c.Status, c.Message)
		}
	}
	if n := len(b.store.Status.Inventory); n != 9+3+1 {
		t.Errorf("%d entries in the inventory, want 13: %+v", n, b.store.Status.Inventory)
	}
	if got := b.happened(); len(got) != 2 || !strings.HasPrefix(got[0], "Normal Applied") || !strings.HasPrefix(got[1], "Normal Ready") {
		t.Errorf("events: %q", got)
	}
	if s := b.store.Status.Shop; s == nil || s.ID == "" || s.Currency != "CAD" {
		t.Errorf("status.shop: %+v", s)
	}
}

func TestAnIdleStoreCostsOneQuery(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.happened()
	b.calls()
	version := b.store.ResourceVersion
	pauses := map[time.Duration]bool{}
	for range 5 {
		b.now = b.now.Add(10 * time.Minute)
		after := b.settle().RequeueAfter
		if after < 570*time.Second || after > 630*time.Second {
			t.Errorf("looks again after %v, want 10 minutes give or take 5%%", after)
		}
		pauses[after] = true
	}
	if len(pauses) < 5 {
		t.Errorf("stores that were applied together stay together: %v", pauses)
	}
	if b.store.ResourceVersion != version {
		t.Error("an idle store was written")
	}
	if got, want := b.calls(), slices.Repeat([]string{"ObserveStore"}, 5); !slices.Equal(got, want) {
		t.Errorf("requests of five resyncs: %v", got)
	}
	if got := b.happened(); len(got) > 0 {
		t.Errorf("events of an idle store: %q", got)
	}
	b.now = b.now.Add(24 * time.Hour)
	b.settle()
	if got := b.calls(); len(got) != 2 || b.store.ResourceVersion != version {
		t.Errorf("once a day the tax rate is read too: %v", got)
	}
}

// A gate that is closed, and everything else that a human has to mend: what the
// status says, and what it costs to wait.
func TestStalled(t *testing.T) {
	app := func(change func(*simulator.App)) func(*bed) {
		return func(b *bed) { b.shop(func(s *simulator.Shop) { change(&s.Apps[0]) }) }
	}
	without := func(scope string) func(*bed) {
		return app(func(a *simulator.App) {
			a.Scopes = slices.DeleteFunc(a.Scopes, func(s string) bool { return s == scope })
		})
	}
	secret := func(values map[string]string) func(*bed) { return func(b *bed) { b.secret(values) } }
	spec := func(change func(*v1alpha1.ShopifyStoreSpec)) func(*bed) {
		return func(b *bed) { change(&b.store.Spec) }
	}
	cases := map[string]struct {
		reason    string
		arrange   func(*bed)
		condition string
		because   string
		message   string
		calls     int // requests of a later look; any number where it is negative
	}{
		"no secret": {"the store cannot be reached without", func(b *bed) { b.store.Spec.CredentialsSecretRef.Name = "other" },
			v1alpha1.ConnectedCondition, v1alpha1.ReasonSecretNotFound, "create it with accessToken", 0},
		"secret without a key": {"the key may be misspelt", secret(map[string]string{"token": "x"}),
			v1alpha1.ConnectedCondition, v1alpha1.ReasonSecretInvalid, "set accessToken, or clientID and clientSecret", 0},
		"secret of both kinds": {"it is not for us to choose", secret(map[string]string{"accessToken": "x", "clientID": "y", "clientSecret": "z"}),
			v1alpha1.ConnectedCondition, v1alpha1.ReasonSecretInvalid, "keep one kind", 0},
		"wrong token": {"the shop says so", secret(map[string]string{"accessToken": "shpat_wrong"}),
			v1alpha1.ConnectedCondition, v1alpha1.ReasonCredentialsRejected, "valid credentials into the Secret", 0},
		"uninstalled app": {"its tokens are dead", app(func(a *simulator.App) { a.Uninstalled = true }),
			v1alpha1.ConnectedCondition, v1alpha1.ReasonCredentialsRejected, "rejects the access token", 0},
		"wrong client secret": {"no token can be had", secret(map[string]string{"clientID": "x", "clientSecret": "y"}),
			v1alpha1.ConnectedCondition, v1alpha1.ReasonCredentialsRejected, "rejects the client id and secret", 0},
		"no shop": {"the domain is wrong", func(b *bed) { b.must(b.sim.RemoveShop(b.domain)) },
			v1alpha1.ConnectedCondition, v1alpha1.ReasonShopNotFound, "closed or moved", 1},
		"future version": {"its schema is not known", spec(func(s *v1alpha1.ShopifyStoreSpec) { s.APIVersion = "2030-01" }),
			v1alpha1.ConnectedCondition, v1alpha1.ReasonAPIVersionUnknown, "newer than this release", 0},
		"missing scope": {"only the merchant can grant it", without("write_products"),
			v1alpha1.ScopesGrantedCondition, v1alpha1.ReasonScopeMissing, "was not granted write_products", 1},
		"scope missing for the look itself": {"what was granted is read on its own, and names it", without("read_locations"),
			v1alpha1.ScopesGrantedCondition, v1alpha1.ReasonScopeMissing, "was not granted read_locations", 2},
		"spec requires too little": {"Shopify's own words name it", func(b *bed) {
			without("read_locations")(b)
			b.store.Spec.Scopes = []string{"read_products"}
		}, v1alpha1.ScopesGrantedCondition, v1alpha1.ReasonScopeMissing, "read_locations", 2},
		"unknown scope": {"a misspelt scope is never granted", spec(func(s *v1alpha1.ShopifyStoreSpec) { s.OptionalScopes = []string{"write_wonders"} }),
			v1alpha1.ScopesGrantedCondition, v1alpha1.ReasonScopeUnknown, "no scope write_wonders", 1},
		"unknown topic": {"a misspelt topic would never be reported", spec(func(s *v1alpha1.ShopifyStoreSpec) { s.Webhooks.Topics = []string{"ORDERS_CREATE", "ORDERS_CREATED"} }),
			v1alpha1.WebhooksAppliedCondition, v1alpha1.ReasonTopicUnknown, "no webhook topic ORDERS_CREATED", -1},
		"relay without TLS": {"Shopify refuses http", func(b *bed) { b.r.RelayURL = "http://hooks.example.com" },
			v1alpha1.WebhooksAppliedCondition, v1alpha1.ReasonRelayURLInvalid, "--relay-url", -1},
		"other client's app": {"the token belongs to somebody else", app(func(a *simulator.App) { a.Title = "Other Consignment" }),
			v1alpha1.ConnectedCondition, v1alpha1.ReasonWrongApp, `belong to the app "Other Consignment"`, 1},
		"a public app": {"it would be everybody's", app(func(a *simulator.App) { a.PublicCategory = "PUBLIC" }),
			v1alpha1.ConnectedCondition, v1alpha1.ReasonWrongApp, "custom app", 1},
		"no password": {"only a person can set it", func(b *bed) { b.shop(func(s *simulator.Shop) { s.PasswordEnabled = false }) },
			v1alpha1.SettingsVerifiedCondition, v1alpha1.ReasonManualStepNeeded, "Online Store > Preferences", -1},
		"customer accounts": {"only a person can turn them off", func(b *bed) { b.shop(func(s *simulator.Shop) { s.LoginLinksVisible = true }) },
			v1alpha1.SettingsVerifiedCondition, v1alpha1.ReasonManualStepNeeded, "Settings > Customer accounts", -1},
		"tax": {"only a person can set it", func(b *bed) {
			b.shop(func(s *simulator.Shop) { s.ShippingZones[0].Countries[0].Provinces[0].Tax = 0.08 })
		}, v1alpha1.SettingsVerifiedCondition, v1alpha1.ReasonManualStepNeeded, "charge HST of 13%", -1},
		"unknown location": {"a misspelt location has no stock", spec(func(s *v1alpha1.ShopifyStoreSpec) { s.Settings.Locations = []string{"Attic"} }),
			v1alpha1.SettingsVerifiedCondition, v1alpha1.ReasonLocationNotFound, "no active location Attic", -1},
		"no online orders": {"nothing could be picked up there", func(b *bed) {
			b.shop(func(s *simulator.Shop) { s.Locations[0].FulfillsOnlineOrders = false })
		}, v1alpha1.SettingsVerifiedCondition, v1alpha1.ReasonManualStepNeeded, "let Warehouse fulfil online orders", -1},
		"shipping rates": {"orders are picked up only, and what somebody charges is not ours to delete", func(b *bed) {
			b.shop(func(s *simulator.Shop) {
				s.ShippingZones[0].PriceBasedShippingRates = []simulator.PriceBasedShippingRate{{Name: "Standard", Price: "9.00"}}
			})
		}, v1alpha1.SettingsVerifiedCondition, v1alpha1.ReasonManualStepNeeded, "remove the shipping rates of", -1},
		"a definition in the way": {"what somebody made is not overwritten unasked", func(b *bed) {
			b.shop(func(s *simulator.Shop) {
				s.MetafieldDefinitions = []simulator.MetafieldDefinition{{OwnerType: "PRODUCT", Namespace: "consignment", Key: "event_id", Name: "Mine", Type: "single_line_text_field"}}
			})
		}, v1alpha1.MetafieldsAppliedCondition, v1alpha1.ReasonConflict, "adoptionPolicy: Always", -1},
		"a definition of another type": {"Shopify cannot change a type", func(b *bed) {
			b.store.Spec.AdoptionPolicy = v1alpha1.AdoptAlways
			b.shop(func(s *simulator.Shop) {
				s.MetafieldDefinitions = []simulator.MetafieldDefinition{{OwnerType: "PRODUCT", Namespace: "consignment", Key: "event_id", Name: "Sale event", Type: "number_integer"}}
			})
		}, v1alpha1.MetafieldsAppliedCondition, v1alpha1.ReasonConflict, "choose another key", -1},
		"a type that Shopify lacks": {"its message says which it has", spec(func(s *v1alpha1.ShopifyStoreSpec) {
			s.MetafieldDefinitions = []v1alpha1.MetafieldDefinition{{Key: "size", Name: "Size", Type: "shoe_size"}}
		}), v1alpha1.MetafieldsAppliedCondition, v1alpha1.ReasonRefused, "Shopify refuses the input", -1},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			tc.arrange(b)
			b.apply()
			b.settle()
			ready, c := b.condition(meta.ReadyCondition), b.condition(tc.condition)
			if !conditions.IsStalled(b.store) || ready.Status != metav1.ConditionFalse {
				t.Fatalf("%s: not stalled: %+v", tc.reason, b.store.Status.Conditions)
			}
			if c.Status != metav1.ConditionFalse || c.Reason != tc.because || !strings.Contains(c.Message, tc.message) || !strings.Contains(ready.Message, tc.message) {
				t.Errorf("%s: got %s, Ready %q", tc.reason, c, ready.Message)
			}
			if got := b.happened(); !slices.ContainsFunc(got, func(e string) bool { return strings.HasPrefix(e, "Warning "+tc.because) }) {
				t.Errorf("%s: no event tells: %q", tc.reason, got)
			}
			if tc.condition == v1alpha1.ConnectedCondition || tc.condition == v1alpha1.ScopesGrantedCondition {
				if shop, ok := b.sim.Shop(b.domain); ok && len(shop.WebhookSubscriptions)+len(shop.MetafieldDefinitions) > 0 {
					t.Errorf("%s: something was written through a closed gate", tc.reason)
				}
			}
			// While nobody acts, nothing is written and little is asked.
			b.calls()
			b.settle()
			version := b.store.ResourceVersion
			b.happened()
			first := b.calls()
			result := b.settle()
			if again := b.calls(); b.store.ResourceVersion != version || len(again) > 2 || tc.calls >= 0 && (len(first) != tc.calls || len(again) != tc.calls) {
				t.Errorf("%s: waiting costs %v and %v, wrote: %v", tc.reason, first, again, b.store.ResourceVersion != version)
			}
			if got := b.happened(); len(got) > 0 {
				t.Errorf("%s: repeats itself: %q", tc.reason, got)
			}
			if result.RequeueAfter < 9*time.Minute {
				t.Errorf("%s: looks again after %v already", tc.reason, result.RequeueAfter)
			}
		})
	}
}

func TestOneProblemDoesNotHoldUpTheRest(t *testing.T) {
	b := newBed(t)
	b.store.Spec.Webhooks.Topics = []string{"ORDERS_CREATE", "ORDERS_CREATED"}
	b.shop(func(s *simulator.Shop) { s.PasswordEnabled = false })
	b.apply()
	b.settle()
	shop := b.inShop()
	if len(shop.MetafieldDefinitions) != 3 || len(shop.WebhookSubscriptions) != 1+4 || shop.Locations[0].LocalPickup == nil {
		t.Errorf("%d definitions, %d subscriptions, pickup %+v", len(shop.MetafieldDefinitions), len(shop.WebhookSubscriptions), shop.Locations[0].LocalPickup)
	}
	message := b.condition(meta.ReadyCondition).Message
	if !strings.Contains(message, "ORDERS_CREATED") || !strings.Contains(message, "passwordProtection") {
		t.Errorf("Ready tells only a part: %q", message)
	}
	if c := b.condition(v1alpha1.MetafieldsAppliedCondition); c.Status != metav1.ConditionTrue {
		t.Errorf("the definitions are in place: %s", c)
	}
}

func TestOptionalScopesMissing(t *testing.T) {
	b := newBed(t)
	b.shop(func(s *simulator.Shop) {
		s.Apps[0].Scopes = slices.DeleteFunc(s.Apps[0].Scopes, func(scope string) bool { return strings.HasSuffix(scope, "_shipping") })
		s.Locations[0].LocalPickup = &simulator.LocalPickup{PickupTime: "TWENTY_FOUR_HOURS"}
	})
	b.apply()
	b.ready()
	if c := b.condition(v1alpha1.ScopesGrantedCondition); c.Reason != v1alpha1.ReasonOptionalScopesMissing || !strings.Contains(c.Message, "write_shipping") {
		t.Errorf("it is said what is lost: %s", c)
	}
	if c := b.condition(v1alpha1.SettingsVerifiedCondition); c.Status != metav1.ConditionUnknown {
		t.Errorf("the tax rate cannot be read: %s", c)
	}
	states := map[string]v1alpha1.SettingStatus{}
	for _, s := range b.store.Status.Settings {
		states[s.Name] = s
	}
	if s := states["pickup"]; s.Management != v1alpha1.SettingVerified || s.State != v1alpha1.SettingInEffect {
		t.Errorf("pickup is verified: %+v", s)
	}
	if s := states["tax"]; s.State != v1alpha1.SettingUnknown {
		t.Errorf("tax is unknown: %+v", s)
	}
	// Pickup that is off is now a person's task.
	b.shop(func(s *simulator.Shop) { s.Locations[0].LocalPickup = nil })
	b.settle()
	if c := b.condition(v1alpha1.SettingsVerifiedCondition); c.Reason != v1alpha1.ReasonManualStepNeeded || !strings.Contains(c.Message, "write_shipping") {
		t.Errorf("pickup is off: %s", c)
	}
}

func TestASecretIsRotated(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.shop(func(s *simulator.Shop) { s.Apps[0].AccessToken = "shpat_new" })
	b.settle()
	if c := b.condition(v1alpha1.ConnectedCondition); c.Reason != v1alpha1.ReasonCredentialsRejected {
		t.Fatalf("the old token is dead: %s", c)
	}
	b.secret(map[string]string{"accessToken": "shpat_new\n", "webhookSecret": "x"})
	b.ready()
	b.secret(map[string]string{"clientID": b.inShop().Apps[0].ClientID, "clientSecret": b.inShop().Apps[0].ClientSecret})
	b.ready()
	if n := len(b.inShop().WebhookSubscriptions); n != 9 {
		t.Errorf("%d subscriptions after two rotations", n)
	}
}

func TestAnotherShopAnswers(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	other := simulator.NewShop(b.domain, b.store.Spec.ClientName)
	other.ID = 4711
	b.must(b.sim.RemoveShop(b.domain))
	b.must(b.sim.AddShop(other))
	b.settle()
	if c := b.condition(v1alpha1.ConnectedCondition); c.Reason != v1alpha1.ReasonShopChanged {
		t.Errorf("a namespace is bound to its shop: %s", c)
	}
	if n := len(b.inShop().WebhookSubscriptions); n != 0 {
		t.Errorf("%d subscriptions were made in the other shop", n)
	}
}

func TestSuspended(t *testing.T) {
	b := newBed(t)
	b.store.Spec.Suspend = true
	b.apply()
	b.settle()
	if calls := b.calls(); len(calls) > 0 || !conditions.IsTrue(b.store, v1alpha1.SuspendedCondition) {
		t.Errorf("a suspended store is left alone: %v, %+v", calls, b.store.Status.Conditions)
	}
	if controllerutil.ContainsFinalizer(b.store, v1alpha1.Finalizer) {
		t.Error("nothing was written, so nothing holds the object")
	}
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = false })
	b.ready()
	if conditions.Has(b.store, v1alpha1.SuspendedCondition) {
		t.Error("Suspended stays after the suspension")
	}
}

func TestShopifyIsDownForAWhile(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.server.Close()
	if _, err := b.reconcile(); err == nil {
		t.Error("a failure that may pass is retried with back-off")
	}
	b.refresh()
	b.checkStatus()
	version := b.store.ResourceVersion
	if c := b.condition(v1alpha1.ConnectedCondition); c.Reason != v1alpha1.ReasonShopifyUnavailable || !conditions.IsReconciling(b.store) {
		t.Errorf("got %s", c)
	}
	_, _ = b.reconcile()
	b.refresh()
	if b.store.ResourceVersion != version {
		t.Error("the same failure is written again")
	}
}

func TestASettingThatIsAcceptedWithoutEffect(t *testing.T) {
	b := newBed(t)
	_, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultNoEffect, Operation: "EnableLocalPickup"})
	b.must(err)
	b.apply()
	b.settle()
	if c := b.condition(v1alpha1.SettingsVerifiedCondition); c.Reason != v1alpha1.ReasonWithoutEffect || !strings.Contains(c.Message, "Warehouse") || !strings.Contains(c.Message, "by hand") {
		t.Errorf("Shopify said yes and did nothing: %s", c)
	}
	row := b.store.Status.Settings[slices.IndexFunc(b.store.Status.Settings, func(s v1alpha1.SettingStatus) bool { return s.Name == "pickup" })]
	if row.State != v1alpha1.SettingOff || row.Observed != "Warehouse: off" {
		t.Errorf("status.settings: %+v", row)
	}
	if got := b.happened(); slices.ContainsFunc(got, func(e string) bool { return strings.Contains(e, "LocalPickup") && strings.Contains(e, "Applied") }) {
		t.Errorf("told as applied: %q", got)
	}
	b.sim.ClearFaults()
	b.ready()
}
