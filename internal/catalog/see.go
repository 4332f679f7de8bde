package catalog

import (
	"errors"
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// actorShopify is who moves stock that we find moved.
const actorShopify = "shopify"

// See records a product as it was read from the shop. Variants whose SKU is no
// item's are the shop's own affair. It returns the items that are on the shelf and
// should not be, or several times, to be pushed.
func See(tx *ledger.Tx, p *shopify.Product, reason string) (push []string, err error) {
	for _, v := range p.Variants {
		if v.SKU == "" {
			continue
		}
		item, err := tx.Item(v.SKU)
		if errors.Is(err, ledger.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		newer, err := putProduct(tx, p, v)
		if err != nil {
			return nil, err
		}
		if !newer {
			continue
		}
		if err := move(tx, item.ID, v.InventoryItemID, v.Levels, actorShopify, reason); err != nil {
			return nil, err
		}
		if item, err = appear(tx, item, p, actorShopify, reason); err != nil {
			return nil, err
		}
		if tooMany(item, v.Levels) || !State(item.State).MayHaveStock() && visible(p.Status) {
			push = append(push, item.ID)
		}
	}
	return push, nil
}

// putProduct waits for no echo any more: this look may have been the one that an
// echo asked for.
func putProduct(tx *ledger.Tx, p *shopify.Product, v shopify.Variant) (newer bool, err error) {
	return tx.PutProduct(ledger.Product{
		ItemID: v.SKU, ProductID: p.ID, VariantID: v.ID, InventoryItemID: v.InventoryItemID,
		Status: p.Status, PriceCents: v.Price, SeenAt: p.UpdatedAt,
	})
}

// appear lists an item that was ready once its product is on sale.
func appear(tx *ledger.Tx, item ledger.Item, p *shopify.Product, actor, reason string) (ledger.Item, error) {
	if State(item.State) != Ready || item.Unlisted || p.Status != statusActive || !p.Published {
		return item, nil
	}
	if err := tx.SetItemState(item.ID, string(Listed)); err != nil {
		return item, err
	}
	err := tx.Record(ledger.TrailEntry{Actor: actor, Action: "item state", Subject: "item/" + item.ID, Before: item.State, After: string(Listed), Reason: reason})
	item.State = string(Listed)
	return item, err
}

// SeeStock records the stock of an inventory item as it was read from the shop,
// and returns the items of which there are more than there should be.
func SeeStock(tx *ledger.Tx, i *shopify.InventoryItem, reason string) (push []string, err error) {
	item, err := tx.Item(i.SKU)
	if errors.Is(err, ledger.ErrNotFound) || i.SKU == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := move(tx, item.ID, i.ID, i.Levels, actorShopify, reason); err != nil {
		return nil, err
	}
	if tooMany(item, i.Levels) {
		push = append(push, item.ID)
	}
	return push, nil
}

func move(tx *ledger.Tx, item string, inventoryItem uint64, levels []shopify.Level, actor, reason string) error {
	for _, l := range levels {
		if _, err := tx.Move(ledger.Movement{
			InventoryItemID: inventoryItem, LocationID: l.LocationID, ItemID: item, Available: l.Available, Actor: actor, Reason: reason,
		}); err != nil {
			return err
		}
	}
	return nil
}

// tooMany says whether more of an item can be bought than there is: one, or none once it
// was sold. Where there is less, the lowest count stands.
func tooMany(item ledger.Item, levels []shopify.Level) bool {
	pieces := 0
	for _, l := range levels {
		pieces += max(l.Available, 0)
	}
	return pieces > 1 || pieces == 1 && !State(item.State).MayHaveStock()
}

func stocked(levels []shopify.Level) bool {
	for _, l := range levels {
		if l.Available > 0 {
			return true
		}
	}
	return false
}

// Deleted records that a product is gone from the shop. An item that was for sale
// is a finding: whoever deleted the product may not have meant the item.
func Deleted(tx *ledger.Tx, product uint64, reason string) error {
	known, err := tx.ProductsByID(product)
	if err != nil {
		return err
	}
	for _, p := range known {
		if p.Status == statusDeleted {
			continue
		}
		p.Status = statusDeleted
		if _, err := tx.PutProduct(p); err != nil {
			return err
		}
		item, err := tx.Item(p.ItemID)
		if err != nil {
			return err
		}
		if State(item.State) != Listed {
			continue
		}
		if _, err := tx.Find(ledger.Finding{
			Kind: FindingProductDeleted, Subject: "item/" + item.ID, Severity: "Warning",
			Detail: fmt.Sprintf("its product %d was deleted in the shop (%s): withdraw the item, or list it again", product, reason),
		}); err != nil {
			return err
		}
	}
	return nil
}

// FindingProductDeleted says that the product of an item that is for sale is gone.
const FindingProductDeleted = "ProductDeleted"
