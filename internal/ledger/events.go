package ledger

import (
	"fmt"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
)

// SaleEvent is a sale that items are taken in for.
type SaleEvent struct {
	ID, Name           string
	StartsAt, EndsAt   time.Time
	ReturnWindowEndsAt time.Time
	// Keeps says that what is not sold stays in the shop when the event ends.
	Keeps bool
	// MarkdownStartsAt is from when on items that are marked for it are cheaper, by
	// MarkdownPercent; zero for never.
	MarkdownStartsAt time.Time
	MarkdownPercent  commission.Percent
}

// Terms are a version of how the sales of an event are split.
type Terms = commission.Terms

// TermsInUseError says that terms under which sales count would change.
type TermsInUseError struct {
	EventID       string
	EffectiveFrom time.Time
}

func (e *TermsInUseError) Error() string {
	return fmt.Sprintf("sales of event %s count under the terms in effect from %s, so these can be neither changed nor removed: "+
		"put them back, and add a version with a later effectiveFrom", e.EventID, e.EffectiveFrom.Format(time.RFC3339))
}

// PutSaleEvent records an event as it now is.
func (t *Tx) PutSaleEvent(e SaleEvent) error {
	_, err := t.exec(`INSERT INTO sale_events (tenant, store, `+saleEventColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (tenant, store, event_id) DO UPDATE SET name = excluded.name, starts_at = excluded.starts_at, ends_at = excluded.ends_at, return_window_ends_at = excluded.return_window_ends_at,
keeps = excluded.keeps, markdown_starts_at = excluded.markdown_starts_at, markdown_percent = excluded.markdown_percent`,
		e.ID, e.Name, micros(e.StartsAt), micros(e.EndsAt), micros(e.ReturnWindowEndsAt), bit(e.Keeps), micros(e.MarkdownStartsAt), int64(e.MarkdownPercent))
	return err
}

const saleEventColumns = "event_id, name, starts_at, ends_at, return_window_ends_at, keeps, markdown_starts_at, markdown_percent"

func (e *SaleEvent) columns() []any {
	return []any{&e.ID, &e.Name, at{&e.StartsAt}, at{&e.EndsAt}, at{&e.ReturnWindowEndsAt}, flag{&e.Keeps}, at{&e.MarkdownStartsAt}, &e.MarkdownPercent}
}

// SaleEvent reads an event; ErrNotFound where it is not known.
func (t *Tx) SaleEvent(id string) (SaleEvent, error) {
	return one(t, (*SaleEvent).columns, "SELECT "+saleEventColumns+" FROM sale_events WHERE tenant = $1 AND store = $2 AND event_id = $3", id)
}

// SaleEvents reads all events by id.
func (t *Tx) SaleEvents() ([]SaleEvent, error) {
	return collect(t, (*SaleEvent).columns, "SELECT "+saleEventColumns+" FROM sale_events WHERE tenant = $1 AND store = $2 ORDER BY event_id")
}

// Terms reads the versions of an event's terms, the earliest first.
func (t *Tx) Terms(event string) ([]Terms, error) {
	return collect(t, func(v *Terms) []any {
		return []any{at{&v.EffectiveFrom}, &v.RegularPercent, &v.SuperPercent, &v.ShiftPercent, &v.MaxPercent, &v.SuperItemBonusCents, &v.SuperItemThresholdCents}
	}, `SELECT effective_from, regular_percent, super_percent, shift_percent, max_percent, super_item_bonus_cents, super_item_threshold_cents
FROM sale_event_terms WHERE tenant = $1 AND store = $2 AND event_id = $3 ORDER BY effective_from`, event)
}

// PutTerms records the versions of an event's terms in place of those before. A
// version under which an order counts can be neither changed nor removed, nor
// come between it and its orders: that is a *TermsInUseError, and nothing changes.
func (t *Tx) PutTerms(event string, list []Terms) error {
	before, err := t.Terms(event)
	if err != nil {
		return err
	}
	ordered, err := t.orderTimes(event)
	if err != nil {
		return err
	}
	for _, order := range ordered {
		old, held := commission.TermsAt(before, order)
		if now, holds := commission.TermsAt(list, order); held && (!holds || old != now) {
			return &TermsInUseError{EventID: event, EffectiveFrom: old.EffectiveFrom}
		}
	}
	if _, err := t.exec("DELETE FROM sale_event_terms WHERE tenant = $1 AND store = $2 AND event_id = $3", event); err != nil {
		return err
	}
	for _, v := range list {
		if _, err := t.exec(`INSERT INTO sale_event_terms (tenant, store, event_id, effective_from, regular_percent, super_percent, shift_percent, max_percent,
super_item_bonus_cents, super_item_threshold_cents, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			event, micros(v.EffectiveFrom), int64(v.RegularPercent), int64(v.SuperPercent), int64(v.ShiftPercent), int64(v.MaxPercent),
			v.SuperItemBonusCents, v.SuperItemThresholdCents, micros(t.now)); err != nil {
			return err
		}
	}
	return nil
}

// orderTimes are when the orders with sales of an event were made.
func (t *Tx) orderTimes(event string) ([]time.Time, error) {
	return collect(t, func(v *time.Time) []any { return []any{at{v}} }, `SELECT DISTINCT o.created_at FROM sales s
JOIN orders o ON o.tenant = s.tenant AND o.store = s.store AND o.order_id = s.order_id
WHERE s.tenant = $1 AND s.store = $2 AND s.event_id = $3 ORDER BY o.created_at`, event)
}

// EventDone is what was last done about the times of an event.
type EventDone struct {
	EventID string
	// EndsAt is the end that its items were taken off the shelf for; zero for none.
	EndsAt time.Time
	// MarkdownStartsAt and MarkdownPercent are of the markdown that its items' prices
	// follow; zero for none.
	MarkdownStartsAt time.Time
	MarkdownPercent  commission.Percent
}

func (d *EventDone) columns() []any {
	return []any{&d.EventID, at{&d.EndsAt}, at{&d.MarkdownStartsAt}, &d.MarkdownPercent}
}

// EventsDone reads what was done about each event, by id.
func (t *Tx) EventsDone() ([]EventDone, error) {
	return collect(t, (*EventDone).columns, "SELECT event_id, done_ends_at, done_markdown_starts_at, done_markdown_percent FROM sale_events WHERE tenant = $1 AND store = $2 ORDER BY event_id")
}

// PutEventDone records what was done about an event.
func (t *Tx) PutEventDone(d EventDone) error {
	_, err := t.exec("UPDATE sale_events SET done_ends_at = $4, done_markdown_starts_at = $5, done_markdown_percent = $6 WHERE tenant = $1 AND store = $2 AND event_id = $3",
		d.EventID, micros(d.EndsAt), micros(d.MarkdownStartsAt), int64(d.MarkdownPercent))
	return err
}
