package deliveries_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// step is something that happens in a shop to an item, once all is quiet after the
// step before. It is given the order that the first step made.
type step func(b *bed, sku string, order uint64)

// story is what happens to an item, and what that comes to in words: the item's
// state, its sales, what it earned, its stock at each location, its product's status,
// and findings.
type story struct {
	reason string
	buy    simulator.Checkout
	steps  []step
	want   string
}

var unpaid = simulator.Checkout{Payment: simulator.CheckoutUnpaid}

func done[T any](b *bed) func(T, error) {
	return func(_ T, err error) { b.t.Helper(); b.Expect(err).NotTo(HaveOccurred()) }
}

func pay(b *bed, _ string, order uint64) {
	done[simulator.Order](b)(b.sim.Pay(b.stores[0].Domain, order, 0))
}

func refund(restock string) step {
	return func(b *bed, sku string, order uint64) {
		done[simulator.Order](b)(b.sim.RefundOrder(b.stores[0].Domain, order, simulator.RefundRequest{Lines: []simulator.RefundRequestLine{{SKU: sku, RestockType: restock}}}))
	}
}

func cancel(restock bool) step {
	return func(b *bed, _ string, order uint64) {
		done[simulator.Order](b)(b.sim.CancelOrder(b.stores[0].Domain, order, simulator.Cancellation{Restock: restock}))
	}
}

func remove(restock bool) step {
	return func(b *bed, sku string, order uint64) {
		done[simulator.Order](b)(b.sim.EditOrder(b.stores[0].Domain, order, simulator.OrderEdit{Remove: []simulator.RemovedLine{{SKU: sku}}, Restock: restock}))
	}
}

var wrapped = simulator.Checkout{Lines: []simulator.CheckoutLine{{Title: "Gift wrap", Price: new(simulator.Cents(300))}}}

// unwrap gives the money for the gift wrap back.
func unwrap(b *bed, _ string, order uint64) {
	orders := b.shop().Orders
	wrap := orders[slices.IndexFunc(orders, func(o simulator.Order) bool { return o.ID == order })].Lines[0]
	done[simulator.Order](b)(b.sim.RefundOrder(b.stores[0].Domain, order, simulator.RefundRequest{Lines: []simulator.RefundRequestLine{{LineID: wrap.ID, RestockType: "NO_RESTOCK"}}}))
}

// alter adds work to an order, which the customer has to pay for.
func alter(b *bed, _ string, order uint64) {
	done[simulator.Order](b)(b.sim.EditOrder(b.stores[0].Domain, order, simulator.OrderEdit{Add: []simulator.CheckoutLine{{Title: "Alteration", Price: new(simulator.Cents(1000))}}}))
}

func again(c simulator.Checkout) step {
	c.Oversell = true
	return func(b *bed, sku string, _ uint64) { b.sell(c, sku) }
}

// merchant changes the product, and its stock at each location, in the admin.
func merchant(change func(p *simulator.Product, i *simulator.InventoryItem)) step {
	return func(b *bed, sku string, _ uint64) {
		b.Expect(b.sim.Update(b.stores[0].Domain, func(shop *simulator.Shop) {
			for n := range shop.InventoryItems {
				if item := &shop.InventoryItems[n]; item.SKU == sku {
					change(&shop.Products[slices.IndexFunc(shop.Products, func(p simulator.Product) bool { return p.Variants[0].InventoryItemID == item.ID })], item)
				}
			}
		})).To(Succeed())
	}
}

var stories = map[string]story{
	"ordered":       {"it is kept for the customer; nobody else can buy it", unpaid, nil, "reserved, Reserved, , [0], DRAFT"},
	"paid":          {"it is sold, and its consignor earns", simulator.Checkout{}, nil, "sold, Sold, " + robins + ", [0], DRAFT"},
	"kim-paid":      {"another class has other terms", simulator.Checkout{}, nil, "sold, Sold, " + kims + ", [0], DRAFT"},
	"paid-later":    {"the order is read again", unpaid, []step{pay}, "sold, Sold, " + robins + ", [0], DRAFT"},
	"till":          {"a till's orders are like all others", simulator.Checkout{Source: "pos"}, nil, "sold, Sold, " + robins + ", [0], DRAFT"},
	"discounted":    {"net is what is left of the price", simulator.Checkout{Discounts: []simulator.Discount{{Code: "TEN", Percent: 10, Method: simulator.AllocateAcross}}}, nil, "sold, Sold, robin 1349/900, [0], DRAFT"},
	"less-each":     {"whichever method a discount is allocated by", simulator.Checkout{Discounts: []simulator.Discount{{Code: "LESS", Amount: 499, Method: simulator.AllocateEach}}}, nil, "sold, Sold, robin 1200/800, [0], DRAFT"},
	"less-one":      {"the same", simulator.Checkout{Discounts: []simulator.Discount{{Title: "Scratched", Amount: 499, Method: simulator.AllocateOne}}}, nil, "sold, Sold, robin 1200/800, [0], DRAFT"},
	"less-all-ways": {"and by several at once", simulator.Checkout{Discounts: []simulator.Discount{{Title: "Scratched", Amount: 499, Method: simulator.AllocateOne}, {Code: "TEN", Percent: 10, Method: simulator.AllocateAcross}}}, nil, "sold, Sold, robin 1080/720, [0], DRAFT"},
	"test":          {"a test earns nothing and keeps nothing", simulator.Checkout{Test: true}, nil, "listed, , , [0], ACTIVE"},
	"returned":      {"it is on the shelf again, once", simulator.Checkout{}, []step{refund("RETURN")}, "listed, Void, , [1], ACTIVE"},
	"given-back":    {"the money is, the thing is not on the shelf", simulator.Checkout{}, []step{refund("NO_RESTOCK")}, "customerReturned, Void, , [0], DRAFT"},
	"cancelled":     {"as if it had not been ordered", simulator.Checkout{}, []step{cancel(true)}, "listed, Void, , [1], ACTIVE"},
	"never-paid":    {"nobody earned, and a person has to say where it is", unpaid, []step{cancel(false)}, "customerReturned, Void, , [0], DRAFT"},
	"edited-out":    {"what is left of the order does not have it", simulator.Checkout{}, []step{remove(true)}, "listed, Void, , [1], ACTIVE"},
	"unwrapped":     {"what was given back is another line's", wrapped, []step{unwrap}, "sold, Sold, " + robins + ", [0], DRAFT"},
	"owing":         {"some of the order is not paid, whatever was given back before", wrapped, []step{unwrap, alter}, "reserved, Reserved, , [0], DRAFT"},
	"owing-no-more": {"now all of it is", wrapped, []step{unwrap, alter, pay}, "sold, Sold, " + robins + ", [0], DRAFT"},
	"back-and-sold": {"the second sale is a sale like the first", simulator.Checkout{}, []step{refund("RETURN"), again(simulator.Checkout{})}, "sold, Sold Void, " + robins + ", [0], DRAFT"},
	"double":        {"one earns, and a person is told of the other", simulator.Checkout{}, []step{again(simulator.Checkout{})}, "sold, Double Sold, " + robins + ", [-1], DRAFT, DoubleSale"},
	"double-undone": {"the later buyer gets it after all", simulator.Checkout{}, []step{again(simulator.Checkout{}), refund("RETURN")}, "sold, Sold Void, " + robins + ", [0], DRAFT"},
	"overtaken":     {"who pays first has it", unpaid, []step{again(simulator.Checkout{})}, "sold, Double Sold, " + robins + ", [-1], DRAFT, DoubleSale"},
	"raised": {"there is none, whatever the merchant counts", simulator.Checkout{},
		[]step{merchant(func(_ *simulator.Product, i *simulator.InventoryItem) { i.Levels[0].Available = 1 })}, "sold, Sold, " + robins + ", [0], DRAFT"},
	"shown again": {"nobody is to see it", simulator.Checkout{},
		[]step{merchant(func(p *simulator.Product, _ *simulator.InventoryItem) { p.Status = "ACTIVE" })}, "sold, Sold, " + robins + ", [0], DRAFT"},
}

// weathers are ways in which webhooks may come, and Shopify may answer.
var weathers = map[string]struct {
	reason string
	rule   *simulator.DeliveryRule
	fault  *simulator.Fault
	loses  int64
}{
	"fair": {reason: "in order, once"},
	"copies": {reason: "three times in any order, so that later ones come first, and the copies do not say that they are",
		rule: &simulator.DeliveryRule{Duplicates: 2, Reorder: simulator.Duration(300 * time.Millisecond), FreshWebhookIDs: true, Seed: 2}},
	"storm":   {reason: "every tenth call to Shopify fails", fault: &simulator.Fault{Kind: simulator.FaultStatus, Status: 503, Probability: 0.1, Seed: 3}},
	"unheard": {reason: "every third answer does not reach Shopify, which sends again", loses: 3},
}

// TestSales follows each story from the customer to the ledger and back to the
// shelf, in every weather.
func TestSales(t *testing.T) {
	for engine, place := range engines {
		for weather, w := range weathers {
			t.Run(engine+"/"+weather, func(t *testing.T) {
				t.Parallel()
				b := newBed(t, place(t), options{})
				if w.rule != nil {
					b.deliver(*w.rule)
				}
				b.way.loses.Store(w.loses)
				if w.fault != nil {
					b.fault(*w.fault)
				}
				b.tell(stories)
				for name, s := range stories {
					if got := b.outcome(name); got != s.want {
						t.Errorf("%s: %s:\ngot  %s\nwant %s", name, s.reason, got, s.want)
					}
				}
				earned, err := deliverytest.Earned(t.Context(), b.ledger, b.stores[0].Store)
				b.Expect(err).NotTo(HaveOccurred())
				if due := deliverytest.Due(b.shop()); !maps.Equal(earned, due) {
					t.Errorf("%s:\nearned %v\ndue    %v", w.reason, earned, due)
				}
			})
		}
	}
}

// tell has all stories happen side by side, step by step.
func (b *bed) tell(stories map[string]story) {
	b.t.Helper()
	orders := map[string]uint64{}
	for _, name := range slices.Sorted(maps.Keys(stories)) {
		b.bring(name)
		orders[name] = b.sell(stories[name].buy, name).ID
	}
	for n, more := 0, true; more; n++ {
		b.quiet()
		more = false
		for name, s := range stories {
			if n < len(s.steps) {
				s.steps[n](b, name, orders[name])
				more = true
			}
		}
	}
}

// outcome is what became of an item, in the words of a story.
func (b *bed) outcome(item string) string {
	b.t.Helper()
	var parts []string
	b.view(b.stores[0].Store, func(tx *ledger.Tx) error {
		i, err := tx.Item(item)
		if err != nil {
			return err
		}
		sales, err := tx.SalesFor(item)
		if err != nil {
			return err
		}
		var states []string
		for _, s := range sales {
			states = append(states, s.State)
		}
		slices.Sort(states)
		parts = append(parts, i.State, strings.Join(states, " "))
		return nil
	})
	earned, err := deliverytest.Earned(b.t.Context(), b.ledger, b.stores[0].Store)
	b.Expect(err).NotTo(HaveOccurred())
	status := "gone"
	if p := b.product(item); p != nil {
		status = p.Status
	}
	parts = append(parts, earned[item], fmt.Sprint(b.stock(item)), status)
	b.view(b.stores[0].Store, func(tx *ledger.Tx) error {
		found, err := tx.Findings()
		for _, f := range found {
			if f.Subject == item || f.Subject == "item/"+item {
				parts = append(parts, f.Kind)
			}
		}
		return err
	})
	return strings.Join(parts, ", ")
}
