package ledger_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

// delivery is a webhook for a store. Its webhook id is its own.
func delivery(store ledger.Store, id string) ledger.Delivery {
	return ledger.Delivery{
		Store: store, ID: id, Topic: "orders/create", WebhookID: "w-" + id, EventID: "e", APIVersion: "2026-07",
		TriggeredAt: day(2), ReceivedAt: day(3), Body: []byte(`{"id": 8}`),
	}
}

// userOf is the URL for another user.
func userOf(url, user string) string {
	_, host, _ := strings.Cut(url, "@")
	return "postgres://" + user + "@" + host
}

func TestTheRelayOnlyInserts(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	inEachTable(t, openBoth(t, place, nil), maple)
	relay := login(t, place.Relay)
	try := func(query string, want string) {
		t.Helper()
		if _, err := relay.ExecContext(t.Context(), query); code(err) != want {
			t.Errorf("%s: %v, want %s", query, err, want)
		}
	}
	all := texts(t, place, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')")
	if !slices.Contains(all, "river_job") || !slices.Contains(all, "shopkeeper_migrations") {
		t.Fatalf("tables %v", all)
	}
	for _, table := range all {
		if table != "shopkeeper_migrations" { // which release the tables are of
			try("SELECT 1 FROM "+table, refused)
		}
		try("DELETE FROM "+table, refused)
		try("TRUNCATE "+table, refused)
		try("INSERT INTO "+table+" DEFAULT VALUES", refused) // in the inbox and the queue, it is the row
	}
	try("UPDATE webhook_deliveries SET state = 'Done'", refused)
	try("UPDATE river_job SET state = 'completed'", refused)
	const job = "INSERT INTO river_job (kind, queue, args, priority, max_attempts, state) VALUES "
	try(job+"('delivery', 'store_1', '{}', 1, 600, 'available')", "<nil>")
	try(job+"('delivery', 'store_1', '{}', 1, 600, 'completed')", refused)
	try(job+"('push', 'store_1', '{}', 1, 600, 'available')", refused)
	const insert = "INSERT INTO webhook_deliveries (tenant, store, delivery_id, topic, webhook_id, event_id, api_version, triggered_at, received_at, body, state, attempts, error, finished_at) VALUES "
	for _, tenant := range []string{"", "client-maple-kids"} { // a relay may set one, and gains nothing
		relay.SetMaxOpenConns(1)
		try("SELECT set_config('app.tenant', '"+tenant+"', false)", "<nil>")
		try("SELECT 1 FROM webhook_deliveries", refused)
		try(insert+"('client-maple-kids', 'maple-kids', '1"+tenant+"', 't', '1"+tenant+"', '', '', 0, 0, '', 'Pending', 0, '', 0)", "<nil>")
		try(insert+"('client-thrifty-bees', 'thrifty-bees', '2"+tenant+"', 't', '2"+tenant+"', '', '', 0, 0, '', 'Pending', 0, '', 0)", "<nil>")
		try(insert+"('client-maple-kids', 'maple-kids', 'x2', 't', 'w2', '', '', 0, 0, '', 'Done', 0, '', 0)", refused)
		try(insert+"('client-maple-kids', 'maple-kids', 'x3', 't', 'w3', '', '', 0, 0, '', 'Dead', 0, '', 0)", refused)
		try(insert+"('', 'maple-kids', 'x4', 't', 'w4', '', '', 0, 0, '', 'Pending', 0, '', 0)", refused)
	}
}

func TestTakeIn(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := openBoth(t, place, nil)
		manager, relay := l.manager, l.relay
		again := delivery(maple, "d3")
		again.WebhookID, again.Body = "w-d1", []byte("again")
		sameEvent := delivery(maple, "d4")
		sameEvent.WebhookID, sameEvent.Topic = "w-d1", "orders/paid"
		sameElsewhere := delivery(bees, "d1")
		batch := []ledger.Delivery{delivery(maple, "d1"), again, delivery(maple, "d2"), sameEvent, sameElsewhere}
		for range 2 { // and once more, as a whole
			if err := relay.TakeIn(t.Context(), batch, []ledger.Job{{Kind: "delivery", Queue: "default", Args: "{}", Priority: 1, MaxAttempts: 5}}); err != nil {
				t.Fatal(err)
			}
		}
		pending := func(store ledger.Store) (ids []string) {
			update(t, manager, store, func(tx *ledger.Tx) error {
				list, err := tx.Deliveries(ledger.Pending, 10)
				for _, d := range list {
					ids = append(ids, d.ID)
				}
				return err
			})
			return ids
		}
		if got := pending(maple); !slices.Equal(got, []string{"d1", "d2", "d4"}) {
			t.Errorf("%s: %v", maple, got)
		}
		if got := pending(bees); !slices.Equal(got, []string{"d1"}) {
			t.Errorf("%s: %v", bees, got)
		}
		var jobs int
		if err := manager.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job").Scan(&jobs); err != nil || jobs != 2 {
			t.Errorf("%d jobs, %v", jobs, err)
		}
	})
}

func TestTakeInAsAWhole(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := openBoth(t, place, nil)
		err := l.relay.TakeIn(t.Context(), []ledger.Delivery{delivery(maple, "d1")}, []ledger.Job{{Kind: "delivery", Queue: "default", Args: "no JSON", Priority: 1, MaxAttempts: 5}})
		if err == nil || !strings.HasPrefix(err.Error(), "taking in webhooks: ") {
			t.Errorf("the jobs could not be made: %v", err)
		}
		update(t, l.manager, maple, func(tx *ledger.Tx) error {
			list, err := tx.Deliveries(ledger.Pending, 10)
			if len(list) > 0 {
				t.Errorf("a delivery without its job: %v", list)
			}
			return err
		})
	})
}

func TestMoveDelivery(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := openBoth(t, place, clock(day(4)))
		want := delivery(maple, "d1")
		if err := l.relay.TakeIn(t.Context(), []ledger.Delivery{want}, nil); err != nil {
			t.Fatal(err)
		}
		want.State = ledger.Pending
		for _, step := range []struct {
			reason   string
			from, to string
			attempts int
			problem  string
			moves    bool
		}{
			{"an attempt failed", ledger.Pending, ledger.Pending, 1, "no answer", true},
			{"it is not dead yet", ledger.Dead, ledger.Pending, 0, "", false},
			{"the last one did", ledger.Pending, ledger.Dead, 2, "no answer", true},
			{"who comes later finds it so", ledger.Pending, ledger.Done, 3, "", false},
			{"it is replayed", ledger.Dead, ledger.Pending, 0, "no answer", true},
			{"and done", ledger.Pending, ledger.Done, 1, "", true},
			{"once", ledger.Pending, ledger.Done, 1, "", false},
		} {
			update(t, l.manager, maple, func(tx *ledger.Tx) error {
				moved, err := tx.MoveDelivery("d1", step.from, step.to, step.attempts, step.problem)
				if err != nil || moved != step.moves {
					t.Errorf("%s: %t, %v", step.reason, moved, err)
				}
				if moved {
					want.State, want.Attempts, want.Error, want.FinishedAt = step.to, step.attempts, step.problem, time.Time{}
					if step.to != ledger.Pending {
						want.FinishedAt = day(4)
					}
				}
				got, err := tx.Delivery("d1")
				equal(t, got, want)
				return err
			})
		}
	})
}
