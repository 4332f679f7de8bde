package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// EventProduct is what products/update tells of a product.
type EventProduct struct {
	ID     uint64
	Title  string
	Handle string
	// Option is the name of the one option; Size if empty.
	Option   string
	BodyHTML string
	Vendor   string
	Type     string
	Tags     []string
	// Status is active, archived, draft or unlisted.
	Status string
	// PublishedAt is zero where the product is on no sales channel.
	PublishedAt          time.Time
	CreatedAt, UpdatedAt time.Time
	Variants             []EventVariant
	Pictures             []EventPicture
}

// EventPicture is a picture of an EventProduct; sizes in pixels.
type EventPicture struct {
	ID            uint64
	URL           string
	Alt           string
	Width, Height int
}

// EventVariant is a variant of an EventProduct.
type EventVariant struct {
	ID, InventoryItem uint64
	// Title is the value of the one option, such as 4T.
	Title   string
	SKU     string
	Barcode string
	Price   Cents
	// CompareAt is 0 for none.
	CompareAt Cents
	Untaxed   bool
	// Oversold things are sold when there are none.
	Oversold bool
	Quantity int
	// Before is the quantity before the change that the event tells of.
	Before    int
	UpdatedAt time.Time
}

// maxVariants is how many variants products/update carries in full; the rest
// are in variant_gids only (https://shopify.dev/docs/api/webhooks).
const maxVariants = 100

// ProductPayload is the payload of products/update and products/create. A
// product has one option, and its media are left out.
func ProductPayload(shop Shop, p EventProduct) map[string]any {
	values, variants, images := []string{}, []any{}, []any{}
	var image any // the first; null in Shopify's published sample, which has none
	for i, picture := range p.Pictures {
		images = append(images, pictureFields(shop, p, picture, i+1))
		image = images[0]
	}
	for i, v := range p.Variants {
		values = append(values, v.Title)
		if i < maxVariants {
			variants = append(variants, variantFields(shop, p, v, i+1))
		}
	}
	return map[string]any{
		"id": p.ID, "admin_graphql_api_id": gid("Product", p.ID), "title": p.Title, "handle": p.Handle, "body_html": p.BodyHTML,
		"vendor": p.Vendor, "product_type": p.Type, "tags": strings.Join(p.Tags, ", "), "status": p.Status,
		"published_scope": "web", "template_suffix": nil, "category": nil, "has_variants_that_requires_components": false,
		"created_at": shop.local(p.CreatedAt), "updated_at": shop.local(p.UpdatedAt), "published_at": shop.localOrNull(p.PublishedAt),
		"options": []any{map[string]any{"id": p.ID + 1, "product_id": p.ID, "name": orDefault(p.Option, "Size"), "position": 1, "values": values}},
		"images":  images, "image": image, "media": []any{},
		"variants": variants, "variant_gids": variantIDs(p.Variants),
	}
}

func pictureFields(shop Shop, p EventProduct, picture EventPicture, position int) map[string]any {
	return map[string]any{
		"id": picture.ID, "admin_graphql_api_id": gid("ProductImage", picture.ID), "product_id": p.ID, "position": position,
		"src": picture.URL, "alt": orNull(picture.Alt), "width": picture.Width, "height": picture.Height, "variant_ids": []any{},
		"created_at": shop.local(p.CreatedAt), "updated_at": shop.local(p.CreatedAt),
	}
}

func variantFields(shop Shop, p EventProduct, v EventVariant, position int) map[string]any {
	return map[string]any{
		"id": v.ID, "admin_graphql_api_id": gid("ProductVariant", v.ID), "product_id": p.ID, "position": position,
		"title": v.Title, "option1": v.Title, "option2": nil, "option3": nil,
		"sku": orNull(v.SKU), "barcode": orNull(v.Barcode), "image_id": nil, "inventory_item_id": idOrNull(v.InventoryItem),
		"price": v.Price.String(), "compare_at_price": centsOrNull(v.CompareAt), "taxable": !v.Untaxed, "inventory_policy": map[bool]string{false: "deny", true: "continue"}[v.Oversold],
		"inventory_quantity": v.Quantity, "old_inventory_quantity": v.Before,
		"created_at": shop.local(p.CreatedAt), "updated_at": shop.local(v.UpdatedAt),
	}
}

// variantIDs are the ids of all variants, those changed last first.
func variantIDs(variants []EventVariant) []any {
	sorted := slices.SortedStableFunc(slices.Values(variants), func(a, b EventVariant) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	ids := []any{}
	for _, v := range sorted {
		ids = append(ids, map[string]any{
			"admin_graphql_api_id": gid("ProductVariant", v.ID), "updated_at": v.UpdatedAt.UTC().Format("2006-01-02T15:04:05.000Z07:00"),
		})
	}
	return ids
}

func sampleProduct(now time.Time) EventProduct {
	p := EventProduct{
		ID: 2001, Title: "Rain boots", Handle: "rain-boots", BodyHTML: "<p>Hardly worn.</p>", Vendor: "Maple Kids", Type: "Footwear",
		Tags: []string{"consigned", "spring"}, Status: "active", CreatedAt: now, UpdatedAt: now, PublishedAt: now,
		Pictures: []EventPicture{{ID: 8001, URL: "https://cdn.example/rain-boots.jpg", Alt: "Green rain boots", Width: 1200, Height: 900}},
	}
	for i, size := range []string{"4T", "5T"} {
		n := uint64(i)
		p.Variants = append(p.Variants, EventVariant{
			ID: 3001 + n, InventoryItem: 4001 + n, Title: size, SKU: fmt.Sprintf("BOOT-%s", size), Price: 1850, Quantity: 1, Before: 2, UpdatedAt: now,
		})
	}
	return p
}
