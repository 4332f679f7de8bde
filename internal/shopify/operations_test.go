package shopify_test

import (
	"context"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// operation is a call of the client, and how to see what it left in the shop.
type operation struct {
	name    string // as the simulator's call log has it
	read    bool
	keyed   bool // recognised by an idempotency key, so it may be repeated like a read
	rest    bool
	shop    func(*simulator.Shop)                    // what the shop has beforehand
	prepare func(*testing.T, *shopify.Client) string // returns the id to work on
	call    func(context.Context, *shopify.Client, string) error
	effects func(simulator.Shop) int // how often it took effect
}

func definition(key string) shopify.MetafieldDefinition {
	return shopify.MetafieldDefinition{Namespace: "consignment", Key: key, Name: "Size", Type: "single_line_text_field"}
}

func subscription(topic shopify.Topic) shopify.WebhookSubscription {
	return shopify.WebhookSubscription{Topic: topic, URI: "https://hooks.example.com/x", Format: "JSON"}
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

var operations = []operation{
	{name: "ObserveStore", read: true, call: func(ctx context.Context, c *shopify.Client, _ string) error { _, err := c.Observe(ctx); return err }},
	{name: "GrantedScopes", read: true, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, err := c.GrantedScopes(ctx)
		return err
	}},
	{name: "WebhookSubscriptions", read: true, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, _, err := c.WebhookSubscriptions(ctx)
		return err
	}},
	{name: "MetafieldDefinitions", read: true, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, err := c.MetafieldDefinitions(ctx)
		return err
	}},
	{name: "Order", read: true, shop: oneSale, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, err := c.Order(ctx, 9010)
		return err
	}},
	{name: "OrdersByUpdate", read: true, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, err := c.Orders(ctx, time.Time{}, "")
		return err
	}},
	{name: "Product", read: true, shop: oneSale, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, err := c.Product(ctx, 9002)
		return err
	}},
	{name: "InventoryItem", read: true, shop: oneSale, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, err := c.InventoryItem(ctx, 9001)
		return err
	}},
	{
		name: "UpdateProduct", shop: oneSale,
		call: func(ctx context.Context, c *shopify.Client, _ string) error {
			return c.SetProductStatus(ctx, 9002, "DRAFT")
		},
		effects: func(s simulator.Shop) int {
			if s.Products[0].Status == "DRAFT" {
				return 1
			}
			return 0
		},
	},
	{
		name: "PublishOverREST", rest: true, shop: oneSale,
		call: func(ctx context.Context, c *shopify.Client, _ string) error {
			return c.PublishOverREST(ctx, 9002, "DRAFT")
		},
		effects: func(s simulator.Shop) int {
			if s.Products[0].Status == "DRAFT" {
				return 1
			}
			return 0
		},
	},
	{name: "Products", read: true, shop: oneSale, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, _, err := c.Products(ctx, "")
		return err
	}},
	{name: "Publications", read: true, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, err := c.OnlineStore(ctx)
		return err
	}},
	{
		name: "CreateProduct", shop: forItems,
		prepare: func(t *testing.T, c *shopify.Client) string {
			t.Helper()
			return must[*shopify.Store](t)(c.Observe(t.Context())).Locations[0].ID
		},
		call: func(ctx context.Context, c *shopify.Client, location string) error {
			_, err := c.CreateProduct(ctx, bike(), shopify.MustNumber("Location", location), nil)
			return err
		},
		effects: func(s simulator.Shop) int { return len(s.Products) },
	},
	{
		name: "UpdateVariants", shop: oneSale,
		call: func(ctx context.Context, c *shopify.Client, _ string) error {
			return c.PriceVariant(ctx, 9002, 9003, bike())
		},
		effects: func(s simulator.Shop) int {
			if s.Products[0].Variants[0].Price == 4500 {
				return 1
			}
			return 0
		},
	},
	{name: "GET /admin/api/{version}/shipping_zones.json", read: true, rest: true, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, err := c.ShippingZones(ctx)
		return err
	}},
	{name: "PriceRules", read: true, rest: true, call: func(ctx context.Context, c *shopify.Client, _ string) error {
		_, err := c.PriceRules(ctx)
		return err
	}},
	{
		name: "CreatePriceRule", rest: true,
		call: func(ctx context.Context, c *shopify.Client, _ string) error {
			_, err := c.CreatePriceRule(ctx, tenPercent)
			return err
		},
		effects: func(s simulator.Shop) int { return len(s.PriceRules) },
	},
	{
		name: "CreateDiscountCode", rest: true,
		prepare: func(t *testing.T, c *shopify.Client) string {
			t.Helper()
			return must[string](t)(c.CreatePriceRule(t.Context(), tenPercent))
		},
		call: func(ctx context.Context, c *shopify.Client, id string) error {
			return c.CreateDiscountCode(ctx, id, "A")
		},
		effects: func(s simulator.Shop) int { return len(s.PriceRules[0].DiscountCodes) },
	},
	{
		name: "CreateWebhookSubscription",
		call: func(ctx context.Context, c *shopify.Client, _ string) error {
			_, err := c.CreateWebhookSubscription(ctx, subscription("ORDERS_PAID"))
			return err
		},
		effects: func(s simulator.Shop) int { return len(s.WebhookSubscriptions) },
	},
	{
		name: "UpdateWebhookSubscription",
		prepare: func(t *testing.T, c *shopify.Client) string {
			t.Helper()
			return must[string](t)(c.CreateWebhookSubscription(t.Context(), subscription("ORDERS_PAID")))
		},
		call: func(ctx context.Context, c *shopify.Client, id string) error {
			s := subscription("ORDERS_PAID")
			s.ID, s.IncludeFields = id, []string{"id"}
			return c.UpdateWebhookSubscription(ctx, s)
		},
		effects: func(s simulator.Shop) int { return len(s.WebhookSubscriptions[0].IncludeFields) },
	},
	{
		name: "DeleteWebhookSubscription",
		prepare: func(t *testing.T, c *shopify.Client) string {
			t.Helper()
			return must[string](t)(c.CreateWebhookSubscription(t.Context(), subscription("ORDERS_PAID")))
		},
		call: func(ctx context.Context, c *shopify.Client, id string) error {
			return c.DeleteWebhookSubscription(ctx, id)
		},
		effects: func(s simulator.Shop) int { return 1 - len(s.WebhookSubscriptions) },
	},
	{
		name: "CreateMetafieldDefinition",
		call: func(ctx context.Context, c *shopify.Client, _ string) error {
			_, err := c.CreateMetafieldDefinition(ctx, definition("size"))
			return err
		},
		effects: func(s simulator.Shop) int { return len(s.MetafieldDefinitions) },
	},
	{
		name: "UpdateMetafieldDefinition",
		prepare: func(t *testing.T, c *shopify.Client) string {
			t.Helper()
			return must[string](t)(c.CreateMetafieldDefinition(t.Context(), definition("size")))
		},
		call: func(ctx context.Context, c *shopify.Client, _ string) error {
			d := definition("size")
			d.PublicRead = true
			return c.UpdateMetafieldDefinition(ctx, d)
		},
		effects: func(s simulator.Shop) int {
			if s.MetafieldDefinitions[0].Access.Storefront == "PUBLIC_READ" {
				return 1
			}
			return 0
		},
	},
	{
		name: "DeleteMetafieldDefinition",
		prepare: func(t *testing.T, c *shopify.Client) string {
			t.Helper()
			return must[string](t)(c.CreateMetafieldDefinition(t.Context(), definition("size")))
		},
		call: func(ctx context.Context, c *shopify.Client, id string) error {
			return c.DeleteMetafieldDefinition(ctx, id)
		},
		effects: func(s simulator.Shop) int { return 1 - len(s.MetafieldDefinitions) },
	},
	{
		name: "SetQuantities", keyed: true,
		shop: func(s *simulator.Shop) {
			s.InventoryItems = []simulator.InventoryItem{{ID: 9001, SKU: "A-1", Tracked: true, Levels: []simulator.InventoryLevel{{LocationID: s.Locations[0].ID, Available: 1}}}}
		},
		prepare: func(t *testing.T, c *shopify.Client) string {
			t.Helper()
			return must[*shopify.Store](t)(c.Observe(t.Context())).Locations[0].ID
		},
		call: func(ctx context.Context, c *shopify.Client, location string) error {
			return c.SetQuantities(ctx, "sale-1", []shopify.QuantityChange{{InventoryItemID: "gid://shopify/InventoryItem/9001", LocationID: location, From: 1, To: 0}})
		},
		effects: func(s simulator.Shop) int { return 1 - s.InventoryItems[0].Levels[0].Available },
	},
	{
		name: "EnableLocalPickup",
		prepare: func(t *testing.T, c *shopify.Client) string {
			t.Helper()
			return must[*shopify.Store](t)(c.Observe(t.Context())).Locations[0].ID
		},
		call: func(ctx context.Context, c *shopify.Client, id string) error {
			return c.EnableLocalPickup(ctx, id, shopify.Pickup{Time: "TWO_HOURS"})
		},
		effects: func(s simulator.Shop) int {
			if s.Locations[0].LocalPickup != nil {
				return 1
			}
			return 0
		},
	},
}
