package ledger_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	tables := ours(t, place)
	onPostgres := texts(t, place, `SELECT table_name || '.' || column_name || CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' ELSE '' END
FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1`)
	onPostgres = slices.DeleteFunc(onPostgres, func(c string) bool { table, _, _ := strings.Cut(c, "."); return !slices.Contains(tables, table) })
	onSQLite := column(t, ledgertest.Open(t, ledgertest.OnSQLite(t).Owner, nil).DB(),
		`SELECT m.name || '.' || c.name || CASE WHEN c."notnull" THEN ' NOT NULL' ELSE '' END FROM sqlite_schema m, pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'river%' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'shopkeeper_migrations'`)
	slices.Sort(onPostgres)
	slices.Sort(onSQLite)
	if len(onPostgres) < 100 || !slices.Equal(onPostgres, onSQLite) {
		t.Errorf("PostgreSQL has\n%s\n\nSQLite has\n%s", strings.Join(onPostgres, "\n"), strings.Join(onSQLite, "\n"))
	}
}

// TestIndexesDoNotRivalTheKey: a store's thousands of items were read for each.
func TestIndexesDoNotRivalTheKey(t *testing.T) {
	rivals := texts(t, ledgertest.OnPostgres(t), `SELECT i.indexrelid::regclass::text FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = 1 JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND a.attname = 'tenant' AND NOT i.indisprimary AND i.indpred IS NULL ORDER BY 1`)
	if len(rivals) > 0 {
		t.Errorf("these begin with the tenant, as the primary key does: %v", rivals)
	}
}

func TestAppendOnly(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := openBoth(t, place, nil)
		inEachTable(t, l, maple)
		for _, table := range []string{"commission_entries", "statements", "statement_entries", "stock_movements", "audit_trail"} {
			for _, query := range []string{"UPDATE " + table + " SET store = store", "DELETE FROM " + table} {
				err := l.manager.Update(t.Context(), maple, func(tx *ledger.Tx) error {
					_, err := tx.SQL().ExecContext(t.Context(), query)
					return err
				})
				if code(err) != refused && (err == nil || !strings.Contains(err.Error(), table+" is append-only")) {
					t.Errorf("%s: %v", query, err)
				}
			}
		}
	})
}

func TestRowsOfNoStore(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, nil)
		for _, store := range []ledger.Store{{}, {Tenant: "client-maple-kids"}, {Name: "maple-kids"}} {
			for _, in := range []func(context.Context, ledger.Store, func(*ledger.Tx) error) error{l.Update, l.View} {
				err := in(t.Context(), store, func(*ledger.Tx) error { t.Error("it ran"); return nil })
				if err == nil || !strings.Contains(err.Error(), "lacks its tenant or name") {
					t.Errorf("%q: %v", store, err)
				}
			}
		}
	})
}

var (
	statement = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE)\s`)
	// named tells of a statement whose rows are one store's: the first two
	// parameters are tenant and store. A job has them among its arguments.
	named = regexp.MustCompile(`\b(\w+\.)?tenant = \$1 AND (\w+\.)?store = \$2\b|args->>'tenant' = \$1 AND args->>'store' = \$2\b|` +
		`^INSERT INTO \w+ \(tenant, store, .*(VALUES \(\$1, \$2[,)]|FROM unnest\(\$1::text\[\], \$2::text\[\],)|^INSERT INTO river_job \(`)
)

// unnamed are the statements that are about no rows of a store, or about the job
// that the transaction was begun for.
var unnamed = []string{
	"UPDATE river_job SET state = 'completed', finalized_at = datetime('now', 'subsec') WHERE id = $1 AND state = 'running'",
	"UPDATE river_job SET state = 'completed', finalized_at = now() WHERE id = $1 AND state = 'running'",
	"SELECT MAX(version_id) FROM shopkeeper_migrations WHERE is_applied",
	"SELECT me.rolsuper OR me.rolbypassrls, bool_or(pg_has_role(me.oid, held.oid, 'USAGE')) FROM pg_roles me " +
		"LEFT JOIN pg_roles held ON held.rolname IN ('shopkeeper_manager', 'shopkeeper_relay', 'shopkeeper_console') WHERE me.rolname = current_user GROUP BY 1",
	"SELECT set_config('app.tenant', $1, true)",
	"SELECT set_config('app.tenant', $1, true) FROM (SELECT pg_advisory_xact_lock(hashtextextended($2, 0))) locked",
}

func TestEveryStatementNamesItsStore(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			text, whole := literal(n)
			if !whole || !statement.MatchString(text) {
				return !whole
			}
			found++
			if !named.MatchString(strings.ReplaceAll(text, "\n", " ")) && !slices.Contains(unnamed, text) {
				t.Errorf("%s: a statement that does not name its store: %s", set.Position(n.Pos()), text)
			}
			return false
		})
	}
	if found < 50 {
		t.Errorf("found %d statements: have they another form?", found)
	}
}

// literal is the text of a string, with names for the constants in it. It is
// false where a node is no string.
func literal(n ast.Node) (string, bool) {
	switch e := n.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		left, isLeft := literal(e.X)
		right, isRight := literal(e.Y)
		return left + right, e.Op == token.ADD && (isLeft || isRight)
	case *ast.Ident:
		return e.Name, false
	}
	return "", false
}
