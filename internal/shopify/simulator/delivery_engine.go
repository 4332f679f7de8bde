package simulator

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// deliverer holds the deliveries of all shops.
type deliverer struct {
	options   WebhookOptions
	transport http.RoundTripper
	// after calls a function after some time on the simulator's clock.
	after func(time.Duration, func()) (stop func() bool)
	// origin tells this simulator's ids from those of an earlier run.
	origin time.Time

	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	waiting map[*delivery]func() bool // how to stop the next attempt
	running sync.WaitGroup
	log     []*delivery
	last    uint64 // sequence of the latest delivery
	ids     uint64
}

// delivery is a Delivery with what it takes to make it.
type delivery struct {
	Delivery // deliverer.mu guards it

	store    *store
	topic    string // a WebhookSubscriptionTopic
	subTopic string
	name     string // the subscription's
	body     []byte
	// farewell says that the delivery tells the app that it is uninstalled, so that
	// it is made although the subscription is gone.
	farewell bool
}

func newDeliverer(options WebhookOptions, now time.Time, after func(time.Duration, func()) func() bool) *deliverer {
	d := &deliverer{options: options, transport: options.Transport, after: after, origin: now, waiting: map[*delivery]func() bool{}}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	if d.transport == nil {
		d.transport = newTransport(options)
	}
	if d.options.Log <= 0 {
		d.options.Log = 10_000
	}
	return d
}

// id makes a UUID that no other run of a simulator makes, as long as the clock
// does not go back.
func (d *deliverer) id() string {
	d.mu.Lock()
	d.ids++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", d.origin.UnixNano(), d.ids))
	d.mu.Unlock()
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// add writes a delivery into the log.
func (d *deliverer) add(v *delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last++
	v.Sequence = d.last
	d.log = append(d.log, v)
	if len(d.log) >= 2*d.options.Log {
		d.log = slices.Clone(d.log[len(d.log)-d.options.Log:])
	}
}

// schedule has a delivery attempted after some time.
func (s *Simulator) schedule(v *delivery, wait time.Duration) {
	d := s.deliveries
	next := s.now().Add(wait)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx.Err() != nil {
		v.State, v.Error = DeliveryCancelled, "the simulator is closed"
		return
	}
	v.State, v.Next = DeliveryPending, &next
	d.waiting[v] = d.after(wait, func() {
		if d.begin(v) {
			defer d.running.Done()
			s.attempt(v)
		}
	})
}

// begin says whether an attempt may still be made.
func (d *deliverer) begin(v *delivery) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.waiting, v)
	if d.ctx.Err() != nil {
		return false
	}
	v.Next = nil
	d.running.Add(1)
	return true
}

// end settles what becomes of a delivery.
func (d *deliverer) end(v *delivery, state, problem string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v.State, v.Error, v.body = state, problem, nil
}

// Close stops all deliveries and waits for those under way. Requests are still
// answered; events go nowhere.
func (s *Simulator) Close() {
	d := s.deliveries
	d.mu.Lock()
	d.cancel()
	for _, stop := range d.waiting {
		stop()
	}
	clear(d.waiting)
	d.mu.Unlock()
	d.running.Wait()
	if t, ok := d.transport.(*http.Transport); ok && d.options.Transport == nil {
		t.CloseIdleConnections()
	}
}

// Deliveries returns the deliveries that the filter chooses, oldest first, as
// far back as the log goes.
func (s *Simulator) Deliveries(filter DeliveryFilter) []Delivery {
	d := s.deliveries
	if name := topicNames[filter.Topic]; name != "" {
		filter.Topic = name
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	chosen := []Delivery{}
	for _, v := range d.log[max(0, len(d.log)-d.options.Log):] {
		if (filter.Shop == "" || v.Shop == filter.Shop) && (filter.Topic == "" || v.Topic == filter.Topic) &&
			(filter.State == "" || v.State == filter.State) && v.Sequence > filter.After {
			copied := v.Delivery
			copied.Attempts = slices.Clone(v.Attempts)
			chosen = append(chosen, copied)
		}
	}
	return chosen
}

// ResetDeliveries empties the log. Deliveries that wait go on.
func (s *Simulator) ResetDeliveries() {
	s.deliveries.mu.Lock()
	defer s.deliveries.mu.Unlock()
	s.deliveries.log = nil
}
