package catalog

import (
	"errors"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// atOnce bounds the items that one transaction is about.
const atOnce = 500

// Due says whether the time of a store's events has come for something that was not
// done yet: an end, or a markdown.
func Due(tx *ledger.Tx) (bool, error) {
	list, err := due(tx)
	return len(list) > 0, err
}

// dueEvent is an event with what was done about it, and what is to do.
type dueEvent struct {
	event  ledger.SaleEvent
	done   ledger.EventDone
	ends   bool
	prices bool
}

func due(tx *ledger.Tx) (list []dueEvent, err error) {
	events, err := tx.SaleEvents()
	if err != nil {
		return nil, err
	}
	done, err := tx.EventsDone()
	if err != nil {
		return nil, err
	}
	for i, e := range events {
		d := dueEvent{event: e, done: done[i]}
		d.ends, d.prices = d.due(tx.Now())
		if d.ends || d.prices {
			list = append(list, d)
		}
	}
	return list, nil
}

// due compares what was done with what the time asks for.
func (d *dueEvent) due(now time.Time) (ends, prices bool) {
	ended := !now.Before(d.event.EndsAt)
	ends = ended && !d.event.Keeps && !d.done.EndsAt.Equal(d.event.EndsAt)
	want := d.markdown(now)
	// What is off the shelf has no price to follow.
	prices = (!ended || d.event.Keeps) && (!want.MarkdownStartsAt.Equal(d.done.MarkdownStartsAt) || want.MarkdownPercent != d.done.MarkdownPercent)
	return ends, prices
}

// markdown is the one in effect; zero for none.
func (d *dueEvent) markdown(now time.Time) ledger.EventDone {
	if d.event.MarkdownStartsAt.IsZero() || now.Before(d.event.MarkdownStartsAt) {
		return ledger.EventDone{}
	}
	return ledger.EventDone{MarkdownStartsAt: d.event.MarkdownStartsAt, MarkdownPercent: d.event.MarkdownPercent}
}

// Turn does what the time of a store's events asks for, or a part of it: more says that
// there is more. At the end of an event what is not sold becomes unsold; a markdown
// changes no item, for its price follows from the event. It returns the items whose
// products have to follow.
func Turn(tx *ledger.Tx) (push []string, more bool, err error) {
	list, err := due(tx)
	if err != nil || len(list) == 0 {
		return nil, false, err
	}
	d := list[0]
	if d.ends {
		push, more, err = d.end(tx)
	} else {
		push, err = d.reprice(tx)
	}
	return push, more || len(list) > 1 || d.ends && d.prices, err
}

// end has what is not sold leave, whether or not it had come into the shop by then.
func (d *dueEvent) end(tx *ledger.Tx) (push []string, more bool, err error) {
	left := atOnce
	for _, state := range []State{Listed, Ready} {
		items, err := tx.Items(ledger.ItemFilter{EventID: d.event.ID, State: string(state)}, ledger.Page{Limit: left})
		if err != nil {
			return nil, false, err
		}
		for _, i := range items {
			there, err := unsold(tx, i, "sale event "+d.event.ID+" has ended")
			if err != nil {
				return nil, false, err
			}
			if there {
				push = append(push, i.ID)
			}
		}
		if left -= len(items); left == 0 {
			return push, true, nil
		}
	}
	d.done.EndsAt = d.event.EndsAt
	return push, false, tx.PutEventDone(d.done)
}

// unsold says of an item that it was not sold, and tells whether it has a product.
func unsold(tx *ledger.Tx, i ledger.Item, reason string) (there bool, err error) {
	if err := tx.SetItemState(i.ID, string(Unsold)); err != nil {
		return false, err
	}
	if err := tx.Record(ledger.TrailEntry{Actor: actorShopkeeper, Action: "item state", Subject: "item/" + i.ID, Before: i.State, After: string(Unsold), Reason: reason}); err != nil {
		return false, err
	}
	_, err = tx.Product(i.ID)
	if errors.Is(err, ledger.ErrNotFound) {
		return State(i.State) == Listed, nil
	}
	return err == nil, err
}

// reprice is one transaction, so that no item is left out: it only makes pushes.
func (d *dueEvent) reprice(tx *ledger.Tx) (push []string, err error) {
	for after := ""; ; {
		items, err := tx.Items(ledger.ItemFilter{EventID: d.event.ID, State: string(Listed)}, ledger.Page{After: after, Limit: atOnce})
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			if after = i.ID; i.MarkdownEligible {
				push = append(push, i.ID)
			}
		}
		if len(items) < atOnce {
			break
		}
	}
	want := d.markdown(tx.Now())
	d.done.MarkdownStartsAt, d.done.MarkdownPercent = want.MarkdownStartsAt, want.MarkdownPercent
	return push, tx.PutEventDone(d.done)
}
