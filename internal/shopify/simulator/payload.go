package simulator

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Payloads are maps with the members of Shopify's REST resources; the test of
// their shape holds them against public samples (testdata/payload_shapes.txt).
// Everything in them is made up from what the caller says and from the shop.

// Cents is an amount of money in hundredths of the shop's currency.
type Cents int64

// String writes the amount as Shopify does, such as 12.50.
func (c Cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

// at is the amount times a rate, rounded to the cent.
func (c Cents) at(rate float64) Cents { return Cents(math.Round(float64(c) * rate)) }

// both is an amount in the shop's money and in the customer's, which is the same.
func (c Cents) both(currency string) map[string]any {
	money := func() map[string]any { return map[string]any{"amount": c.String(), "currency_code": currency} }
	return map[string]any{"shop_money": money(), "presentment_money": money()}
}

// put writes an amount under a name and, as both, under name_set.
func put(fields map[string]any, currency, name string, c Cents) {
	fields[name] = c.String()
	fields[name+"_set"] = c.both(currency)
}

// local is a time as payloads write it: by the shop's own clock, or UTC where
// this machine does not know the zone.
func (s *Shop) local(t time.Time) string {
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone).Format(time.RFC3339)
}

// localOrNull is null for no time.
func (s *Shop) localOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return s.local(t)
}

// idOrNull is null for no id.
func idOrNull(id uint64) any {
	if id == 0 {
		return nil
	}
	return id
}

// samples make a payload of each topic for who has none at hand.
var samples = map[string]func(shop Shop, version string, now time.Time) map[string]any{
	"ORDERS_CREATE": func(s Shop, v string, now time.Time) map[string]any { return OrderPayload(s, v, sampleOrder(now)) },
	"ORDERS_PAID":   func(s Shop, v string, now time.Time) map[string]any { return OrderPayload(s, v, sampleOrder(now)) },
	"ORDERS_CANCELLED": func(s Shop, v string, now time.Time) map[string]any {
		o := sampleOrder(now)
		o.CancelledAt, o.CancelReason = now, "customer"
		return OrderPayload(s, v, o)
	},
	"ORDERS_EDITED": func(s Shop, _ string, now time.Time) map[string]any {
		return OrderEditPayload(s, EventOrderEdit{ID: 1, Order: 5001, At: now, Added: map[uint64]int{6002: 1}, Removed: map[uint64]int{6001: 1}})
	},
	"REFUNDS_CREATE": func(s Shop, _ string, now time.Time) map[string]any {
		o := sampleOrder(now)
		return RefundPayload(s, EventRefund{ID: 7001, Order: o, At: now, Lines: []EventRefundLine{{Line: o.Lines[0].ID, Quantity: 1, RestockType: "return"}}})
	},
	"PRODUCTS_UPDATE": func(s Shop, _ string, now time.Time) map[string]any { return ProductPayload(s, sampleProduct(now)) },
	"PRODUCTS_DELETE": func(Shop, string, time.Time) map[string]any {
		return ProductDeletePayload(sampleProduct(time.Time{}).ID)
	},
	"INVENTORY_LEVELS_UPDATE": func(s Shop, _ string, now time.Time) map[string]any {
		return InventoryLevelPayload(s, EventInventoryLevel{Item: 4001, Location: 1001, Available: 1, At: now})
	},
	"APP_UNINSTALLED": func(s Shop, _ string, _ time.Time) map[string]any { return ShopPayload(s) },
	"SHOP_UPDATE":     func(s Shop, _ string, _ time.Time) map[string]any { return ShopPayload(s) },
	"APP_SCOPES_UPDATE": func(s Shop, _ string, now time.Time) map[string]any {
		return ScopesPayload(s, App{ID: 1, Scopes: []string{"read_products", "write_products"}}, []string{"read_products"}, now)
	},
}

// SamplePayload is a made-up payload of a topic, for those that the simulator
// has one of; the error names them.
func SamplePayload(shop Shop, topic string, now time.Time) (PayloadByVersion, error) {
	sample := samples[topicOf(topic)]
	if sample == nil {
		return nil, fmt.Errorf("payload: give one; there are samples of %s only", strings.Join(slices.Sorted(maps.Keys(samples)), ", "))
	}
	return func(version string) any { return sample(shop, version, now) }, nil
}

// ProductDeletePayload is the payload of products/delete.
func ProductDeletePayload(id uint64) map[string]any { return map[string]any{"id": id} }

// EventInventoryLevel is what inventory_levels/update tells of.
type EventInventoryLevel struct {
	// Item and Location are the numbers of the inventory item and the location.
	Item, Location uint64
	Available      int
	At             time.Time
}

// InventoryLevelPayload is the payload of inventory_levels/update.
func InventoryLevelPayload(shop Shop, l EventInventoryLevel) map[string]any {
	return map[string]any{
		"inventory_item_id": l.Item, "location_id": l.Location, "available": l.Available, "updated_at": shop.local(l.At),
		"admin_graphql_api_id": fmt.Sprintf("gid://shopify/InventoryLevel/%d?inventory_item_id=%d", l.Location, l.Item),
	}
}
