package ledger

import "time"

// Answer is what was answered to a request that came with an idempotency key.
type Answer struct {
	// Key names the request, as who made it chose.
	Key string
	// Request tells requests apart: a hash of all that was asked.
	Request string
	// Status is that of HTTP, Body is JSON.
	Status     int
	Body       string
	AnsweredAt time.Time
}

// Answer reads what was answered under a key; ErrNotFound where nothing was, or
// before the given time.
func (t *Tx) Answer(key string, since time.Time) (Answer, error) {
	return one(t, func(a *Answer) []any { return []any{&a.Key, &a.Request, &a.Status, &a.Body, at{&a.AnsweredAt}} },
		"SELECT idempotency_key, request, status, answer, answered_at FROM idempotency_keys WHERE tenant = $1 AND store = $2 AND idempotency_key = $3 AND answered_at >= $4", key, micros(since))
}

// PutAnswer keeps an answer, and lets go of those from before the given time.
func (t *Tx) PutAnswer(a Answer, since time.Time) error {
	if _, err := t.exec("DELETE FROM idempotency_keys WHERE tenant = $1 AND store = $2 AND answered_at < $3", micros(since)); err != nil {
		return err
	}
	_, err := t.exec("INSERT INTO idempotency_keys (tenant, store, idempotency_key, request, status, answer, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		a.Key, a.Request, a.Status, a.Body, micros(t.now))
	return err
}
