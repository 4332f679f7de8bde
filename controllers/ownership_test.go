package controllers

import (
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestTheNewAddressIsRefused(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	_, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultUserErrors, Operation: "CreateWebhookSubscription", UserErrors: []simulator.FaultUserError{{Message: "Address is invalid"}}})
	b.must(err)
	b.r.RelayURL = "https://new.example.com"
	b.settle()
	for _, s := range b.inShop().WebhookSubscriptions {
		if !strings.HasPrefix(s.URI, relayURL) {
			t.Errorf("a subscription to %s", s.URI)
		}
	}
	if n := len(b.inShop().WebhookSubscriptions); n != 9 {
		t.Errorf("%d subscriptions: the old go before the new stand", n)
	}
	b.sim.ClearFaults()
	b.ready()
	for _, s := range b.inShop().WebhookSubscriptions {
		if strings.HasPrefix(s.URI, relayURL) {
			t.Errorf("%s still goes to %s", s.Topic, s.URI)
		}
	}
}

func TestTwoManagersOverlap(t *testing.T) {
	b := newBed(t)
	b.apply()
	// Another manager makes a definition and a subscription after our look.
	_, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultUserErrors, Operation: "CreateMetafieldDefinition", First: 1, UserErrors: []simulator.FaultUserError{{Message: "Key is in use", Code: "TAKEN"}}})
	b.must(err)
	_, err = b.sim.AddFault(simulator.Fault{Kind: simulator.FaultUserErrors, Operation: "CreateWebhookSubscription", First: 1, UserErrors: []simulator.FaultUserError{{Message: "Address for this topic has already been taken"}}})
	b.must(err)
	b.settle()
	if !conditions.IsReconciling(b.store) {
		t.Errorf("nobody has to act: %+v", b.store.Status.Conditions)
	}
	b.ready()
}

func TestAnAddressIsChangedBehindOurBack(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.shop(func(s *simulator.Shop) { s.WebhookSubscriptions[0].URI = "https://evil.example/hook" })
	b.ready()
	for _, s := range b.inShop().WebhookSubscriptions {
		if s.URI == "https://evil.example/hook" {
			t.Errorf("our subscription of %s still delivers to somebody else", s.Topic)
		}
	}
	if n := len(b.inShop().WebhookSubscriptions); n != 9 {
		t.Errorf("%d subscriptions", n)
	}
}

func TestTheInventoryIsLost(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.store.Status.Inventory = nil
	b.must(api.Status().Update(t.Context(), b.store))
	b.ready()
	b.r.RelayURL = "https://new.example.com"
	b.ready()
	if n := len(b.inShop().WebhookSubscriptions); n != 9 {
		t.Errorf("%d subscriptions: those to the old address were disowned", n)
	}
}

func TestABlockScalarIsNoDrift(t *testing.T) {
	b := newBed(t)
	b.store.Spec.MetafieldDefinitions = []v1alpha1.MetafieldDefinition{{Key: "size", Name: "Size ", Type: "single_line_text_field", Description: "The size.\n"}}
	b.apply()
	b.ready()
	version := b.store.ResourceVersion
	b.ready()
	if b.store.ResourceVersion != version {
		t.Error("a trailing line break is corrected for ever")
	}
}

func TestProblemsOfSettingsAreToldTogether(t *testing.T) {
	b := newBed(t)
	b.store.Spec.Settings.Locations = []string{"Warehouse", "Attic"}
	b.shop(func(s *simulator.Shop) { s.PasswordEnabled = false })
	b.apply()
	b.settle()
	message := b.condition(meta.ReadyCondition).Message
	if !strings.Contains(message, "Attic") || !strings.Contains(message, "passwordProtection") {
		t.Errorf("only a part is told: %q", message)
	}
	if b.inShop().Locations[0].LocalPickup == nil {
		t.Error("pickup is not applied where there is a location")
	}
	// A correction is not told as pending because of another problem.
	b.shop(func(s *simulator.Shop) { s.MetafieldDefinitions[0].Name = "X" })
	b.settle()
	if len(b.store.Status.Drift) > 0 {
		t.Errorf("corrected and still listed: %v", b.store.Status.Drift)
	}
}

func TestLongEventsAreShortened(t *testing.T) {
	long := shortened(strings.Repeat("ä", 2000))
	if len(long) > maxNote || !strings.HasSuffix(long, "ä ...") {
		t.Errorf("%d bytes, ends in %q", len(long), long[len(long)-8:])
	}
}
