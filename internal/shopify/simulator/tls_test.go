package simulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

const domain = "maple-kids.myshopify.com"

// secureServer serves a shop over TLS.
func secureServer(t *testing.T, ca *simulator.CA) *httptest.Server {
	t.Helper()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	sim := simulator.New(simulator.Options{Now: func() time.Time { return now }})
	NewWithT(t).Expect(sim.AddShop(simulator.NewShop(domain, "Maple Kids"))).To(Succeed())
	server := httptest.NewUnstartedServer(sim)
	server.TLS = ca.ServerConfig()
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestTheOperatorsClientOverTLS(t *testing.T) {
	g := NewWithT(t)
	ca, err := simulator.NewCA()
	g.Expect(err).NotTo(HaveOccurred())
	stranger, err := simulator.NewCA()
	g.Expect(err).NotTo(HaveOccurred())
	server := secureServer(t, ca)
	observe := func(authority []byte) (*shopify.Store, error) {
		clients, err := shopify.NewClients(shopify.Options{Endpoint: server.URL, EndpointCA: authority})
		g.Expect(err).NotTo(HaveOccurred())
		client, err := clients.For("store", domain, shopify.PinnedVersion, shopify.Credentials{AccessToken: "shpat_maple-kids"}, "")
		g.Expect(err).NotTo(HaveOccurred())
		return client.Observe(t.Context())
	}
	store, err := observe(ca.PEM())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(store.Shop.Name).To(Equal("Maple Kids"))
	_, err = observe(stranger.PEM())
	g.Expect(err).To(HaveOccurred(), "another CA is another's word")
}

func TestWhatTheCAVouchesFor(t *testing.T) {
	g := NewWithT(t)
	ca, err := simulator.NewCA("simulator.shopify.svc", "10.1.2.3", "fd00::1")
	g.Expect(err).NotTo(HaveOccurred())
	server := secureServer(t, ca)
	roots := x509.NewCertPool()
	g.Expect(roots.AppendCertsFromPEM(ca.PEM())).To(BeTrue())
	cases := map[string]struct {
		reason, host string
		want         bool
	}{
		"shop":     {"a shop's own domain", domain, true},
		"name":     {"this machine by name", "localhost", true},
		"address":  {"and by address", "127.0.0.1", true},
		"six":      {"of either kind", "::1", true},
		"service":  {"a name that was given", "simulator.shopify.svc", true},
		"given":    {"an address that was given", "10.1.2.3", true},
		"given6":   {"of either kind too", "fd00::1", true},
		"others":   {"nobody else's name", "shopify.com", false},
		"deep":     {"a shop has one label", "a.b.myshopify.com", false},
		"stranger": {"nor address", "10.1.2.4", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{RootCAs: roots, ServerName: tc.host, MinVersion: tls.VersionTLS12})
			NewWithT(t).Expect(err == nil).To(Equal(tc.want), "%s: %v", tc.reason, err)
			if err == nil {
				_ = conn.Close()
			}
		})
	}
	_, err = simulator.NewCA("")
	g.Expect(err).To(HaveOccurred())
}
