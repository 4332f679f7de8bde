package deliveries

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

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
	// Topic is for the metrics: of a duplicate, nothing but its job is kept.
	Topic string `json:"topic,omitempty"`
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

func jobFor(args river.JobArgs, store ledger.Store, priority int) (ledger.Job, error) {
	text, err := json.Marshal(args)
	return ledger.Job{Kind: args.Kind(), Queue: queueOf(store), Args: string(text), Priority: priority, MaxAttempts: riverAttempts}, err
}

func deliveryJob(store ledger.Store, id, topic string) (ledger.Job, error) {
	return jobFor(deliveryArgs{Tenant: store.Tenant, Store: store.Name, Delivery: id, Topic: topic}, store, priorityDelivery)
}

func pushJob(store ledger.Store, item string) (ledger.Job, error) {
	return jobFor(pushArgs{Tenant: store.Tenant, Store: store.Name, Item: item}, store, priorityPush)
}

// jobs is River on either database.
type jobs interface {
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

// newJobs returns River on the ledger's database. The ledger itself makes jobs and
// completes them.
func newJobs(l *ledger.Ledger, c crew, log *slog.Logger, clock rivertype.TimeGenerator) (jobs, error) {
	config := &river.Config{
		Logger: log, Test: river.TestConfig{Time: clock}, FetchCooldown: fetchCooldown, FetchPollInterval: fetchPoll,
		Workers: c.workers, Queues: map[string]river.QueueConfig{}, JobTimeout: c.timeout(), RescueStuckJobsAfter: c.rescueAfter,
		CompletedJobRetentionPeriod: time.Hour, // what a job did is in the ledger
		// To build indexes anew takes their owner, whom the manager is not.
		ReindexerSchedule: river.NeverSchedule(),
	}
	for n := range uint32(queues) {
		config.Queues[queueName(n)] = river.QueueConfig{MaxWorkers: c.perQueue}
	}
	if pool := l.Pool(); pool != nil {
		return river.NewClient(riverpgxv5.New(pool), config)
	}
	return river.NewClient(riversqlite.New(l.DB()), config)
}
