package ledgertest

import (
	"path/filepath"
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
	url := "sqlite://" + filepath.Join(tb.TempDir(), "ledger.db")
	if err := ledger.Migrate(tb.Context(), url); err != nil {
		tb.Fatal(err)
	}
	return Place{Manager: url, Relay: url, Console: url, Owner: url}
}

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
