package catalog

import (
	"context"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Photos are where the photos of items are kept.
type Photos interface {
	// Read returns a photo of a store as a JPEG.
	Read(ctx context.Context, store ledger.Store, hash string) ([]byte, error)
}

// Place is where a shop's new products go.
type Place struct {
	// Location is the number of the location that stocks them.
	Location uint64
	// Publication is the id of the online store's; "" where the app may not publish.
	Publication string
	// TrackingUnmanaged leaves it as somebody set it whether Shopify counts the stock of
	// a product that is there.
	TrackingUnmanaged bool
}

// Shop is a store's shop, with what it takes to have items in it.
type Shop struct {
	Client *shopify.Client
	Ledger *ledger.Ledger
	Store  ledger.Store
	// Place says where new products go. It is asked only where there is one to make or
	// to publish.
	Place func(context.Context) (Place, error)
	// Photos may be nil where no item has any.
	Photos Photos
}
