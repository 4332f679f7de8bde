package deliveries_test

import (
	"context"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// lookedAt are shops that nobody reaches, and says which are to be looked at.
type lookedAt chan ledger.Store

func (lookedAt) Client(context.Context, ledger.Store) (*shopify.Client, error) {
	return nil, deliveries.ErrNoStore
}
func (lookedAt) MayWrite(context.Context, ledger.Store) error { return deliveries.ErrWithheld }
func (lookedAt) Place(context.Context, ledger.Store) (catalog.Place, error) {
	return catalog.Place{}, deliveries.ErrNoStore
}
func (l lookedAt) Look(store ledger.Store)                      { l <- store }
func (lookedAt) Stores(context.Context) ([]ledger.Store, error) { return nil, nil }

func TestAStoreIsLookedAtWhenADeliveryDies(t *testing.T) {
	onEach(t, func(t *testing.T, inbox *deliveries.Inbox, l *ledger.Ledger) {
		t.Helper()
		shops := make(lookedAt, 1)
		queue, err := deliveries.New(deliveries.Options{Ledger: l, Shops: shops})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- queue.Start(ctx) }()
		t.Cleanup(func() {
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		if err := inbox.Put(t.Context(), received(maple, "w1", "orders/paid", "no JSON")); err != nil {
			t.Fatal(err)
		}
		select {
		case store := <-shops:
			if store != maple {
				t.Errorf("looked at %s", store)
			}
		case <-time.After(patience):
			t.Fatal("nobody looks")
		}
		err = l.View(t.Context(), maple, func(tx *ledger.Tx) error {
			b, err := tx.Backlog()
			if b.Dead != 1 {
				t.Errorf("looked at before there is something to see: %+v", b)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
