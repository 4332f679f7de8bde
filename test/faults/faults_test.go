package faults

import (
	"context"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestRelayKilled(t *testing.T) {
	w := newWorld(t, ledgertest.OnPostgres(t))
	w.stockUp(40)
	w.start(manages)
	for round := range 4 {
		relay := w.start(relays)
		w.sellUntil(round*10, round*10+10, 15)
		if round < 3 {
			relay.kill()
		}
	}
	w.delivered()
	w.settled(ledgertest.Open(t, w.place.Manager, nil))
}

// TestManagerKilledInTheMiddle has two managers at work, as while one takes over
// from another, and kills first one and then the other while they wait for Shopify.
func TestManagerKilledInTheMiddle(t *testing.T) {
	w := newWorld(t, ledgertest.OnPostgres(t))
	w.stockUp(40)
	w.start(relays)
	managers := []*process{w.start(manages), w.start(manages)}
	for round, manager := range managers {
		w.sell(round*10, round*10+10)
		held, err := w.sim.AddFault(simulator.Fault{Kind: simulator.FaultTimeout, Every: 5})
		w.Expect(err).NotTo(HaveOccurred())
		w.sell(20+round*10, 30+round*10)
		w.Eventually(func() uint64 { return w.sim.Faults()[0].Fired }).Should(BeNumerically(">=", 3))
		manager.kill()
		w.start(manages)
		w.Expect(w.sim.RemoveFault(held)).To(BeTrue())
	}
	w.delivered()
	w.settled(ledgertest.Open(t, w.place.Manager, nil))
}

func TestDatabaseKilled(t *testing.T) {
	g := NewWithT(t)
	// Nothing is taken off its durability.
	server, err := ledgertest.Start(t.Context())
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { g.Expect(server.Stop()).To(Succeed()) })
	name, err := server.Database(t.Context())
	g.Expect(err).NotTo(HaveOccurred())
	w := newWorld(t, ledgertest.Place{Manager: server.URL("manager", name), Relay: server.URL("relay", name)})
	w.stockUp(30)
	w.start(relays)
	w.start(manages)
	for round := range 2 {
		w.sellUntil(round*10, round*10+10, 15)
		g.Expect(server.Kill()).To(Succeed())
		w.sell(20+round*5, 25+round*5) // its webhooks find no ledger
		g.Expect(server.Restart(context.WithoutCancel(t.Context()))).To(Succeed())
	}
	w.delivered()
	w.settled(ledgertest.Open(t, w.place.Manager, nil))
}

// TestCrashOnSQLite kills the one process that there is. It is small: SQLite is very
// slow under the race detector.
func TestCrashOnSQLite(t *testing.T) {
	w := newWorld(t, ledgertest.OnSQLite(t))
	w.stockUp(9)
	for round := range 3 {
		all := w.start(both)
		w.sellUntil(round*3, round*3+3, 10)
		if round == 2 {
			w.delivered()
		}
		all.kill()
	}
	// The last one died with work left to do, which brings about more webhooks; this process
	// does it.
	l := ledgertest.Open(t, w.place.Manager, nil)
	w.goOn(l)
	w.settled(l)
}
