package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/internal/audits"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// products compares the shop's products with their items, one walk for stock, price and
// status.
func (t *audit) products(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	return t.walkOn(ctx, cursor, enough, r, t.begin, t.compare)
}

// begin counts the products, and resolves the findings that no walk meets any more: those
// of items that have no product, and need none.
func (t *audit) begin(ctx context.Context, r *Report) error {
	var gone []judged
	err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error {
		n, err := tx.CountProducts(t.selection())
		r.expect(n)
		for _, kind := range t.kinds {
			for _, subject := range t.standingOf(kind) {
				pair, problem := catalog.PairOf(tx, strings.TrimPrefix(subject, "item/"))
				if problem != nil && !errors.Is(problem, ledger.ErrNotFound) {
					return problem
				}
				if pair.Deleted() || pair.Known.ProductID == 0 && pair.Item.State != string(catalog.Listed) {
					gone = append(gone, judged{Finding: ledger.Finding{Kind: kind, Subject: subject}})
				}
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return t.judge(ctx, gone)
}

// afterAt is where a part has come to that goes through items by id.
type afterAt struct {
	After string `json:"after,omitempty"`
}

// listed looks for the products of items that are listed, and of which none was ever seen.
func (t *audit) listed(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	at, err := read[afterAt](cursor)
	if err != nil {
		return "", err
	}
	o, err := t.offering(ctx)
	if err != nil {
		return "", err
	}
	for {
		var ids []string
		if err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) (err error) {
			ids, err = tx.ListedWithoutProduct(t.selection(), ledger.Page{After: at.After, Limit: atOnce})
			return err
		}); err != nil || len(ids) == 0 {
			return "", err
		}
		pairs, err := t.compared(ctx, ids, r)
		if err != nil {
			return "", err
		}
		part, err := t.compare(ctx, pairs, o)
		if err != nil {
			return "", err
		}
		r.add(part)
		if at.After = ids[len(ids)-1]; enough() {
			return write(at)
		}
	}
}

// compare reports what differs between some items and their products, and takes off the
// shelf what should not be there, where that is asked for.
func (t *audit) compare(ctx context.Context, pairs []catalog.Pair, o offering) (part Report, err error) {
	part.Done = int64(len(pairs))
	differing := map[string][]ledger.Finding{}
	for i := range pairs {
		list := slices.DeleteFunc(audits.Product(&pairs[i], o.Place, o.publishes), func(f ledger.Finding) bool { return !slices.Contains(t.kinds, f.Kind) })
		if len(list) > 0 {
			differing[pairs[i].Item.ID] = list
		}
	}
	onTheirWay, err := t.onTheirWay(ctx, pairs, differing)
	if err != nil {
		return part, err
	}
	var lower []string
	for i := range pairs {
		id := pairs[i].Item.ID
		if t.repairs() && len(differing[id]) > 0 && !onTheirWay[id] && audits.MayLower(&pairs[i]) {
			lower = append(lower, id)
		}
	}
	mended, err := t.mend(ctx, lower, &part)
	if err != nil {
		return part, err
	}
	var verdicts []judged
	for i := range pairs {
		id := pairs[i].Item.ID
		if onTheirWay[id] {
			part.Skipped++
			continue
		}
		verdicts = append(verdicts, t.verdictsOn("item/"+id, differing[id], mended[id], &part)...)
	}
	return part, t.judge(ctx, verdicts)
}

// verdictsOn says of each kind whether its finding stands, and reports those that do or did.
func (t *audit) verdictsOn(subject string, found []ledger.Finding, mended bool, part *Report) (verdicts []judged) {
	for _, kind := range t.kinds {
		verdict := judged{Finding: ledger.Finding{Kind: kind, Subject: subject}}
		if at := slices.IndexFunc(found, func(f ledger.Finding) bool { return f.Kind == kind }); at >= 0 {
			verdict = judged{Finding: found[at], stands: !mended}
			message := found[at].Detail
			if mended {
				message += "; it is mended"
			}
			part.find(kind, subject, message)
		}
		verdicts = append(verdicts, verdict)
	}
	return verdicts
}

// onTheirWay are those of the items that differ whose change the other side may not know of
// yet.
func (t *audit) onTheirWay(ctx context.Context, pairs []catalog.Pair, differing map[string][]ledger.Finding) (map[string]bool, error) {
	found := map[string]bool{}
	if len(differing) == 0 {
		return found, nil
	}
	return found, t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error {
		for i := range pairs {
			p := &pairs[i]
			if len(differing[p.Item.ID]) == 0 {
				continue
			}
			changed, err := tx.ItemChangedAt(p.Item.ID)
			if err != nil {
				return err
			}
			event, err := tx.SaleEvent(p.Item.EventID)
			if err != nil && !errors.Is(err, ledger.ErrNotFound) {
				return err
			}
			found[p.Item.ID] = audits.OnItsWay(changed, p.Product, event, t.Now())
		}
		return nil
	})
}

// mend pushes items that are off the shelf, and says which of them are in line then.
func (t *audit) mend(ctx context.Context, items []string, part *Report) (map[string]bool, error) {
	var pushed Report
	if err := t.push(ctx, items, &pushed); err != nil {
		return nil, err
	}
	part.Changed, part.Failed, part.Findings = pushed.Changed, pushed.Failed, pushed.Findings
	mended := map[string]bool{}
	for _, item := range items {
		subject := "item/" + item
		mended[item] = !slices.ContainsFunc(pushed.Findings, func(f Finding) bool { return f.Kind == RecordFailed && f.Subject == subject })
	}
	return mended, nil
}
