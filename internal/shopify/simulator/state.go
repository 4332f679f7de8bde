package simulator

import (
	"encoding/json"
	"fmt"
	"time"
)

// Shop is all that is known of a shop. It is a plain value: what AddShop takes,
// what Simulator.Shop returns, and the JSON of the control API. Where an ID is
// zero the simulator assigns the shop's next one.
type Shop struct {
	ID uint64 `json:"id"`
	// Domain is the shop's own, such as maple-kids.myshopify.com; it never changes.
	Domain string `json:"domain"`
	// PrimaryDomain is the host that customers see; empty means Domain.
	PrimaryDomain string `json:"primaryDomain,omitempty"`
	Name          string `json:"name"`
	Owner         string `json:"owner,omitempty"`
	Email         string `json:"email"`
	// Organization owns the shop; only its own apps may exchange client credentials.
	Organization string `json:"organization,omitempty"`
	// Plan is the plan's public name, such as Basic.
	Plan               string `json:"plan"`
	PartnerDevelopment bool   `json:"partnerDevelopment"`
	// Standing is OPEN, FROZEN, LOCKED or CLOSED; all but the first refuse every call.
	Standing string `json:"standing"`
	// Currency is an ISO 4217 code.
	Currency string `json:"currency"`
	// Timezone is an IANA name.
	Timezone string  `json:"timezone"`
	Address  Address `json:"address"`

	PasswordEnabled bool `json:"passwordEnabled"`
	// CustomerAccounts is DISABLED, OPTIONAL or REQUIRED.
	CustomerAccounts        string `json:"customerAccounts"`
	LoginRequiredAtCheckout bool   `json:"loginRequiredAtCheckout"`
	LoginLinksVisible       bool   `json:"loginLinksVisible"`
	TaxesIncluded           bool   `json:"taxesIncluded"`
	TaxShipping             bool   `json:"taxShipping"`
	// MarketDrivenShipping says that markets, not delivery profiles, hold the
	// shipping rates (2026-07 and later show it).
	MarketDrivenShipping bool `json:"marketDrivenShipping"`
	// Storefront says that the plan has an online store.
	Storefront bool `json:"storefront"`

	// RateLimit overrides what the plan gives each app.
	RateLimit RateLimit `json:"rateLimit,omitzero"`

	Locations            []Location            `json:"locations"`
	ShippingZones        []ShippingZone        `json:"shippingZones"`
	InventoryItems       []InventoryItem       `json:"inventoryItems"`
	Products             []Product             `json:"products"`
	Orders               []Order               `json:"orders"`
	Files                []File                `json:"files"`
	StagedUploads        []StagedUpload        `json:"stagedUploads"`
	BulkOperations       []BulkOperation       `json:"bulkOperations"`
	Publications         []Publication         `json:"publications"`
	MetafieldDefinitions []MetafieldDefinition `json:"metafieldDefinitions"`
	WebhookSubscriptions []WebhookSubscription `json:"webhookSubscriptions"`
	PriceRules           []PriceRule           `json:"priceRules"`
	Apps                 []App                 `json:"apps"`

	// Catalog says how long Shopify takes.
	Catalog CatalogSettings `json:"catalog,omitzero"`
	// Delivery says how webhooks reach the shop's subscribers.
	Delivery DeliverySettings `json:"delivery,omitzero"`

	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`

	// index is made from the products when it is first asked for.
	index *index
}

// App is an app that is or was installed on a shop.
type App struct {
	ID        uint64 `json:"id"`
	Title     string `json:"title"`
	Handle    string `json:"handle,omitempty"`
	Developer string `json:"developer,omitempty"`
	// ClientID is also the app's API key. It names the app in calls and subscriptions.
	ClientID string `json:"clientID"`
	// ClientSecret lets the app mint tokens and signs its webhooks; empty means neither.
	ClientSecret string `json:"clientSecret,omitempty"`
	// OldSecrets are those before it, the oldest first.
	OldSecrets []Secret `json:"oldSecrets,omitempty"`
	// AccessToken is a token that never expires, as legacy custom apps have; may be empty.
	AccessToken string `json:"accessToken,omitempty"`
	// Tokens are those minted by client credentials, until they expire.
	Tokens []Token `json:"tokens,omitempty"`
	// RevokedTokens are refused even where they are the app's.
	RevokedTokens []string `json:"revokedTokens,omitempty"`
	Organization  string   `json:"organization,omitempty"`
	Scopes        []string `json:"scopes"`
	// ProtectedDataApproved says that the app may see data about customers, orders
	// included; nil means that it may.
	ProtectedDataApproved *bool `json:"protectedDataApproved,omitempty"`
	// PublicCategory is CUSTOM, PUBLIC, PRIVATE or OTHER.
	PublicCategory string `json:"publicCategory"`
	// Uninstalled apps' tokens are refused and their subscriptions are gone.
	Uninstalled bool `json:"uninstalled,omitempty"`
}

// Token is an access token with an end. It carries the scopes that its app has
// at the time of use.
type Token struct {
	Value     string    `json:"value"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Address is a postal address.
type Address struct {
	Address1     string `json:"address1,omitempty"`
	Address2     string `json:"address2,omitempty"`
	City         string `json:"city,omitempty"`
	Province     string `json:"province,omitempty"`
	ProvinceCode string `json:"provinceCode,omitempty"`
	Country      string `json:"country,omitempty"`
	CountryCode  string `json:"countryCode,omitempty"`
	Zip          string `json:"zip,omitempty"`
	Phone        string `json:"phone,omitempty"`
}

// Location is a place that holds stock.
type Location struct {
	ID      uint64  `json:"id"`
	Name    string  `json:"name"`
	Address Address `json:"address"`
	Active  bool    `json:"active"`
	// Primary is true of one location of a shop.
	Primary              bool `json:"primary"`
	FulfillsOnlineOrders bool `json:"fulfillsOnlineOrders"`
	ShipsInventory       bool `json:"shipsInventory"`
	// LocalPickup is nil where local pickup is off.
	LocalPickup *LocalPickup `json:"localPickup"`
	CreatedAt   time.Time    `json:"createdAt"`
	UpdatedAt   time.Time    `json:"updatedAt"`
}

// LocalPickup says how customers pick up at a location.
type LocalPickup struct {
	// PickupTime is a DeliveryLocalPickupTime, such as TWENTY_FOUR_HOURS.
	PickupTime   string `json:"pickupTime"`
	Instructions string `json:"instructions"`
}

// InventoryItem is what a shop has in stock of a variant.
type InventoryItem struct {
	ID      uint64 `json:"id"`
	SKU     string `json:"sku,omitempty"`
	Tracked bool   `json:"tracked"`
	// Unshipped things need no shipping.
	Unshipped bool   `json:"unshipped,omitempty"`
	Weight    Weight `json:"weight,omitzero"`
	// Cost is what one costs the shop; 0 for unknown.
	Cost Cents `json:"costCents,omitempty"`
	// Levels are the locations that stock the item, each there once.
	Levels    []InventoryLevel `json:"levels"`
	CreatedAt time.Time        `json:"createdAt"`
	UpdatedAt time.Time        `json:"updatedAt"`
}

// Weight is what a thing weighs, in a unit that is a WeightUnit; kilograms if empty.
type Weight struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
}

// InventoryLevel is the stock of an item at a location.
type InventoryLevel struct {
	LocationID uint64 `json:"locationID"`
	// Available may be less than nothing. The item has no other stock, so that as
	// much is on hand.
	Available int       `json:"available"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// MetafieldDefinition is the definition of a metafield on one kind of owner.
type MetafieldDefinition struct {
	ID uint64 `json:"id"`
	// OwnerType is a MetafieldOwnerType, such as PRODUCT.
	OwnerType   string                `json:"ownerType"`
	Namespace   string                `json:"namespace"`
	Key         string                `json:"key"`
	Name        string                `json:"name"`
	Description string                `json:"description,omitempty"`
	Type        string                `json:"type"`
	Access      MetafieldAccess       `json:"access"`
	Validations []MetafieldValidation `json:"validations,omitempty"`
	// PinnedPosition counts from 1; 0 means not pinned.
	PinnedPosition int `json:"pinnedPosition,omitempty"`
	// UniqueValues says that no two owners have the same value, as is true of the
	// type id.
	UniqueValues bool `json:"uniqueValues,omitempty"`
}

// Metafield is a value that apps keep with a thing.
type Metafield struct {
	ID        uint64 `json:"id"`
	Namespace string `json:"namespace"`
	Key       string `json:"key"`
	// Type is one that a definition can have, such as single_line_text_field.
	Type string `json:"type"`
	// Value is the value as text, whatever the type.
	Value     string    `json:"value"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// MetafieldAccess says who may use the values of a definition, in the words of
// the schema's enums: admin PUBLIC_READ_WRITE, storefront NONE or PUBLIC_READ,
// customer account NONE, READ or READ_WRITE.
type MetafieldAccess struct {
	Admin           string `json:"admin,omitempty"`
	Storefront      string `json:"storefront,omitempty"`
	CustomerAccount string `json:"customerAccount,omitempty"`
}

// MetafieldValidation is a rule that the values of a definition obey.
type MetafieldValidation struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// WebhookSubscription is an app's wish to be told of a topic.
type WebhookSubscription struct {
	ID uint64 `json:"id"`
	// App is the client id of the app that made it and alone sees it.
	App string `json:"app"`
	// Topic is a WebhookSubscriptionTopic, such as ORDERS_CREATE.
	Topic string `json:"topic"`
	// URI is an https URL, pubsub://project:topic, or an EventBridge ARN.
	URI string `json:"uri"`
	// Format is JSON or XML.
	Format              string                `json:"format"`
	Filter              string                `json:"filter,omitempty"`
	IncludeFields       []string              `json:"includeFields,omitempty"`
	MetafieldNamespaces []string              `json:"metafieldNamespaces,omitempty"`
	Metafields          []MetafieldIdentifier `json:"metafields,omitempty"`
	Name                string                `json:"name,omitempty"`
	// APIVersion is the version of the payloads, such as 2026-10.
	APIVersion string `json:"apiVersion"`
	// Failures counts the attempts to deliver that have failed since one succeeded.
	Failures int `json:"failures,omitempty"`
	// AppConfig says that the app's configuration file made it: the API neither
	// shows it nor does Shopify remove it for its failures.
	AppConfig bool      `json:"appConfig,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// MetafieldIdentifier names a metafield.
type MetafieldIdentifier struct {
	Namespace string `json:"namespace"`
	Key       string `json:"key"`
}

// clone copies a value through its JSON, so that no slice is shared. The JSON
// is the whole of the state, so a copy through it cannot miss a field.
func clone[T any](v T) T {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Errorf("simulator: the state has no JSON: %w", err))
	}
	var out T
	if err := json.Unmarshal(text, &out); err != nil {
		panic(fmt.Errorf("simulator: the state's JSON does not read back: %w", err))
	}
	return out
}
