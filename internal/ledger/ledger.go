package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Store names the store that rows belong to.
type Store struct {
	// Tenant is the client: a namespace.
	Tenant string
	// Name is the ShopifyStore's.
	Name string
}

func (s Store) String() string { return s.Tenant + "/" + s.Name }

// ErrNotFound is what reading a row that is not there returns.
var ErrNotFound = errors.New("not in the ledger")

// Ledger is an open ledger. It is safe for concurrent use.
type Ledger struct {
	db     *sql.DB
	engine engine
	now    func() time.Time
}

// engine is what the two databases do differently.
type engine interface {
	// begin readies a transaction for the store. A transaction that changes the
	// store waits for the one before it.
	begin(ctx context.Context, tx *sql.Tx, store Store, changes bool) error
	// takeIn is Ledger.TakeIn.
	takeIn(ctx context.Context, db *sql.DB, list []Delivery, jobs []Job) error
	// reading is where transactions that only read are made.
	reading(db *sql.DB) *sql.DB
	// completeJob is the statement that completes a job of the queue.
	completeJob() string
	// goOn is the statement that has jobs which wait go on.
	goOn() string
	// enqueue makes jobs in a transaction.
	enqueue(ctx context.Context, tx *sql.Tx, jobs []Job) error
	// options are those of a transaction.
	options(changes bool) *sql.TxOptions
	// tables is the directory of the migrations that make the tables.
	tables() string
	// migrate brings the tables, and those of the queue, up to date.
	migrate(ctx context.Context, db *sql.DB) error
	close() error
}

// Options open a ledger.
type Options struct {
	// URL is sqlite:///path/to/file or postgres://user:password@host/database.
	URL string
	// Now is the clock that rows are dated by; time.Now where nil.
	Now func() time.Time
}

// Open opens a ledger that has been migrated; ErrOutdated says that it has not, or not for
// this release. PostgreSQL's row-level security has to hold for the user who logs in; a
// SQLite file is locked for this process.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	l := &Ledger{now: o.Now}
	if l.now == nil {
		l.now = time.Now
	}
	var err error
	switch scheme, path, _ := strings.Cut(o.URL, "://"); scheme {
	case "sqlite":
		l.db, l.engine, err = openSQLite(ctx, path)
	case "postgres", "postgresql":
		l.db, l.engine, err = openPostgres(ctx, o.URL)
	default:
		// Not the whole of it: there may be a password in it.
		return nil, errors.New("the ledger's URL: give sqlite:///path/to/file or postgres://user:password@host/database")
	}
	if err != nil {
		return nil, err
	}
	if err := upToDate(ctx, l.db, l.engine.tables()); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the ledger: %w", err), l.Close())
	}
	return l, nil
}

// MayPass says of an error of Open that it may be over soon: the database cannot be reached,
// or its tables are not there yet.
func MayPass(err error) bool {
	_, unreachable := errors.AsType[*pgconn.ConnectError](err)
	return unreachable || errors.Is(err, ErrOutdated)
}

// Close lets go of the database.
func (l *Ledger) Close() error { return errors.Join(l.db.Close(), l.engine.close()) }

// Ping says whether the database answers.
func (l *Ledger) Ping(ctx context.Context) error { return l.db.PingContext(ctx) }

// Pool is the pool of connections to PostgreSQL, or nil on SQLite. The queue
// shares it.
func (l *Ledger) Pool() *pgxpool.Pool {
	if p, ok := l.engine.(*postgres); ok {
		return p.pool
	}
	return nil
}

// DB is the database, for what is not any one store's: the queue, and the relay's
// group commits.
func (l *Ledger) DB() *sql.DB { return l.db }

// Update runs f in a transaction that changes the store, and commits where f
// returns nil. It waits for another that changes the same store.
func (l *Ledger) Update(ctx context.Context, store Store, f func(*Tx) error) error {
	return l.in(ctx, store, true, f)
}

// View runs f in a transaction that only reads, all of it as of one moment.
func (l *Ledger) View(ctx context.Context, store Store, f func(*Tx) error) error {
	return l.in(ctx, store, false, f)
}

func (l *Ledger) in(ctx context.Context, store Store, changes bool, f func(*Tx) error) error {
	if store.Tenant == "" || store.Name == "" {
		return fmt.Errorf("ledger: store %q lacks its tenant or name", store)
	}
	db := l.db
	if !changes {
		db = l.engine.reading(db)
	}
	tx, err := db.BeginTx(ctx, l.engine.options(changes))
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := l.engine.begin(ctx, tx, store, changes); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if err := f(&Tx{ctx: ctx, tx: tx, engine: l.engine, store: store, now: l.now()}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}
