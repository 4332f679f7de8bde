// Package deliverytest gives tests stores that sell: shops in a simulated Shopify
// whose webhooks go to a relay, what is for sale there in the ledger, and what the
// sales should have come to, computed from the shops alone.
package deliverytest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// Store is a store of a client, and its shop.
type Store struct {
	ledger.Store
	Domain, Token, Secret string
}

// NewStore names the store of a client, and its shop, after a word.
func NewStore(word string) Store {
	return Store{
		Store:  ledger.Store{Tenant: "client-" + word, Name: word},
		Domain: word + ".myshopify.com", Token: "shpat_" + word, Secret: word + "-secret",
	}
}

// Topics are those that a store has reported by default, as Shopify's API writes
// them.
var Topics = []string{
	"ORDERS_CREATE", "ORDERS_PAID", "ORDERS_CANCELLED", "PRODUCTS_UPDATE", "INVENTORY_LEVELS_UPDATE",
	"REFUNDS_CREATE", "ORDERS_EDITED", "PRODUCTS_DELETE", "APP_UNINSTALLED",
}

// Route is the store's in the relay.
func (s Store) Route() routes.Route {
	r := routes.Route{Namespace: s.Tenant, Store: s.Name, Shop: s.Domain, Secrets: []string{s.Secret}}
	for _, topic := range Topics {
		// APP_UNINSTALLED is app/uninstalled, INVENTORY_LEVELS_UPDATE inventory_levels/update.
		at := strings.LastIndex(topic, "_")
		r.Topics = append(r.Topics, strings.ToLower(topic[:at]+"/"+topic[at+1:]))
	}
	return r
}

// OpenShop adds the store's shop to a simulated Shopify. It has two locations, a
// rate limit that nobody reaches, and reports to the relay at an address.
func (s Store) OpenShop(sim *simulator.Simulator, relay string) error {
	shop := simulator.NewShop(s.Domain, s.Name)
	shop.RateLimit = simulator.RateLimit{Maximum: 1e6, RestoreRate: 1e5}
	annex := shop.Locations[0]
	annex.Name, annex.Primary = "Annex", false
	shop.Locations = append(shop.Locations, annex)
	shop.Delivery.Via = relay
	for _, topic := range Topics {
		shop.WebhookSubscriptions = append(shop.WebhookSubscriptions, simulator.WebhookSubscription{
			App: shop.Apps[0].ClientID, Topic: topic, URI: "https://hooks.example.com" + s.Route().Path(), APIVersion: version,
		})
	}
	return sim.AddShop(shop)
}

// The sale that all items are in, and what their consignors get. Robin is a regular
// consignor, Kim a super one.
const (
	Event = "spring"
	Robin = "robin"
	Kim   = "kim"

	robinPercent, kimPercent = 60, 70
)

// Found puts the event with its terms and consignors into the store's ledger. It
// is on at the time.
func (s Store) Found(ctx context.Context, l *ledger.Ledger, sim *simulator.Simulator, now time.Time) error {
	shop, _ := sim.Shop(s.Domain)
	return l.Update(ctx, s.Store, func(tx *ledger.Tx) error {
		day := 24 * time.Hour
		return errors.Join(
			tx.Bind(ledger.Binding{ShopID: shop.ID, ShopDomain: shop.Domain, Currency: shop.Currency}),
			tx.PutSaleEvent(ledger.SaleEvent{ID: Event, StartsAt: now.Add(-day), EndsAt: now.Add(day), ReturnWindowEndsAt: now.Add(2 * day)}),
			tx.PutTerms(Event, []ledger.Terms{{EffectiveFrom: now.Add(-day), RegularPercent: robinPercent * 100, SuperPercent: kimPercent * 100, MaxPercent: 8500}}),
			tx.PutConsignor(ledger.Consignor{ID: Robin, Class: "Regular"}),
			tx.PutConsignor(ledger.Consignor{ID: Kim, Class: "Super"}),
		)
	})
}

// Bring puts an item into the ledger in a state, and one of it into the shop. It is
// Kim's where its id begins with kim, else Robin's.
func (s Store) Bring(ctx context.Context, l *ledger.Ledger, sim *simulator.Simulator, item, state string, price simulator.Cents) (simulator.Product, error) {
	err := l.Update(ctx, s.Store, func(tx *ledger.Tx) error {
		return tx.PutItem(ledger.Item{ID: item, ConsignorID: consignorOf(item), EventID: Event, Title: item, PriceCents: int64(price), State: state})
	})
	if err != nil {
		return simulator.Product{}, fmt.Errorf("item %s: %w", item, err)
	}
	return s.Shelve(sim, item, price)
}

// Shelve puts one of a thing into the shop alone.
func (s Store) Shelve(sim *simulator.Simulator, sku string, price simulator.Cents) (simulator.Product, error) {
	return sim.AddProduct(s.Domain, simulator.NewProduct{Title: sku, Variants: []simulator.NewVariant{{SKU: sku, Price: price, Available: 1}}})
}

func consignorOf(item string) string {
	if strings.HasPrefix(item, Kim) {
		return Kim
	}
	return Robin
}
