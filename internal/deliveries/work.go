package deliveries

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Options make a Queue.
type Options struct {
	Ledger *ledger.Ledger
	Shops  Shops
	// Photos are those of items; nil where no item has any.
	Photos catalog.Photos
	// PerQueue is how many jobs each of the eight queues works on at a time; 8 if zero.
	PerQueue int
	// RescueAfter is when a job whose process is gone goes to another one, of those
	// that look twice a minute; 2 minutes if zero. An attempt may take three quarters
	// of it.
	RescueAfter time.Duration
	// Log receives a line for each delivery that fails; nobody where nil.
	Log *slog.Logger
	// Registerer receives the metrics; nobody where nil.
	Registerer prometheus.Registerer
	// Clock is the queue's and the ledger's time; the system's where nil.
	Clock rivertype.TimeGenerator
}

// Queue works deliveries off: it reads again what they are about, and applies what
// that comes to in the transaction that ends them. It may run in several processes
// at a time, on PostgreSQL.
type Queue struct {
	ledger  *ledger.Ledger
	shops   Shops
	photos  catalog.Photos
	jobs    jobs
	reads   *reads
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time
}

// New returns a Queue that stands still.
func New(o Options) (*Queue, error) {
	if o.PerQueue == 0 {
		o.PerQueue = 8
	}
	if o.RescueAfter == 0 {
		o.RescueAfter = 2 * time.Minute
	}
	q := &Queue{ledger: o.Ledger, shops: o.Shops, photos: o.Photos, reads: newReads(), log: o.Log, now: time.Now}
	if o.Clock != nil {
		q.now = o.Clock.Now
	}
	if q.log == nil {
		q.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if q.metrics, err = newMetrics(o.Registerer); err != nil {
		return nil, fmt.Errorf("registering the metrics of deliveries: %w", err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &deliveryWorker{queue: q})
	river.AddWorker(workers, &pushWorker{queue: q})
	q.jobs, err = newJobs(o.Ledger, crew{workers, o.PerQueue, o.RescueAfter}, q.log, o.Clock)
	return q, err
}

// stopping is how long jobs may take to end on their own.
const stopping = 20 * time.Second

// Start works deliveries off until the context ends.
func (q *Queue) Start(ctx context.Context) error {
	// What is under way ends by itself: to cut it short would only have it done again.
	if err := q.jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("starting the queue: %w", err)
	}
	<-ctx.Done()
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopping)
	defer cancel()
	if err := q.jobs.Stop(ending); err == nil {
		return nil
	}
	return q.jobs.StopAndCancel(context.WithoutCancel(ctx))
}

// NeedLeaderElection keeps a store's API budget with one owner.
func (q *Queue) NeedLeaderElection() bool { return true }

type deliveryWorker struct {
	river.WorkerDefaults[deliveryArgs]
	queue *Queue
}

// NextRetry is when a failed attempt is repeated.
func (*deliveryWorker) NextRetry(job *river.Job[deliveryArgs]) time.Time {
	return job.AttemptedAt.Add(delay(job.Attempt, chance()))
}

func (w *deliveryWorker) Work(ctx context.Context, job *river.Job[deliveryArgs]) error {
	store := ledger.Store{Tenant: job.Args.Tenant, Name: job.Args.Store}
	d := ledger.Delivery{Store: store, ID: job.Args.Delivery, Topic: job.Args.Topic}
	return w.queue.deliver(shopify.ComingBack(shopify.WithPriority(ctx, shopify.PriorityWebhook), longestWait), d, job.JobRow)
}

// deliver makes one attempt at a delivery, of which its job tells the store, the id
// and the topic.
func (q *Queue) deliver(ctx context.Context, d ledger.Delivery, job *rivertype.JobRow) error {
	w := &work{Delivery: d, attempt: job.Attempt}
	err := q.attempt(ctx, w, job)
	if err == nil || w.State == "" {
		return err // it could not even be read
	}
	return q.failed(ctx, w.Delivery, job, err)
}

// attempt does what a delivery asks for.
func (q *Queue) attempt(ctx context.Context, w *work, job *rivertype.JobRow) (err error) {
	defer func() {
		if p := recover(); p != nil {
			q.log.Error("working on a delivery panicked", "namespace", w.Tenant, "name", w.Name, "delivery", w.ID, "topic", w.Topic, "stack", string(debug.Stack()))
			err = fmt.Errorf("a mistake in the program: %v", p)
		}
	}()
	var known effect
	if err := q.view(ctx, w.Store, func(tx *ledger.Tx) (err error) { known, err = w.begin(tx); return err }); err != nil {
		return err
	}
	switch {
	case w.State != ledger.Pending:
		q.metrics.done(w.Store, w.Topic, outcomeDuplicate)
		return nil
	case w.about == nil:
		// The spec asks for it; what it is for is not known here.
		q.metrics.done(w.Store, w.Topic, outcomeIgnored)
		_, err := q.finish(ctx, w, job, nothing)
		return err
	case known != nil:
		_, err = q.finish(ctx, w, job, known)
	default:
		err = q.lookAndFinish(ctx, w, job)
	}
	if err == nil {
		q.metrics.finished(w, q.now())
	}
	return err
}

// begin reads a delivery and what it is about, and returns what follows where the
// ledger has it already; nil where the shop has to be looked at.
func (w *work) begin(tx *ledger.Tx) (known effect, err error) {
	d, err := tx.Delivery(w.ID)
	if err != nil {
		return nil, err
	}
	if w.Delivery = d; d.State != ledger.Pending {
		return nil, nil
	}
	if w.about = topics[w.Topic]; w.about == nil {
		return nil, nil
	}
	w.reason = w.Topic + " webhook " + w.WebhookID
	if w.subject, err = read(w.Topic, w.Body); err != nil || w.about.known == nil {
		return nil, err
	}
	return w.about.known(tx, w)
}

// lookAndFinish looks at the shop, together with those who need the same look.
func (q *Queue) lookAndFinish(ctx context.Context, w *work, job *rivertype.JobRow) (err error) {
	if w.shop, err = q.shops.Client(ctx, w.Store); err != nil {
		return err
	}
	ran, err := q.reads.once(ctx, w.key(), w.at, func() (time.Time, error) {
		found, err := w.about.look(q, ctx, w)
		if err != nil {
			return time.Time{}, err
		}
		applied, err := q.finish(ctx, w, job, found.apply)
		if !applied {
			return time.Time{}, err // what was read reached nobody
		}
		return found.covers, err
	})
	if err == nil && !ran {
		_, err = q.finish(ctx, w, job, nothing)
	}
	return err
}

// finish applies the effect, ends the delivery and completes its job: all of it or
// nothing. It tells whether the effect was applied.
func (q *Queue) finish(ctx context.Context, w *work, job *rivertype.JobRow, apply effect) (applied bool, err error) {
	err = q.ledger.Update(ctx, w.Store, func(tx *ledger.Tx) error {
		applied, err = tx.MoveDelivery(w.ID, ledger.Pending, ledger.Done, job.Attempt, "")
		if err != nil || !applied {
			return err // another process had it meanwhile, where this one was thought dead
		}
		if err := tx.Record(receipt(w.Delivery)); err != nil {
			return err
		}
		push, err := apply(tx)
		if err != nil {
			return err
		}
		if err := Push(tx, push); err != nil {
			return err
		}
		return tx.CompleteJob(job.ID)
	})
	return applied && err == nil, err
}

// notingTimeout is how long it may take to note that an attempt failed.
const notingTimeout = 10 * time.Second

// failed says what follows from a failed attempt.
func (q *Queue) failed(ctx context.Context, d ledger.Delivery, job *rivertype.JobRow, problem error) error {
	if ctx.Err() != nil && errors.Is(problem, context.Canceled) {
		return problem // the process ends; whoever goes on makes the attempt again
	}
	what, after := verdict(problem, triesOf(job), chance())
	q.metrics.done(d.Store, d.Topic, outcome(what))
	q.log.Warn("a delivery failed", "namespace", d.Tenant, "name", d.Name, "delivery", d.ID, "topic", d.Topic, "attempt", job.Attempt, "then", string(what), "error", problem)
	state := ledger.Pending
	if what == giveUp {
		state = ledger.Dead
	}
	// An attempt that ran out of time leaves none for this.
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), notingTimeout)
	defer cancel()
	err := q.ledger.Update(noting, d.Store, func(tx *ledger.Tx) error {
		// Another process may have done it meanwhile.
		moved, err := tx.MoveDelivery(d.ID, ledger.Pending, state, job.Attempt, problem.Error())
		if err != nil || !moved || what != giveUp {
			return err
		}
		if err := errors.Join(tx.Record(receipt(d)), tx.Record(ledger.TrailEntry{
			Actor: actor, Action: "delivery", Subject: deliverySubject(d.ID), Before: ledger.Pending, After: ledger.Dead, Reason: problem.Error(),
		})); err != nil {
			return err
		}
		return tx.CompleteJob(job.ID)
	})
	switch {
	case err != nil:
		return errors.Join(problem, err)
	case what == wait:
		return river.JobSnooze(after)
	case what == giveUp:
		q.shops.Look(d.Store) // its status tells
		return nil
	}
	return problem
}

// actor is this package in the audit trail.
const actor = "deliveries"

// Push has the products of items brought in line with the items, once the
// transaction is committed. It takes no right but to insert jobs.
func Push(tx *ledger.Tx, items []string) error {
	list := make([]ledger.Job, len(items))
	for i, item := range items {
		var err error
		if list[i], err = pushJob(tx.Store(), item); err != nil {
			return err
		}
	}
	return tx.Enqueue(list)
}

type pushWorker struct {
	river.WorkerDefaults[pushArgs]
	queue *Queue
}

// NextRetry is when a failed push is repeated.
func (*pushWorker) NextRetry(job *river.Job[pushArgs]) time.Time {
	return job.AttemptedAt.Add(delay(job.Attempt, chance()))
}

func (w *pushWorker) Work(ctx context.Context, job *river.Job[pushArgs]) error {
	store := ledger.Store{Tenant: job.Args.Tenant, Name: job.Args.Store}
	return w.queue.push(shopify.ComingBack(shopify.WithPriority(ctx, shopify.PriorityPush), longestWait), store, job.Args.Item, job.JobRow)
}

// push brings the product of an item in line with the item's state.
func (q *Queue) push(ctx context.Context, store ledger.Store, item string, job *rivertype.JobRow) error {
	err := q.pushItem(ctx, store, item, job)
	if err == nil {
		q.metrics.pushed(store, outcomeDone)
		return nil
	}
	what, after := verdict(err, triesOf(job), chance())
	q.metrics.pushed(store, outcome(what))
	q.log.Warn("a push failed", "namespace", store.Tenant, "name", store.Name, "item", item, "attempt", job.Attempt, "then", string(what), "error", err)
	switch what {
	case wait:
		return river.JobSnooze(after)
	case giveUp:
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), notingTimeout)
		defer cancel()
		return q.ledger.Update(ctx, store, func(tx *ledger.Tx) error {
			if _, err := tx.Find(ledger.Finding{
				Kind: PushFailed, Subject: pushSubject(item), Severity: "Critical",
				Detail: "its stock and status in the shop could not be brought in line: do so by hand. The last failure: " + err.Error(),
			}); err != nil {
				return err
			}
			q.metrics.found(store, PushFailed)
			return tx.CompleteJob(job.ID)
		})
	case retry:
	}
	return err
}

// PushFailed is the finding that an item's product could not be brought in line.
const PushFailed = "PushFailed"

func pushSubject(item string) string { return "item/" + item }

func (q *Queue) pushItem(ctx context.Context, store ledger.Store, item string, job *rivertype.JobRow) error {
	_, err := q.reads.once(ctx, pushKey(store, item), everything, func() (time.Time, error) {
		items := []string{item}
		failed := q.pushNow(ctx, store, items, together(ctx, items, fmt.Sprintf("push-%d", job.ID)), func(tx *ledger.Tx) error { return tx.CompleteJob(job.ID) })
		return everything, failed[item]
	})
	return err
}
