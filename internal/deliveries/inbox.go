package deliveries

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Inbox stores what the relay takes in. Deliveries that arrive while a commit is
// under way are stored by the next one together, of whichever stores they are: a
// disk that can do some hundred commits a second takes thousands of webhooks in.
type Inbox struct {
	ledger  *ledger.Ledger
	waiting chan *waiting
	// bytes are those of the bodies that wait.
	bytes   atomic.Int64
	writers sync.WaitGroup
	mu      sync.RWMutex
	closed  bool
}

// waiting is a delivery on its way into the inbox.
type waiting struct {
	delivery ledger.Delivery
	job      ledger.Job
	stored   chan error
	// ctx is that of who waits; once it has ended nobody does.
	ctx context.Context //nolint:containedctx // it travels with what it is about
}

const (
	// waitingRoom is how many deliveries may wait to be stored.
	waitingRoom = 4096
	// waitingBytes is how much their bodies may take in memory.
	waitingBytes = 128 << 20
	// A commit takes this many deliveries, or bodies of this many bytes.
	batchDeliveries = 256
	batchBytes      = 8 << 20
	// storeTimeout ends a commit: Shopify waits no longer than 5 seconds.
	storeTimeout = 4 * time.Second
	// postgresWriters commit side by side: one writes while another waits for the
	// disk.
	postgresWriters = 2
)

// NewInbox returns the inbox in a ledger. Close ends it.
func NewInbox(l *ledger.Ledger) *Inbox {
	i := &Inbox{ledger: l, waiting: make(chan *waiting, waitingRoom)}
	writers := 1
	if l.Pool() != nil {
		writers = postgresWriters
	}
	for range writers {
		i.writers.Go(i.write)
	}
	return i
}

// Close ends the inbox once all that waits is stored or has failed.
func (i *Inbox) Close() {
	i.mu.Lock()
	i.closed = true
	close(i.waiting)
	i.mu.Unlock()
	i.writers.Wait()
}

// Ping says whether the ledger answers.
func (i *Inbox) Ping(ctx context.Context) error { return i.ledger.Ping(ctx) }

var errClosed = errors.New("the inbox is closed")

// Put returns nil once the delivery is durable, together with the job that works
// it off. One that is in the inbox already is durable too.
func (i *Inbox) Put(ctx context.Context, r Received) error {
	store, id := ledger.Store{Tenant: r.Tenant, Name: r.Store}, ledger.NewID()
	job, err := deliveryJob(store, id, r.Topic)
	if err != nil {
		return err
	}
	w := &waiting{ctx: ctx, stored: make(chan error, 1), job: job, delivery: ledger.Delivery{
		Store: store, ID: id, Topic: r.Topic, WebhookID: r.WebhookID, EventID: r.EventID, APIVersion: r.APIVersion,
		TriggeredAt: r.TriggeredAt, ReceivedAt: r.ReceivedAt, Body: r.Body,
	}}
	if err := i.enqueue(w); err != nil {
		return err
	}
	select {
	case err := <-w.stored:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (i *Inbox) enqueue(w *waiting) error {
	i.mu.RLock()
	defer i.mu.RUnlock()
	if i.closed {
		return errClosed
	}
	size := int64(len(w.delivery.Body))
	if i.bytes.Add(size) > waitingBytes {
		i.bytes.Add(-size)
		return ErrFull
	}
	select {
	case i.waiting <- w:
		return nil
	default:
		i.bytes.Add(-size)
		return ErrFull
	}
}

// write stores what waits, batch by batch.
func (i *Inbox) write() {
	for first := range i.waiting {
		batch := i.batch(first)
		size := 0
		for _, w := range batch {
			size += len(w.delivery.Body)
		}
		// Whoever has gone meanwhile sends again, and would only keep others waiting.
		i.store(slices.DeleteFunc(batch, func(w *waiting) bool { return w.ctx.Err() != nil }))
		i.bytes.Add(-int64(size))
	}
}

// batch is the first with all that wait behind it, up to the limits.
func (i *Inbox) batch(first *waiting) []*waiting {
	list, bytes := []*waiting{first}, len(first.delivery.Body)
	for len(list) < batchDeliveries && bytes < batchBytes {
		select {
		case next, open := <-i.waiting:
			if !open {
				return list
			}
			list, bytes = append(list, next), bytes+len(next.delivery.Body)
		default:
			return list
		}
	}
	return list
}

// store commits a batch and tells those who wait. Where the database answers and
// refuses it, each is tried alone, so that one which cannot be stored does not keep
// its neighbours out.
func (i *Inbox) store(batch []*waiting) {
	if len(batch) == 0 {
		return
	}
	err := i.commit(batch)
	if err != nil && len(batch) > 1 && !errors.Is(err, context.DeadlineExceeded) {
		var down error
		for _, w := range batch {
			alone := down
			if alone == nil {
				alone = i.commit([]*waiting{w})
			}
			if errors.Is(alone, context.DeadlineExceeded) {
				down = alone // the database does not answer any more
			}
			w.stored <- alone
		}
		return
	}
	for _, w := range batch {
		w.stored <- err
	}
}

func (i *Inbox) commit(batch []*waiting) error {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	list, work := make([]ledger.Delivery, len(batch)), make([]ledger.Job, len(batch))
	for n, w := range batch {
		list[n], work[n] = w.delivery, w.job
	}
	return i.ledger.TakeIn(ctx, list, work)
}
