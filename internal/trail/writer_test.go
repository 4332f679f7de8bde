package trail_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/internal/trail"
)

func TestMain(m *testing.M) { ledgertest.Main(m) }

var maple = ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}

// ended runs a writer, and returns once it has written what it had collected.
func ended(t *testing.T, w *trail.Writer) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	NewWithT(t).Expect(w.Start(ctx)).To(Succeed())
}

func entries(t *testing.T, l *ledger.Ledger, store ledger.Store, subject string) (list []ledger.TrailEntry) {
	t.Helper()
	NewWithT(t).Expect(l.View(t.Context(), store, func(tx *ledger.Tx) (err error) { list, err = tx.Trail(subject); return err })).To(Succeed())
	return list
}

// What is changed in a shop is in the trail, with what Shopify said to it; what is read is not.
func TestChangesOfAShop(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		g := NewWithT(t)
		l := ledgertest.Open(t, place.Manager, nil)
		w := &trail.Writer{Ledger: l, Log: slog.New(slog.DiscardHandler)}
		sim := simulator.New(simulator.Options{Versions: simulator.KnownVersions()})
		t.Cleanup(sim.Close)
		g.Expect(sim.AddShop(simulator.NewShop("maple-kids.myshopify.com", "Maple Kids"))).To(Succeed())
		server := httptest.NewServer(sim)
		t.Cleanup(server.Close)
		clients, err := shopify.NewClients(shopify.Options{Endpoint: server.URL, Changed: w.Changed})
		g.Expect(err).NotTo(HaveOccurred())
		client, err := clients.For(maple.String(), "maple-kids.myshopify.com", "2026-07", shopify.Credentials{AccessToken: "shpat_maple-kids"}, "1")
		g.Expect(err).NotTo(HaveOccurred())

		subscription := shopify.WebhookSubscription{Topic: "ORDERS_PAID", Format: "JSON", URI: "https://hooks.example.com/webhooks/client-maple-kids/maple-kids"}
		_, err = client.CreateWebhookSubscription(t.Context(), subscription)
		g.Expect(err).NotTo(HaveOccurred())
		_, err = client.CreateWebhookSubscription(t.Context(), subscription)
		g.Expect(err).To(HaveOccurred())
		_, err = client.Observe(t.Context())
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(client.DeletePriceRule(t.Context(), "gid://shopify/PriceRule/7")).NotTo(Succeed())
		_, err = sim.AddFault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503, Operation: "DeleteWebhookSubscription"})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(client.DeleteWebhookSubscription(t.Context(), "gid://shopify/WebhookSubscription/1")).NotTo(Succeed())
		ended(t, w)

		made := entries(t, l, maple, "shopify/CreateWebhookSubscription")
		g.Expect(made).To(HaveLen(2))
		g.Expect(made[0].Actor + " " + made[0].Action).To(Equal("shopkeeper mutation"))
		g.Expect(made[0].After).To(And(ContainSubstring("ORDERS_PAID"), ContainSubstring(subscription.URI), Not(ContainSubstring("mutation"))))
		g.Expect(made[0].Reason).To(HavePrefix("carried out, request "))
		g.Expect(made[1].Reason).To(ContainSubstring("already been taken"))
		g.Expect(entries(t, l, maple, "shopify/DeletePriceRule")[0].Reason).To(ContainSubstring("there is no such shop or resource"))
		g.Expect(entries(t, l, maple, "shopify/DeleteWebhookSubscription")[0].Reason).To(ContainSubstring("Service Unavailable"))
		g.Expect(l.View(t.Context(), maple, func(tx *ledger.Tx) error {
			head, err := tx.VerifyTrail(ledger.TrailHead{})
			g.Expect(head.Seq).To(BeEquivalentTo(4), "nothing that only reads is in it")
			return err
		})).To(Succeed())
	})
}

// Changes wait for a ledger that does not answer, as long as there is room for them.
func TestChangesWaitForTheLedger(t *testing.T) {
	g := NewWithT(t)
	place := ledgertest.OnPostgres(t)
	down, err := ledger.Open(t.Context(), ledger.Options{URL: place.Manager})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(down.Close()).To(Succeed())
	w := &trail.Writer{Ledger: down, Log: slog.New(slog.DiscardHandler)}
	at := time.Date(2027, 4, 1, 9, 0, 0, 0, time.UTC)
	change := shopify.Change{Owner: maple.String(), Operation: "UpdateProduct", Input: strings.Repeat("x", 2000), RequestID: "r1", At: at}
	w.Changed(change)
	ended(t, w)
	const room = 10_000
	for range room + 2 {
		w.Changed(change)
	}
	ended(t, w)
	l := ledgertest.Open(t, place.Manager, nil)
	w.Ledger = l
	ended(t, w)
	list := entries(t, l, maple, "shopify/UpdateProduct")
	g.Expect(list).To(HaveLen(room))
	g.Expect(list[0].HappenedAt).To(Equal(at), "when it was changed, not when it was written")
	g.Expect(list[0].After).To(HaveSuffix("x… (2000 bytes)"))
	g.Expect(entries(t, l, maple, "shopify")[0].After).To(Equal("3 changes more"), "what is missing is told")
}
