package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Tx is a transaction on behalf of one store. It ends with the function it was
// given to, and so does the context that it carries.
type Tx struct {
	ctx    context.Context //nolint:containedctx // it lives as long as the transaction, no longer
	tx     *sql.Tx
	engine engine
	store  Store
	now    time.Time
	// head is that of the audit trail, once it is known.
	head *TrailHead
}

// Store is the store on whose behalf the transaction is.
func (t *Tx) Store() Store { return t.store }

// Now is when the transaction began, by the ledger's clock.
func (t *Tx) Now() time.Time { return t.now }

// SQL is the transaction itself, for tests of what the database lets it do.
func (t *Tx) SQL() *sql.Tx { return t.tx }

// args puts tenant and store before a statement's own arguments: they are $1 and
// $2 of every statement.
func (t *Tx) args(args []any) []any { return append([]any{t.store.Tenant, t.store.Name}, args...) }

// exec runs a statement and returns how many rows it changed.
func (t *Tx) exec(query string, args ...any) (int64, error) {
	result, err := t.tx.ExecContext(t.ctx, query, t.args(args)...)
	if err != nil {
		return 0, fmt.Errorf("ledger: %w", err)
	}
	return result.RowsAffected()
}

// row reads one row; ErrNotFound where there is none.
func (t *Tx) row(query string, args []any, into ...any) error {
	err := t.tx.QueryRowContext(t.ctx, query, t.args(args)...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

// collect reads all rows of a query; into says where the columns of one go.
func collect[T any](t *Tx, into func(*T) []any, query string, args ...any) (list []T, err error) {
	rows, err := t.tx.QueryContext(t.ctx, query, t.args(args)...)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v T
		if err := rows.Scan(into(&v)...); err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// one reads the only row of a query; ErrNotFound where there is none.
func one[T any](t *Tx, into func(*T) []any, query string, args ...any) (T, error) {
	var v T
	err := t.row(query, args, into(&v)...)
	return v, err
}

// micros is a time as it is kept: microseconds in UTC, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// at scans a time that is kept in microseconds.
type at struct{ t *time.Time }

func (a at) Scan(value any) error {
	n, ok := value.(int64)
	if !ok {
		return fmt.Errorf("a time as %T", value)
	}
	*a.t = time.Time{}
	if n != 0 {
		*a.t = time.UnixMicro(n).UTC()
	}
	return nil
}

// flag scans a truth that is kept as 0 or 1, which both databases have.
type flag struct{ b *bool }

func (f flag) Scan(value any) error {
	n, ok := value.(int64)
	if !ok {
		return fmt.Errorf("a truth as %T", value)
	}
	*f.b = n != 0
	return nil
}

// number is one of Shopify's as it is kept.
func number(id uint64) int64 { return int64(id) } //nolint:gosec // Shopify's own are signed, too

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
