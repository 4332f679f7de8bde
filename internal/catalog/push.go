package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

const actorShopkeeper = "shopkeeper"

// Push brings the stock and the status of an item's product in line with the
// item's state, and returns what to record in the ledger. key names the push: who
// comes again with it changes nothing twice. It reads before it writes, so a push
// that has nothing left to do writes nothing. An item that has no product in the
// shop is none of its business.
func Push(ctx context.Context, l *ledger.Ledger, shop *shopify.Client, store ledger.Store, item, key string) (record func(*ledger.Tx) error, err error) {
	shelf, known, err := wanted(ctx, l, store, item)
	if err != nil || shelf == AsIs {
		return nothing, err
	}
	p, err := find(ctx, shop, item, known)
	if shopify.KindOf(err) == shopify.NotFound {
		return nothing, nil
	}
	if err != nil {
		return nil, err
	}
	changed, err := apply(ctx, shop, p, item, shelf, key)
	if err != nil {
		return nil, err
	}
	if changed {
		// As the shop has it now: what is told of this moment is our own echo.
		if p, err = shop.Product(ctx, p.ID); err != nil {
			return nil, err
		}
	}
	return func(tx *ledger.Tx) error { return recordPush(tx, p, item, shelf, changed) }, nil
}

func nothing(*ledger.Tx) error { return nil }

// wanted is where an item belongs, and the product that it is known to be.
func wanted(ctx context.Context, l *ledger.Ledger, store ledger.Store, id string) (shelf Shelf, known ledger.Product, err error) {
	err = l.View(ctx, store, func(tx *ledger.Tx) error {
		item, err := tx.Item(id)
		if errors.Is(err, ledger.ErrNotFound) {
			shelf = AsIs
			return nil
		}
		if err != nil {
			return err
		}
		shelf = shelfOf(State(item.State))
		known, err = tx.Product(id)
		if errors.Is(err, ledger.ErrNotFound) {
			return nil
		}
		return err
	})
	return shelf, known, err
}

func find(ctx context.Context, shop *shopify.Client, item string, known ledger.Product) (*shopify.Product, error) {
	if known.ProductID != 0 && known.Status != statusDeleted {
		p, err := shop.Product(ctx, known.ProductID)
		if shopify.KindOf(err) != shopify.NotFound {
			return p, err
		}
		// It may have been deleted and made anew.
	}
	return shop.ProductBySKU(ctx, item)
}

// apply changes what is not as it should be, stock first: a product that is active
// for a moment longer can be seen, but not bought.
func apply(ctx context.Context, shop *shopify.Client, p *shopify.Product, item string, shelf Shelf, key string) (changed bool, err error) {
	i := slices.IndexFunc(p.Variants, func(v shopify.Variant) bool { return v.SKU == item })
	if i < 0 {
		return false, nil
	}
	v := p.Variants[i]
	for _, c := range changesFor(v, shelf) {
		// One by one: an item is at few places, and a stale one keeps no other from
		// being emptied. A change that is another than last time has another key.
		if err := shop.SetQuantities(ctx, fmt.Sprintf("%s-%s-%d-%d", key, c.LocationID, c.From, c.To), []shopify.QuantityChange{c}); err != nil {
			return changed, err
		}
		changed = true
	}
	if status := statusFor(p, v, shelf); status != p.Status {
		return true, shop.SetProductStatus(ctx, p.ID, status)
	}
	return changed, nil
}

// asLeft says whether nobody has changed a product since apply brought it in line.
func asLeft(p *shopify.Product, v shopify.Variant, shelf Shelf) bool {
	return len(changesFor(v, shelf)) == 0 && statusFor(p, v, shelf) == p.Status
}

func recordPush(tx *ledger.Tx, p *shopify.Product, item string, shelf Shelf, changed bool) error {
	i := slices.IndexFunc(p.Variants, func(v shopify.Variant) bool { return v.SKU == item })
	if i < 0 {
		return nil
	}
	v := p.Variants[i]
	seen := ledger.Product{ItemID: item, ProductID: p.ID, VariantID: v.ID, InventoryItemID: v.InventoryItemID, Status: p.Status, PriceCents: v.Price, SeenAt: p.UpdatedAt}
	known, err := tx.Product(item)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	switch {
	case !changed:
		seen.AppliedAt = known.AppliedAt
	case known.SeenAt.Before(p.UpdatedAt) && asLeft(p, v, shelf):
		// Otherwise the echo may have come before, or this is somebody else's moment.
		seen.AppliedAt = p.UpdatedAt
	}
	if _, err := tx.PutProduct(seen); err != nil {
		return err
	}
	if err := move(tx, item, v.InventoryItemID, v.Levels, actorShopkeeper, "in line with the item's state"); err != nil {
		return err
	}
	if !changed {
		return nil
	}
	return tx.Record(ledger.TrailEntry{Actor: actorShopkeeper, Action: "product", Subject: "item/" + item, After: p.Status, Reason: "in line with the item's state"})
}
