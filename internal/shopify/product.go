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
	// Published says that it was put on the online store, where customers see it once
	// it is active.
	Published bool
	// Item is the id of the item that it is for, and of its consignor and sale event;
	// empty where it does not say.
	Item, ConsignorID, EventID string
	MarkdownEligible           bool
	// Images are the numbers of its photos, in their order.
	Images   []uint64
	Variants []Variant
}

// Variant is one of the forms that a product comes in. Money is in cents.
type Variant struct {
	ID           uint64
	SKU, Barcode string
	Price        int64
	// CompareAt is the price before a reduction; 0 for none.
	CompareAt int64
	// Oversold says that it is sold although there is none.
	Oversold        bool
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
	reply, err := admin.Product(ctx, c.graphQL(&call{}), GlobalID("Product", id))
	if err != nil {
		return nil, err
	}
	if reply.Product == nil {
		return nil, noSuch(operation, "product", fmt.Sprint(id))
	}
	return c.product(ctx, operation, &reply.Product.ProductCore, reply.Product.Variants)
}

// product reads a product to its last variant, from what is there of it.
func (c *Client) product(ctx context.Context, operation string, core *admin.ProductCore, first *admin.VariantPage) (*Product, error) {
	variants, err := readAll(operation, first, func(after *string) (*admin.VariantPage, error) {
		more, err := admin.ProductVariants(ctx, c.graphQL(&call{}), core.Id, after)
		if err != nil {
			return nil, err
		}
		if more.Product == nil || !more.Product.UpdatedAt.Equal(core.UpdatedAt) {
			return nil, changedMeanwhile(operation, "product")
		}
		return more.Product.Variants, nil
	})
	if err != nil {
		return nil, err
	}
	r := reading{operation: operation}
	p := &Product{
		ID: r.id("Product", core.Id), Title: core.Title, Status: string(core.Status), UpdatedAt: core.UpdatedAt, Published: core.PublishedAt != nil,
		Item: valueOf(core.ItemID), ConsignorID: valueOf(core.ConsignorID), EventID: valueOf(core.EventID), MarkdownEligible: valueOf(core.MarkdownEligible) == "true",
	}
	if core.Media != nil {
		for _, m := range core.Media.Nodes {
			if image, ok := m.(*admin.MediaPageNodesMediaImage); ok {
				p.Images = append(p.Images, r.id("MediaImage", image.Id))
			}
		}
	}
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

func valueOf(m *admin.MetafieldValue) string {
	if m == nil {
		return ""
	}
	return m.Value
}

func (c *Client) variant(ctx context.Context, r *reading, n *admin.Variant) (Variant, error) {
	if n.InventoryItem == nil {
		return Variant{}, missing(r.operation, "inventoryItem")
	}
	v := Variant{
		ID: r.id("ProductVariant", n.Id), SKU: text(n.Sku), Barcode: text(n.Barcode), Price: r.cents(n.Price),
		InventoryItemID: r.id("InventoryItem", n.InventoryItem.Id), Tracked: n.InventoryItem.Tracked,
		Oversold: n.InventoryPolicy == admin.ProductVariantInventoryPolicyContinue,
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
	globalID, to := GlobalID("Product", id), admin.ProductStatus(status)
	return c.updateProduct(ctx, &admin.ProductUpdateInput{Id: &globalID, Status: &to})
}

// updateProduct changes what the input names.
func (c *Client) updateProduct(ctx context.Context, input *admin.ProductUpdateInput) error {
	const operation = "UpdateProduct"
	reply, err := admin.UpdateProduct(ctx, c.graphQL(&call{}), input)
	if err != nil {
		return err
	}
	if reply.ProductUpdate == nil {
		return missing(operation, "payload")
	}
	return refused(operation, reply.ProductUpdate.UserErrors)
}
