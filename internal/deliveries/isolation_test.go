package deliveries_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// TestJobsOfOthersDeliveries has a job name one client and another's delivery: the
// queue's tables are outside of what keeps tenants apart.
func TestJobsOfOthersDeliveries(t *testing.T) {
	on(t, func() options { return options{idle: true} }, func(b *bed) {
		maple, bees := b.stores[0].Store, b.stores[1].Store
		b.take(bees, "w1", "app/uninstalled", `{"id":1}`)
		theirs := b.deliveries(bees, ledger.Pending)
		b.Expect(theirs).To(HaveLen(1))
		args := fmt.Sprintf(`{"tenant":%q,"store":%q,"delivery":%q}`, maple.Tenant, maple.Name, theirs[0].ID)
		_, err := b.ledger.DB().ExecContext(b.t.Context(), "UPDATE river_job SET args = $1", args)
		b.Expect(err).NotTo(HaveOccurred())
		b.startQueue(deliveries.Options{})
		b.Eventually(b.jobs("completed")).Should(Equal(1), "there is nothing to do")
		b.Expect(b.shops.Looked()).To(BeEmpty())
		b.Expect(b.deliveries(bees, ledger.Pending)).To(Equal(theirs))
	})
}

// TestStrangersSeeNothing tries what a job, or a person, of one client may try at
// what is another's.
func TestStrangersSeeNothing(t *testing.T) {
	on(t, usual, func(b *bed) {
		maple, bees := b.stores[0].Store, b.stores[1].Store
		b.bring("boots")
		_, err := b.stores[1].Bring(b.t.Context(), b.ledger, b.sim, "lamp", "listed", price)
		b.Expect(err).NotTo(HaveOccurred())
		_, err = b.stores[1].Shelve(b.sim, "hat", price)
		b.Expect(err).NotTo(HaveOccurred())
		lines := []simulator.CheckoutLine{{SKU: "lamp"}, {SKU: "hat"}}
		order, err := b.sim.Checkout(b.stores[1].Domain, simulator.Checkout{Lines: lines})
		b.Expect(err).NotTo(HaveOccurred())
		b.quiet()
		b.take(bees, "w1", "orders/paid", `unreadable`)
		b.quiet()
		theirs := func() string {
			var all []any
			b.view(bees, func(tx *ledger.Tx) error {
				item, itemErr := tx.Item("lamp")
				sales, salesErr := tx.SalesOf(deliverytest.Event)
				found, findErr := tx.Findings()
				dead, deadErr := tx.Deliveries(ledger.Dead, 10)
				all = append(all, item, sales, found, dead)
				return errors.Join(itemErr, salesErr, findErr, deadErr)
			})
			return fmt.Sprint(all...)
		}
		before, dead := theirs(), b.deliveries(bees, ledger.Dead)
		b.Expect(dead).To(HaveLen(1))

		_, err = deliveries.Replay(b.t.Context(), b.ledger, maple, []string{dead[0].ID}, 0, "mallory")
		b.Expect(err).To(MatchError(ledger.ErrNotFound))
		n, err := deliveries.Replay(b.t.Context(), b.ledger, maple, nil, 10, "mallory")
		b.Expect(n, err).To(Equal(0))
		for what, try := range map[string]func(*ledger.Tx) error{
			"their line, our item": func(tx *ledger.Tx) error {
				_, err := orders.Assign(tx, order.Lines[1].ID, "boots", "mallory", "mine")
				return err
			},
			"their item":     func(tx *ledger.Tx) error { _, err := orders.Recognise(tx, "lamp", "mine"); return err },
			"their sale":     func(tx *ledger.Tx) error { _, err := orders.Settle(tx, "lamp", "mine"); return err },
			"their delivery": func(tx *ledger.Tx) error { _, err := tx.Delivery(dead[0].ID); return err },
			"their order":    func(tx *ledger.Tx) error { _, err := tx.Order(order.ID); return err },
		} {
			b.Expect(b.ledger.Update(b.t.Context(), maple, try)).To(MatchError(ledger.ErrNotFound), what)
		}
		// Of what is not theirs, a client may have the same by the same name.
		items := []byte("item_id,consignor_id,event_id,title,price,markdown_eligible\nlamp,robin,spring,Our lamp,1.00,no\n")
		b.Expect(b.ledger.Update(b.t.Context(), maple, func(tx *ledger.Tx) error {
			_, err := intake.Import(tx, intake.Files{Items: &intake.File{Name: "items.csv", Content: items}})
			return err
		})).To(Succeed())
		// A shop that is shown another's webhook asks its own shop, which has no such order.
		b.take(maple, "w2", "orders/paid", fmt.Sprintf(`{"id":%d,"updated_at":%q}`, order.ID, order.UpdatedAt.Format(time.RFC3339)))
		b.quiet()
		b.Expect(theirs()).To(Equal(before))
		b.Expect(b.findings()).To(ConsistOf(fmt.Sprintf("OrderMissing order %d", order.ID)))
		_, err = b.shops.Client(b.t.Context(), ledger.Store{Tenant: maple.Tenant, Name: bees.Name})
		b.Expect(err).To(MatchError(deliveries.ErrNoStore), "a store is one of its namespace")
	})
}
