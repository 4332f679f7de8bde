// Package ledgertest gives tests ledgers: on a PostgreSQL that it starts from the
// installed programs, and on SQLite.
package ledgertest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Server is a PostgreSQL of the test's own.
type Server struct {
	programs, data string
	port           int
	settings       []string
	as             *syscall.Credential
	process        *exec.Cmd
	exited         <-chan error
	databases      int
	mu             sync.Mutex
}

// Programs is the directory of PostgreSQL's programs, or an error with the command
// that installs them.
func Programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("PostgreSQL is needed and not installed: `apt-get install postgresql`, or put the directory of initdb on the PATH")
	}
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(found[len(found)-1]), nil
}

func version(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb)))) // 0 sorts what is no number first
	return n
}

// Start makes a cluster in a directory of its own and starts it on a free port,
// with settings such as fsync=off.
func Start(ctx context.Context, settings ...string) (*Server, error) {
	programs, err := Programs()
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "shopkeeper-postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{programs: programs, data: filepath.Join(directory, "data"), settings: settings}
	if s.as, err = unprivileged(directory); err != nil {
		return nil, err
	}
	//nolint:gosec // where it is found is up to whoever runs the tests
	initdb := exec.CommandContext(ctx, filepath.Join(programs, "initdb"), "--pgdata", s.data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = directory, &syscall.SysProcAttr{Credential: s.as}
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, output)
	}
	if s.port, err = Port(ctx); err != nil {
		return nil, err
	}
	if err := s.Restart(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// unprivileged is who PostgreSQL runs as where we are root, which it refuses. The
// directory becomes theirs.
func unprivileged(directory string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32) // both are numbers on every Unix
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(directory, int(uid), int(gid))
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody: run the tests as another user")
}

// inUse is what a server says that is started before the children of one that was
// killed have ended: they do so by themselves, soon.
const inUse = "is still in use"

// Restart starts the server, again after Kill.
func (s *Server) Restart(ctx context.Context) error {
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for until := time.Now().Add(time.Minute); ; {
		said, err := s.start(ctx)
		if err == nil || !strings.Contains(said, inUse) || time.Now().After(until) {
			return err
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// start starts the server and returns what it said meanwhile.
func (s *Server) start(ctx context.Context) (said string, err error) {
	args := []string{"-D", s.data, "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200"}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	log, err := os.Create(s.data + ".log")
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	s.process = exec.Command(filepath.Join(s.programs, "postgres"), args...) //nolint:noctx,gosec // it outlives the call, and Stop ends it
	s.process.Stdout, s.process.Stderr = log, log
	s.process.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	if s.exited, err = Spawn(s.process, syscall.SIGQUIT); err != nil {
		return "", fmt.Errorf("starting PostgreSQL: %w", err)
	}
	err = s.wait(ctx)
	text, readErr := os.ReadFile(s.data + ".log")
	if err != nil {
		err = fmt.Errorf("%w: %s", err, text)
	}
	return string(text), errors.Join(err, readErr)
}

// wait returns once the server answers.
func (s *Server) wait(ctx context.Context) error {
	db, err := sql.Open("pgx", s.URL("postgres", "postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case exit := <-s.exited:
			return fmt.Errorf("PostgreSQL ended: %w", exit)
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		case <-retry.C:
		}
	}
}

// Kill ends the server and its children without warning.
func (s *Server) Kill() error {
	// The children end by themselves when the parent is gone.
	err := s.process.Process.Kill()
	<-s.exited //nolint:errcheck // it was killed
	return err
}

// Stop ends the server and removes its data.
func (s *Server) Stop() error {
	err := s.process.Process.Signal(syscall.SIGQUIT)
	<-s.exited //nolint:errcheck // it was told to
	return errors.Join(err, os.RemoveAll(filepath.Dir(s.data)))
}

// URL is the server's for a user and a database.
func (s *Server) URL(user, database string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", user, s.port, database)
}

// template is the database that all others are copied from.
const template = "shopkeeper_template"

// Database makes a migrated database, and returns its name. manager, relay and
// console are users with the rights of those processes.
func (s *Server) Database(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	db, err := sql.Open("pgx", s.URL("postgres", "postgres"))
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }()
	if s.databases == 0 {
		if _, err := db.ExecContext(ctx, "CREATE DATABASE "+template); err != nil {
			return "", err
		}
		if err := ledger.Migrate(ctx, s.URL("postgres", template)); err != nil {
			return "", err
		}
		for _, user := range []string{"manager", "relay", "console"} {
			if _, err := db.ExecContext(ctx, fmt.Sprintf("CREATE ROLE %s LOGIN IN ROLE shopkeeper_%s", user, user)); err != nil {
				return "", err
			}
		}
	}
	s.databases++
	name := fmt.Sprintf("shopkeeper_%d", s.databases)
	_, err = db.ExecContext(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template))
	return name, err
}

var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Postgres returns the server that the tests of a package share. Main stops it.
func Postgres(tb testing.TB) *Server {
	tb.Helper()
	shared.once.Do(func() {
		// What the tests kill is the server, never the machine.
		shared.server, shared.err = Start(context.Background(), "fsync=off") //nolint:usetesting // it outlives the test
	})
	if shared.err != nil {
		tb.Fatal(shared.err)
	}
	return shared.server
}

// Main runs the tests of a package and stops the server that they shared.
func Main(m *testing.M) { os.Exit(Stop(m.Run())) }

// Stop stops the server that the tests of a package shared, and returns their code,
// or 1 where it cannot be stopped. It is for a TestMain that starts more.
func Stop(code int) int {
	if shared.server != nil {
		if err := shared.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stopping PostgreSQL:", err)
			return max(code, 1)
		}
	}
	return code
}
