package jobs

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// OutOfStock is an item that is on sale without stock, and of which nobody has heard that
// it was sold.
const OutOfStock = "OutOfStock"

// actor is this package in the audit trail.
const actor = "jobs"

// reconciliation walks through the shop's products and brings price, status and stock of
// both sides together.
type reconciliation struct{ *Run }

// Step reconciles a part of a page of products.
func (t *reconciliation) Step(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	return t.walkOn(ctx, cursor, enough, r, t.countProducts, t.reconcile)
}

func (r *Run) countProducts(ctx context.Context, report *Report) error {
	return r.Ledger.View(ctx, r.Store, func(tx *ledger.Tx) error {
		n, err := tx.CountProducts(r.selection())
		report.expect(n)
		return err
	})
}

// conflict is how the spec decides which side wins.
func (r *Run) conflict(o offering) catalog.Conflict {
	policy := r.Spec.ConflictPolicy
	if policy == "" {
		policy = v1alpha1.ConflictMostRecent
	}
	return catalog.Conflict{Policy: catalog.Policy(policy), Place: o.Place, Publishes: o.publishes, Now: r.Now()}
}

// reconcile brings both sides of some pairs together, up to atOnce of them. Those in which
// something differs are looked at once more, for the page may be minutes old.
func (r *Run) reconcile(ctx context.Context, pairs []catalog.Pair, o offering) (part Report, err error) {
	var differ []string
	var agree []catalog.Pair
	conflict := r.conflict(o)
	for i := range pairs {
		p := &pairs[i]
		if p.Product == nil {
			if err := r.reportMissing(ctx, p, &part); err != nil {
				return part, err
			}
			continue
		}
		switch v := p.Reconcile(conflict); {
		case v.Changes() || len(v.Left) > 0 || v.OutOfStock:
			differ = append(differ, p.Item.ID)
			continue
		case !p.Agreed():
			agree = append(agree, *p)
		}
		part.Done++
	}
	if len(agree) > 0 && !r.Spec.DryRun {
		if err := r.Ledger.Update(ctx, r.Store, func(tx *ledger.Tx) error { return catalog.Agree(tx, agree) }); err != nil {
			return part, err
		}
	}
	push, err := r.reconcileAll(ctx, differ, conflict, &part)
	if err != nil {
		return part, err
	}
	err = r.push(ctx, push, &part)
	return part, err
}

// sideBySide bounds the items that are looked at together.
const sideBySide = 8

// reconcileAll has items take over from the shop what the policy says, and returns those
// whose products have to follow.
func (r *Run) reconcileAll(ctx context.Context, items []string, c catalog.Conflict, report *Report) (push []string, err error) {
	var mu sync.Mutex
	group, all := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	for _, item := range items {
		group.Go(func() error {
			v, err := r.verdict(all, item, c)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil && ofOne(err):
				report.Done++
				report.Failed++
				report.find(RecordFailed, "item/"+item, err.Error())
			case err != nil:
				return fmt.Errorf("item %s: %w", item, err)
			case v.Push && !r.Spec.DryRun:
				push = append(push, item) // which counts it
				r.tell(item, v, report)
			default:
				report.Done++
				r.count(v, report)
				r.tell(item, v, report)
			}
			return nil
		})
	}
	err = group.Wait()
	slices.Sort(push)
	return push, err
}

// reportMissing reports an item whose product was seen, and is not on the shop's list.
func (r *Run) reportMissing(ctx context.Context, p *catalog.Pair, report *Report) error {
	if err := r.lookFor(ctx, p); err != nil {
		return err
	}
	report.Done++
	subject := "item/" + p.Item.ID
	switch {
	case p.Shelf() != catalog.On, p.Known.ProductID == 0, p.Deleted() && p.MayMake():
		// There is nothing to bring together; type Products lists what can be.
	case p.Deleted():
		report.Skipped++
		report.find(catalog.FindingProductDeleted, subject, productDeleted)
	case r.Spec.DryRun:
		report.Skipped++
		report.find(ItemDiffers, subject, "the shop does not list its product")
	default:
		report.Skipped++
		report.find(StatusDiffers, subject, fmt.Sprintf("product %d does not carry the item's SKU any more: give it back to it, or delete the product", p.Known.ProductID))
	}
	return nil
}

// verdict is what brings both sides of an item together; what is in it for the ledger is
// done.
func (r *Run) verdict(ctx context.Context, item string, c catalog.Conflict) (catalog.Verdict, error) {
	if r.Spec.DryRun {
		return r.catalog().Judge(ctx, item, c)
	}
	return r.catalog().Reconcile(ctx, item, c, catalog.By{Actor: actor, Reason: r.reason()})
}

func (r *Run) count(v catalog.Verdict, report *Report) {
	switch {
	case v.Changes():
		report.Changed++
	case len(v.Left) > 0:
		report.Skipped++
	}
}

// tell reports what a person may want to look at.
func (r *Run) tell(item string, v catalog.Verdict, report *Report) {
	subject := "item/" + item
	if r.Spec.DryRun && v.Changes() {
		report.find(ItemDiffers, subject, v.String())
	}
	for _, left := range v.Left {
		report.find(differs[left.Part], subject, left.String()+": "+left.Why)
	}
	if v.OutOfStock {
		report.find(OutOfStock, subject, "it is on sale and there is none: if it is there, set its quantity to 1 by a SyncJob of type Correction; if it was sold, look for its order")
	}
}
