package simulator

import (
	"slices"
	"strconv"
	"strings"
)

// variant is a variant with what it belongs to.
type variant struct {
	*Variant
	product  *Product
	item     *InventoryItem
	position int // in the product, from 1
}

// productTypes are products and their variants, to read.
var productTypes = merge(connectionFields("Product"), connectionFields("ProductVariant"), map[string]fields{
	"QueryRoot": {
		"product": root(func(r *request, args arguments) (any, error) {
			id, ok, err := args.id("id", "Product")
			if err != nil || !ok {
				return nil, err
			}
			return findProduct(r, id)
		}, "id"),
		"productByIdentifier": root(productByIdentifier, "identifier"),
		"products":            root(listProducts, append(pageArguments, "sortKey", "query")...),
		"productsCount":       root(countProducts, "query"),
		"productVariant": root(func(r *request, args arguments) (any, error) {
			id, ok, err := args.id("id", "ProductVariant")
			if err != nil || !ok {
				return nil, err
			}
			return findVariant(r, id)
		}, "id"),
		"productVariants": root(productVariants, append(pageArguments, "sortKey", "query")...),
	},
	"Product": {
		"id":                    idOf("Product", func(p *Product) uint64 { return p.ID }),
		"legacyResourceId":      show(func(p *Product) any { return strconv.FormatUint(p.ID, 10) }),
		"title":                 show(func(p *Product) any { return p.Title }),
		"handle":                show(func(p *Product) any { return p.Handle }),
		"descriptionHtml":       show(func(p *Product) any { return p.BodyHTML }),
		"vendor":                show(func(p *Product) any { return p.Vendor }),
		"productType":           show(func(p *Product) any { return p.Type }),
		"tags":                  show(func(p *Product) any { return slices.Clone(p.Tags) }),
		"status":                show(func(p *Product) any { return p.Status }),
		"createdAt":             show(func(p *Product) any { return dateTime(p.CreatedAt) }),
		"updatedAt":             show(func(p *Product) any { return dateTime(p.UpdatedAt) }),
		"options":               ask(func(_ *request, p *Product, _ arguments) (any, error) { return []any{p.optionShown()}, nil }, "first"),
		"hasOnlyDefaultVariant": show(func(p *Product) any { return len(p.Variants) == 1 && p.Variants[0].Title == onlyVariant }),
		"variantsCount":         show(func(p *Product) any { return record{"count": len(p.Variants), "precision": "EXACT"} }),
		"tracksInventory": ask(func(r *request, p *Product, _ arguments) (any, error) {
			return slices.ContainsFunc(variantsOf(r.shop, p), func(v variant) bool { return v.item.Tracked }), nil
		}),
		"totalInventory": ask(func(r *request, p *Product, _ arguments) (any, error) {
			total := 0
			for _, v := range variantsOf(r.shop, p) {
				total += v.item.total()
			}
			return total, nil
		}),
		"variants": ask(func(r *request, p *Product, args arguments) (any, error) {
			return sortedVariants(variantsOf(r.shop, p), args)
		}, append(pageArguments, "sortKey")...),
	},
	"ProductVariant": {
		"id":               show(func(v variant) any { return gid("ProductVariant", v.ID) }),
		"legacyResourceId": show(func(v variant) any { return strconv.FormatUint(v.ID, 10) }),
		"title":            show(func(v variant) any { return v.Title }),
		"sku":              show(func(v variant) any { return orNull(v.item.SKU) }),
		"barcode":          show(func(v variant) any { return orNull(v.Barcode) }),
		"price":            show(func(v variant) any { return v.Price.String() }),
		"compareAtPrice":   show(func(v variant) any { return centsOrNull(v.CompareAt) }),
		"taxable":          show(func(v variant) any { return !v.Untaxed }),
		"position":         show(func(v variant) any { return v.position }),
		"inventoryPolicy":  show(func(v variant) any { return orDefault(v.InventoryPolicy, "DENY") }),
		"displayName":      show(func(v variant) any { return v.product.Title + " - " + v.Title }),
		"selectedOptions": show(func(v variant) any {
			return []any{record{"name": v.product.option(), "value": v.Title}}
		}),
		"inventoryQuantity": show(func(v variant) any { return v.item.total() }),
		"createdAt":         show(func(v variant) any { return dateTime(v.CreatedAt) }),
		"updatedAt":         show(func(v variant) any { return dateTime(v.UpdatedAt) }),
		"product":           show(func(v variant) any { return v.product }),
		"inventoryItem":     show(func(v variant) any { return v.item }),
	},
	"InventoryItem": {
		// Both are the one variant that an item has.
		"variant": ask(func(r *request, i *InventoryItem, _ arguments) (any, error) {
			if v := variantOfItem(r.shop, i.ID); v != nil {
				return *v, nil
			}
			return nil, notModelled("an inventory item without a variant")
		}),
		"variants": ask(func(r *request, i *InventoryItem, args arguments) (any, error) {
			var all []variant
			if v := variantOfItem(r.shop, i.ID); v != nil {
				all = append(all, *v)
			}
			return page(all, variantOrders["ID"], args)
		}, "first", "last", "after", "before"),
	},
})

var variantOrders = orders[variant]{
	"ID":       func(v variant) position { return position{ID: v.ID} },
	"POSITION": func(v variant) position { return position{ID: uint64(v.position)} },
	"SKU":      func(v variant) position { return position{v.item.SKU, v.ID} },
}

func sortedVariants(all []variant, args arguments) (any, error) {
	order, err := variantOrders.chosen(args)
	if err != nil {
		return nil, err
	}
	return page(all, order, args)
}

func productVariants(r *request, args arguments) (any, error) {
	var all []variant
	if skus, few := fewWanted(args.text("query"), "sku"); few {
		for _, sku := range skus {
			all = append(all, variantsBySKU(r.shop, sku)...)
		}
	} else {
		for _, p := range pointers(r.shop.Products) {
			all = append(all, variantsOf(r.shop, p)...)
		}
	}
	if strings.TrimSpace(args.text("query")) != "" {
		all = slices.DeleteFunc(all, func(v variant) bool { return r.tooNew(v.product) })
	}
	all, err := variantSearch.choose(all, args, r.now)
	if err != nil {
		return nil, err
	}
	return sortedVariants(all, args)
}

func findProduct(r *request, id uint64) (any, error) {
	if p := productByID(r.shop, id); p != nil {
		return p, nil
	}
	return nil, nil
}

func findVariant(r *request, id uint64) (any, error) {
	if v := variantByID(r.shop, id); v != nil {
		return *v, nil
	}
	return nil, nil
}

func variantsOf(shop *Shop, p *Product) []variant {
	var all []variant
	for i := range p.Variants {
		v := &p.Variants[i]
		all = append(all, variant{v, p, inventoryItemByID(shop, v.InventoryItemID), i + 1})
	}
	return all
}

// option is the name of the option that the product's variants differ by.
func (p *Product) option() string {
	switch {
	case p.Option != "":
		return p.Option
	case len(p.Variants) == 1 && p.Variants[0].Title == onlyVariant:
		return titleOption
	default:
		return "Size"
	}
}

// optionShown is the one option. Its id and those of its values are made up of
// the product's and the variants'.
func (p *Product) optionShown() record {
	values, optionValues := []string{}, []any{}
	for _, v := range p.Variants {
		values = append(values, v.Title)
		optionValues = append(optionValues, record{"id": gid("ProductOptionValue", v.ID), "name": v.Title, "hasVariants": true})
	}
	return record{"id": gid("ProductOption", p.ID), "name": p.option(), "position": 1, "values": values, "optionValues": optionValues}
}

// total is what is available everywhere.
func (i *InventoryItem) total() int {
	total := 0
	for _, level := range i.Levels {
		total += level.Available
	}
	return total
}

// centsOrNull is null for no amount.
func centsOrNull(c Cents) any {
	if c == 0 {
		return nil
	}
	return c.String()
}
