package simulator

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

func listProducts(r *request, args arguments) (any, error) {
	order, err := productOrders.chosen(args)
	if err != nil {
		return nil, err
	}
	all, err := chooseProducts(r, args)
	if err != nil {
		return nil, err
	}
	return page(all, order, args)
}

func countProducts(r *request, args arguments) (any, error) {
	all, err := chooseProducts(r, args)
	return record{"count": len(all), "precision": "EXACT"}, err
}

// chooseProducts are the products that the query argument is true of.
func chooseProducts(r *request, args arguments) ([]*Product, error) {
	from := candidates(r.shop, args.text("query"), r.now)
	if strings.TrimSpace(args.text("query")) != "" {
		from = slices.DeleteFunc(from, r.tooNew)
	}
	return productSearch(r).choose(from, args, r.now)
}

// candidates are the products that a query can be true of: as few as the index
// can tell.
func candidates(shop *Shop, query string, now time.Time) []*Product {
	var fewest []uint64
	known := false
	take := func(ids []uint64) {
		if !known || len(ids) < len(fewest) {
			fewest, known = ids, true
		}
	}
	for _, field := range []string{"tag", "sku"} {
		if values, few := fewWanted(query, field); few {
			take(shop.indexed().mayHave(field, values))
		}
	}
	if since, bounded := earliest(query, "updated_at", now); bounded {
		take(shop.indexed().updates.since(since))
	}
	if !known {
		return pointers(shop.Products)
	}
	return productsByID(shop, fewest)
}

// tooNew says that searches do not find a product yet. Lists that are not searched
// do.
func (r *request) tooNew(p *Product) bool { return r.lags(p.CreatedAt) }

// lags says that searches do not know yet what was written at a time.
func (r *request) lags(written time.Time) bool {
	return r.now.Before(written.Add(time.Duration(r.shop.Catalog.SearchLag)))
}

var productOrders = orders[*Product]{
	"ID":           func(p *Product) position { return position{ID: p.ID} },
	"TITLE":        func(p *Product) position { return position{p.Title, p.ID} },
	"VENDOR":       func(p *Product) position { return position{p.Vendor, p.ID} },
	"PRODUCT_TYPE": func(p *Product) position { return position{p.Type, p.ID} },
	"CREATED_AT":   func(p *Product) position { return position{p.CreatedAt.UTC().Format(time.RFC3339), p.ID} },
	"UPDATED_AT":   func(p *Product) position { return position{p.UpdatedAt.UTC().Format(time.RFC3339), p.ID} },
}

// productSearch are some of the fields that the schema's description of
// products(query:) names. Which of them are taken apart into words is not
// documented (?).
func productSearch(r *request) searchFields[*Product] {
	ofVariants := func(text func(variant) string) searchField[*Product] {
		return byText(func(p *Product) []string {
			var texts []string
			for _, v := range variantsOf(r.shop, p) {
				texts = append(texts, text(v))
			}
			return texts
		})
	}
	return searchFields[*Product]{
		"id":           byID(func(p *Product) uint64 { return p.ID }),
		"title":        byWord(func(p *Product) []string { return []string{p.Title} }),
		"handle":       byText(func(p *Product) []string { return []string{p.Handle} }),
		"vendor":       byText(func(p *Product) []string { return []string{p.Vendor} }),
		"product_type": byText(func(p *Product) []string { return []string{p.Type} }),
		"tag":          byText(func(p *Product) []string { return p.Tags }),
		"status":       byText(func(p *Product) []string { return []string{p.Status} }),
		"sku":          ofVariants(func(v variant) string { return v.item.SKU }),
		"barcode":      ofVariants(func(v variant) string { return v.Barcode }),
		"created_at":   byTime(func(p *Product) time.Time { return p.CreatedAt }),
		"updated_at": byTime(func(p *Product) time.Time {
			if r.lags(p.UpdatedAt) {
				return p.CreatedAt // the time of the change before is not kept
			}
			return p.UpdatedAt
		}),
	}
}

// productByIdentifier finds a product by its id, handle or custom id.
func productByIdentifier(r *request, args arguments) (any, error) {
	by := args.object("identifier")
	var p *Product
	var err error
	switch {
	case by.given("id"):
		p, err = productFrom(r, by)
	case by.given("handle"):
		p = productByHandle(r.shop, by.text("handle"))
	case by.given("customId"):
		var custom *uniqueValue
		if custom, err = customID(r, by.object("customId")); err == nil {
			p = productByUnique(r.shop, *custom)
		}
	}
	if p == nil || err != nil {
		return nil, err
	}
	return p, nil
}

// textOf is a number or text of an argument as text.
func textOf(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case int64:
		return strconv.FormatInt(value, 10)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	return ""
}
