package deliveries_test

import (
	"context"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// A spec may ask for topics that nothing is done for here. They are no failure.
func TestTopicsThatNothingIsDoneFor(t *testing.T) {
	onEach(t, func(t *testing.T, inbox *deliveries.Inbox, l *ledger.Ledger) {
		g := NewWithT(t)
		queue, err := deliveries.New(deliveries.Options{Ledger: l, Shops: make(lookedAt, 1)})
		g.Expect(err).NotTo(HaveOccurred())
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- queue.Start(ctx) }()
		t.Cleanup(func() {
			stop()
			g.Expect(<-ended).To(Succeed())
		})
		g.Expect(inbox.Put(t.Context(), received(maple, "w1", "customers/update", `{"id":1}`))).To(Succeed())
		g.Eventually(func() (list []ledger.Delivery, err error) {
			err = l.View(t.Context(), maple, func(tx *ledger.Tx) error { list, err = tx.Deliveries(ledger.Done, 10); return err })
			return list, err
		}, patience, "20ms").Should(HaveLen(1))
	})
}
