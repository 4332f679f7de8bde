package shopify

import (
	"context"
	"slices"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// Store is what one look at a shop shows of its configuration.
type Store struct {
	Shop                 Shop
	App                  App
	Scopes               GrantedScopes
	PasswordProtected    bool
	Locations            []Location
	MetafieldDefinitions []MetafieldDefinition // on products
	WebhookSubscriptions []WebhookSubscription // of this app
	// ServedVersion is the API version that answered.
	ServedVersion string
	// Deprecated names what the look uses and Shopify is going to remove, such
	// as Shop.products; sorted.
	Deprecated []string
}

// Shop describes the shop itself.
type Shop struct {
	// ID is Shopify's global id, such as gid://shopify/Shop/1. It outlives the
	// shop's name and domain.
	ID       string
	Name     string
	Domain   string
	Currency string // ISO 4217
	Plan     string
	// CustomerAccounts says how customers may sign in.
	CustomerAccounts CustomerAccounts
}

// Number is the number in the shop's id, by which the ledger knows it.
func (s Shop) Number() (uint64, error) { return Number("Shop", s.ID) }

// CustomerAccounts says how customers of a shop may sign in.
type CustomerAccounts string

// The states of customer accounts.
const (
	CustomerAccountsDisabled CustomerAccounts = "Disabled"
	CustomerAccountsOptional CustomerAccounts = "Optional"
	CustomerAccountsRequired CustomerAccounts = "Required"
)

// App describes the app that the credentials belong to.
type App struct {
	Title string
	// Public says that the app is distributed in the App Store.
	Public bool
}

// Location is a place that holds stock.
type Location struct {
	ID      string
	Name    string
	Primary bool
	Active  bool
	// FulfillsOnlineOrders says whether online orders may be picked up here.
	FulfillsOnlineOrders bool
	// Pickup is nil where local pickup is off.
	Pickup *Pickup
}

// Observe reads the store's configuration: one request, and one more for each
// further page of a long list.
func (c *Client) Observe(ctx context.Context) (*Store, error) {
	var info call
	reply, err := admin.ObserveStore(ctx, c.graphQL(&info))
	if err != nil {
		return nil, err
	}
	if reply.Shop == nil || reply.CurrentAppInstallation == nil || reply.CurrentAppInstallation.App == nil ||
		reply.OnlineStore == nil || reply.OnlineStore.PasswordProtection == nil || reply.Locations == nil ||
		reply.MetafieldDefinitions == nil || reply.WebhookSubscriptions == nil {
		return nil, missing("ObserveStore", "shop, app, online store or list")
	}
	if slices.Contains(reply.CurrentAppInstallation.AccessScopes, nil) {
		return nil, missing("ObserveStore", "entry of accessScopes")
	}
	store := &Store{
		Shop:              shopFrom(reply.Shop),
		App:               App{Title: reply.CurrentAppInstallation.App.Title, Public: reply.CurrentAppInstallation.App.PublicCategory == admin.AppPublicCategoryPublic},
		PasswordProtected: reply.OnlineStore.PasswordProtection.Enabled,
		ServedVersion:     info.served,
		Deprecated:        info.deprecated, // further pages ask for nothing else
	}
	for _, s := range reply.CurrentAppInstallation.AccessScopes {
		store.Scopes = append(store.Scopes, s.Handle)
	}
	store.Locations, err = readOn("ObserveStore", pageOf(reply.Locations.Nodes, reply.Locations.PageInfo), locationFrom, c.moreLocations(ctx))
	if err != nil {
		return nil, err
	}
	for i := range store.Locations {
		store.Locations[i].Primary = reply.Location != nil && store.Locations[i].ID == reply.Location.Id
	}
	store.MetafieldDefinitions, err = readOn("ObserveStore", pageOf(reply.MetafieldDefinitions.Nodes, reply.MetafieldDefinitions.PageInfo), definitionFrom, c.moreDefinitions(ctx))
	if err != nil {
		return nil, err
	}
	store.WebhookSubscriptions, err = readOn("ObserveStore", pageOf(reply.WebhookSubscriptions.Nodes, reply.WebhookSubscriptions.PageInfo), subscriptionFrom, c.moreSubscriptions(ctx))
	if err != nil {
		return nil, err
	}
	return store, nil
}

func shopFrom(s *admin.ObserveStoreShop) Shop {
	shop := Shop{ID: s.Id, Name: s.Name, Domain: s.MyshopifyDomain, Currency: string(s.CurrencyCode), CustomerAccounts: CustomerAccountsDisabled}
	if s.Plan != nil {
		shop.Plan = s.Plan.PublicDisplayName
	}
	// CustomerAccountsV2 speaks for classic and for new customer accounts.
	if v2 := s.CustomerAccountsV2; v2 != nil {
		switch {
		case v2.LoginRequiredAtCheckout:
			shop.CustomerAccounts = CustomerAccountsRequired
		case v2.LoginLinksVisibleOnStorefrontAndCheckout:
			shop.CustomerAccounts = CustomerAccountsOptional
		}
	}
	return shop
}

func locationFrom(n *admin.Location) Location {
	l := Location{ID: n.Id, Name: n.Name, Active: n.IsActive, FulfillsOnlineOrders: n.FulfillsOnlineOrders}
	if p := n.LocalPickupSettingsV2; p != nil {
		l.Pickup = &Pickup{Time: string(p.PickupTime), Instructions: p.Instructions}
	}
	return l
}

// part is a page of a list that several operations read, each with a type of its own.
type part[N comparable] struct {
	nodes []N
	info  *admin.PageInfo
}

func pageOf[N comparable](nodes []N, info *admin.PageInfo) *part[N] { return &part[N]{nodes, info} }

// GetNodes implements listPage.
func (p *part[N]) GetNodes() []N { return p.nodes }

// GetPageInfo implements listPage.
func (p *part[N]) GetPageInfo() *admin.PageInfo { return p.info }

// pages reads the page of a list that follows a cursor.
type pages[N comparable] func(after *string) (*part[N], error)

func (c *Client) moreLocations(ctx context.Context) pages[*admin.Location] {
	return func(after *string) (*part[*admin.Location], error) {
		reply, err := admin.Locations(ctx, c.graphQL(&call{}), after)
		if err != nil {
			return nil, err
		}
		if reply.Locations == nil {
			return nil, missing("Locations", "locations")
		}
		return pageOf(reply.Locations.Nodes, reply.Locations.PageInfo), nil
	}
}

func (c *Client) moreDefinitions(ctx context.Context) pages[*admin.MetafieldDefinition] {
	return func(after *string) (*part[*admin.MetafieldDefinition], error) {
		reply, err := admin.MetafieldDefinitions(ctx, c.graphQL(&call{}), after)
		if err != nil {
			return nil, err
		}
		if reply.MetafieldDefinitions == nil {
			return nil, missing("MetafieldDefinitions", "metafieldDefinitions")
		}
		return pageOf(reply.MetafieldDefinitions.Nodes, reply.MetafieldDefinitions.PageInfo), nil
	}
}

func (c *Client) moreSubscriptions(ctx context.Context) pages[*admin.WebhookSubscription] {
	return func(after *string) (*part[*admin.WebhookSubscription], error) {
		reply, err := admin.WebhookSubscriptions(ctx, c.graphQL(&call{}), after)
		if err != nil {
			return nil, err
		}
		if reply.WebhookSubscriptions == nil {
			return nil, missing("WebhookSubscriptions", "webhookSubscriptions")
		}
		return pageOf(reply.WebhookSubscriptions.Nodes, reply.WebhookSubscriptions.PageInfo), nil
	}
}

// readOn reads a list to its end, and converts it.
func readOn[N comparable, T any](operation string, first *part[N], convert func(N) T, next pages[N]) ([]T, error) {
	nodes, err := readAll(operation, first, next)
	if err != nil {
		return nil, err
	}
	var all []T
	for _, n := range nodes {
		all = append(all, convert(n))
	}
	return all, nil
}

// WebhookSubscriptions reads the app's subscriptions and the shop's id, which
// needs no scope.
func (c *Client) WebhookSubscriptions(ctx context.Context) (shopID string, list []WebhookSubscription, err error) {
	first, err := admin.WebhookSubscriptions(ctx, c.graphQL(&call{}), nil)
	if err != nil {
		return "", nil, err
	}
	if first.Shop == nil || first.WebhookSubscriptions == nil {
		return "", nil, missing("WebhookSubscriptions", "shop or webhookSubscriptions")
	}
	list, err = readOn("WebhookSubscriptions", pageOf(first.WebhookSubscriptions.Nodes, first.WebhookSubscriptions.PageInfo), subscriptionFrom, c.moreSubscriptions(ctx))
	return first.Shop.Id, list, err
}

// MetafieldDefinitions reads the definitions on products.
func (c *Client) MetafieldDefinitions(ctx context.Context) ([]MetafieldDefinition, error) {
	more := c.moreDefinitions(ctx)
	first, err := more(nil)
	if err != nil {
		return nil, err
	}
	return readOn("MetafieldDefinitions", first, definitionFrom, more)
}

// GrantedScopes reads what the app may do, which works whatever it may do.
func (c *Client) GrantedScopes(ctx context.Context) (GrantedScopes, error) {
	reply, err := admin.GrantedScopes(ctx, c.graphQL(&call{}))
	if err != nil {
		return nil, err
	}
	if reply.CurrentAppInstallation == nil || slices.Contains(reply.CurrentAppInstallation.AccessScopes, nil) {
		return nil, missing("GrantedScopes", "currentAppInstallation, or an entry of it")
	}
	var granted GrantedScopes
	for _, s := range reply.CurrentAppInstallation.AccessScopes {
		granted = append(granted, s.Handle)
	}
	return granted, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return strings.TrimSpace(*s)
}
