package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Place is an empty, migrated ledger, and how each process opens it.
type Place struct {
	// Manager, Relay, Console and Owner are URLs. On SQLite they are the same.
	Manager, Relay, Console, Owner string
}

// OnEach runs a test on each database.
func OnEach(t *testing.T, test func(t *testing.T, place Place)) {
	t.Helper()
	t.Run("PostgreSQL", func(t *testing.T) { test(t, OnPostgres(t)) })
	t.Run("SQLite", func(t *testing.T) { test(t, OnSQLite(t)) })
}

// OnPostgres makes a ledger in the shared server.
func OnPostgres(tb testing.TB) Place {
	tb.Helper()
	server := Postgres(tb)
	name, err := server.Database(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return Place{Manager: server.URL("manager", name), Relay: server.URL("relay", name), Console: server.URL("console", name), Owner: server.URL("postgres", name)}
}

// OnSQLite makes a ledger in a file.
func OnSQLite(tb testing.TB) Place {
	tb.Helper()
	empty, err := emptySQLite()
	if err != nil {
		tb.Fatal(err)
	}
	file := filepath.Join(tb.TempDir(), "ledger.db")
	if err := os.WriteFile(file, empty, 0o600); err != nil {
		tb.Fatal(err)
	}
	url := "sqlite://" + file
	return Place{Manager: url, Relay: url, Console: url, Owner: url}
}

// emptySQLite is the file of a ledger with nothing in it. It is made once: to migrate one
// takes longer than most tests do.
var emptySQLite = sync.OnceValues(func() (content []byte, err error) {
	directory, err := os.MkdirTemp("", "ledgertest")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	file := filepath.Join(directory, "ledger.db")
	if err := ledger.Migrate(context.Background(), "sqlite://"+file); err != nil {
		return nil, err
	}
	if _, err := os.Stat(file + "-wal"); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the ledger is in two files: %w", err)
	}
	return os.ReadFile(file)
})

// Open opens a ledger that is closed with the test; now may be nil.
func Open(tb testing.TB, url string, now func() time.Time) *ledger.Ledger {
	tb.Helper()
	l, err := ledger.Open(tb.Context(), ledger.Options{URL: url, Now: now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := l.Close(); err != nil {
			tb.Error(err)
		}
	})
	return l
}
