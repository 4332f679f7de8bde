package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrations make the tables, for each database in its own words. A release's
// tables serve the release before it as well, so that an upgrade needs no pause.
//
//go:embed migrations
var migrations embed.FS

// Migrate brings a database up to date: the tables, their rights, and the queue's
// tables. On PostgreSQL the user has to be the tables' owner, and for the first
// time be allowed to make roles. It may run more than once, and many at a time.
func Migrate(ctx context.Context, url string) error {
	var db *sql.DB
	var e engine
	var err error
	if scheme, path, _ := strings.Cut(url, "://"); scheme == "sqlite" {
		db, e, err = openSQLite(ctx, path)
	} else {
		db, e, err = connectPostgres(ctx, url)
	}
	if err != nil {
		return err
	}
	if err = e.migrate(ctx, db); err != nil {
		err = fmt.Errorf("migrating the ledger: %w", err)
	}
	return errors.Join(err, db.Close(), e.close())
}

func migrateTables(ctx context.Context, db *sql.DB, dialect goose.Dialect, directory string) error {
	files, err := fs.Sub(migrations, directory)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithTableName("shopkeeper_migrations"), goose.WithDisableGlobalRegistry(true)}
	if dialect == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}
