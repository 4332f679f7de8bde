package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
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
		// Who waits for a table that is in use has all others wait behind it, webhooks among
		// them: it gives up soon, and is run again.
		db, e, err = connectPostgres(ctx, url, map[string]string{"application_name": "shopkeeper migrate", "lock_timeout": "3s"})
	}
	if err != nil {
		return err
	}
	if err = e.migrate(ctx, db); err != nil {
		err = fmt.Errorf("migrating the ledger: %w", err)
	}
	return errors.Join(err, db.Close(), e.close())
}

// ErrOutdated is what opening a ledger returns whose tables are not there, or are those of
// a release before this one.
var ErrOutdated = errors.New("the ledger's tables are not those of this release yet: run `shopkeeper migrate`, as the Job shopkeeper-migrate does, before its processes start")

// upToDate says whether a ledger has this release's tables, or those of the next.
func upToDate(ctx context.Context, db *sql.DB, directory string) error {
	names, err := fs.Glob(migrations, directory+"/*.sql")
	if err != nil {
		return err
	}
	newest := slices.Max(names) // their numbers have five digits each
	want, err := goose.NumericComponent(newest)
	if err != nil {
		return err
	}
	var have sql.NullInt64
	if err := db.QueryRowContext(ctx, "SELECT MAX(version_id) FROM shopkeeper_migrations WHERE is_applied").Scan(&have); err != nil {
		if db.PingContext(ctx) != nil {
			return err
		}
		return fmt.Errorf("%w (%w)", ErrOutdated, err) // no such table, or none that may be read yet
	}
	if have.Int64 < want {
		return fmt.Errorf("%w (they are at %d, and have to be at %d)", ErrOutdated, have.Int64, want)
	}
	return nil
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
