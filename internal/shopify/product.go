package shopify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// Product is a thing that a shop sells.
type Product struct {
	ID    uint64
	Title string
	// Status is ACTIVE, ARCHIVED, DRAFT or UNLISTED.
	Status    string
	UpdatedAt time.Time
	Variants  []Variant
}

// Variant is one of the forms that a product comes in. Money is in cents.
type Variant struct {
	ID           uint64
	SKU, Barcode string
	Price        int64
	// CompareAt is the price before a reduction; 0 for none.
	CompareAt       int64
	InventoryItemID uint64
	// Tracked says that Shopify counts the stock.
	Tracked bool
	// Levels are all the locations that stock the variant.
	Levels []Level
}

// Level is the stock at a location.
type Level struct {
	LocationID uint64
	// Available may be less than nothing.
	Available int
}

// Product reads a product with all of its variants and their stock. The error is
// a NotFound where there is none.
func (c *Client) Product(ctx context.Context, id uint64) (*Product, error) {
	const operation = "Product"
	globalID := GlobalID("Product", id)
	reply, err := admin.Product(ctx, c.graphQL(&call{}), globalID)
	if err != nil {
		return nil, err
	}
	found := reply.Product
	if found == nil {
		return nil, noSuch(operation, "product", fmt.Sprint(id))
	}
	variants, err := readAll(operation, found.Variants, func(after *string) (*admin.VariantPage, error) {
		more, err := admin.ProductVariants(ctx, c.graphQL(&call{}), globalID, after)
		if err != nil {
			return nil, err
		}
		if more.Product == nil || !more.Product.UpdatedAt.Equal(found.UpdatedAt) {
			return nil, changedMeanwhile(operation, "product")
		}
		return more.Product.Variants, nil
	})
	if err != nil {
		return nil, err
	}
	r := reading{operation: operation}
	p := &Product{ID: r.id("Product", found.Id), Title: found.Title, Status: string(found.Status), UpdatedAt: found.UpdatedAt}
	for _, n := range variants {
		v, err := c.variant(ctx, &r, n)
		if err != nil {
			return nil, err
		}
		p.Variants = append(p.Variants, v)
	}
	if r.err != nil {
		return nil, r.err
	}
	return p, nil
}

func (c *Client) variant(ctx context.Context, r *reading, n *admin.Variant) (Variant, error) {
	if n.InventoryItem == nil {
		return Variant{}, missing(r.operation, "inventoryItem")
	}
	v := Variant{
		ID: r.id("ProductVariant", n.Id), SKU: text(n.Sku), Barcode: text(n.Barcode), Price: r.cents(n.Price),
		InventoryItemID: r.id("InventoryItem", n.InventoryItem.Id), Tracked: n.InventoryItem.Tracked,
	}
	if n.CompareAtPrice != nil {
		v.CompareAt = r.cents(*n.CompareAtPrice)
	}
	var err error
	v.Levels, err = c.levels(ctx, r, n.InventoryItem.Id, n.InventoryItem.InventoryLevels)
	return v, err
}

// ProductBySKU reads the product of which a variant carries an SKU, exactly. The
// error is a NotFound where none does, and a Conflict where several variants do.
// Shopify's search may lag behind a change by some seconds.
func (c *Client) ProductBySKU(ctx context.Context, sku string) (*Product, error) {
	const operation = "VariantsBySKU"
	query := "sku:'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(sku) + "'"
	search := func(after *string) (*admin.VariantPageBySKU, error) {
		reply, err := admin.VariantsBySKU(ctx, c.graphQL(&call{}), query, after)
		if err != nil {
			return nil, err
		}
		return reply.ProductVariants, nil
	}
	first, err := search(nil)
	if err != nil {
		return nil, err
	}
	found, err := readAll(operation, first, search)
	if err != nil {
		return nil, err
	}
	var carriers []uint64
	r := reading{operation: operation}
	for _, n := range found {
		if n.Sku == nil || *n.Sku != sku {
			continue
		}
		if n.Product == nil {
			return nil, missing(operation, "product of a variant")
		}
		carriers = append(carriers, r.id("Product", n.Product.Id))
	}
	switch {
	case r.err != nil:
		return nil, r.err
	case len(carriers) == 0:
		return nil, noSuch(operation, "variant with the SKU", sku)
	case len(carriers) > 1:
		return nil, &Error{Kind: Conflict, Operation: operation,
			Message: fmt.Sprintf("%d variants carry the SKU %s; leave it to one of them", len(carriers), sku)}
	}
	return c.Product(ctx, carriers[0])
}

// SetProductStatus makes a product ACTIVE, ARCHIVED, DRAFT or UNLISTED and leaves
// all else as it is. Where the product is gone the error's Gone says so.
func (c *Client) SetProductStatus(ctx context.Context, id uint64, status string) error {
	const operation = "UpdateProduct"
	globalID, to := GlobalID("Product", id), admin.ProductStatus(status)
	reply, err := admin.UpdateProduct(ctx, c.graphQL(&call{}), &admin.ProductUpdateInput{Id: &globalID, Status: &to})
	if err != nil {
		return err
	}
	if reply.ProductUpdate == nil {
		return missing(operation, "payload")
	}
	return refused(operation, reply.ProductUpdate.UserErrors)
}
