package shopify_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

const faultyShop = "maple-kids.myshopify.com"

// movedClock is the clock of both sides: waiting moves it.
type movedClock struct {
	mu  sync.Mutex
	now time.Time
	// onWait, if not nil, happens while somebody waits.
	onWait func()
}

func (c *movedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *movedClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	c.now = c.now.Add(d)
	passed := make(chan time.Time, 1)
	passed <- c.now
	c.mu.Unlock()
	if c.onWait != nil {
		c.onWait()
	}
	return passed
}

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

// Every fault against every operation: the right kind of error, the right
// number of requests, and nothing done twice.
func TestEveryFaultAgainstEveryOperation(t *testing.T) {
	gone := func(f simulator.Fault) simulator.Fault { f.First = 1; return f } // it passes after one request
	cases := map[string]struct {
		reason string
		fault  simulator.Fault
		kind   shopify.Kind
		// requests of a read and of a mutation while the fault lasts.
		reads, mutations int
		// once is the error of a mutation whose fault passes; empty where it succeeds.
		once shopify.Kind
		// done says that the work was done although no reply tells.
		done bool
		// graphQL faults cannot strike a REST call.
		graphQL bool
	}{
		"429":                 {"nothing was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 429, RetryAfter: "1.5"}, shopify.Throttled, 3, 3, "", false, false},
		"429 without a pause": {"nothing was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 429}, shopify.Throttled, 3, 3, "", false, false},
		"429 as a page":       {"nothing was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 429, HTML: true}, shopify.Throttled, 3, 3, "", false, false},
		"throttled":           {"nothing was done", simulator.Fault{Kind: simulator.FaultThrottled}, shopify.Throttled, 3, 3, "", false, true},
		"500":                 {"who knows what was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 500}, shopify.Unavailable, 3, 1, shopify.Unavailable, false, false},
		"500 after the work":  {"it was done", simulator.Fault{Kind: simulator.FaultStatus, Status: 500, AfterWork: true}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"502":                 {"a gateway's page", simulator.Fault{Kind: simulator.FaultStatus, Status: 502}, shopify.Unavailable, 3, 1, shopify.Unavailable, false, false},
		"503":                 {"a gateway's page", simulator.Fault{Kind: simulator.FaultStatus, Status: 503}, shopify.Unavailable, 3, 1, shopify.Unavailable, false, false},
		"504 after the work":  {"the gateway gave up, the work went on", simulator.Fault{Kind: simulator.FaultStatus, Status: 504, AfterWork: true}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"402":                 {"only the merchant can help", simulator.Fault{Kind: simulator.FaultStatus, Status: 402}, shopify.Frozen, 1, 1, shopify.Frozen, false, false},
		"423":                 {"only the merchant can help", simulator.Fault{Kind: simulator.FaultStatus, Status: 423}, shopify.Frozen, 1, 1, shopify.Frozen, false, false},
		"403":                 {"a grant is missing", simulator.Fault{Kind: simulator.FaultStatus, Status: 403}, shopify.ScopeMissing, 1, 1, shopify.ScopeMissing, false, false},
		"dropped before":      {"who knows what was done", simulator.Fault{Kind: simulator.FaultDrop}, shopify.Unavailable, 3, 1, shopify.Unavailable, false, false},
		"dropped after":       {"it was done", simulator.Fault{Kind: simulator.FaultDrop, AfterWork: true}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"truncated":           {"it was done", simulator.Fault{Kind: simulator.FaultTruncate}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"oversized":           {"it was done", simulator.Fault{Kind: simulator.FaultOversize, Bytes: 17 << 20}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
		"wrong content type":  {"it was done", simulator.Fault{Kind: simulator.FaultContentType}, shopify.Unavailable, 3, 1, shopify.Unavailable, true, false},
	}
	for name, tc := range cases {
		for _, op := range operations {
			if tc.graphQL && op.rest {
				continue
			}
			t.Run(name+"/"+op.name, func(t *testing.T) {
				w := newFaultyWorld(t, op)
				want := tc.mutations
				if op.read || op.keyed {
					want = tc.reads
				}
				w.strike(tc.fault)
				if err := op.call(t.Context(), w.client, w.id); shopify.KindOf(err) != tc.kind {
					t.Errorf("%s: got %v, want %s", tc.reason, err, tc.kind)
				}
				if got := w.requests(); got != want {
					t.Errorf("%s: %d requests, want %d", tc.reason, got, want)
				}
				w.checkEffects(tc.reason, tc.done)

				w = newFaultyWorld(t, op)
				w.strike(gone(tc.fault))
				passing := tc.once
				if (op.read || op.keyed) && tc.reads > 1 {
					passing = ""
				}
				if err := op.call(t.Context(), w.client, w.id); shopify.KindOf(err) != passing || passing == "" && err != nil {
					t.Errorf("%s (it passes): got %v, want %q", tc.reason, err, passing)
				}
				w.checkEffects(tc.reason+" (it passes)", tc.done || passing == "")
			})
		}
	}
}

// faultyWorld is a client, a shop, and what went on between them.
type faultyWorld struct {
	t      *testing.T
	sim    *simulator.Simulator
	clock  *movedClock
	client *shopify.Client
	op     operation
	id     string
}

func newFaultyWorld(t *testing.T, op operation) *faultyWorld {
	t.Helper()
	clock := &movedClock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	sim := simulator.New(simulator.Options{Now: clock.Now})
	if err := sim.AddShop(simulator.NewShop(faultyShop, "Maple Kids")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	clients, err := shopify.NewClients(shopify.Options{Endpoint: server.URL, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	w := &faultyWorld{t: t, sim: sim, clock: clock, op: op}
	w.client = must[*shopify.Client](t)(clients.For("owner", faultyShop, shopify.PinnedVersion, shopify.Credentials{AccessToken: "shpat_maple-kids"}, "1"))
	if op.shop != nil {
		if err := sim.Update(faultyShop, op.shop); err != nil {
			t.Fatal(err)
		}
	}
	if op.prepare != nil {
		w.id = op.prepare(t, w.client)
	}
	sim.ResetCalls()
	return w
}

func (w *faultyWorld) strike(f simulator.Fault) {
	w.t.Helper()
	if _, err := w.sim.AddFault(f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *faultyWorld) requests() int { return len(w.sim.Calls(simulator.CallFilter{})) }

func (w *faultyWorld) checkEffects(reason string, done bool) {
	w.t.Helper()
	if w.op.effects == nil {
		return
	}
	shop, _ := w.sim.Shop(faultyShop)
	want := 0
	if done {
		want = 1
	}
	if got := w.op.effects(shop); got != want {
		w.t.Errorf("%s: it took effect %d times, want %d", reason, got, want)
	}
}

func TestRefusals(t *testing.T) {
	for _, op := range operations {
		if op.read {
			continue
		}
		t.Run(op.name, func(t *testing.T) {
			w := newFaultyWorld(t, op)
			w.strike(simulator.Fault{Kind: simulator.FaultUserErrors, UserErrors: []simulator.FaultUserError{{Field: []string{"input", "name"}, Message: "is not to my liking"}}})
			err := op.call(t.Context(), w.client, w.id)
			if shopify.KindOf(err) != shopify.Invalid || w.requests() != 1 {
				t.Errorf("a refusal is final: got %v after %d requests", err, w.requests())
			}
			if want := fmt.Sprintf("shopify: %s: Shopify refuses the input: input.name: is not to my liking", op.name); err != nil && !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %q, want %q", err, want)
			}
			w.checkEffects("a refused input changes nothing", false)
		})
	}
}
