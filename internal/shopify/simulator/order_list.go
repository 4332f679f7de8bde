package simulator

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// orderMemory is how far back an app sees orders without read_all_orders
// (https://shopify.dev/docs/api/usage/access-scopes#orders-permissions).
const orderMemory = 60 * 24 * time.Hour

// sees says whether the app may see an order, by its age. That an order too old
// is null, as if it were not there, is not on record (?).
func (r *request) sees(o *Order) bool {
	return r.granted["read_all_orders"] || r.now.Sub(o.CreatedAt) <= orderMemory
}

var orderOrders = orders[*Order]{
	"ID":           func(o *Order) position { return position{ID: o.ID} },
	"ORDER_NUMBER": func(o *Order) position { return position{ID: o.Number} },
	"CREATED_AT":   func(o *Order) position { return position{o.CreatedAt.UTC().Format(time.RFC3339), o.ID} },
	"PROCESSED_AT": func(o *Order) position { return position{o.CreatedAt.UTC().Format(time.RFC3339), o.ID} },
	"UPDATED_AT":   func(o *Order) position { return position{o.UpdatedAt.UTC().Format(time.RFC3339), o.ID} },
}

// orderSearch are some of the fields that the schema's description of
// orders(query:) names.
var orderSearch = searchFields[*Order]{
	"id":           byID(func(o *Order) uint64 { return o.ID }),
	"name":         byText(func(o *Order) []string { return []string{o.name(), strconv.FormatUint(o.Number, 10)} }),
	"created_at":   byTime(func(o *Order) time.Time { return o.CreatedAt }),
	"processed_at": byTime(func(o *Order) time.Time { return o.CreatedAt }),
	"updated_at":   byTime(func(o *Order) time.Time { return o.UpdatedAt }),
	"source_name":  byText(func(o *Order) []string { return []string{o.Source} }),
	"test":         oneOf(func(o *Order) string { return strconv.FormatBool(o.Test) }, "true", "false"),
	"financial_status": oneOf(func(o *Order) string { return strings.ToLower(o.financialStatus()) },
		"authorized", "expired", "paid", "partially_paid", "partially_refunded", "pending", "refunded", "voided"),
	"sku": byText(func(o *Order) []string {
		var skus []string
		for _, l := range o.Lines {
			skus = append(skus, l.SKU)
		}
		return skus
	}),
}

func listOrders(r *request, args arguments) (any, error) {
	order, err := orderOrders.chosen(args)
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(pointers(r.shop.Orders), func(o *Order) bool { return !r.sees(o) })
	if all, err = orderSearch.choose(all, args, r.now); err != nil {
		return nil, err
	}
	return page(all, order, args)
}

func findOrder(r *request, id uint64) (any, error) {
	if o := orderByID(r.shop, id); o != nil && r.sees(o) {
		return o, nil
	}
	return nil, nil
}

func orderByID(shop *Shop, id uint64) *Order {
	i := slices.IndexFunc(shop.Orders, func(o Order) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return &shop.Orders[i]
}
