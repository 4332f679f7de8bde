package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// CorrectionRefused is an item that stands where it cannot be corrected as asked for.
const CorrectionRefused = "CorrectionRefused"

// correction changes items by hand: what a person asks for goes into the ledger, and the
// shop follows.
type correction struct{ *Run }

// Step corrects some items, one after the other.
func (t *correction) Step(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	at, err := read[namedAt](cursor)
	if err != nil {
		return "", err
	}
	items := t.Spec.Correction.Items
	r.expect(int64(len(items)))
	for first := at.Done; at.Done < len(items); {
		part, err := t.correct(ctx, &items[at.Done])
		if err != nil {
			if at.Done > first {
				return write(at) // the next step begins here, and tells if it fails again
			}
			return "", fmt.Errorf("item %s: %w", items[at.Done].ItemID, err)
		}
		r.add(part)
		at.Done++
		if enough() && at.Done < len(items) {
			return write(at)
		}
	}
	return "", nil
}

// correct corrects an item. What is wrong with it is reported, and what is wrong with the
// shop is the error.
func (t *correction) correct(ctx context.Context, item *v1alpha1.ItemCorrection) (part Report, err error) {
	part.Done = 1
	c := catalog.Correction{PriceCents: item.PriceCents, Status: catalog.Availability(item.Status)}
	if item.Quantity != nil {
		pieces := int(*item.Quantity)
		c.Pieces = &pieces
	}
	subject := "item/" + item.ItemID
	if t.Spec.DryRun {
		err = t.foresee(ctx, item.ItemID, c, &part)
	} else {
		err = t.apply(ctx, item.ItemID, c)
		part.Changed = 1
	}
	if err == nil {
		return part, nil
	}
	part.Changed, part.Failed = 0, 1
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		part.find(ItemUnknown, subject, itemUnknown)
	case refused(err):
		part.find(CorrectionRefused, subject, err.Error())
	case ofOne(err):
		part.find(RecordFailed, subject, err.Error())
	default:
		return part, err
	}
	return part, nil
}

func refused(err error) bool {
	_, is := errors.AsType[*catalog.RefusedError](err)
	return is || errors.Is(err, catalog.ErrOffShelf) || errors.Is(err, catalog.ErrSoldTwice)
}

// foresee tells what a correction would change.
func (t *correction) foresee(ctx context.Context, id string, c catalog.Correction, report *Report) error {
	p, err := t.catalog().Compare(ctx, id)
	if err != nil {
		return err
	}
	place, err := t.Shops.Place(ctx, t.Store)
	if err != nil {
		return err
	}
	if err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error { return c.Check(tx, &p, place.Location) }); err != nil {
		return err
	}
	if changes := c.Told(&p); len(changes) > 0 {
		report.Changed = 1
		report.find(ItemDiffers, "item/"+id, strings.Join(changes, "; "))
	}
	return nil
}

// apply corrects an item, here and then in the shop. Made once more it comes to the same.
func (t *correction) apply(ctx context.Context, id string, c catalog.Correction) error {
	asked := t.Spec.Correction
	by := catalog.By{Actor: asked.RequestedBy, Reason: fmt.Sprintf("%s (%s)", asked.Reason, t.reason())}
	err := t.Ledger.Update(ctx, t.Store, func(tx *ledger.Tx) error {
		if err := catalog.Correct(tx, id, c, by); err != nil || c.Pieces != nil {
			return err
		}
		return deliveries.Push(tx, []string{id}) // should this job come no further
	})
	if err != nil {
		return err
	}
	for range pushAttempts {
		if err = t.follow(ctx, id, c, by); !mayPass(err) || ctx.Err() != nil {
			break
		}
	}
	return err
}

// follow has the shop follow a correction.
func (t *correction) follow(ctx context.Context, id string, c catalog.Correction, by catalog.By) error {
	key := "job-" + t.ID
	if c.Pieces == nil {
		return t.Queue.PushNow(ctx, t.Store, []string{id}, key)[id]
	}
	return t.Queue.PushCounted(ctx, t.Store, id, key+"-"+id, *c.Pieces, func(tx *ledger.Tx) error {
		return tx.Record(ledger.TrailEntry{Actor: by.Actor, Action: "item stock", Subject: "item/" + id, After: fmt.Sprint(*c.Pieces), Reason: by.Reason})
	})
}
