package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/internal/audits"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// The findings of jobs about items.
const (
	// ItemDiffers is an item whose product is not as the ledger has it; a dry run
	// reports it.
	ItemDiffers = "ItemDiffers"
	// ItemUnknown is an item that the job names and the ledger does not have.
	ItemUnknown = "ItemUnknown"
	// PriceDiffers, StatusDiffers and StockDiffers are items that shop and ledger do not
	// have alike, which is left to a person.
	PriceDiffers  = audits.PriceDiffers
	StatusDiffers = audits.StatusDiffers
	StockDiffers  = audits.StockDiffers
)

// differs are the findings of what differs.
var differs = map[catalog.Part]string{catalog.PartPrice: PriceDiffers, catalog.PartStatus: StatusDiffers, catalog.PartStock: StockDiffers}

const (
	productDeleted = "its product was deleted in the shop: withdraw the item, or list it again"
	itemUnknown    = "the ledger has no such item: import it, or correct the id"
)

// atOnce is how many items are pushed together, and so how many at most are pushed again
// by a process that goes on from a checkpoint.
const atOnce = 25

// catalog is the store's shop, to be looked at.
func (r *Run) catalog() *catalog.Shop {
	return &catalog.Shop{
		Client: r.Shop, Ledger: r.Ledger, Store: r.Store,
		Place: func(ctx context.Context) (catalog.Place, error) { return r.Shops.Place(ctx, r.Store) },
	}
}

// offering is where products go, and whether the app may put them before customers.
type offering struct {
	catalog.Place
	publishes bool
}

func (r *Run) offering(ctx context.Context) (o offering, err error) {
	if o.Place, err = r.Shops.Place(ctx, r.Store); err != nil {
		return o, err
	}
	o.publishes, err = r.catalog().Publishes(ctx, o.Place)
	return o, err
}

// named says whether the job names its items.
func (r *Run) named() bool { return r.Spec.Selector != nil && len(r.Spec.Selector.ItemIDs) > 0 }

func (r *Run) selection() (s ledger.Selection) {
	given := r.Spec.Selector
	if given == nil {
		return s
	}
	s.EventID, s.ConsignorID = given.SaleEventID, given.ConsignorID
	if given.Since != nil {
		s.Since = given.Since.Time
	}
	if given.Until != nil {
		s.Until = given.Until.Time
	}
	return s
}

// bring brings the products of some pairs in line, up to atOnce of them, and reports what
// it did even where it fails.
func (r *Run) bring(ctx context.Context, pairs []catalog.Pair, o offering) (part Report, err error) {
	var push []string
	for i := range pairs {
		p := &pairs[i]
		if err := r.lookFor(ctx, p); err != nil {
			return part, err
		}
		differences := p.Differences(o.Place, o.publishes)
		subject := "item/" + p.Item.ID
		switch {
		case len(differences) == 0:
		case p.Product == nil && p.Deleted() && !p.MayMake():
			part.Skipped++
			part.find(catalog.FindingProductDeleted, subject, productDeleted)
		case r.Spec.DryRun:
			part.Changed++
			part.find(ItemDiffers, subject, told(differences))
		default:
			push = append(push, p.Item.ID)
			continue
		}
		part.Done++
	}
	err = r.push(ctx, push, &part)
	return part, err
}

// lookFor looks once more for a product that was seen, and is not on the shop's list.
func (r *Run) lookFor(ctx context.Context, p *catalog.Pair) error {
	if p.Product != nil || p.Known.ProductID == 0 || p.Deleted() || r.Spec.DryRun {
		return nil
	}
	_, err := r.catalog().Gone(ctx, p, r.reason())
	return err
}

func told(list []catalog.Difference) string {
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = d.String()
	}
	return strings.Join(texts, "; ")
}

// pushAttempts is how often a push is made where it fails in a way that may pass, such as
// a request that Shopify did not answer, or stock that was moved meanwhile: each looks
// anew.
const pushAttempts = 3

func mayPass(err error) bool {
	kind := shopify.KindOf(err)
	return kind == shopify.Unavailable || kind == shopify.Conflict
}

// push pushes items. What is wrong with one of them is reported, and what is wrong with
// the shop is the error.
func (r *Run) push(ctx context.Context, items []string, report *Report) error {
	left, failed := items, map[string]error{}
	for range pushAttempts {
		if len(left) == 0 || ctx.Err() != nil {
			break
		}
		now := r.Queue.PushNow(ctx, r.Store, left, "job-"+r.ID)
		for _, item := range left {
			delete(failed, item)
		}
		maps.Copy(failed, now)
		left = nil
		for _, item := range slices.Sorted(maps.Keys(now)) {
			if mayPass(now[item]) {
				left = append(left, item)
			}
		}
	}
	done := int64(len(items) - len(failed))
	report.Done += done
	report.Changed += done
	var whole error
	for _, item := range slices.Sorted(maps.Keys(failed)) {
		err := failed[item]
		if !ofOne(err) {
			whole = cmp.Or(whole, fmt.Errorf("item %s: %w", item, err))
			continue
		}
		report.Done++
		report.Failed++
		report.find(RecordFailed, "item/"+item, err.Error())
	}
	return whole
}

// namedItems has items handled that the job names.
type namedItems struct {
	*Run
	handle func(context.Context, []catalog.Pair, offering) (Report, error)
}

type namedAt struct {
	// Done is how many of the items are done.
	Done int `json:"done"`
}

// Step has some items handled.
func (t *namedItems) Step(ctx context.Context, cursor string, _ func() bool, r *Report) (string, error) {
	at, err := read[namedAt](cursor)
	if err != nil {
		return "", err
	}
	ids := t.Spec.Selector.ItemIDs
	r.expect(int64(len(ids)))
	o, err := t.offering(ctx)
	if err != nil {
		return "", err
	}
	some := ids[min(at.Done, len(ids)):]
	some = some[:min(atOnce, len(some))]
	pairs, err := t.compared(ctx, some, r)
	if err != nil {
		return "", err
	}
	part, err := t.handle(ctx, pairs, o)
	if err != nil {
		return "", err
	}
	r.add(part)
	if at.Done += len(some); at.Done >= len(ids) {
		return "", nil
	}
	return write(at)
}

// compared puts those of some items that the job is about beside their products, and
// reports those that cannot be.
func (r *Run) compared(ctx context.Context, ids []string, report *Report) (pairs []catalog.Pair, err error) {
	for _, id := range ids {
		pair, err := r.catalog().Compare(ctx, id)
		switch {
		case errors.Is(err, ledger.ErrNotFound):
			report.Done++
			report.Failed++
			report.find(ItemUnknown, "item/"+id, itemUnknown)
			continue
		case err != nil && ofOne(err):
			report.Done++
			report.Failed++
			report.find(RecordFailed, "item/"+id, err.Error())
			continue
		case err != nil:
			return nil, fmt.Errorf("item %s: %w", id, err)
		}
		selected := true
		if err := r.Ledger.View(ctx, r.Store, func(tx *ledger.Tx) (err error) { selected, err = tx.Selected(r.selection(), id); return err }); err != nil {
			return nil, err
		}
		if !selected {
			report.Done++
			continue
		}
		pairs = append(pairs, pair)
	}
	return pairs, nil
}
