package ledger

import (
	"time"

	"github.com/google/uuid"
)

// States of a delivery.
const (
	Pending = "Pending"
	Done    = "Done"
	Dead    = "Dead" // all attempts have failed; kept, and may be replayed
)

// Delivery is a webhook in the inbox.
type Delivery struct {
	Store
	// ID is ours; WebhookID and EventID are Shopify's.
	ID, Topic, WebhookID, EventID, APIVersion string
	TriggeredAt, ReceivedAt                   time.Time
	Body                                      []byte
	State                                     string
	Attempts                                  int
	// Error is why the last attempt failed.
	Error      string
	FinishedAt time.Time
}

// NewID returns an id that sorts by the time it was made.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

const deliverySelect = "SELECT tenant, store, " + deliveryColumns + " FROM webhook_deliveries WHERE tenant = $1 AND store = $2 "

func (d *Delivery) columns() []any {
	return []any{&d.Tenant, &d.Name, &d.ID, &d.Topic, &d.WebhookID, &d.EventID, &d.APIVersion, at{&d.TriggeredAt}, at{&d.ReceivedAt}, &d.Body,
		&d.State, &d.Attempts, &d.Error, at{&d.FinishedAt}}
}

// Delivery reads a delivery; ErrNotFound where there is none of that id.
func (t *Tx) Delivery(id string) (Delivery, error) {
	return one(t, (*Delivery).columns, deliverySelect+"AND delivery_id = $3", id)
}

// Deliveries reads the deliveries in a state, the oldest first.
func (t *Tx) Deliveries(state string, limit int) ([]Delivery, error) {
	return collect(t, (*Delivery).columns, deliverySelect+"AND state = $3 ORDER BY received_at, delivery_id LIMIT $4", state, limit)
}

// MoveDelivery brings a delivery from one state to another, or notes that an attempt
// failed where both are Pending. It tells whether the delivery was in the first.
func (t *Tx) MoveDelivery(id, from, to string, attempts int, problem string) (bool, error) {
	var finished time.Time
	if to != Pending {
		finished = t.now
	}
	n, err := t.exec("UPDATE webhook_deliveries SET state = $5, attempts = $6, error = $7, finished_at = $8 WHERE tenant = $1 AND store = $2 AND delivery_id = $3 AND state = $4",
		id, from, to, attempts, storable(problem), micros(finished))
	return n == 1, err
}

// Backlog says how the inbox of a store stands.
type Backlog struct {
	Pending, Dead int
	// OldestPending is when the oldest that waits was received, OldestDone and
	// NewestDone when the first and the last that are done and still kept were; zero
	// for none.
	OldestPending, OldestDone, NewestDone time.Time
}

// Backlog counts what is not done in the inbox.
func (t *Tx) Backlog() (Backlog, error) {
	var b Backlog
	if err := t.row(`SELECT COUNT(CASE WHEN state = 'Pending' THEN 1 END), COUNT(CASE WHEN state = 'Dead' THEN 1 END),
CAST(COALESCE(MIN(CASE WHEN state = 'Pending' THEN received_at END), 0) AS BIGINT) FROM webhook_deliveries WHERE tenant = $1 AND store = $2 AND state <> 'Done'`,
		nil, &b.Pending, &b.Dead, at{&b.OldestPending}); err != nil {
		return b, err
	}
	err := t.row(`SELECT CAST(COALESCE((SELECT MIN(received_at) FROM webhook_deliveries WHERE tenant = $1 AND store = $2 AND state = 'Done'), 0) AS BIGINT),
CAST(COALESCE((SELECT MAX(received_at) FROM webhook_deliveries WHERE tenant = $1 AND store = $2 AND state = 'Done'), 0) AS BIGINT)`, nil, at{&b.OldestDone}, at{&b.NewestDone})
	return b, err
}

// PruneDeliveries lets go of up to limit deliveries that were done before a time.
func (t *Tx) PruneDeliveries(before time.Time, limit int) error {
	_, err := t.exec(`DELETE FROM webhook_deliveries WHERE tenant = $1 AND store = $2 AND delivery_id IN
(SELECT delivery_id FROM webhook_deliveries WHERE tenant = $1 AND store = $2 AND state = 'Done' AND received_at < $3 ORDER BY received_at LIMIT $4)`, micros(before), limit)
	return err
}
