package simulator

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// stall is a hooked world whose shop sells a hat at 12.00, of which there is one,
// and boots at 18.50, of which there are three.
type stall struct {
	*hooked
	hat, boots Product
}

func newStall(t *testing.T, topics ...string) *stall {
	t.Helper()
	w := &stall{hooked: newHooked(t, nil)}
	w.update(func(s *Shop) { s.WebhookSubscriptions = nil })
	w.hat = w.stock(NewProduct{Title: "Hat", Variants: []NewVariant{{SKU: "HAT", Price: 1200, Available: 1}}})
	w.boots = w.stock(NewProduct{Title: "Boots", Variants: []NewVariant{{Title: "4T", SKU: "BOOTS-4T", Price: 1850, Available: 3}}})
	for _, topic := range topics {
		w.subscribe(WebhookSubscription{Topic: topic, URI: relay})
	}
	return w
}

func (w *stall) stock(n NewProduct) Product {
	p, err := w.sim.AddProduct(maple, n)
	w.Expect(err).NotTo(HaveOccurred())
	return p
}

func (w *stall) sell(c Checkout) Order {
	o, err := w.sim.Checkout(maple, c)
	w.Expect(err).NotTo(HaveOccurred())
	return o
}

// available is what there is of an SKU.
func (w *stall) available(sku string) int {
	for _, item := range w.shop().InventoryItems {
		if item.SKU == sku {
			return item.total()
		}
	}
	w.Expect(sku).To(BeEmpty(), "no such SKU")
	return 0
}

// news are the topics told since the last time, in order, and checks that one act
// has one event id.
func (w *stall) news() []string {
	w.clock.Advance(0)
	var topics []string
	ids := map[string]bool{}
	for _, r := range w.got.requests() {
		topics = append(topics, r.header.Get("X-Shopify-Topic"))
		ids[r.header.Get("X-Shopify-Event-Id")] = true
	}
	w.got.mu.Lock()
	w.got.got = nil
	w.got.mu.Unlock()
	w.Expect(len(ids)).To(BeNumerically("<=", 1), "one act, one event id")
	return topics
}

var allTopics = []string{
	"ORDERS_CREATE", "ORDERS_PAID", "ORDERS_UPDATED", "ORDERS_EDITED", "ORDERS_CANCELLED", "REFUNDS_CREATE",
	"PRODUCTS_CREATE", "PRODUCTS_UPDATE", "PRODUCTS_DELETE", "INVENTORY_LEVELS_UPDATE",
}

func TestCheckout(t *testing.T) {
	hat := []CheckoutLine{{SKU: "HAT"}}
	cases := map[string]struct {
		reason   string
		checkout Checkout
		change   func(*Shop)
		total    Cents
		status   string
		left     int // hats
	}{
		"paid":        {"HST on top", Checkout{Lines: hat}, nil, 1356, "PAID", 0},
		"unpaid":      {"the hat is reserved all the same", Checkout{Lines: hat, Payment: CheckoutUnpaid}, nil, 1356, "PENDING", 0},
		"included":    {"HST in the price", Checkout{Lines: hat}, func(s *Shop) { s.TaxesIncluded = true }, 1200, "PAID", 0},
		"5%":          {"children's clothing", Checkout{Lines: []CheckoutLine{{SKU: "HAT", TaxRate: new(0.05)}}}, nil, 1260, "PAID", 0},
		"own rate":    {"the whole order's", Checkout{Lines: hat, TaxRate: new(0.15), TaxTitle: "HST NS"}, nil, 1380, "PAID", 0},
		"untaxed":     {"things that bear none", Checkout{Lines: hat}, func(s *Shop) { s.Products[0].Variants[0].Untaxed = true }, 1200, "PAID", 0},
		"for nothing": {"nothing is to be paid", Checkout{Lines: hat, Payment: CheckoutUnpaid, Discounts: []Discount{{Percent: 100, Method: AllocateEach}}}, nil, 0, "PAID", 0},
		"discounted":  {"tax on what is left", Checkout{Lines: hat, Discounts: []Discount{{Percent: 50, Method: AllocateAcross}}}, nil, 678, "PAID", 0},
		"oversold":    {"two at the same moment", Checkout{Lines: hat, Oversell: true}, func(s *Shop) { s.InventoryItems[0].Levels[0].Available = 0 }, 1356, "PAID", -1},
		"till":        {"a till sells what is not in stock", Checkout{Lines: hat, Source: "pos"}, func(s *Shop) { s.InventoryItems[0].Levels[0].Available = 0 }, 1356, "PAID", -1},
		"till, draft": {"whatever the product's status", Checkout{Lines: hat, Source: "pos"}, func(s *Shop) { s.Products[0].Status = "DRAFT" }, 1356, "PAID", 0},
		"unlisted":    {"by its address", Checkout{Lines: hat}, func(s *Shop) { s.Products[0].Status = "UNLISTED" }, 1356, "PAID", 0},
		"untracked":   {"stock that nobody counts", Checkout{Lines: hat}, func(s *Shop) { s.InventoryItems[0].Tracked = false }, 1356, "PAID", 1},
		"unknown":     {"what the shop does not know", Checkout{Lines: []CheckoutLine{{Title: "Gift wrap", Price: new(Cents(300))}}}, nil, 339, "PAID", 1},
		"test":        {"a test order", Checkout{Lines: hat, Test: true}, nil, 1356, "PAID", 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStall(t)
			if tc.change != nil {
				w.update(tc.change)
			}
			o := w.sell(tc.checkout)
			w.Expect([]any{o.sum(ordered), o.financialStatus(), w.available("HAT")}).To(Equal([]any{tc.total, tc.status, tc.left}), tc.reason)
			w.Expect(w.shop().Orders).To(Equal([]Order{o}))
		})
	}
}

func TestCheckoutsThatAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason   string
		checkout Checkout
		change   func(*Shop)
		want     string
	}{
		"sold out":   {"an online store does not oversell", Checkout{Lines: []CheckoutLine{{SKU: "HAT", Quantity: 2}}}, nil, "1 of HAT available, 2 wanted"},
		"two lines":  {"lines count together", Checkout{Lines: []CheckoutLine{{SKU: "HAT"}, {SKU: "HAT"}}}, nil, "1 of HAT available, 2 wanted"},
		"draft":      {"nobody finds it", Checkout{Lines: []CheckoutLine{{SKU: "BOOTS-4T"}, {SKU: "HAT"}}}, func(s *Shop) { s.Products[0].Status = "DRAFT" }, "HAT is DRAFT"},
		"no SKU":     {"it is not there", Checkout{Lines: []CheckoutLine{{SKU: "X"}}}, nil, `the SKU "X"`},
		"nothing":    {"an order has lines", Checkout{}, nil, "one or more"},
		"below none": {"a quantity counts", Checkout{Lines: []CheckoutLine{{SKU: "HAT", Quantity: -1}}}, nil, "quantity"},
		"source":     {"only these are modelled", Checkout{Lines: []CheckoutLine{{SKU: "HAT"}}, Source: "phone"}, nil, "web or pos"},
		"payment":    {"a misspelt one would pay", Checkout{Lines: []CheckoutLine{{SKU: "HAT"}}, Payment: "LATER"}, nil, "PAID or UNPAID"},
		"method":     {"a misspelt one would take nothing", Checkout{Lines: []CheckoutLine{{SKU: "HAT"}}, Discounts: []Discount{{Percent: 5}}}, nil, "EACH, ACROSS or ONE"},
		"two values": {"a discount has one", Checkout{Lines: []CheckoutLine{{SKU: "HAT"}}, Discounts: []Discount{{Percent: 5, Amount: 5, Method: AllocateOne}}}, nil, "percent"},
		"location":   {"stock is somewhere", Checkout{Lines: []CheckoutLine{{SKU: "HAT"}}, LocationID: 9}, nil, "no such location"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStall(t, allTopics...)
			if tc.change != nil {
				w.update(tc.change)
				w.news()
			}
			before := w.shop()
			_, err := w.sim.Checkout(maple, tc.checkout)
			w.Expect(err).To(MatchError(ContainSubstring(tc.want)), tc.reason)
			w.Expect(w.shop()).To(Equal(before))
			w.Expect(w.news()).To(BeEmpty())
		})
	}
}

func TestCheckoutTells(t *testing.T) {
	w := newStall(t, allTopics...)
	w.clock.Advance(time.Minute)
	o := w.sell(Checkout{Lines: []CheckoutLine{{SKU: "HAT"}, {SKU: "BOOTS-4T", Quantity: 2}}})
	w.Expect(w.news()).To(Equal([]string{
		"orders/create", "orders/paid", "orders/updated", "inventory_levels/update", "inventory_levels/update", "products/update", "products/update",
	}))
	w.Expect(w.shop().Products[0].UpdatedAt).To(Equal(o.UpdatedAt), "a product changes with its stock")
	w.sell(Checkout{Lines: []CheckoutLine{{SKU: "BOOTS-4T"}}, Payment: CheckoutUnpaid})
	w.Expect(w.news()).To(Equal([]string{"orders/create", "orders/updated", "inventory_levels/update", "products/update"}))
	w.Expect(w.shop().Orders[1].Number).To(Equal(o.Number + 1))
}
