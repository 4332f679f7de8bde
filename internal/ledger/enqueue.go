package ledger

import "fmt"

// Enqueue makes jobs with what else the transaction does. It only inserts, so that
// whoever makes work need not have the right to see or change what others made.
func (t *Tx) Enqueue(jobs []Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if err := t.engine.enqueue(t.ctx, t.tx, jobs); err != nil {
		return fmt.Errorf("ledger: making %d jobs: %w", len(jobs), err)
	}
	return nil
}
