package ledger_test

import (
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestMain(m *testing.M) { ledgertest.Main(m) }

var (
	maple = ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}
	bees  = ledger.Store{Tenant: "client-thrifty-bees", Name: "thrifty-bees"}
)

// update is a transaction that has to succeed.
func update(t *testing.T, l *ledger.Ledger, store ledger.Store, f func(*ledger.Tx) error) {
	t.Helper()
	if err := l.Update(t.Context(), store, f); err != nil {
		t.Fatal(err)
	}
}

func TestMigrateAgain(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		if err := ledger.Migrate(t.Context(), place.Owner); err != nil {
			t.Fatal("a migrated ledger is migrated again:", err)
		}
	})
}

// A change of a table waits for who uses it, and whoever comes after that waits for the
// change: so it must not wait for long.
func TestMigrateGivesWay(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	tx, err := login(t, place.Owner).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "LOCK TABLE river_job IN ROW EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	if err := ledger.Migrate(t.Context(), place.Owner); err == nil || !strings.Contains(err.Error(), "lock timeout") {
		t.Errorf("while the queue is in use: %v, want a lock timeout", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := ledger.Migrate(t.Context(), place.Owner); err != nil {
		t.Error("once it is not:", err)
	}
}

func TestTablesOfAnotherRelease(t *testing.T) {
	for name, tc := range map[string]struct {
		reason, change string
		want           error
	}{
		"none":   {"nobody has run migrate", "DROP TABLE shopkeeper_migrations", ledger.ErrOutdated},
		"former": {"the new release is there before its tables are", "DELETE FROM shopkeeper_migrations WHERE version_id > 5", ledger.ErrOutdated},
		"next":   {"a release works on the tables of the one that follows, as in an upgrade", "INSERT INTO shopkeeper_migrations (version_id, is_applied) VALUES (99999, true)", nil},
	} {
		t.Run(name, func(t *testing.T) {
			ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
				l, err := ledger.Open(t.Context(), ledger.Options{URL: place.Manager})
				if err != nil {
					t.Fatal(err)
				}
				asOwner(t, l, place, tc.change)
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				for _, url := range []string{place.Manager, place.Relay, place.Console} {
					l, err := ledger.Open(t.Context(), ledger.Options{URL: url})
					if !errors.Is(err, tc.want) {
						t.Errorf("%s: %v, want %v", tc.reason, err, tc.want)
					}
					if err == nil {
						err = l.Close()
					}
					if err != nil && tc.want == nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

func TestOneProcessOnSQLite(t *testing.T) {
	place := ledgertest.OnSQLite(t)
	l := ledgertest.Open(t, place.Manager, nil)
	if _, err := ledger.Open(t.Context(), ledger.Options{URL: place.Manager}); !errors.Is(err, ledger.ErrInUse) {
		t.Errorf("opened a second time: %v, want ErrInUse", err)
	}
	if err := l.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOpen(t *testing.T) {
	for name, c := range map[string]struct{ reason, url, want string }{
		"no scheme":  {"a path alone could be meant for either", "ledger.db", "the ledger's URL: give sqlite:///path/to/file or postgres://user:password@host/database"},
		"no file":    {"SQLite needs one", "sqlite://", "the ledger's URL names no file: give sqlite:///path/to/file"},
		"unreadable": {"the URL holds a password, so it is not shown", "postgres://u:secret@[", "the ledger's URL is not one that PostgreSQL takes: give postgres://user:password@host/database"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ledger.Open(t.Context(), ledger.Options{URL: c.url}); err == nil || err.Error() != c.want {
				t.Errorf("%s: %v, want %s", c.reason, err, c.want)
			}
		})
	}
	t.Run("superuser", func(t *testing.T) {
		if _, err := ledger.Open(t.Context(), ledger.Options{URL: ledgertest.OnPostgres(t).Owner}); !errors.Is(err, ledger.ErrUnprotected) {
			t.Errorf("a user who sees all tenants: %v, want ErrUnprotected", err)
		}
	})
	t.Run("owner", func(t *testing.T) {
		if _, err := ledger.Open(t.Context(), ledger.Options{URL: migratedByItsOwner(t)}); !errors.Is(err, ledger.ErrNoRights) {
			t.Errorf("the owner of the tables, whom no policy shows a row: %v, want ErrNoRights", err)
		}
	})
}

// migratedByItsOwner makes a ledger by the user who owns the database and can do nothing else,
// which is what docs/production.md asks for, and returns that user's URL.
func migratedByItsOwner(t *testing.T) string {
	t.Helper()
	server := ledgertest.Postgres(t)
	place := ledgertest.OnPostgres(t) // with which the roles are there
	db, err := sql.Open("pgx", place.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range []string{"DROP DATABASE IF EXISTS house", "DROP ROLE IF EXISTS landlord", "CREATE ROLE landlord LOGIN", "CREATE DATABASE house OWNER landlord"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	url := server.URL("landlord", "house")
	if err := ledger.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	return url
}

func TestBinding(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, nil)
		shop := ledger.Binding{ShopID: 7, ShopDomain: "maple-kids.myshopify.com", Currency: "CAD"}
		update(t, l, maple, func(tx *ledger.Tx) error { return tx.Bind(shop) })
		for name, c := range map[string]struct {
			reason  string
			change  func(*ledger.Binding)
			refused bool
		}{
			"again":            {"binding is done with every look", func(*ledger.Binding) {}, false},
			"another domain":   {"a shop may be renamed", func(b *ledger.Binding) { b.ShopDomain = "maple.myshopify.com" }, false},
			"another shop":     {"a recreated namespace inherits nobody's ledger", func(b *ledger.Binding) { b.ShopID = 8 }, true},
			"another currency": {"amounts carry none", func(b *ledger.Binding) { b.Currency = "USD" }, true},
		} {
			t.Run(name, func(t *testing.T) {
				asked := shop
				c.change(&asked)
				err := l.Update(t.Context(), maple, func(tx *ledger.Tx) error { return tx.Bind(asked) })
				if _, refused := errors.AsType[*ledger.OtherShopError](err); refused != c.refused || err != nil && !refused {
					t.Errorf("%s: %v", c.reason, err)
				}
			})
		}
	})
}

func TestNothingLeftBehind(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, nil)
		err := l.Update(t.Context(), maple, func(tx *ledger.Tx) error {
			if err := tx.PutConsignor(ledger.Consignor{ID: "c1", Name: "Robin", Class: "Regular"}); err != nil {
				return err
			}
			return os.ErrInvalid
		})
		if !errors.Is(err, os.ErrInvalid) {
			t.Fatal(err)
		}
		err = l.View(t.Context(), maple, func(tx *ledger.Tx) error { _, err := tx.Consignor("c1"); return err })
		if !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("half of a transaction is there: %v", err)
		}
	})
}

// Who adds up what several statements read needs all of it as of one moment.
func TestAViewIsOfOneMoment(t *testing.T) {
	l := ledgertest.Open(t, ledgertest.OnPostgres(t).Manager, nil)
	err := l.View(t.Context(), maple, func(view *ledger.Tx) error {
		if _, err := view.Findings(); err != nil {
			return err
		}
		update(t, l, maple, func(tx *ledger.Tx) error {
			_, err := tx.Find(ledger.Finding{Kind: "DoubleSale", Subject: "i1", Severity: "Critical"})
			return err
		})
		if list, err := view.Findings(); err != nil || len(list) != 0 {
			t.Errorf("the second look sees what came after the first: %v, %v", list, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What waits for a store goes on with it; what is for a time of its own, or another
// store's, does not.
func TestGoOn(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, nil)
		for _, store := range []ledger.Store{maple, bees} {
			update(t, l, store, func(tx *ledger.Tx) error {
				var jobs []ledger.Job
				for _, item := range []string{"waits", "later"} {
					args := `{"tenant": "` + store.Tenant + `", "store": "` + store.Name + `", "item": "` + item + `"}`
					jobs = append(jobs, ledger.Job{Kind: "push", Queue: "default", Args: args, Priority: 1, MaxAttempts: 5})
				}
				return tx.Enqueue(jobs)
			})
		}
		exec(t, l.DB(), "UPDATE river_job SET state = 'scheduled', scheduled_at = '2131-01-01 00:00:00'")
		exec(t, l.DB(), "UPDATE river_job SET attempted_at = '2026-01-01 00:00:00' WHERE args->>'item' = 'waits'")
		update(t, l, maple, (*ledger.Tx).GoOn)
		got := column(t, l.DB(), "SELECT (args->>'store') || ' ' || (args->>'item') FROM river_job WHERE scheduled_at < '2130-01-01' ORDER BY 1")
		equal(t, got, []string{"maple-kids waits"})
	})
}
