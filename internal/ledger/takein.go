package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Job is work for the queue on a delivery that is taken in.
type Job struct {
	// Kind and Queue are names, Args is JSON.
	Kind, Queue, Args     string
	Priority, MaxAttempts int
}

// TakeIn stores deliveries of any stores together with the jobs that are to work
// them off, in one transaction. A delivery that is in the inbox already is left
// as it is; its job, which is to find no delivery of its id, is made all the
// same, for who inserts may not look.
func (l *Ledger) TakeIn(ctx context.Context, list []Delivery, jobs []Job) error {
	if err := l.engine.takeIn(ctx, l.db, list, jobs); err != nil {
		return fmt.Errorf("taking in webhooks: %w", err)
	}
	return nil
}

// CompleteJob ends a job of the queue that is worked on in this transaction. One
// that was given to somebody else meanwhile is left to them.
func (t *Tx) CompleteJob(id int64) error {
	if _, err := t.tx.ExecContext(t.ctx, t.engine.completeJob(), id); err != nil {
		return fmt.Errorf("ledger: completing job %d: %w", id, err)
	}
	return nil
}

// GoOn has the store's jobs tried again soon that were tried and wait for something.
func (t *Tx) GoOn() error {
	_, err := t.exec(t.engine.goOn(), micros(t.now))
	return err
}

const deliveryColumns = "delivery_id, topic, webhook_id, event_id, api_version, triggered_at, received_at, body, state, attempts, error, finished_at"

// What follows makes and completes jobs as River's own calls do, which tests see to.
// River would go to the database several times for them, announce new ones, and plan
// anew how to complete one, which costs as much as all else that is done for a
// delivery. Nobody waits for the announcement, for queues are looked at all the time.

const (
	insertDelivery = "INSERT INTO webhook_deliveries (tenant, store, " + deliveryColumns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'Pending', 0, '', 0) ON CONFLICT DO NOTHING"
	insertJob      = `INSERT INTO river_job (kind, queue, args, priority, max_attempts, state, created_at, scheduled_at)
VALUES ($1, $2, jsonb($3), $4, $5, 'available', datetime('now', 'subsec'), datetime('now', 'subsec'))`
	sqliteGoesOn    = "UPDATE river_job SET scheduled_at = datetime($3 / 1000000.0, 'unixepoch', 'subsec') WHERE args->>'tenant' = $1 AND args->>'store' = $2 AND state = 'scheduled' AND attempted_at IS NOT NULL"
	sqliteCompletes = "UPDATE river_job SET state = 'completed', finalized_at = datetime('now', 'subsec') WHERE id = $1 AND state = 'running'"
)

// takeIn inserts row by row.
func (s *sqlite) takeIn(ctx context.Context, db *sql.DB, list []Delivery, jobs []Job) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	// The end of ctx ends the transaction. To watch for it at each row costs as much
	// as the row.
	ctx = context.WithoutCancel(ctx)
	for _, d := range list {
		if _, err := tx.ExecContext(ctx, insertDelivery, d.Tenant, d.Name, d.ID, d.Topic, d.WebhookID, d.EventID, d.APIVersion, micros(d.TriggeredAt), micros(d.ReceivedAt), d.Body); err != nil {
			return err
		}
	}
	if err := s.enqueue(ctx, tx, jobs); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *sqlite) enqueue(ctx context.Context, tx *sql.Tx, jobs []Job) error {
	for _, j := range jobs {
		if _, err := tx.ExecContext(ctx, insertJob, j.Kind, j.Queue, j.Args, j.Priority, j.MaxAttempts); err != nil {
			return err
		}
	}
	return nil
}

const (
	insertDeliveries = "INSERT INTO webhook_deliveries (tenant, store, " + deliveryColumns + `)
SELECT tenant, store, delivery_id, topic, webhook_id, event_id, api_version, triggered_at, received_at, body, 'Pending', 0, '', 0 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bytea[])
AS taken (tenant, store, delivery_id, topic, webhook_id, event_id, api_version, triggered_at, received_at, body) ON CONFLICT DO NOTHING`
	insertJobs = `INSERT INTO river_job (kind, queue, args, priority, max_attempts, state)
SELECT kind, queue, args::jsonb, priority, max_attempts, 'available' FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::smallint[]) AS job (kind, queue, args, priority, max_attempts)`
	postgresGoesOn    = "UPDATE river_job SET scheduled_at = to_timestamp($3 / 1000000.0) WHERE args->>'tenant' = $1 AND args->>'store' = $2 AND state = 'scheduled' AND attempted_at IS NOT NULL"
	postgresCompletes = "UPDATE river_job SET state = 'completed', finalized_at = now() WHERE id = $1 AND state = 'running'"
)

func (p *postgres) enqueue(ctx context.Context, tx *sql.Tx, jobs []Job) error {
	_, err := tx.ExecContext(ctx, insertJobs, jobArrays(jobs)...)
	return err
}

// takeIn sends both statements at once, and what is sent at once is one transaction.
func (p *postgres) takeIn(ctx context.Context, _ *sql.DB, list []Delivery, jobs []Job) error {
	batch := &pgx.Batch{}
	batch.Queue(insertDeliveries, deliveryArrays(list)...)
	batch.Queue(insertJobs, jobArrays(jobs)...)
	return p.pool.SendBatch(ctx, batch).Close()
}

func deliveryArrays(list []Delivery) []any {
	var texts [7][]string
	var triggered, received []int64
	var bodies [][]byte
	for _, d := range list {
		for i, s := range []string{d.Tenant, d.Name, d.ID, d.Topic, d.WebhookID, d.EventID, d.APIVersion} {
			texts[i] = append(texts[i], s)
		}
		triggered, received = append(triggered, micros(d.TriggeredAt)), append(received, micros(d.ReceivedAt))
		bodies = append(bodies, d.Body)
	}
	arrays := []any{}
	for _, column := range texts {
		arrays = append(arrays, column)
	}
	return append(arrays, triggered, received, bodies)
}

func jobArrays(jobs []Job) []any {
	var kinds, queues, args []string
	var priorities, attempts []int
	for _, j := range jobs {
		kinds, queues, args = append(kinds, j.Kind), append(queues, j.Queue), append(args, j.Args)
		priorities, attempts = append(priorities, j.Priority), append(attempts, j.MaxAttempts)
	}
	return []any{kinds, queues, args, priorities, attempts}
}
