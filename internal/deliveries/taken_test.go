package deliveries

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

// The columns of a job, but for its id and the time that it was made: of that, the
// form, and whether it is due.
const (
	jobOnPostgres = `SELECT (to_jsonb(j) - 'id' - 'created_at' - 'scheduled_at' || jsonb_build_object('due', scheduled_at <= now(), 'made', created_at <= now()))::text FROM river_job j ORDER BY id`
	jobOnSQLite   = `SELECT json_array(hex(args), attempt, attempted_at, attempted_by, errors, finalized_at, kind, typeof(max_attempts), max_attempts, hex(metadata), typeof(priority), priority,
queue, state, hex(tags), unique_key, unique_states, typeof(scheduled_at), length(scheduled_at), scheduled_at <= datetime('now', 'subsec'), typeof(created_at), length(created_at)) FROM river_job ORDER BY id`
)

// riversOwn makes a job as River does where it returns nothing.
func riversOwn(t *testing.T, l *ledger.Ledger, job river.InsertManyParams) error {
	queue, err := newJobs(l, nil, nil, nil)
	if err != nil {
		return err
	}
	list := []river.InsertManyParams{job}
	if c, ok := queue.(*onPostgres); ok {
		return pgx.BeginFunc(t.Context(), l.Pool(), func(tx pgx.Tx) error {
			_, err := c.InsertManyFastTx(t.Context(), tx, list)
			return err
		})
	}
	tx, err := l.DB().BeginTx(t.Context(), nil)
	if err != nil {
		return err
	}
	_, err = queue.(*onSQLite).InsertManyFastTx(t.Context(), tx, list)
	return errors.Join(err, tx.Commit())
}

func TestJobsOfWhatIsTakenInAreRiversOwn(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, nil)
		relay := l
		if place.Relay != place.Manager {
			relay = ledgertest.Open(t, place.Relay, nil)
		}
		store := ledger.Store{Tenant: "client-maple-kids", Name: `maple "&" kids`}
		if err := riversOwn(t, l, deliveryJob(store, "d1")); err != nil {
			t.Fatal(err)
		}
		job, err := takenJob(store, "d1")
		if err != nil {
			t.Fatal(err)
		}
		taken := ledger.Delivery{Store: store, ID: "d1", Topic: "orders/create", WebhookID: "w1", ReceivedAt: time.Unix(1, 0), Body: []byte("{}")}
		if err := relay.TakeIn(t.Context(), []ledger.Delivery{taken}, []ledger.Job{job}); err != nil {
			t.Fatal(err)
		}
		query := jobOnSQLite
		if l.Pool() != nil {
			query = jobOnPostgres
		}
		rows, err := l.DB().QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		var list []string
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				t.Fatal(err)
			}
			list = append(list, row)
		}
		if err := rows.Err(); err != nil || len(list) != 2 || list[0] != list[1] {
			t.Errorf("%v: River made the first of these jobs, and the ledger the second:\n%s", err, strings.Join(list, "\n"))
		}
	})
}
