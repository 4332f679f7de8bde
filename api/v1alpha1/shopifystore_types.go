package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ShopifyStoreSpec declares how a client's Shopify store is to be.
type ShopifyStoreSpec struct {
	// clientName is the name of the client. The app in the store must be called
	// by it followed by " Consignment", which guards against credentials that
	// belong to another client.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:XValidation:rule="self == self.trim()",message="remove the blanks around the client's name"
	ClientName string `json:"clientName,omitempty"`

	// shopDomain is the store's permanent address, such as
	// maple-kids.myshopify.com. It cannot change: another shop is another
	// ShopifyStore. Of two that name one shop and can connect to it, the older
	// one is served and the younger one stalls.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9][a-z0-9-]*[.]myshopify[.]com$')",message="give the permanent address alone, such as maple-kids.myshopify.com: no scheme, path or custom domain"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="shopDomain cannot change: create another ShopifyStore for another shop"
	ShopDomain string `json:"shopDomain,omitempty"`

	// apiVersion is the Admin API version to use. One that Shopify no longer
	// serves is replaced by the version that this release of Shopkeeper is
	// written for; status.apiVersion says so.
	// +optional
	// +kubebuilder:default="2026-07"
	// +kubebuilder:validation:MaxLength=7
	// +kubebuilder:validation:XValidation:rule="self.matches('^20[0-9]{2}-(01|04|07|10)$')",message="an API version is a year and the first month of a quarter, such as 2026-07"
	APIVersion string `json:"apiVersion,omitempty"`

	// credentialsSecretRef names the Secret, in the same namespace, with the
	// app's credentials: either accessToken (an app made in the store's admin),
	// or clientID and clientSecret (an app made in the Dev Dashboard). Webhooks are
	// verified with webhookSecret, or with clientSecret where it is left out, and
	// while that is being replaced with previousWebhookSecret too.
	// +required
	CredentialsSecretRef SecretReference `json:"credentialsSecretRef,omitzero"`

	// scopes lists the access scopes that the app must have been granted. The
	// store stalls while one is missing, because only the merchant or the app's
	// configuration can grant it.
	// +optional
	// +listType=set
	// +kubebuilder:default={"read_products","write_products","read_orders","write_orders","read_inventory","write_inventory","read_price_rules","write_price_rules","read_locations"}
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MaxLength=100
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^(read|write)_[a-z_]+$')",message="a scope looks like read_products or write_products"
	Scopes []string `json:"scopes,omitempty"`

	// optionalScopes lists scopes that let Shopkeeper do more. Without one,
	// what it would allow is verified instead of enforced; nothing stalls. A
	// scope that is in scopes too is required.
	// +optional
	// +listType=set
	// +kubebuilder:default={"read_publications","write_publications","read_shipping","write_shipping"}
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MaxLength=100
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^(read|write)_[a-z_]+$')",message="a scope looks like read_products or write_products"
	OptionalScopes []string `json:"optionalScopes,omitempty"`

	// settings are the store's settings. Those that Shopify's API can write are
	// enforced; the others are verified, and status.settings says what to do by
	// hand where one is off.
	// +optional
	// +kubebuilder:default={}
	Settings StoreSettings `json:"settings,omitzero"`

	// metafieldDefinitions are definitions of metafields on products.
	// +optional
	// +listType=map
	// +listMapKey=namespace
	// +listMapKey=key
	// +kubebuilder:default={{namespace:"consignment",key:"consignor_id",name:"Consignor",description:"The consignor who owns the item.",type:"single_line_text_field",storefrontAccess:"None"},{namespace:"consignment",key:"event_id",name:"Sale event",description:"The sale event at which the item is sold.",type:"single_line_text_field",storefrontAccess:"None"},{namespace:"consignment",key:"markdown_eligible",name:"Markdown eligible",description:"Whether the item takes part in the sale event's markdown.",type:"boolean",storefrontAccess:"None"}}
	// +kubebuilder:validation:MaxItems=50
	MetafieldDefinitions []MetafieldDefinition `json:"metafieldDefinitions,omitempty"`

	// webhooks are the topics that the store reports to Shopkeeper's relay.
	// +optional
	// +kubebuilder:default={}
	Webhooks WebhookSettings `json:"webhooks,omitzero"`

	// saleEvents are the client's sale events, with what each promises the
	// consignors.
	// +optional
	// +listType=map
	// +listMapKey=id
	// +kubebuilder:validation:MaxItems=20
	SaleEvents []SaleEvent `json:"saleEvents,omitempty"`

	// priceRules are discount codes, each with the price rule behind it.
	// +optional
	// +listType=map
	// +listMapKey=code
	// +kubebuilder:validation:MaxItems=20
	PriceRules []PriceRule `json:"priceRules,omitempty"`

	// schedules are the jobs that run by the clock: the safety nets for what
	// webhooks missed. Each run is a SyncJob of its own.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=20
	Schedules []Schedule `json:"schedules,omitempty"`

	// mode says whether the store is brought in line with the spec, or only
	// compared with it.
	// +optional
	// +kubebuilder:default=Enforce
	Mode Mode `json:"mode,omitempty"`

	// adoptionPolicy says what happens to a thing that the spec declares and
	// that is in the store already. Webhook subscriptions to Shopkeeper's own
	// address are always taken over.
	// +optional
	// +kubebuilder:default=IfIdentical
	AdoptionPolicy AdoptionPolicy `json:"adoptionPolicy,omitempty"`

	// deletionPolicy says what happens in the store when this object is deleted.
	// +optional
	// +kubebuilder:default=Retain
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`

	// suspend stops all work on the store until it is false again. A deletion
	// is carried out all the same.
	// +optional
	Suspend bool `json:"suspend,omitempty"` //nolint:kubeapilinter // the word and type of Flux and of Kubernetes' own CronJob
}

// SecretReference names a Secret in the namespace of the referrer.
type SecretReference struct {
	// name is the Secret's name.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}

// StoreSettings are the settings of a store.
type StoreSettings struct {
	// fulfillment says how customers get what they bought.
	// +optional
	// +kubebuilder:default=LocalPickupOnly
	Fulfillment FulfillmentPolicy `json:"fulfillment,omitempty"`

	// pickup is how customers collect orders, where fulfillment is
	// LocalPickupOnly.
	// +optional
	// +kubebuilder:default={}
	Pickup PickupSettings `json:"pickup,omitzero"`

	// passwordProtection says whether the storefront asks for a password.
	// Shopify lets only a person change it.
	// +optional
	// +kubebuilder:default=Enabled
	PasswordProtection PasswordPolicy `json:"passwordProtection,omitempty"`

	// customerAccounts says how customers may sign in. Shopify lets only a
	// person change it.
	// +optional
	// +kubebuilder:default=Disabled
	CustomerAccounts CustomerAccountsPolicy `json:"customerAccounts,omitempty"`

	// tax is the sales tax of the place where items are handed out. Shopify lets
	// only a person change it, and shows it to apps with read_shipping.
	// +optional
	// +kubebuilder:default={}
	Tax TaxSettings `json:"tax,omitzero"`

	// inventoryTracking says whether Shopify tracks the stock of products. The
	// store has no such setting: it takes effect on each product that Shopkeeper
	// writes, and so does not show in status.settings.
	// +optional
	// +kubebuilder:default=Enabled
	InventoryTracking InventoryTrackingPolicy `json:"inventoryTracking,omitempty"`

	// locations names the locations where items are kept and picked up. Without
	// any, it is the store's primary location.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=100
	Locations []string `json:"locations,omitempty"`
}

// PickupSettings are how customers collect orders.
type PickupSettings struct {
	// time is when an order is usually ready.
	// +optional
	// +kubebuilder:default=TWENTY_FOUR_HOURS
	Time PickupTime `json:"time,omitempty"`

	// instructions are shown to the customer when the order is ready.
	// +optional
	// +kubebuilder:validation:MaxLength=1000
	Instructions string `json:"instructions,omitempty"`
}

// TaxSettings are the sales tax that a store charges.
type TaxSettings struct {
	// country is an ISO 3166-1 code, such as CA.
	// +optional
	// +kubebuilder:default=CA
	// +kubebuilder:validation:MaxLength=2
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z]{2}$')",message="a country is two capital letters, such as CA"
	Country string `json:"country,omitempty"`

	// province is the second part of an ISO 3166-2 code, such as ON.
	// +optional
	// +kubebuilder:default=ON
	// +kubebuilder:validation:MaxLength=3
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z0-9]{1,3}$')",message="a province is its code alone, such as ON"
	Province string `json:"province,omitempty"`

	// name is what the tax is called in the store, such as HST.
	// +optional
	// +kubebuilder:default=HST
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=50
	Name string `json:"name,omitempty"`

	// ratesPercent lists the rates in percent, the general one first. Reduced
	// rates, such as the 5 of children's clothing and books in Ontario, come
	// from tax overrides, which no API shows: they are not verified.
	// +optional
	// +listType=atomic
	// +kubebuilder:default={"13","5"}
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=5
	// +kubebuilder:validation:items:MaxLength=8
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^[0-9]{1,2}([.][0-9]{1,4})?$')",message="a rate is a decimal in percent, such as \"13\" or \"14.975\""
	RatesPercent []string `json:"ratesPercent,omitempty"`
}

// MetafieldDefinition is the definition of a metafield on products.
type MetafieldDefinition struct {
	// namespace groups metafields.
	// +optional
	// +kubebuilder:default=consignment
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9_-]+$')",message="a namespace holds letters, digits, _ and - only"
	Namespace string `json:"namespace,omitempty"`

	// key names the metafield within its namespace.
	// +required
	// +kubebuilder:validation:MinLength=2
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9_-]+$')",message="a key holds letters, digits, _ and - only"
	Key string `json:"key,omitempty"`

	// name is shown to people in the store's admin.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	Name string `json:"name,omitempty"`

	// description is shown to people in the store's admin.
	// +optional
	// +kubebuilder:validation:MaxLength=255
	Description string `json:"description,omitempty"`

	// type is Shopify's name of the value's type, such as
	// single_line_text_field, number_integer or boolean. Shopify cannot change
	// the type of a definition: use another key.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z_]+([.][a-z_]+)?$')",message="a type is one of Shopify's names, such as single_line_text_field or list.number_integer"
	Type string `json:"type,omitempty"`

	// storefrontAccess says whether the storefront may show the value.
	// +optional
	// +kubebuilder:default=None
	StorefrontAccess StorefrontAccess `json:"storefrontAccess,omitempty"`
}

// WebhookSettings are the topics that a store reports.
type WebhookSettings struct {
	// topics lists the topics that the store is in order with only if it reports
	// them, by their GraphQL names.
	// +optional
	// +listType=set
	// +kubebuilder:default={"ORDERS_CREATE","ORDERS_PAID","ORDERS_CANCELLED","PRODUCTS_UPDATE","INVENTORY_LEVELS_UPDATE"}
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:items:MaxLength=100
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^[A-Z0-9_]+$')",message="a topic is named as in Shopify's GraphQL API, such as ORDERS_CREATE for orders/create"
	Topics []string `json:"topics,omitempty"`

	// additionalTopics lists further topics; one that is in topics too counts
	// once. By default, those that let refunds,
	// edits, deletions and an uninstalled app show at once.
	// +optional
	// +listType=set
	// +kubebuilder:default={"REFUNDS_CREATE","ORDERS_EDITED","PRODUCTS_DELETE","APP_UNINSTALLED"}
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:items:MaxLength=100
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^[A-Z0-9_]+$')",message="a topic is named as in Shopify's GraphQL API, such as ORDERS_CREATE for orders/create"
	AdditionalTopics []string `json:"additionalTopics,omitempty"`
}

// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=store;stores,categories=shopkeeper
// +kubebuilder:printcolumn:name="Shop",type=string,JSONPath=`.spec.shopDomain`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="In Sync",type=string,JSONPath=`.status.conditions[?(@.type=="InSync")].status`
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`

// ShopifyStore is a client's Shopify store: how it is to be, and how it is.
type ShopifyStore struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the object's name, namespace and the like.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec declares how the store is to be.
	// +required
	Spec ShopifyStoreSpec `json:"spec,omitzero"`

	// status says how the store is.
	// +optional
	// +kubebuilder:default={observedGeneration:-1}
	Status ShopifyStoreStatus `json:"status,omitzero"`
}

// +kubebuilder:object:root=true

// ShopifyStoreList is a list of ShopifyStores.
type ShopifyStoreList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ShopifyStore `json:"items"`
}
