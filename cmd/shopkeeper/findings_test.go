package main

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// A line that was sold under a SKU that nobody knows is found, listed, and given by a
// person to the item that it was for; a refund without a line is resolved.
func TestFindingsAreSeenTo(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		g := NewWithT(t)
		t.Setenv(ledgerURLVariable, place.Manager)
		inStore(t, place.Manager, "maple-kids", declare)
		store := []string{"--namespace", "client-maple-kids", "--store", "maple-kids"}
		run := func(args ...string) string {
			out, _, err := command(t, append(args, store...)...)
			g.Expect(err).NotTo(HaveOccurred())
			return out
		}
		run(append([]string{"import"}, sampleFiles("maple-kids")...)...)
		inStore(t, place.Manager, "maple-kids", func(tx *ledger.Tx) error {
			at := time.Now().AddDate(0, -2, 1)
			_, err := orders.Apply(tx, &shopify.Order{ID: 1, Name: "#1001", CreatedAt: at, UpdatedAt: at, FinancialStatus: "PAID", Currency: "CAD",
				Lines:   []shopify.OrderLine{{ID: 2, SKU: "typed-wrong", Quantity: 1, CurrentQuantity: 1, Original: 18000}},
				Refunds: []shopify.Refund{{ID: 3, TotalRefunded: 100, Adjustments: []int64{-100}}}}, at, "test")
			return err
		})
		g.Expect(run("findings", "list")).To(And(ContainSubstring("UnknownItem"), ContainSubstring("typed-wrong"), ContainSubstring("RefundWithoutLines")))

		run("assign", "--line", "2", "--item", "MK-1004", "--reason", "the till's photo", "--by", "sam")
		g.Expect(run("statement", "--event", "spring-2027", "--consignor", "C002")).To(ContainSubstring("126.00"))
		run("findings", "resolve", "--kind", "RefundWithoutLines", "--subject", "#1001 refund 3", "--reason", "a gift", "--by", "sam")
		g.Expect(run("findings", "list")).NotTo(Or(ContainSubstring("UnknownItem"), ContainSubstring("RefundWithoutLines")))
		_, _, err := command(t, append([]string{"findings", "resolve", "--kind", "DoubleSale", "--subject", "x", "--reason", "y"}, store...)...)
		g.Expect(err).To(MatchError(ContainSubstring("no finding DoubleSale stands")))
		_, _, err = command(t, append([]string{"assign", "--line", "9", "--item", "MK-1004", "--reason", "y"}, store...)...)
		g.Expect(err).To(MatchError(ContainSubstring("line 9")))
		inStore(t, place.Manager, "maple-kids", func(tx *ledger.Tx) error {
			trail, err := tx.Trail("#1001 refund 3")
			g.Expect(trail, err).To(HaveLen(1))
			g.Expect(trail[0].Actor).To(Equal("sam"))
			return nil
		})
	})
}
