package catalog

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Pushed is what the push of one of several items came to.
type Pushed struct {
	// Changed says that something was changed in the shop.
	Changed bool
	// Record records it in the ledger; nil where Err is not.
	Record func(*ledger.Tx) error
	Err    error
}

// sideBySide is how many items are worked on at a time: enough to use the shop's rate
// limit up, which one at a time would not for the time that each reply takes.
const sideBySide = 8

// PushAll pushes several items as Push does, side by side, and changes their stock in one
// call: a few calls for each item, and one for all. What one item fails by is its own. What
// it returns is in the order of the items.
func (s *Shop) PushAll(ctx context.Context, items []string, key string) []Pushed {
	batch := make([]*bringing, len(items))
	done := make([]Pushed, len(items))
	each := func(step func(i int) error) {
		var group sync.WaitGroup
		room := make(chan struct{}, sideBySide)
		for i := range items {
			if done[i].Err != nil {
				continue
			}
			room <- struct{}{}
			group.Go(func() {
				defer func() { <-room }()
				done[i].Err = step(i)
			})
		}
		group.Wait()
	}
	of := func(step func(*bringing, context.Context) error) func(int) error {
		return func(i int) error {
			if batch[i] == nil {
				return nil
			}
			return step(batch[i], ctx)
		}
	}
	each(func(i int) (err error) {
		batch[i], err = s.begin(ctx, items[i], key+"-"+items[i])
		return err
	})
	each(of((*bringing).dress))
	s.stockAll(ctx, key, batch, done)
	each(of((*bringing).stock)) // what could not be changed together
	each(of((*bringing).show))
	for i, b := range batch {
		switch {
		case done[i].Err != nil:
		case b == nil:
			done[i].Record = nothing
		default:
			done[i].Changed, done[i].Record = b.changed, b.record
		}
	}
	return done
}

// stockAll changes the stock of several items in one call, and leaves those to a call of
// their own whose stock is not, or no longer, as it was read: Shopify makes all of the
// changes or none.
func (s *Shop) stockAll(ctx context.Context, key string, batch []*bringing, done []Pushed) {
	var changes []shopify.QuantityChange
	var changed []int
	for i, b := range batch {
		if b == nil || done[i].Err != nil {
			continue
		}
		// Of an item with several changes, a stale one must not keep the others back.
		if list := changesFor(b.p, b.v, b.want.shelf, b.place.Location); len(list) == 1 && len(changes) < shopify.MaxQuantityChanges {
			changes, changed = append(changes, list...), append(changed, i)
		}
	}
	if len(changes) < 2 {
		return
	}
	err := s.Client.SetQuantities(ctx, key+"-"+digest(changes), changes)
	switch shopify.KindOf(err) {
	case shopify.Conflict, shopify.Invalid, shopify.NotFound:
		return
	case shopify.CredentialsRejected, shopify.ScopeMissing, shopify.Frozen, shopify.Throttled, shopify.Unavailable:
	}
	for _, i := range changed {
		batch[i].changed, batch[i].stocked, done[i].Err = true, err == nil, err
	}
}

// digest names a set of changes, in whatever order.
func digest(changes []shopify.QuantityChange) string {
	sorted := slices.SortedFunc(slices.Values(changes), func(a, b shopify.QuantityChange) int {
		return cmp.Or(cmp.Compare(a.InventoryItemID, b.InventoryItemID), cmp.Compare(a.LocationID, b.LocationID))
	})
	h := sha256.New()
	for _, c := range sorted {
		fmt.Fprintf(h, "%s %s %d %d\n", c.InventoryItemID, c.LocationID, c.From, c.To)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
