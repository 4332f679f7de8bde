package deliveries_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// take puts a webhook into the inbox without a relay.
func (b *bed) take(store ledger.Store, webhook, topic, body string) {
	b.t.Helper()
	r := received(store, webhook, topic, body)
	r.ReceivedAt = time.Now().UTC()
	b.Expect(b.inbox.Put(b.t.Context(), r)).To(Succeed())
}

func TestPoisonIsKeptAndBlocksNobody(t *testing.T) {
	on(t, usual, func(b *bed) {
		store := b.stores[0].Store
		b.take(store, "p1", "orders/paid", `no JSON`)
		b.take(store, "p2", "orders/paid", `{"id":"one"}`)
		b.take(store, "p3", "orders/create", `[1]`)
		b.bring("boots")
		b.sell(simulator.Checkout{}, "boots")
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("sold, Sold, "+robins+", [0], DRAFT"), "its neighbours are worked off")
		dead := b.deliveries(store, ledger.Dead)
		b.Expect(dead).To(HaveLen(3))
		b.Expect(string(dead[0].Body)).To(Equal("no JSON"), "what it says is kept")
		for _, d := range dead {
			b.Expect(d.Attempts).To(Equal(1), "trying again cannot help")
			b.Expect(d.Error).To(ContainSubstring("replay"))
		}

		// Shopify's numbers may be read another way one day: here, the program is older.
		n, err := deliveries.Replay(b.t.Context(), b.ledger, store, []string{dead[0].ID}, 0, "ana")
		b.Expect(n, err).To(Equal(1))
		b.quiet()
		b.Expect(b.deliveries(store, ledger.Dead)).To(HaveLen(3), "it is as unreadable as it was, and dead again")
		n, err = deliveries.Replay(b.t.Context(), b.ledger, store, nil, 2, "ana")
		b.Expect(n, err).To(Equal(2), "no more than asked for")
		b.quiet()
	})
}

func TestWhatDiedIsDoneWhenReplayed(t *testing.T) {
	on(t, usual, func(b *bed) {
		store := b.stores[0].Store
		b.bring("boots")
		b.deliver(simulator.DeliveryRule{LoseProbability: 1})
		order := b.sell(simulator.Checkout{}, "boots")
		b.take(store, "w1", "orders/paid", fmt.Sprintf(`{"id":%d}`, order.ID))
		b.quiet()
		done := b.deliveries(store, ledger.Done)
		b.Expect(done).To(HaveLen(1))
		_, err := deliveries.Replay(b.t.Context(), b.ledger, store, []string{done[0].ID}, 0, "ana")
		b.Expect(err).To(MatchError(ContainSubstring("only dead ones")))
		b.Expect(b.ledger.Update(b.t.Context(), store, func(tx *ledger.Tx) error {
			_, err := tx.MoveDelivery(done[0].ID, ledger.Done, ledger.Dead, 60, "given up")
			return err
		})).To(Succeed())
		n, err := deliveries.Replay(b.t.Context(), b.ledger, store, nil, 10, "ana")
		b.Expect(n, err).To(Equal(1))
		b.quiet()
		b.Expect(b.deliveries(store, ledger.Done)).To(HaveLen(1))
		b.Expect(b.outcome("boots")).To(Equal("sold, Sold, "+robins+", [0], DRAFT"), "and it counts once")
	})
}

func TestThrottlingCostsNoAttempts(t *testing.T) {
	on(t, usual, func(b *bed) {
		b.bring("boots")
		b.deliver(simulator.DeliveryRule{Topic: "ORDERS_CREATE"})
		b.fault(simulator.Fault{Kind: simulator.FaultThrottled, Operation: "Order", First: 9})
		b.sell(simulator.Checkout{}, "boots")
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("sold, Sold, " + robins + ", [0], DRAFT"))
		for _, d := range b.deliveries(b.stores[0].Store, ledger.Done) {
			b.Expect(d.Attempts).To(Equal(1), d.Topic)
		}
	})
}

// wallClock is a clock that is moved.
type wallClock struct {
	mu  sync.Mutex
	off time.Duration
}

func (c *wallClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.off)
}

func (c *wallClock) NowOrNil() *time.Time { return new(c.Now()) }

func (c *wallClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off += d
}

func TestAnHourWithoutShopify(t *testing.T) {
	for engine, place := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			clock := &wallClock{}
			b := newBed(t, place(t), options{queueClock: clock})
			var skus []string
			for n := range 5 {
				skus = append(skus, fmt.Sprint("hat-", n))
			}
			b.bring(append(skus, "boots")...)
			b.sell(simulator.Checkout{}, "boots")
			b.quiet() // the client knows the shop's rate limit now
			end := b.fault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503})
			for _, sku := range skus {
				b.sell(simulator.Checkout{}, sku)
			}
			tried := func() int {
				least := 1000
				for _, d := range b.deliveries(b.stores[0].Store, ledger.Pending) {
					least = min(least, d.Attempts)
				}
				return least
			}
			b.Eventually(tried).Should(And(BeNumerically(">=", 1), BeNumerically("<", 1000)))
			for range 2 {
				before := tried()
				clock.advance(30 * time.Minute)
				b.Eventually(tried).Should(BeNumerically(">", before))
			}
			b.Expect(b.deliveries(b.stores[0].Store, ledger.Dead)).To(BeEmpty())
			end()
			clock.advance(15 * time.Minute)
			b.quiet()
			for _, sku := range skus {
				b.Expect(b.outcome(sku)).To(Equal("sold, Sold, " + robins + ", [0], DRAFT"))
			}
		})
	}
}

// TestNoisyNeighbours has one store send hundreds of webhooks before another
// sends one, in another queue.
func TestNoisyNeighbours(t *testing.T) {
	on(t, func() options { return options{idle: true} }, func(b *bed) {
		const many = 200
		noisy, other := b.stores[0].Store, b.stores[1].Store
		for n := range many {
			b.take(noisy, fmt.Sprint("w", n), "inventory_levels/update", fmt.Sprintf(`{"inventory_item_id":%d,"location_id":1,"available":1}`, 1_000_000+n))
		}
		b.take(other, "w", "products/delete", `{"id":1}`)
		b.startQueue(deliveries.Options{})
		b.Eventually(func() int { return len(b.deliveries(other, ledger.Done)) }).Should(Equal(1))
		one := b.deliveries(other, ledger.Done)[0]
		b.Eventually(func() int { return len(b.deliveries(noisy, ledger.Done)) }).Should(BeNumerically(">", many/2))
		earlier := 0
		for _, d := range b.deliveries(noisy, ledger.Done) {
			if d.FinishedAt.Before(one.FinishedAt) {
				earlier++
			}
		}
		b.Expect(earlier).To(BeNumerically("<", many/2), "the other does not wait for its turn behind all of them")
	})
}

// TestAShopThatHasToBeWaitedFor has a store whose shop allows a call in ten seconds
// share the only worker of a queue with another.
func TestAShopThatHasToBeWaitedFor(t *testing.T) {
	first := deliverytest.NewStore("maple-kids")
	var neighbour string
	for n := 0; neighbour == ""; n++ {
		if word := fmt.Sprint("thrifty-", n); deliveries.QueueOf(deliverytest.NewStore(word).Store) == deliveries.QueueOf(first.Store) {
			neighbour = word
		}
	}
	usual := func() options { return options{idle: true, stores: []string{first.Name, neighbour}} }
	on(t, usual, func(b *bed) {
		const many = 30
		slow, other := b.stores[0], b.stores[1]
		b.Expect(b.sim.Update(slow.Domain, func(shop *simulator.Shop) {
			shop.RateLimit = simulator.RateLimit{Maximum: 20, RestoreRate: 0.1}
		})).To(Succeed())
		level := func(n int) string {
			return fmt.Sprintf(`{"inventory_item_id":%d,"location_id":1,"available":1}`, 1_000_000+n)
		}
		for n := range many {
			b.take(slow.Store, fmt.Sprint("w", n), "inventory_levels/update", level(n))
		}
		b.take(other.Store, "w", "inventory_levels/update", level(0))
		b.startQueue(deliveries.Options{PerQueue: 1})
		b.Eventually(func() int { return len(b.deliveries(other.Store, ledger.Done)) }).Should(Equal(1))
		waiting := b.deliveries(slow.Store, ledger.Pending)
		b.Expect(len(waiting)).To(BeNumerically(">", many/2))
		for _, d := range waiting {
			b.Expect(d.Attempts).To(BeNumerically("<=", 1), "waiting for the shop is no attempt")
		}
	})
}

// TestTheEndOfAnEvent: what is not sold leaves the shop, and nobody has to ask for it.
func TestTheEndOfAnEvent(t *testing.T) {
	on(t, usual, func(b *bed) {
		b.bring("boots")
		store := b.stores[0].Store
		b.Expect(b.ledger.Update(b.t.Context(), store, func(tx *ledger.Tx) error {
			event, err := tx.SaleEvent(deliverytest.Event)
			if err != nil {
				return err
			}
			event.EndsAt = tx.Now()
			return tx.PutSaleEvent(event)
		})).To(Succeed())
		b.running((&deliveries.Watcher{Queue: b.queue}).Start)
		b.Eventually(func() string { return b.outcome("boots") }).Should(Equal("unsold, , , [0], DRAFT"))
	})
}
