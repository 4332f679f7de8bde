package webhookrelay

import (
	"errors"
	"net/http"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/relayprobe"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

func TestTheManagerAsksForARoute(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*Handler, *routes.Route) // what the relay has, what the manager asks for
		want   relayprobe.Problem            // empty for none
	}{
		"served":           {"store, secret and topics are there", func(*Handler, *routes.Route) {}, ""},
		"fewer topics":     {"the route lists those that are wanted, and more", func(_ *Handler, r *routes.Route) { r.Topics = r.Topics[:1] }, ""},
		"no topics":        {"a store may report nothing", func(_ *Handler, r *routes.Route) { r.Topics = nil }, ""},
		"previous secret":  {"the relay has a newer file already", func(_ *Handler, r *routes.Route) { r.Secrets = []string{previousSecret} }, ""},
		"unknown store":    {"the route has not arrived", func(_ *Handler, r *routes.Route) { r.Store = "oak" }, relayprobe.NotRouted},
		"unknown secret":   {"the new secret has not arrived", func(_ *Handler, r *routes.Route) { r.Secrets = []string{"shpss_new", currentSecret} }, relayprobe.NotRouted},
		"unknown topic":    {"the new topic has not arrived, and Shopify would be refused", func(_ *Handler, r *routes.Route) { r.Topics = append(r.Topics, "orders/paid") }, relayprobe.NotRouted},
		"another shop":     {"webhooks of this shop would be refused", func(_ *Handler, r *routes.Route) { r.Shop = "oak.myshopify.com" }, relayprobe.NotRouted},
		"no routes":        {"the relay has just started", func(h *Handler, _ *routes.Route) { h.routes.Store(nil) }, relayprobe.NotReady},
		"source not taken": {"the manager is not in --allow-from", func(h *Handler, _ *routes.Route) { h.peers.Allowed, _ = ParsePrefixes([]string{"203.0.113.0/24"}) }, relayprobe.NotAllowed},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			inbox := &recorder{}
			h, route := newTestHandler(inbox, nil), maple()
			tc.change(h, &route)
			err := relayprobe.Ask(t.Context(), &http.Client{}, "http://"+served(t, h), route)
			g.Expect(inbox.stored()).To(BeEmpty(), "a probe leaves nothing behind")
			if tc.want == "" {
				g.Expect(err).NotTo(HaveOccurred(), tc.reason)
				return
			}
			e, ok := errors.AsType[*relayprobe.Error](err)
			g.Expect(ok).To(BeTrue(), "%v", err)
			g.Expect(e.Problem).To(Equal(tc.want), tc.reason)
		})
	}
}

func TestNeitherProbeNorProofIsAWebhook(t *testing.T) {
	g := NewWithT(t)
	inbox := &recorder{}
	h := newTestHandler(inbox, nil)
	question := "shopkeeper-relay-probe\nNONCE"
	probe := webhook(maple(), currentSecret, question)
	probe.Header.Set(topicHeader, relayprobe.Topic)
	answer := ask(h, probe)
	g.Expect(answer.StatusCode).To(Equal(200))

	g.Expect(ask(h, webhook(maple(), currentSecret, question)).StatusCode).To(Equal(403), "whoever saw the question has a signed body")
	proved := webhook(maple(), currentSecret, "shopkeeper-relay-proof\n"+question)
	g.Expect(answer.Header.Get(relayprobe.ProofHeader)).To(Equal(proved.Header.Get(signatureHeader)), "and so has who saw the answer")
	g.Expect(ask(h, proved).StatusCode).To(Equal(403))
	g.Expect(inbox.stored()).To(BeEmpty())
}
