package deliveries_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// mapleAlone are shops of which there is one.
type mapleAlone struct{ lookedAt }

func (mapleAlone) Stores(context.Context) ([]ledger.Store, error) { return []ledger.Store{maple}, nil }

// What became of deliveries is told by store and topic, and stays in the audit trail.
func TestWhatIsToldOfDeliveries(t *testing.T) {
	onEach(t, func(t *testing.T, inbox *deliveries.Inbox, l *ledger.Ledger) {
		g := NewWithT(t)
		metrics := prometheus.NewRegistry()
		queue, err := deliveries.New(deliveries.Options{Ledger: l, Shops: mapleAlone{make(lookedAt, 1)}, Registerer: metrics})
		g.Expect(err).NotTo(HaveOccurred())
		run(t, queue.Start)
		done, poison := received(maple, "w1", "customers/update", `{"id":1}`), received(maple, "w2", "orders/paid", "no JSON")
		for _, r := range []deliveries.Received{done, done, done, poison} {
			g.Expect(inbox.Put(t.Context(), r)).To(Succeed())
		}
		g.Eventually(func() error {
			return testutil.GatherAndCompare(metrics, strings.NewReader(`# HELP shopkeeper_delivery_attempts_total Attempts at webhook deliveries, by what became of them: Done, Duplicate (nothing was left to do), Ignored (nothing is done for the topic), Retried, Waiting (for the shop or a person; no failure), Dead.
# TYPE shopkeeper_delivery_attempts_total counter
shopkeeper_delivery_attempts_total{name="maple-kids",namespace="client-maple-kids",outcome="Dead",topic="orders/paid"} 1
shopkeeper_delivery_attempts_total{name="maple-kids",namespace="client-maple-kids",outcome="Duplicate",topic="customers/update"} 2
shopkeeper_delivery_attempts_total{name="maple-kids",namespace="client-maple-kids",outcome="Ignored",topic="customers/update"} 1
`), "shopkeeper_delivery_attempts_total")
		}, patience, "20ms").Should(Succeed())
		var trail []ledger.TrailEntry
		g.Eventually(func() ([]ledger.TrailEntry, error) {
			trail, err = trailOf(t, l, ledger.Done, ledger.Dead)
			return trail, err
		}, patience, "20ms").Should(HaveLen(3))
		for i, body := range [][]byte{done.Body, poison.Body} {
			g.Expect(trail[i].Actor + " " + trail[i].Action).To(Equal("shopify webhook"))
			g.Expect(trail[i].HappenedAt).To(Equal(done.ReceivedAt))
			g.Expect(trail[i].Reason).To(HaveSuffix(fmt.Sprintf("body of SHA-256 %x", sha256.Sum256(body))))
		}
		g.Expect([]string{trail[0].After, trail[1].After, trail[2].Before, trail[2].After}).To(Equal([]string{"customers/update", "orders/paid", ledger.Pending, ledger.Dead}))

		run(t, (&deliveries.Watcher{Queue: queue}).Start)
		g.Eventually(func() error {
			return testutil.GatherAndCompare(metrics, strings.NewReader(`# HELP shopkeeper_deliveries Deliveries in the inbox that are not done, by state: Pending or Dead; looked at once a minute.
# TYPE shopkeeper_deliveries gauge
shopkeeper_deliveries{name="maple-kids",namespace="client-maple-kids",state="Dead"} 1
shopkeeper_deliveries{name="maple-kids",namespace="client-maple-kids",state="Pending"} 0
`), "shopkeeper_deliveries")
		}, patience, "20ms").Should(Succeed())
	})
}

// trailOf is what the audit trail tells of the deliveries in some states, state by state.
func trailOf(t *testing.T, l *ledger.Ledger, states ...string) (trail []ledger.TrailEntry, err error) {
	t.Helper()
	err = l.View(t.Context(), maple, func(tx *ledger.Tx) error {
		for _, state := range states {
			list, err := tx.Deliveries(state, 10)
			if err != nil {
				return err
			}
			for _, d := range list {
				entries, err := tx.Trail("delivery/" + d.ID)
				if err != nil {
					return err
				}
				trail = append(trail, entries...)
			}
		}
		return nil
	})
	return trail, err
}

// run runs something until the test's end.
func run(t *testing.T, start func(context.Context) error) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// What is done is let go of after 30 days, body and all. What is dead is not, and the
// audit trail keeps both.
func TestWhatIsLongDoneIsLetGoOf(t *testing.T) {
	onEach(t, func(t *testing.T, inbox *deliveries.Inbox, l *ledger.Ledger) {
		g := NewWithT(t)
		queue, err := deliveries.New(deliveries.Options{Ledger: l, Shops: mapleAlone{make(lookedAt, 1)}})
		g.Expect(err).NotTo(HaveOccurred())
		run(t, queue.Start)
		for name, days := range map[string]int{"long ago": 31, "not so long ago": 29, "dead": 60} {
			r := received(maple, name, "customers/update", `{"id":1}`)
			if name == "dead" {
				r.Topic, r.Body = "orders/paid", []byte("no JSON")
			}
			r.ReceivedAt = time.Now().AddDate(0, 0, -days)
			g.Expect(inbox.Put(t.Context(), r)).To(Succeed())
		}
		id := map[string]string{}
		kept := func(state string) func() ([]string, error) {
			return func() (names []string, err error) {
				err = l.View(t.Context(), maple, func(tx *ledger.Tx) error {
					list, err := tx.Deliveries(state, 10)
					for _, d := range list {
						names, id[d.WebhookID] = append(names, d.WebhookID), d.ID
					}
					return err
				})
				return names, err
			}
		}
		g.Eventually(kept(ledger.Done), patience, "20ms").Should(Equal([]string{"long ago", "not so long ago"}))
		g.Eventually(kept(ledger.Dead), patience, "20ms").Should(Equal([]string{"dead"}))
		run(t, (&deliveries.Watcher{Queue: queue}).Start)
		g.Eventually(kept(ledger.Done), patience, "20ms").Should(Equal([]string{"not so long ago"}))
		g.Expect(kept(ledger.Dead)()).To(Equal([]string{"dead"}))
		g.Expect(l.View(t.Context(), maple, func(tx *ledger.Tx) error {
			trail, err := tx.Trail("delivery/" + id["long ago"])
			g.Expect(trail).To(HaveLen(1))
			return err
		})).To(Succeed())
	})
}
