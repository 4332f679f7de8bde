package ledger_test

import (
	"fmt"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestStatementsThatStayPrepared(t *testing.T) {
	db := ledgertest.Open(t, ledgertest.OnSQLite(t).Owner, nil).DB()
	exec := func(query string, args ...any) error {
		_, err := db.ExecContext(t.Context(), query, args...)
		return err
	}
	count := func() (n int) {
		t.Helper()
		if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM bag").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const insert = "INSERT INTO bag VALUES ($1)"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(exec("CREATE TABLE bag (thing INTEGER PRIMARY KEY); CREATE INDEX bag_index ON bag (thing)"))
	for n := range 3 {
		must(exec(insert, n))
	}
	if exec(insert, 2) == nil {
		t.Error("a thing is in the bag twice")
	}
	must(exec(insert, 3))
	if n := count(); n != 4 {
		t.Errorf("%d things after one that failed, want 4", n)
	}

	tx, err := db.BeginTx(t.Context(), nil)
	must(err)
	defer func() { _ = tx.Rollback() }()
	const query = "SELECT thing FROM bag ORDER BY thing"
	outer, err := tx.QueryContext(t.Context(), query)
	must(err)
	seen := ""
	for outer.Next() {
		var a, b int
		must(outer.Scan(&a))
		must(tx.QueryRowContext(t.Context(), query).Scan(&b)) // the same, while it is in use; closed early
		seen += fmt.Sprint(a, b, " ")
	}
	must(outer.Err())
	must(outer.Close()) //nolint:sqlclosecheck // before the transaction ends
	must(tx.Commit())
	if want := "0 0 1 0 2 0 3 0 "; seen != want {
		t.Errorf("a statement within itself saw %q, want %q", seen, want)
	}

	must(exec("DROP TABLE bag"))
	if exec(insert, 1) == nil {
		t.Error("there is no table, and yet a thing is in it")
	}
	must(exec("CREATE TABLE bag (thing INTEGER PRIMARY KEY, size INTEGER DEFAULT 1)"))
	if exec(insert, 1) == nil {
		t.Error("the table is another, and the statement is not")
	}
	for n := range 600 { // more than are kept
		must(exec(fmt.Sprintf("INSERT INTO bag (thing) VALUES (%d)", n)))
	}
	if n := count(); n != 600 {
		t.Errorf("%d things, want 600", n)
	}
}
