package ledger

import (
	"context"
	"database/sql/driver"
	"errors"
)

// preparing keeps statements prepared. SQLite reads each anew otherwise, which
// takes a third of all the time that working deliveries off does: the ledger and the
// queue have some dozens that they repeat.
type preparing struct{ driver.Connector }

// prepareAtMost bounds how many statements a connection keeps.
const prepareAtMost = 256

// Connect implements driver.Connector.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &preparingConn{sqliteConn: c.(sqliteConn), idle: map[string]preparedStmt{}}, nil
}

// sqliteConn is what the driver's connections are.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// preparedStmt is what the driver's statements are.
type preparedStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparingConn is used by one goroutine at a time, as all of a driver's are.
type preparingConn struct {
	sqliteConn
	idle map[string]preparedStmt // by text; one that is in use is not among them
}

func (c *preparingConn) take(ctx context.Context, query string) (preparedStmt, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(preparedStmt), nil
}

func (c *preparingConn) give(query string, s preparedStmt) error {
	if c.idle[query] != nil || len(c.idle) >= prepareAtMost {
		return s.Close()
	}
	c.idle[query] = s
	return nil
}

// ExecContext implements driver.ExecerContext.
func (c *preparingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	if problem := c.give(query, s); err == nil {
		err = problem
	}
	return result, err
}

// QueryContext implements driver.QueryerContext.
func (c *preparingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		_ = c.give(query, s) // the first error is what went wrong
		return nil, err
	}
	return &preparedRows{Rows: rows, done: func() error { return c.give(query, s) }}, nil
}

// Close implements driver.Conn.
func (c *preparingConn) Close() error {
	var problems []error
	for _, s := range c.idle {
		problems = append(problems, s.Close())
	}
	clear(c.idle)
	return errors.Join(append(problems, c.sqliteConn.Close())...)
}

// preparedRows give their statement back.
type preparedRows struct {
	driver.Rows
	done func() error
}

// Close implements driver.Rows.
func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	if r.done == nil {
		return err
	}
	if problem := r.done(); err == nil {
		err = problem
	}
	r.done = nil
	return err
}
