package ledger

import (
	"fmt"
	"strings"
	"time"
)

// DeliveryFilter says which deliveries are wanted; what is empty does not matter.
type DeliveryFilter struct {
	State string
	// Topics are such as orders/paid.
	Topics []string
	// Since leaves out what was received before, Until what was then or later.
	Since, Until time.Time
}

// where is the condition that deliveries fulfil which come after one by id; its arguments
// are those from $3 on.
func (f *DeliveryFilter) where(after string) (condition string, args []any) {
	condition = `AND delivery_id > $3 AND ($4 = '' OR state = $4)
AND (CAST($5 AS BIGINT) = 0 OR received_at >= $5) AND (CAST($6 AS BIGINT) = 0 OR received_at < $6)`
	args = []any{after, f.State, micros(f.Since), micros(f.Until)}
	if len(f.Topics) == 0 {
		return condition, args
	}
	places := make([]string, len(f.Topics))
	for i, topic := range f.Topics {
		args = append(args, topic)
		places[i] = fmt.Sprintf("$%d", len(args)+2)
	}
	return condition + " AND topic IN (" + strings.Join(places, ", ") + ")", args
}

// PickDeliveries reads a page of deliveries by id, which is by when they were received.
func (t *Tx) PickDeliveries(f DeliveryFilter, p Page) ([]Delivery, error) {
	condition, args := f.where(p.After)
	args = append(args, p.Limit)
	return collect(t, (*Delivery).columns, deliverySelect+condition+fmt.Sprintf(" ORDER BY delivery_id LIMIT $%d", len(args)+2), args...)
}

// CountDeliveries counts the deliveries that come after one by id.
func (t *Tx) CountDeliveries(f DeliveryFilter, after string) (n int64, err error) {
	condition, args := f.where(after)
	err = t.row("SELECT COUNT(*) FROM webhook_deliveries WHERE tenant = $1 AND store = $2 "+condition, args, &n)
	return n, err
}
