package bench

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

// nowhere stores nothing: what is left is HTTP and the signature.
type nowhere struct{}

func (nowhere) Put(context.Context, deliveries.Received) error { return nil }
func (nowhere) Ping(context.Context) error                     { return nil }

// rows is the least that keeps a webhook: one row in one table, no job, stored
// together with those that arrived during the commit before.
type rows struct {
	waiting chan *row
	insert  func([]*row) error
}

type row struct {
	deliveries.Received
	stored chan error
}

func (r *rows) Ping(context.Context) error { return nil }

func (r *rows) Put(_ context.Context, d deliveries.Received) error {
	w := &row{d, make(chan error, 1)}
	r.waiting <- w
	return <-w.stored
}

func (r *rows) write() {
	for first := range r.waiting {
		batch := []*row{first}
		for more := true; more && len(batch) < 256; {
			select {
			case next, open := <-r.waiting:
				if more = open; open {
					batch = append(batch, next)
				}
			default:
				more = false
			}
		}
		err := r.insert(batch)
		for _, w := range batch {
			w.stored <- err
		}
	}
}

// newRows starts as many writers as the engine's inbox has.
func newRows(b *testing.B, writers int, insert func([]*row) error) *rows {
	b.Helper()
	r := &rows{waiting: make(chan *row, 4096), insert: insert}
	for range writers {
		go r.write()
	}
	b.Cleanup(func() { close(r.waiting) })
	return r
}

// place is a database with its own settings for durability, and a bare table.
type place struct {
	ledgertest.Place
	bare *rows
}

var engines = []struct {
	name string
	make func(*testing.B) place
}{{"SQLite", onSQLite}, {"PostgreSQL", onPostgres}}

func onSQLite(b *testing.B) place {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(b.Context(), "CREATE TABLE bare (tenant TEXT NOT NULL, store TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (tenant, store, id))")
	must(b, err)
	insert, err := db.PrepareContext(b.Context(), "INSERT INTO bare VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
	must(b, err)
	return place{ledgertest.OnSQLite(b), newRows(b, 1, func(batch []*row) error {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		statement := tx.Stmt(insert)
		defer func() { _ = statement.Close() }()
		for _, r := range batch {
			if _, err := statement.Exec(r.Tenant, r.Store, r.WebhookID, r.Body); err != nil {
				return err
			}
		}
		return tx.Commit()
	})}
}

// onPostgres is a server that, unlike that of the tests, waits for its disk.
func onPostgres(b *testing.B) place {
	b.Helper()
	server, err := ledgertest.Start(b.Context())
	must(b, err)
	b.Cleanup(func() { must(b, server.Stop()) })
	name, err := server.Database(b.Context())
	must(b, err)
	urls := ledgertest.Place{Manager: server.URL("manager", name), Relay: server.URL("relay", name), Console: server.URL("console", name), Owner: server.URL("postgres", name)}
	pool, err := pgxpool.New(b.Context(), urls.Owner)
	must(b, err)
	b.Cleanup(pool.Close)
	_, err = pool.Exec(b.Context(), "CREATE TABLE bare (tenant TEXT NOT NULL, store TEXT NOT NULL, id TEXT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (tenant, store, id))")
	must(b, err)
	return place{urls, newRows(b, 2, func(batch []*row) error {
		tenants, stores, ids, bodies := make([]string, len(batch)), make([]string, len(batch)), make([]string, len(batch)), make([][]byte, len(batch))
		for i, r := range batch {
			tenants[i], stores[i], ids[i], bodies[i] = r.Tenant, r.Store, r.WebhookID, r.Body
		}
		_, err := pool.Exec(b.Context(), "INSERT INTO bare SELECT tenant, store, id, body FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) AS given (tenant, store, id, body) ON CONFLICT DO NOTHING", tenants, stores, ids, bodies)
		return err
	})}
}

// openInbox opens the inbox as the relay does.
func openInbox(b *testing.B, l *ledger.Ledger) *deliveries.Inbox {
	b.Helper()
	inbox := deliveries.NewInbox(l)
	b.Cleanup(inbox.Close)
	return inbox
}
