package webhookrelay

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// sends is a simulated Shopify whose shop reports topics to a relay, in a version
// of the API.
func sends(t *testing.T, h *Handler, version string, topics ...shopify.Topic) (*simulator.Simulator, *simulator.Clock) {
	t.Helper()
	g := NewWithT(t)
	relay := httptest.NewServer(h.paths())
	t.Cleanup(relay.Close)
	clock := simulator.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	// Shopify waits for five seconds, by a real clock.
	sim := simulator.New(simulator.Options{Clock: clock, Webhooks: simulator.WebhookOptions{ConnectTimeout: patience, Timeout: patience}})
	t.Cleanup(sim.Close)
	shop := simulator.NewShop(mapleShop, "Maple Kids")
	shop.Delivery.Via = relay.URL
	for _, topic := range topics {
		shop.WebhookSubscriptions = append(shop.WebhookSubscriptions, simulator.WebhookSubscription{
			App: shop.Apps[0].ClientID, Topic: string(topic), URI: "https://hooks.example.com" + maple().Path(), APIVersion: version,
		})
	}
	g.Expect(sim.AddShop(shop)).To(Succeed())
	route := routes.Route{Namespace: "client-maple-kids", Store: "maple-kids", Shop: mapleShop, Secrets: []string{shop.Apps[0].ClientSecret}}
	for _, topic := range topics {
		info, ok := shopify.LookupTopic(topic, version)
		g.Expect(ok).To(BeTrue(), "%s in %s", topic, version)
		route.Topics = append(route.Topics, info.Name)
	}
	h.routes.Store(newTable([]routes.Route{route}))
	return sim, clock
}

// reported are the topics that a store has reported by default.
var reported = []shopify.Topic{
	"ORDERS_CREATE", "ORDERS_PAID", "ORDERS_CANCELLED", "PRODUCTS_UPDATE", "INVENTORY_LEVELS_UPDATE",
	"REFUNDS_CREATE", "ORDERS_EDITED", "PRODUCTS_DELETE", "APP_UNINSTALLED",
}

func emit(t *testing.T, sim *simulator.Simulator, clock *simulator.Clock, topic shopify.Topic) {
	t.Helper()
	g := NewWithT(t)
	shop, _ := sim.Shop(mapleShop)
	payload, err := simulator.SamplePayload(shop, string(topic), clock.Now())
	g.Expect(err).NotTo(HaveOccurred())
	_, err = sim.Emit(mapleShop, string(topic), payload, simulator.EventOptions{})
	g.Expect(err).NotTo(HaveOccurred())
}

func TestEveryTopicOfEveryVersionPasses(t *testing.T) {
	for _, version := range simulator.KnownVersions() {
		t.Run(version, func(t *testing.T) {
			g := NewWithT(t)
			inbox := &recorder{}
			sim, clock := sends(t, newTestHandler(inbox, nil), version, reported...)
			for _, topic := range reported {
				emit(t, sim, clock, topic)
				clock.Advance(time.Minute)
			}
			g.Expect(inbox.stored()).To(HaveLen(len(reported)))
			for i, got := range inbox.stored() {
				g.Expect(strings.ToUpper(strings.ReplaceAll(got.Topic, "/", "_"))).To(BeEquivalentTo(reported[i]))
				g.Expect(got.APIVersion).To(Equal(version))
				g.Expect(got.TriggeredAt).To(Equal(time.Date(2026, 11, 23, 9, i, 0, 0, time.UTC)))
				g.Expect([]string{got.WebhookID, got.EventID}).NotTo(ContainElement(""))
				g.Expect(json.Valid(got.Body)).To(BeTrue())
			}
			for _, d := range sim.Deliveries(simulator.DeliveryFilter{}) {
				g.Expect(d.State).To(Equal(simulator.DeliveryDone), d.Topic)
			}
		})
	}
}

func TestWhatWasNotStoredComesAgain(t *testing.T) {
	g := NewWithT(t)
	down := true
	inbox := &recorder{put: func(context.Context) error {
		if down {
			return errors.New("connection refused")
		}
		return nil
	}}
	sim, clock := sends(t, newTestHandler(inbox, nil), "2026-07", "ORDERS_CREATE")
	emit(t, sim, clock, "ORDERS_CREATE")
	clock.Advance(0)
	g.Expect(inbox.stored()).To(BeEmpty())
	down = false
	clock.Advance(4 * time.Hour)
	g.Expect(inbox.stored()).To(HaveLen(1), "Shopify sends again what was answered 503")
	deliveries := sim.Deliveries(simulator.DeliveryFilter{})
	g.Expect(deliveries[0].State).To(Equal(simulator.DeliveryDone))
	g.Expect(deliveries[0].Attempts[0].Status).To(Equal(503))
}

func TestARotationLosesNothing(t *testing.T) {
	g := NewWithT(t)
	inbox := &recorder{}
	h := newTestHandler(inbox, nil)
	sim, clock := sends(t, h, "2026-07", "ORDERS_CREATE")
	shop, _ := sim.Shop(mapleShop)
	app := shop.Apps[0]
	route := maple()
	route.Secrets = []string{"shpss_new", app.ClientSecret}
	h.routes.Store(newTable([]routes.Route{route}))
	g.Expect(sim.RotateSecret(mapleShop, app.ClientID, "shpss_new")).To(Succeed())
	emit(t, sim, clock, "ORDERS_CREATE")
	clock.Advance(time.Minute)
	g.Expect(inbox.stored()).To(HaveLen(1), "signed with the old one, which is not revoked")

	g.Expect(sim.RevokeOldSecrets(mapleShop, app.ClientID)).To(Succeed())
	emit(t, sim, clock, "ORDERS_CREATE")
	clock.Advance(2 * time.Hour)
	emit(t, sim, clock, "ORDERS_CREATE")
	clock.Advance(time.Minute)
	g.Expect(inbox.stored()).To(HaveLen(3), "while Shopify switches, and after")
	for _, d := range sim.Deliveries(simulator.DeliveryFilter{}) {
		g.Expect(d.Attempts).To(HaveLen(1))
	}
}
