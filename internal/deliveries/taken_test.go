package deliveries

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertest"
	"github.com/riverqueue/river/rivertype"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

// The columns of a job, but for its id and its times: of those, the form, and whether
// they are past.
const (
	jobOnPostgres = `SELECT (to_jsonb(j) - 'id' - 'created_at' - 'scheduled_at' - 'finalized_at' ||
jsonb_build_object('due', scheduled_at <= now(), 'made', created_at <= now(), 'ended', finalized_at <= now()))::text FROM river_job j ORDER BY id`
	jobOnSQLite = `SELECT json_array(hex(args), attempt, attempted_at, attempted_by, errors, length(finalized_at), finalized_at <= datetime('now', 'subsec'), kind, typeof(max_attempts), max_attempts, hex(metadata), typeof(priority), priority,
queue, state, hex(tags), unique_key, unique_states, typeof(scheduled_at), length(scheduled_at), scheduled_at <= datetime('now', 'subsec'), typeof(created_at), length(created_at)) FROM river_job ORDER BY id`
)

// rivers is River as the queue has it.
func rivers(l *ledger.Ledger) (jobs, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &deliveryWorker{})
	river.AddWorker(workers, &pushWorker{})
	return newJobs(l, crew{workers: workers, perQueue: 1, rescueAfter: time.Minute}, nil, nil)
}

// riversOwn makes a job as River does where it returns nothing; on PostgreSQL, where it
// returns it, for the other way copies past row-level security.
func riversOwn(t *testing.T, l *ledger.Ledger, args river.JobArgs, job ledger.Job) error {
	queue, err := rivers(l)
	if err != nil {
		return err
	}
	list := []river.InsertManyParams{{Args: args, InsertOpts: &river.InsertOpts{Queue: job.Queue, Priority: job.Priority, MaxAttempts: job.MaxAttempts}}}
	if c, ok := queue.(*river.Client[pgx.Tx]); ok {
		return pgx.BeginFunc(t.Context(), l.Pool(), func(tx pgx.Tx) error {
			_, err := c.InsertManyTx(t.Context(), tx, list)
			return err
		})
	}
	tx, err := l.DB().BeginTx(t.Context(), nil)
	if err != nil {
		return err
	}
	_, err = queue.(*river.Client[*sql.Tx]).InsertManyFastTx(t.Context(), tx, list)
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
		job, err := deliveryJob(store, "d1", "orders/create")
		if err := errors.Join(err, riversOwn(t, l, deliveryArgs{Tenant: store.Tenant, Store: store.Name, Delivery: "d1", Topic: "orders/create"}, job)); err != nil {
			t.Fatal(err)
		}
		taken := ledger.Delivery{Store: store, ID: "d1", Topic: "orders/create", WebhookID: "w1", ReceivedAt: time.Unix(1, 0), Body: []byte("{}")}
		if err := relay.TakeIn(t.Context(), []ledger.Delivery{taken}, []ledger.Job{job}); err != nil {
			t.Fatal(err)
		}
		sameTwo(t, l, "River made the first of these jobs, and the ledger the second")
	})
}

func TestPushesBesideTheQueueAreRiversOwn(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, nil)
		console := l
		if place.Console != place.Manager {
			console = ledgertest.Open(t, place.Console, nil)
		}
		store := ledger.Store{Tenant: "client-maple-kids", Name: `maple "&" kids`}
		job, err := pushJob(store, "i1")
		if err := errors.Join(err, riversOwn(t, l, pushArgs{Tenant: store.Tenant, Store: store.Name, Item: "i1"}, job)); err != nil {
			t.Fatal(err)
		}
		if err := console.Update(t.Context(), store, func(tx *ledger.Tx) error { return Push(tx, []string{"i1"}) }); err != nil {
			t.Fatal(err)
		}
		sameTwo(t, l, "River made the first of these jobs, and the ledger the second")
	})
}

// sameTwo holds the two jobs that there are against each other.
func sameTwo(t *testing.T, l *ledger.Ledger, of string) {
	t.Helper()
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
		t.Errorf("%v: %s:\n%s", err, of, strings.Join(list, "\n"))
	}
}

// riversCompletion completes a job as River does.
func riversCompletion(t *testing.T, l *ledger.Ledger, queue jobs, id int64) error {
	job := &river.Job[pushArgs]{JobRow: &rivertype.JobRow{ID: id, State: rivertype.JobStateRunning}}
	if c, ok := queue.(*river.Client[pgx.Tx]); ok {
		return pgx.BeginFunc(t.Context(), l.Pool(), func(tx pgx.Tx) error {
			_, err := river.JobCompleteTx[*riverpgxv5.Driver](rivertest.WorkContext(t.Context(), c), tx, job)
			return err
		})
	}
	tx, err := l.DB().BeginTx(t.Context(), nil)
	if err != nil {
		return err
	}
	_, err = river.JobCompleteTx[*riversqlite.Driver](rivertest.WorkContext(t.Context(), queue.(*river.Client[*sql.Tx])), tx, job)
	return errors.Join(err, tx.Commit())
}

func TestJobsAreCompletedAsByRiver(t *testing.T) {
	for state, reason := range map[string]string{"running": "it is completed", "retryable": "another has it by now, who is left to it"} {
		t.Run(state, func(t *testing.T) {
			ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
				l := ledgertest.Open(t, place.Manager, nil)
				store := ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}
				queue, err := rivers(l)
				if err != nil {
					t.Fatal(err)
				}
				if err := l.Update(t.Context(), store, func(tx *ledger.Tx) error { return Push(tx, []string{"i1", "i1"}) }); err != nil {
					t.Fatal(err)
				}
				if _, err := l.DB().ExecContext(t.Context(), "UPDATE river_job SET metadata = (SELECT metadata FROM river_job WHERE id = 1), state = '"+state+"'"); err != nil {
					t.Fatal(err)
				}
				if err := riversCompletion(t, l, queue, 1); err != nil && state == "running" {
					t.Fatal(err)
				}
				if err := l.Update(t.Context(), store, func(tx *ledger.Tx) error { return tx.CompleteJob(2) }); err != nil {
					t.Fatal(err)
				}
				sameTwo(t, l, reason+": River completed the first of these jobs, and the ledger the second")
			})
		})
	}
}
