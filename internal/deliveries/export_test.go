package deliveries

// Readers is how many deliveries and pushes read something from a shop, or wait for
// another to have read it.
func (q *Queue) Readers() (n int) {
	q.reads.mu.Lock()
	defer q.reads.mu.Unlock()
	for _, e := range q.reads.entries {
		n += e.users
	}
	return n
}

// QueueOf is the name of a store's queue.
var QueueOf = queueOf
