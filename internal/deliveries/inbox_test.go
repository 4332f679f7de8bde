package deliveries_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestMain(m *testing.M) { ledgertest.Main(m) }

var maple = ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}

func received(store ledger.Store, webhook, topic, body string) deliveries.Received {
	return deliveries.Received{
		Tenant: store.Tenant, Store: store.Name, Topic: topic, WebhookID: webhook, EventID: "e", APIVersion: "2026-07",
		ReceivedAt: time.Unix(1_800_000_000, 0).UTC(), Body: []byte(body),
	}
}

func pending(t *testing.T, l *ledger.Ledger, store ledger.Store) []ledger.Delivery {
	t.Helper()
	var list []ledger.Delivery
	err := l.View(t.Context(), store, func(tx *ledger.Tx) (err error) { list, err = tx.Deliveries(ledger.Pending, 1000); return err })
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func jobsIn(t *testing.T, l *ledger.Ledger) int {
	t.Helper()
	var n int
	if err := l.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// onEach gives a test an inbox as the relay has it, and the ledger as the manager
// has it.
func onEach(t *testing.T, test func(t *testing.T, inbox *deliveries.Inbox, l *ledger.Ledger)) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, nil)
		relay := l
		if place.Relay != place.Manager {
			relay = ledgertest.Open(t, place.Relay, nil)
		}
		inbox := deliveries.NewInbox(relay)
		t.Cleanup(inbox.Close)
		test(t, inbox, l)
	})
}

func TestInboxStoresDeliveryAndJob(t *testing.T) {
	onEach(t, func(t *testing.T, inbox *deliveries.Inbox, l *ledger.Ledger) {
		if err := inbox.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			reason string
			r      deliveries.Received
			want   int // deliveries in the inbox of maple
		}{
			{"a new one", received(maple, "w1", "orders/create", `{"id":1}`), 1},
			{"the same again", received(maple, "w1", "orders/create", `{"id":1}`), 1},
			{"the same id of another topic", received(maple, "w1", "orders/paid", `{"id":1}`), 2},
			{"the same id of another client", received(ledger.Store{Tenant: "client-b", Name: "b"}, "w1", "orders/create", `{"id":1}`), 2},
			{"an empty body", received(maple, "w2", "orders/create", ``), 3},
		} {
			if err := inbox.Put(t.Context(), c.r); err != nil {
				t.Fatal(c.reason, err)
			}
			if got := pending(t, l, maple); len(got) != c.want {
				t.Errorf("%s: %d deliveries, want %d", c.reason, len(got), c.want)
			}
		}
		first := pending(t, l, maple)[0]
		if first.Topic != "orders/create" || string(first.Body) != `{"id":1}` || first.EventID != "e" || first.State != ledger.Pending || !first.TriggeredAt.IsZero() {
			t.Errorf("what was stored is not what was received: %+v", first)
		}
		// Who inserts may not look, so a repetition has a job too, with nothing to do.
		if n := jobsIn(t, l); n != 5 {
			t.Errorf("%d jobs for 5 requests", n)
		}
	})
}

func TestInboxUnderLoad(t *testing.T) {
	onEach(t, func(t *testing.T, inbox *deliveries.Inbox, l *ledger.Ledger) {
		const senders, each = 20, 50
		var all sync.WaitGroup
		for s := range senders {
			all.Go(func() {
				for n := range each {
					store := ledger.Store{Tenant: fmt.Sprintf("client-%d", s%5), Name: "store"}
					if err := inbox.Put(t.Context(), received(store, fmt.Sprintf("w%d-%d", s, n), "orders/paid", `{"id":1}`)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		total := 0
		for s := range 5 {
			total += len(pending(t, l, ledger.Store{Tenant: fmt.Sprintf("client-%d", s), Name: "store"}))
		}
		if total != senders*each || jobsIn(t, l) != senders*each {
			t.Errorf("%d deliveries and %d jobs, want %d of each", total, jobsIn(t, l), senders*each)
		}
	})
}

func TestOneThatCannotBeStoredKeepsNobodyOut(t *testing.T) {
	onEach(t, func(t *testing.T, inbox *deliveries.Inbox, l *ledger.Ledger) {
		good, bad := 0, 0
		var all sync.WaitGroup
		var mu sync.Mutex
		for n := range 40 {
			all.Go(func() {
				r := received(maple, fmt.Sprintf("w%d", n), "orders/paid", `{"id":1}`)
				if n%10 == 0 {
					r.Tenant = "" // refused by the policy on PostgreSQL; the relay's routes rule it out
				}
				err := inbox.Put(t.Context(), r)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					good++
				} else {
					bad++
				}
			})
		}
		all.Wait()
		if stored := len(pending(t, l, maple)); stored != 36 || good < 36 || good+bad != 40 {
			t.Errorf("%d stored, %d accepted, %d refused: one that is refused took its neighbours with it", stored, good, bad)
		}
	})
}

func TestClosedInboxRefuses(t *testing.T) {
	l := ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, nil)
	inbox := deliveries.NewInbox(l)
	inbox.Close()
	if err := inbox.Put(t.Context(), received(maple, "w1", "orders/paid", `{}`)); err == nil || errors.Is(err, deliveries.ErrFull) {
		t.Errorf("a closed inbox took a delivery in: %v", err)
	}
}

func TestWhoeverHasGoneIsNotStored(t *testing.T) {
	onEach(t, func(t *testing.T, inbox *deliveries.Inbox, l *ledger.Ledger) {
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := inbox.Put(gone, received(maple, "w1", "orders/paid", `{"id":1}`)); !errors.Is(err, context.Canceled) {
			t.Errorf("a sender who has gone is answered %v", err)
		}
		if err := inbox.Put(t.Context(), received(maple, "w2", "orders/paid", `{"id":1}`)); err != nil {
			t.Fatal(err)
		}
		if got := pending(t, l, maple); len(got) != 1 || got[0].WebhookID != "w2" {
			t.Errorf("%d deliveries: one who has gone sends again, and keeps those who wait waiting", len(got))
		}
	})
}
