package deliveries

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// deliveryArgs name a delivery in the inbox. Its body stays there: the queue's
// tables are outside of row-level security.
type deliveryArgs struct {
	Tenant   string `json:"tenant"`
	Store    string `json:"store"`
	Delivery string `json:"delivery"`
}

func (deliveryArgs) Kind() string { return "delivery" }

// pushArgs name an item whose stock and status in the shop have to follow what
// the ledger says.
type pushArgs struct {
	Tenant string `json:"tenant"`
	Store  string `json:"store"`
	Item   string `json:"item"`
}

func (pushArgs) Kind() string { return "push" }

// queues is how many queues the stores share. A store's jobs are all in one, so
// that one with very many keeps no more than its neighbours in that queue waiting.
const queues = 8

func queueName(n uint32) string { return fmt.Sprintf("store_%d", n) }

// queueOf is the queue of a store.
func queueOf(store ledger.Store) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(store.String()))
	return queueName(h.Sum32() % queues)
}

// Priorities of jobs, 1 before 4.
const (
	priorityDelivery = 1
	priorityPush     = 2
)

// riverAttempts is River's own limit, and out of reach: who gives up is verdict, so
// that no delivery is left without a job because its last attempt was cut short.
const riverAttempts = 10 * maxAttempts

func jobFor(args river.JobArgs, store ledger.Store, priority int) river.InsertManyParams {
	return river.InsertManyParams{Args: args, InsertOpts: &river.InsertOpts{Queue: queueOf(store), Priority: priority, MaxAttempts: riverAttempts}}
}

func deliveryJob(store ledger.Store, id string) river.InsertManyParams {
	return jobFor(deliveryArgs{Tenant: store.Tenant, Store: store.Name, Delivery: id}, store, priorityDelivery)
}

// takenJob is deliveryJob as the ledger makes it when it takes a delivery in.
func takenJob(store ledger.Store, id string) (ledger.Job, error) {
	return ledgerJob(deliveryArgs{Tenant: store.Tenant, Store: store.Name, Delivery: id}, store, priorityDelivery)
}

// ledgerJob is jobFor as the ledger makes it.
func ledgerJob(args river.JobArgs, store ledger.Store, priority int) (ledger.Job, error) {
	text, err := json.Marshal(args)
	return ledger.Job{Kind: args.Kind(), Queue: queueOf(store), Args: string(text), Priority: priority, MaxAttempts: riverAttempts}, err
}

func pushJob(store ledger.Store, item string) river.InsertManyParams {
	return jobFor(pushArgs{Tenant: store.Tenant, Store: store.Name, Item: item}, store, priorityPush)
}

// jobs is River on either database.
type jobs interface {
	// insert makes jobs in a transaction of the ledger.
	insert(ctx context.Context, tx *ledger.Tx, list []river.InsertManyParams) error
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
}

const (
	// fetchCooldown is how long a queue rests between two looks for jobs.
	fetchCooldown = 50 * time.Millisecond
	// fetchPoll is how often a queue is looked at although nobody announced a job.
	// SQLite never announces one.
	fetchPoll = 100 * time.Millisecond
)

// crew works jobs off.
type crew struct {
	workers *river.Workers
	// perQueue is how many jobs of a queue are worked on at a time.
	perQueue int
	// rescueAfter gives a job whose process is gone to another one. An attempt is
	// ended before that, so that no job is worked on by two.
	rescueAfter time.Duration
}

func (c *crew) timeout() time.Duration { return c.rescueAfter * 3 / 4 }

// newJobs returns River on the ledger's database: to insert jobs where there is no
// crew, else to work them off as well.
func newJobs(l *ledger.Ledger, c *crew, log *slog.Logger, clock rivertype.TimeGenerator) (jobs, error) {
	config := &river.Config{Logger: log, FetchCooldown: fetchCooldown, FetchPollInterval: fetchPoll, Test: river.TestConfig{Time: clock}}
	if c != nil {
		config.Workers, config.Queues = c.workers, map[string]river.QueueConfig{}
		for n := range uint32(queues) {
			config.Queues[queueName(n)] = river.QueueConfig{MaxWorkers: c.perQueue}
		}
		config.JobTimeout, config.RescueStuckJobsAfter = c.timeout(), c.rescueAfter
		config.CompletedJobRetentionPeriod = time.Hour // what a job did is in the ledger
		// To build indexes anew takes their owner, whom the manager is not.
		config.ReindexerSchedule = river.NeverSchedule()
	}
	if pool := l.Pool(); pool != nil {
		client, err := river.NewClient(riverpgxv5.New(pool), config)
		return &onPostgres{client}, err
	}
	client, err := river.NewClient(riversqlite.New(l.DB()), config)
	return &onSQLite{client}, err
}

type onPostgres struct{ *river.Client[pgx.Tx] }

func (c *onPostgres) insert(ctx context.Context, tx *ledger.Tx, list []river.InsertManyParams) error {
	return within(tx, func(tx pgx.Tx) error {
		_, err := c.InsertManyTx(ctx, tx, list)
		return err
	})
}

type onSQLite struct{ *river.Client[*sql.Tx] }

func (c *onSQLite) insert(ctx context.Context, tx *ledger.Tx, list []river.InsertManyParams) error {
	_, err := c.InsertManyTx(ctx, tx.SQL(), list)
	return err
}

// within shows a transaction of database/sql as pgx's, which River wants.
func within(tx *ledger.Tx, f func(pgx.Tx) error) error {
	return tx.Conn().Raw(func(conn any) error {
		return f(borrowedTx{conn.(*stdlib.Conn).Conn()})
	})
}

// pgxConn keeps the embedded connection's name from the method Conn.
type pgxConn = pgx.Conn

// borrowedTx is a transaction that the ledger begins and ends, and nobody else.
type borrowedTx struct{ *pgxConn }

var errBorrowed = errors.New("the transaction is the ledger's, which begins and ends it")

func (t borrowedTx) Conn() *pgx.Conn                       { return t.pgxConn }
func (t borrowedTx) Begin(context.Context) (pgx.Tx, error) { return nil, errBorrowed }
func (t borrowedTx) Commit(context.Context) error          { return errBorrowed }
func (t borrowedTx) Rollback(context.Context) error        { return errBorrowed }
func (t borrowedTx) LargeObjects() pgx.LargeObjects        { panic(errBorrowed) }
