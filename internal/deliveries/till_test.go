package deliveries_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// till sells an item beside the shop, as the console does.
func (b *bed) till(item string) error {
	return b.ledger.Update(b.t.Context(), b.stores[0].Store, func(tx *ledger.Tx) error {
		_, result, err := orders.Sell(tx, item, price, "ana")
		if err != nil {
			return err
		}
		return deliveries.Push(tx, result.Push())
	})
}

// TestTillAndWebAtOnce: who has the thing in hand has it. There is one sale, whoever
// ordered it meanwhile is a DoubleSale, and nothing is left anywhere.
func TestTillAndWebAtOnce(t *testing.T) {
	on(t, func() options { return options{idle: true} }, func(b *bed) {
		b.bring("boots")
		annex := b.shop().Locations[1].ID
		merchant(func(_ *simulator.Product, i *simulator.InventoryItem) {
			i.Levels = append(i.Levels, simulator.InventoryLevel{LocationID: annex, Available: 1})
		})(b, "boots", 0)
		b.sell(simulator.Checkout{}, "boots")
		b.Expect(b.till("boots")).To(Succeed(), "its webhook is on the way")
		b.startQueue(deliveries.Options{})
		b.quiet()
		b.Expect(b.outcome("boots")).To(Equal("sold, Double Sold, " + robins + ", [0 0], DRAFT, DoubleSale"))
		var notForSale *orders.NotForSaleError
		b.Expect(errors.As(b.till("boots"), &notForSale)).To(BeTrue(), "it is gone")
	})
}

// TestManyTillsAndWebAtOnce has a till and a customer go for the same things at the same
// time while the queue works.
func TestManyTillsAndWebAtOnce(t *testing.T) {
	on(t, usual, func(b *bed) {
		const many = 12
		var all sync.WaitGroup
		tills, webs := make([]error, many), make([]error, many)
		for n := range many {
			item := fmt.Sprint("thing-", n)
			b.bring(item)
			all.Go(func() { tills[n] = b.till(item) })
			all.Go(func() {
				_, webs[n] = b.sim.Checkout(b.stores[0].Domain, simulator.Checkout{Lines: []simulator.CheckoutLine{{SKU: item}}})
			})
		}
		all.Wait()
		b.quiet()
		for n := range many {
			item := fmt.Sprint("thing-", n)
			want := "sold, Sold, " + robins + ", [0], DRAFT"
			if tills[n] == nil && webs[n] == nil {
				want = "sold, Double Sold, " + robins + ", [0], DRAFT, DoubleSale"
			}
			b.Expect(b.outcome(item)).To(Equal(want), "%s: the till: %v; the customer: %v", item, tills[n], webs[n])
			b.Expect(tills[n] == nil || webs[n] == nil).To(BeTrue(), "somebody has it")
		}
	})
}
