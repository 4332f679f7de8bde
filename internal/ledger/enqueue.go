package ledger

// Enqueue makes jobs with what else the transaction does. It only inserts, so that
// whoever makes work need not have the right to see or change what others made.
func (t *Tx) Enqueue(jobs []Job) error {
	for _, j := range jobs {
		if err := t.engine.enqueue(t.ctx, t.tx, j); err != nil {
			return err
		}
	}
	return nil
}
