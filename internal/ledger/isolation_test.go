package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

// refused is what PostgreSQL answers whom row-level security or a missing right
// stops.
const refused = "42501"

func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return fmt.Sprint(err)
}

// opened is a ledger as the manager and the relay have it.
type opened struct{ manager, relay *ledger.Ledger }

func openBoth(t *testing.T, place ledgertest.Place, now func() time.Time) opened {
	t.Helper()
	manager := ledgertest.Open(t, place.Manager, now)
	if place.Relay == place.Manager { // one process
		return opened{manager, manager}
	}
	return opened{manager, ledgertest.Open(t, place.Relay, now)}
}

// inEachTable puts a row for a store into each table that a store has rows in.
func inEachTable(t *testing.T, l opened, store ledger.Store) {
	t.Helper()
	update(t, l.manager, store, func(tx *ledger.Tx) error {
		_, foundErr := tx.Find(ledger.Finding{Kind: "UnknownItem", Subject: "sku", Severity: "Warning"})
		itemErr := errors.Join(
			tx.PutConsignor(ledger.Consignor{ID: "c1", Name: "Robin", Class: "Regular"}),
			tx.PutItem(ledger.Item{ID: "i1", ConsignorID: "c1", EventID: spring.ID, State: "ready"}))
		_, photoErr := tx.PutPhoto(ledger.ItemPhoto{ItemID: "i1", Hash: "h1"})
		_, productErr := tx.PutProduct(ledger.Product{ItemID: "i1", ProductID: 3, VariantID: 4, InventoryItemID: 5})
		_, movedErr := tx.Move(ledger.Movement{InventoryItemID: 5, LocationID: 6, ItemID: "i1", Available: 1, Actor: "shopify"})
		return errors.Join(
			tx.Bind(ledger.Binding{ShopID: 7, ShopDomain: store.Name + ".myshopify.com", Currency: "CAD"}),
			tx.PutSaleEvent(spring), tx.PutTerms(spring.ID, []ledger.Terms{{EffectiveFrom: day(1)}}),
			itemErr,
			tx.PutShift(ledger.Shift{ID: "s1", EventID: spring.ID, ConsignorID: "c1"}),
			photoErr, productErr,
			putOrder(tx, ledger.Order{ID: 8, Currency: "CAD", CreatedAt: day(2)}),
			tx.PutLine(ledger.OrderLine{ID: 9, OrderID: 8, SKU: "i1", ItemID: "i1", Quantity: 1}),
			tx.PutSale(ledger.Sale{LineID: 9, OrderID: 8, ItemID: "i1", ConsignorID: "c1", EventID: spring.ID, State: "Sold"}),
			tx.Post(ledger.Entry{Key: "sale/9/1", Kind: ledger.Accrual, ConsignorID: "c1", EventID: spring.ID, LineID: 9, Inputs: "{}"}),
			tx.CloseStatement(ledger.Statement{ID: "st1", EventID: spring.ID, ConsignorID: "c1", Number: 1}, []string{"sale/9/1"}),
			tx.Record(ledger.TrailEntry{Actor: "test", Action: "Put", Subject: "i1"}),
			tx.PutAnswer(ledger.Answer{Key: "k1", Request: "r", Status: 201, Body: "{}"}, day(1)),
			tx.PutCursor("orders", "1"),
			foundErr, movedErr,
		)
	})
	if err := l.relay.TakeIn(t.Context(), []ledger.Delivery{delivery(store, "d1")}, nil); err != nil {
		t.Fatal(err)
	}
}

// ours are the tables of the ledger: all but the queue's and the list of migrations.
func ours(t *testing.T, place ledgertest.Place) []string {
	t.Helper()
	return texts(t, place, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "+
		`AND relname NOT LIKE 'river\_%' AND relname <> 'shopkeeper_migrations' ORDER BY relname`)
}

// texts reads a column as the database's owner.
func texts(t *testing.T, place ledgertest.Place, query string) []string {
	t.Helper()
	return column(t, login(t, place.Owner), query)
}

// login opens PostgreSQL as a user, without the ledger's care for tenants.
func login(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func column(t *testing.T, db interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}, query string,
) (list []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		list = append(list, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestEveryTableIsProtected(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	open := texts(t, place, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "+
		`AND relname NOT LIKE 'river\_%' AND relname <> 'shopkeeper_migrations' AND NOT (relrowsecurity AND relforcerowsecurity)`)
	if len(open) > 0 {
		t.Errorf("row-level security is not enabled and forced on %v", open)
	}
	if n := len(ours(t, place)); n < 18 {
		t.Errorf("%d tables: has the catalog another form?", n)
	}
}

func TestAStatementThatForgetsItsTenant(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	both := openBoth(t, place, nil)
	inEachTable(t, both, maple)
	inEachTable(t, both, bees)
	l := both.manager
	tables := ours(t, place)
	update(t, l, maple, func(tx *ledger.Tx) error {
		for _, table := range tables {
			if seen := column(t, tx.SQL(), "SELECT tenant FROM "+table); len(seen) != 1 || seen[0] != maple.Tenant {
				t.Errorf("%s: %s sees the rows of %v", table, maple, seen)
			}
		}
		// What changes all rows changes its own.
		for _, query := range []string{"UPDATE items SET title = 'taken'", "DELETE FROM findings", "DELETE FROM webhook_deliveries"} {
			if _, err := tx.SQL().ExecContext(t.Context(), query); err != nil {
				t.Errorf("%s: %v", query, err)
			}
		}
		return nil
	})
	update(t, l, bees, func(tx *ledger.Tx) error {
		if item, err := tx.Item("i1"); err != nil || item.Title == "taken" {
			t.Errorf("the other's item: %+v, %v", item, err)
		}
		if _, err := tx.Delivery("d1"); err != nil {
			t.Errorf("the other's delivery: %v", err)
		}
		findings, err := tx.Findings()
		if len(findings) != 1 {
			t.Errorf("the other's findings: %v", findings)
		}
		return err
	})
}

func TestWithoutATenant(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	inEachTable(t, openBoth(t, place, nil), maple)
	// Not even the owner of the tables sees more; a superuser would.
	owner := login(t, place.Owner)
	for _, query := range []string{"CREATE ROLE owner LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO owner", "ALTER TABLE consignors OWNER TO owner"} {
		if _, err := owner.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { // the role is the server's, not the database's
		for _, query := range []string{"REASSIGN OWNED BY owner TO postgres", "DROP OWNED BY owner", "DROP ROLE owner"} {
			if _, err := owner.ExecContext(context.WithoutCancel(t.Context()), query); err != nil {
				t.Error(err)
			}
		}
	})
	for name, c := range map[string]struct{ reason, setting string }{
		"never set": {"nobody said whose rows are asked for", "SELECT 1"},
		"empty":     {"a setting is empty, not missing, after the transaction that set it", "SELECT set_config('app.tenant', '', true)"},
		"another":   {"a tenant of that name has nothing", "SELECT set_config('app.tenant', 'client', true)"},
		"pattern":   {"a tenant's name is no pattern", "SELECT set_config('app.tenant', '%', true)"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, url := range []string{place.Manager, place.Console, userOf(place.Owner, "owner")} {
				tx, err := login(t, url).BeginTx(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				_ = column(t, tx, c.setting)
				for _, table := range ours(t, place) {
					if seen := column(t, tx, "SELECT tenant FROM "+table); len(seen) > 0 {
						t.Errorf("%s: %s shows %v", c.reason, table, seen)
					}
				}
				if err := tx.Rollback(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestWritesIntoAnotherTenant(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	for _, url := range []string{place.Manager, place.Console} {
		l := ledgertest.Open(t, url, nil)
		for name, query := range map[string]string{
			"insert": "INSERT INTO findings (tenant, store, kind, subject, severity, detail, first_seen_at, last_seen_at, resolved_at) VALUES ('client-thrifty-bees', 'thrifty-bees', 'k', 's', 'Warning', '', 0, 0, 0)",
			"empty":  "INSERT INTO findings (tenant, store, kind, subject, severity, detail, first_seen_at, last_seen_at, resolved_at) VALUES ('', '', 'k', 's', 'Warning', '', 0, 0, 0)",
			"move":   "UPDATE findings SET tenant = 'client-thrifty-bees'",
		} {
			t.Run(name, func(t *testing.T) {
				err := l.Update(t.Context(), maple, func(tx *ledger.Tx) error {
					if _, err := tx.Find(ledger.Finding{Kind: "k", Subject: "mine", Severity: "Warning"}); err != nil {
						t.Error(err)
					}
					_, err := tx.SQL().ExecContext(t.Context(), query)
					return err
				})
				if code(err) != refused {
					t.Errorf("got %v, want it refused", err)
				}
			})
		}
	}
}
