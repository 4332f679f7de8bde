package orders

import (
	"errors"
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// actor is who the audit trail names for what follows from an order.
const actor = "orders"

// run is one call: the transaction it is in, why, and what came of it.
type run struct {
	tx     *ledger.Tx
	reason string
	result Result
	orders map[uint64]ledger.Order
	terms  map[string][]commission.Terms
	// shopCurrency is empty until asked for.
	shopCurrency string
	// standing are the findings that stood when they were first asked for, with
	// those that this call added and without those that it resolved.
	standing map[subject]bool
}

type subject struct{ kind, name string }

func begin(tx *ledger.Tx, reason string) *run {
	return &run{tx: tx, reason: reason, orders: map[uint64]ledger.Order{}, terms: map[string][]commission.Terms{}}
}

// order reads an order once.
func (r *run) order(id uint64) (ledger.Order, error) {
	if o, ok := r.orders[id]; ok {
		return o, nil
	}
	o, err := r.tx.Order(id)
	if err != nil {
		return o, fmt.Errorf("order %d: %w", id, err)
	}
	r.orders[id] = o
	return o, nil
}

// currency is the shop's.
func (r *run) currency() (string, error) {
	if r.shopCurrency != "" {
		return r.shopCurrency, nil
	}
	b, err := r.tx.Binding()
	if errors.Is(err, ledger.ErrNotFound) {
		return "", fmt.Errorf("store %s is bound to no shop yet: its ShopifyStore has to connect first", r.tx.Store())
	}
	r.shopCurrency = b.Currency
	return b.Currency, err
}

// termsOf reads the terms of an event once.
func (r *run) termsOf(event string) ([]commission.Terms, error) {
	if terms, ok := r.terms[event]; ok {
		return terms, nil
	}
	terms, err := r.tx.Terms(event)
	if err == nil {
		r.terms[event] = terms
	}
	return terms, err
}

// judge records verdicts, and notes the findings that are new.
func (r *run) judge(list ...verdict) error {
	if r.standing == nil {
		found, err := r.tx.Findings()
		if err != nil {
			return err
		}
		r.standing = map[subject]bool{}
		for _, f := range found {
			r.standing[subject{f.Kind, f.Subject}] = true
		}
	}
	for _, v := range list {
		about := subject{v.Kind, v.Subject}
		if !v.stands {
			if r.standing[about] {
				if err := r.tx.Resolve(v.Kind, v.Subject); err != nil {
					return err
				}
				r.standing[about] = false
			}
			continue
		}
		fresh, err := r.tx.Find(v.Finding)
		if err != nil {
			return err
		}
		r.standing[about] = true
		if fresh {
			r.result.Found = append(r.result.Found, v.Finding)
		}
	}
	return nil
}

// changed appends to the audit trail of an item what orders made of it.
func (r *run) changed(item, action, before, after string) error {
	return r.tx.Record(ledger.TrailEntry{Actor: actor, Action: action, Subject: item, Before: before, After: after, Reason: r.reason})
}
