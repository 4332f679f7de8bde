package deliverytest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// version is the version of the Admin API that all use.
const version = "2026-07"

// Shops reaches the shops of stores at an endpoint, as deliveries.Shops.
type Shops struct {
	clients *shopify.Clients
	stores  []Store

	mu     sync.Mutex
	looked []ledger.Store
}

var _ deliveries.Shops = (*Shops)(nil)

// NewShops returns the shops of stores, all at one endpoint.
func NewShops(endpoint string, stores []Store) (*Shops, error) {
	clients, err := shopify.NewClients(shopify.Options{Endpoint: endpoint, Clock: hasty{}})
	return &Shops{clients: clients, stores: stores}, err
}

// Client implements deliveries.Shops.
func (s *Shops) Client(_ context.Context, store ledger.Store) (*shopify.Client, error) {
	for _, known := range s.stores {
		if known.Store == store {
			return s.clients.For(store.String(), shopify.Domain(known.Domain), version, shopify.Credentials{AccessToken: known.Token}, "1")
		}
	}
	return nil, deliveries.ErrNoStore
}

// MayWrite implements deliveries.Shops: nothing is withheld.
func (s *Shops) MayWrite(context.Context, ledger.Store) error { return nil }

// Place implements deliveries.Shops: the primary location, and the online store.
func (s *Shops) Place(ctx context.Context, store ledger.Store) (catalog.Place, error) {
	shop, err := s.Client(ctx, store)
	if err != nil {
		return catalog.Place{}, err
	}
	observed, err := shop.Observe(ctx)
	if err != nil {
		return catalog.Place{}, err
	}
	primary := slices.IndexFunc(observed.Locations, func(l shopify.Location) bool { return l.Primary })
	location, err := shopify.Number("Location", observed.Locations[primary].ID)
	if err != nil {
		return catalog.Place{}, err
	}
	publication, err := shop.OnlineStore(ctx)
	return catalog.Place{Location: location, Publication: publication}, err
}

// Look implements deliveries.Shops: it only notes who was to be looked at.
func (s *Shops) Look(store ledger.Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looked = append(s.looked, store)
}

// Looked are the stores that Look was called with.
func (s *Shops) Looked() []ledger.Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.looked)
}

// Stores implements deliveries.Shops.
func (s *Shops) Stores(context.Context) ([]ledger.Store, error) {
	var list []ledger.Store
	for _, known := range s.stores {
		list = append(list, known.Store)
	}
	return list, nil
}

// hasty is a clock whose waits are over soon: what a client does between two
// attempts is shown by its own tests.
type hasty struct{}

func (hasty) Now() time.Time                         { return time.Now() }
func (hasty) After(d time.Duration) <-chan time.Time { return time.After(d / 50) }
