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
type sqlite struct{ lock *os.File }

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
	connector, err := sqlitedriver.NewConnector("file:" + path + "?_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("opening the ledger %s: %w", path, err), lock.Close())
	}
	db := sql.OpenDB(preparing{connector})
	// One writer is all that SQLite has; more connections would only wait.
	db.SetMaxOpenConns(1)
	if err := db.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("opening the ledger %s: %w", path, err), db.Close(), lock.Close())
	}
	return db, &sqlite{lock: lock}, nil
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

// options need no saying: whoever reads has the only connection.
func (s *sqlite) options(bool) *sql.TxOptions { return nil }

// begin has nothing to do: there is one connection, so transactions follow one
// another anyhow.
func (s *sqlite) begin(context.Context, *sql.Tx, Store, bool) error { return nil }

func (s *sqlite) migrate(ctx context.Context, db *sql.DB) error {
	if err := migrateTables(ctx, db, goose.DialectSQLite3, "migrations/sqlite"); err != nil {
		return err
	}
	queue, err := rivermigrate.New(riversqlite.New(db), nil)
	if err != nil {
		return err
	}
	_, err = queue.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (s *sqlite) close() error { return s.lock.Close() }
