package shopify

import (
	"context"
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// InventoryItem is the stock of a variant.
type InventoryItem struct {
	ID  uint64
	SKU string
	// Tracked says that Shopify counts the stock.
	Tracked bool
	// VariantID and ProductID are 0 where the variant is gone.
	VariantID, ProductID uint64
	// Levels are all the locations that stock the item.
	Levels []Level
}

// InventoryItem reads an inventory item with its stock everywhere. The error is a
// NotFound where there is none.
func (c *Client) InventoryItem(ctx context.Context, id uint64) (*InventoryItem, error) {
	const operation = "InventoryItem"
	reply, err := admin.InventoryItem(ctx, c.graphQL(&call{}), GlobalID("InventoryItem", id))
	if err != nil {
		return nil, err
	}
	n := reply.InventoryItem
	if n == nil {
		return nil, noSuch(operation, "inventory item", fmt.Sprint(id))
	}
	r := reading{operation: operation}
	item := &InventoryItem{ID: r.id("InventoryItem", n.Id), SKU: text(n.Sku), Tracked: n.Tracked}
	if n.Variants != nil && len(n.Variants.Nodes) > 0 && n.Variants.Nodes[0].Product != nil {
		v := n.Variants.Nodes[0]
		item.VariantID, item.ProductID = r.id("ProductVariant", v.Id), r.id("Product", v.Product.Id)
	}
	if item.Levels, err = c.levels(ctx, &r, n.Id, n.InventoryLevels); err != nil {
		return nil, err
	}
	if r.err != nil {
		return nil, r.err
	}
	return item, nil
}

// levels reads an inventory item's stock to the last location.
func (c *Client) levels(ctx context.Context, r *reading, itemID string, first *admin.LevelPage) ([]Level, error) {
	found, err := readAll(r.operation, first, func(after *string) (*admin.LevelPage, error) {
		more, err := admin.InventoryLevels(ctx, c.graphQL(&call{}), itemID, after)
		if err != nil || more.InventoryItem == nil {
			return nil, err
		}
		return more.InventoryItem.InventoryLevels, nil
	})
	if err != nil {
		return nil, err
	}
	var levels []Level
	for _, n := range found {
		if n.Location == nil || len(n.Quantities) != 1 || n.Quantities[0] == nil {
			return nil, missing(r.operation, "location or quantity")
		}
		levels = append(levels, Level{LocationID: r.id("Location", n.Location.Id), Available: n.Quantities[0].Quantity})
	}
	return levels, nil
}
