package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	sqlitedriver "modernc.org/sqlite"
)

// sqlite is a file that one process has to itself.
type sqlite struct {
	lock    *os.File
	readers *sql.DB
}

// ErrInUse is what opening a SQLite ledger returns while another process has it.
var ErrInUse = errors.New("another process has the ledger open, and SQLite's is for one at a time: stop that one, or use PostgreSQL")

func openSQLite(ctx context.Context, path string) (*sql.DB, engine, error) {
	if path == "" {
		return nil, nil, errors.New("the ledger's URL names no file: give sqlite:///path/to/file")
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, nil, err
	}
	// A write that the system has not put on the disk is not one, hence FULL.
	// One writer is all that SQLite has; more connections would only wait.
	db, err := openFile(path, 1, "_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err == nil {
		err = db.PingContext(ctx) // from here on there is a file, in WAL mode
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("opening the ledger %s: %w", path, err), lock.Close())
	}
	readers, err := openFile(path, sqliteReaders, "_pragma=query_only(1)")
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("opening the ledger %s: %w", path, err), db.Close(), lock.Close())
	}
	return db, &sqlite{lock: lock, readers: readers}, nil
}

// sqliteReaders read side by side, and do not wait for who writes.
const sqliteReaders = 4

func openFile(path string, connections int, settings string) (*sql.DB, error) {
	connector, err := sqlitedriver.NewConnector("file:" + path + "?_pragma=busy_timeout(5000)&" + settings)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(preparing{connector})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// lockFile takes a lock that the system gives back when the process ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the ledger: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrInUse
		}
		return nil, fmt.Errorf("locking the ledger: %w", err)
	}
	return f, nil
}

func (s *sqlite) tables() string { return sqliteTables }

const sqliteTables = "migrations/sqlite"

// options need no saying: a transaction of who reads is of one moment as it is, and
// the connections of readers refuse to change anything.
func (s *sqlite) options(bool) *sql.TxOptions { return nil }

// begin has nothing to do: there is one connection for changes, so they follow one
// another anyhow.
func (s *sqlite) begin(context.Context, *sql.Tx, Store, bool) error { return nil }

func (s *sqlite) migrate(ctx context.Context, db *sql.DB) error {
	if err := migrateTables(ctx, db, goose.DialectSQLite3, sqliteTables); err != nil {
		return err
	}
	queue, err := rivermigrate.New(riversqlite.New(db), nil)
	if err != nil {
		return err
	}
	_, err = queue.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (s *sqlite) goOn() string { return sqliteGoesOn }

func (s *sqlite) completeJob() string { return sqliteCompletes }

func (s *sqlite) reading(*sql.DB) *sql.DB { return s.readers }

func (s *sqlite) close() error { return errors.Join(s.readers.Close(), s.lock.Close()) }
