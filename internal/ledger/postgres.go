package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// postgres is a pool of connections that database/sql and the queue share.
type postgres struct{ pool *pgxpool.Pool }

// ErrUnprotected is what opening PostgreSQL returns where row-level security would
// not hold.
var ErrUnprotected = errors.New("the ledger's user bypasses row-level security, which keeps tenants apart: " +
	"log in as one who is neither superuser nor has BYPASSRLS, and is a member of shopkeeper_manager, shopkeeper_relay or shopkeeper_console")

// ErrNoRights is what opening PostgreSQL returns for a user who would find an empty ledger,
// such as the owner of its tables.
var ErrNoRights = errors.New("the ledger's user has no rights to what clients have in it, as its owner has none: " +
	"log in as a member of shopkeeper_manager, shopkeeper_relay or shopkeeper_console")

// connections is how many a process opens at most, unless the URL's pool_max_conns
// says otherwise.
const connections = 20

// connectTimeout is how long a database may take to answer who connects, unless the URL's
// connect_timeout says otherwise.
const connectTimeout = 5 * time.Second

// postgresConfig reads a URL. What it does not say is ours, as are the settings of sessions.
func postgresConfig(url string, settings map[string]string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the ledger's URL is not one that PostgreSQL takes: give postgres://user:password@host/database")
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = connections
	}
	if !strings.Contains(url, "connect_timeout") {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	for name, value := range settings {
		if _, given := config.ConnConfig.RuntimeParams[name]; !given {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	return config, nil
}

// connectPostgres opens a pool whose sessions have the settings, unless the URL has others.
func connectPostgres(ctx context.Context, url string, settings map[string]string) (*sql.DB, *postgres, error) {
	config, err := postgresConfig(url, settings)
	if err != nil {
		return nil, nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	// All connections are the pool's, which sees to their age and number.
	db.SetMaxIdleConns(0)
	return db, &postgres{pool: pool}, nil
}

// whoLogsIn says whether the user bypasses row-level security, and whether it has the rights
// of a role that policies are for: NULL before there are such roles.
const whoLogsIn = "SELECT me.rolsuper OR me.rolbypassrls, bool_or(pg_has_role(me.oid, held.oid, 'USAGE')) FROM pg_roles me " +
	"LEFT JOIN pg_roles held ON held.rolname IN ('shopkeeper_manager', 'shopkeeper_relay', 'shopkeeper_console') WHERE me.rolname = current_user GROUP BY 1"

func openPostgres(ctx context.Context, url string) (*sql.DB, engine, error) {
	db, p, err := connectPostgres(ctx, url, map[string]string{
		"application_name": "shopkeeper",
		// Who dies in a transaction must not lock a store for ever.
		"idle_in_transaction_session_timeout": "60s",
	})
	if err != nil {
		return nil, nil, err
	}
	var bypasses bool
	var member sql.NullBool
	err = db.QueryRowContext(ctx, whoLogsIn).Scan(&bypasses, &member)
	switch {
	case err != nil:
	case bypasses:
		err = ErrUnprotected
	case member.Valid && !member.Bool:
		err = ErrNoRights
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("opening the ledger: %w", err), db.Close(), p.close())
	}
	return db, p, nil
}

func (p *postgres) tables() string { return postgresTables }

const postgresTables = "migrations/postgres"

// options have who only reads see one moment, and change nothing.
func (p *postgres) options(changes bool) *sql.TxOptions {
	if changes {
		return nil
	}
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// begin sets the tenant that row-level security goes by, until the transaction
// ends. The lock makes those who change a store follow one another.
func (p *postgres) begin(ctx context.Context, tx *sql.Tx, store Store, changes bool) error {
	var set sql.NullString
	if !changes {
		return tx.QueryRowContext(ctx, "SELECT set_config('app.tenant', $1, true)", store.Tenant).Scan(&set)
	}
	return tx.QueryRowContext(ctx, "SELECT set_config('app.tenant', $1, true) FROM (SELECT pg_advisory_xact_lock(hashtextextended($2, 0))) locked",
		store.Tenant, store.String()).Scan(&set)
}

func (p *postgres) migrate(ctx context.Context, db *sql.DB) error {
	if err := migrateTables(ctx, db, goose.DialectPostgres, postgresTables); err != nil {
		return err
	}
	queue, err := rivermigrate.New(riverpgxv5.New(p.pool), nil)
	if err != nil {
		return err
	}
	if _, err := queue.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, grantQueue)
	return err
}

func (p *postgres) reading(db *sql.DB) *sql.DB { return db }

func (p *postgres) goOn() string { return postgresGoesOn }

func (p *postgres) completeJob() string { return postgresCompletes }

// grantQueue gives rights on the queue's tables. The manager works for all tenants: a
// job holds tenant, store and what it is about, never a body. The relay makes jobs for
// deliveries and the console makes pushes of one tenant, and nothing else. The
// indexes on arguments and metadata serve searches that are not made here, and
// would double what taking in a webhook costs.
const grantQueue = `
GRANT SELECT, INSERT, UPDATE, DELETE ON river_job, river_leader, river_queue, river_notification TO shopkeeper_manager;
GRANT SELECT ON river_migration TO shopkeeper_manager;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO shopkeeper_manager;
GRANT INSERT ON river_job TO shopkeeper_relay, shopkeeper_console;
GRANT USAGE ON SEQUENCE river_job_id_seq TO shopkeeper_relay, shopkeeper_console;
ALTER TABLE river_job ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS manager ON river_job;
CREATE POLICY manager ON river_job TO shopkeeper_manager USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS relay ON river_job;
CREATE POLICY relay ON river_job FOR INSERT TO shopkeeper_relay WITH CHECK (kind = 'delivery' AND state = 'available');
DROP POLICY IF EXISTS console ON river_job;
CREATE POLICY console ON river_job FOR INSERT TO shopkeeper_console
  WITH CHECK (kind = 'push' AND state = 'available' AND args->>'tenant' = current_setting('app.tenant', true));
DROP INDEX IF EXISTS river_job_args_index;
DROP INDEX IF EXISTS river_job_metadata_index;
`

// closing bounds how long connections in use may hold up the end.
const closing = 5 * time.Second

func (p *postgres) close() error {
	done := make(chan struct{})
	go func() { p.pool.Close(); close(done) }()
	select {
	case <-done:
		return nil
	case <-time.After(closing):
		return errors.New("closing the ledger: connections are still in use")
	}
}
