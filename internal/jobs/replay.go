package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// replay has webhook deliveries worked on again. It is done once they are on their way: the
// queue works them off as it does those that arrive.
type replay struct{ *Run }

// The findings of a replay.
const (
	// DeliveryUnknown is a delivery that the job names and the ledger does not have.
	DeliveryUnknown = "DeliveryUnknown"
	// DeliveryElsewhere is a delivery that is in another state than the job asks for.
	DeliveryElsewhere = "DeliveryElsewhere"
)

// replayAtOnce bounds the deliveries of one transaction.
const replayAtOnce = 100

// replayAt is where the job has come to.
type replayAt struct {
	// Until is when the job began, in Unix microseconds: what is received later is not
	// replayed, and neither is what was replayed and is done again.
	Until int64 `json:"until"`
	// After is the last delivery, Named how many of those that the job names are done.
	After string `json:"after,omitempty"`
	Named int    `json:"named,omitempty"`
	// Total is how many there were at the beginning.
	Total int64 `json:"total,omitempty"`
}

// Step replays some deliveries.
func (t *replay) Step(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	at, err := read[replayAt](cursor)
	if err != nil {
		return "", err
	}
	if cursor == "" {
		at.Until = t.Now().UnixMicro()
	}
	if ids := t.Spec.Replay.DeliveryIDs; len(ids) > 0 {
		return t.named(ctx, ids, at, r)
	}
	filter, err := t.filter(at)
	if err != nil {
		return "", err
	}
	if cursor == "" {
		if at.Total, err = t.left(ctx, filter, at); err != nil {
			return "", err
		}
	}
	r.expect(at.Total)
	for {
		more, err := t.some(ctx, filter, &at, r)
		if err != nil {
			return "", err
		}
		if !more {
			r.DoneInAll = &at.Total
			return "", nil
		}
		if enough() {
			left, err := t.left(ctx, filter, at)
			if err != nil {
				return "", err
			}
			done := max(at.Total-left, 0)
			r.DoneInAll = &done
			return write(at)
		}
	}
}

// filter is what the spec asks for.
func (t *replay) filter(at replayAt) (ledger.DeliveryFilter, error) {
	spec := t.Spec.Replay
	f := ledger.DeliveryFilter{State: string(spec.State), Until: time.UnixMicro(at.Until)}
	for _, topic := range spec.Topics {
		name, ok := shopify.TopicName(shopify.Topic(topic))
		if !ok {
			return f, fmt.Errorf("spec.replay.topics: Shopify has no topic %q: create a job with another one", topic)
		}
		f.Topics = append(f.Topics, name)
	}
	if spec.Since != nil {
		f.Since = spec.Since.Time
	}
	if spec.Until != nil && spec.Until.Time.Before(f.Until) {
		f.Until = spec.Until.Time
	}
	return f, nil
}

func (t *replay) left(ctx context.Context, f ledger.DeliveryFilter, at replayAt) (n int64, err error) {
	err = t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error { n, err = tx.CountDeliveries(f, at.After); return err })
	return n, err
}

// some replays the next deliveries, and tells whether there were any.
func (t *replay) some(ctx context.Context, f ledger.DeliveryFilter, at *replayAt, r *Report) (more bool, err error) {
	err = t.in(ctx, func(tx *ledger.Tx) error {
		list, err := tx.PickDeliveries(f, ledger.Page{After: at.After, Limit: replayAtOnce})
		if more = len(list) > 0; err != nil || !more {
			return err
		}
		at.After = list[len(list)-1].ID
		r.Changed += int64(len(list))
		if t.Spec.DryRun {
			return nil
		}
		return deliveries.ReplayThese(tx, list, t.reason(), "replayed")
	})
	return more, err
}

// in is a transaction that changes nothing in a dry run.
func (t *replay) in(ctx context.Context, f func(*ledger.Tx) error) error {
	if t.Spec.DryRun {
		return t.Ledger.View(ctx, t.Store, f)
	}
	return t.Ledger.Update(ctx, t.Store, f)
}

// named replays deliveries that the job names.
func (t *replay) named(ctx context.Context, ids []string, at replayAt, r *Report) (string, error) {
	r.expect(int64(len(ids)))
	some := ids[min(at.Named, len(ids)):]
	some = some[:min(replayAtOnce, len(some))]
	err := t.in(ctx, func(tx *ledger.Tx) error {
		var list []ledger.Delivery
		for _, id := range some {
			d, err := tx.Delivery(id)
			switch {
			case errors.Is(err, ledger.ErrNotFound):
				r.Failed++
				r.find(DeliveryUnknown, "delivery/"+id, "the ledger has no such delivery: it was never received, or done more than 30 days ago")
			case err != nil:
				return err
			case d.State != string(t.Spec.Replay.State):
				r.Skipped++
				r.find(DeliveryElsewhere, "delivery/"+id, fmt.Sprintf("it is %s, and spec.replay.state asks for those that are %s", d.State, t.Spec.Replay.State))
			default:
				r.Changed++
				list = append(list, d)
			}
		}
		if t.Spec.DryRun {
			return nil
		}
		return deliveries.ReplayThese(tx, list, t.reason(), "replayed")
	})
	if err != nil {
		return "", err
	}
	r.Done += int64(len(some))
	if at.Named += len(some); at.Named >= len(ids) {
		return "", nil
	}
	return write(at)
}
