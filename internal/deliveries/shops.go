package deliveries

import (
	"context"
	"errors"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Shops knows the stores and how to reach their shops.
type Shops interface {
	// Client returns the client of a store's shop, to read with. ErrNoStore where
	// there is no such store, ErrNotConnected before its shop is known to be the
	// client's; other errors say what it waits for.
	Client(ctx context.Context, store ledger.Store) (*shopify.Client, error)
	// MayWrite returns ErrWithheld while nothing may be written to the shop.
	MayWrite(ctx context.Context, store ledger.Store) error
	// Place is where a store's new products go. The errors are as of Client.
	Place(ctx context.Context, store ledger.Store) (catalog.Place, error)
	// Look has the store compared with its spec soon.
	Look(store ledger.Store)
	// Stores are all there are.
	Stores(ctx context.Context) ([]ledger.Store, error)
}

var (
	// ErrNoStore says that there is no ShopifyStore of that name.
	ErrNoStore = errors.New("there is no such ShopifyStore: apply it again, or leave its deliveries be")
	// ErrNotConnected says that a store is not known to be its client's shop, so that
	// nothing of it may come into the client's ledger.
	ErrNotConnected = errors.New("the ShopifyStore did not connect to its shop, or the shop refused it: its condition Connected says why")
	// ErrWithheld says that a store is suspended or only observed.
	ErrWithheld = errors.New("nothing is written to the shop while the ShopifyStore is suspended, deleted or in mode Observe")
)
