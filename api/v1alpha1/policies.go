package v1alpha1

// Mode says whether Shopkeeper changes the store or only looks at it.
// +kubebuilder:validation:Enum=Enforce;Observe
type Mode string

const (
	// ModeEnforce brings the store in line with the spec.
	ModeEnforce Mode = "Enforce"
	// ModeObserve writes nothing to the store and shows in status.plan what
	// Enforce would do. Deleting the object leaves the store as it is.
	ModeObserve Mode = "Observe"
)

// AdoptionPolicy says what happens to a thing in the store that the spec
// declares and that Shopkeeper did not make.
// +kubebuilder:validation:Enum=IfIdentical;Always;Never
type AdoptionPolicy string

const (
	// AdoptIfIdentical takes the thing over where it equals the spec, and stalls
	// where it does not.
	AdoptIfIdentical AdoptionPolicy = "IfIdentical"
	// AdoptAlways takes the thing over and brings it in line with the spec.
	AdoptAlways AdoptionPolicy = "Always"
	// AdoptNever stalls where the thing exists.
	AdoptNever AdoptionPolicy = "Never"
)

// DeletionPolicy says what happens in the store when the ShopifyStore is
// deleted. Products, orders and settings are never touched.
// +kubebuilder:validation:Enum=Retain;Delete;Orphan
type DeletionPolicy string

const (
	// DeletionRetain removes the webhook subscriptions and keeps the rest. It
	// gives up after a while where the store cannot be reached.
	DeletionRetain DeletionPolicy = "Retain"
	// DeletionDelete also removes the configuration that Shopkeeper made, and
	// waits until that is done.
	DeletionDelete DeletionPolicy = "Delete"
	// DeletionOrphan touches nothing in the store.
	DeletionOrphan DeletionPolicy = "Orphan"
)

// FulfillmentPolicy says how customers get what they bought.
// +kubebuilder:validation:Enum=LocalPickupOnly;Unmanaged
type FulfillmentPolicy string

const (
	// FulfillmentLocalPickupOnly turns local pickup on and verifies that the
	// store offers no shipping.
	FulfillmentLocalPickupOnly FulfillmentPolicy = "LocalPickupOnly"
	// FulfillmentUnmanaged leaves it to the store.
	FulfillmentUnmanaged FulfillmentPolicy = "Unmanaged"
)

// PickupTime is when an order is usually ready for pickup, in Shopify's terms.
// +kubebuilder:validation:Enum=ONE_HOUR;TWO_HOURS;FOUR_HOURS;TWENTY_FOUR_HOURS;TWO_TO_FOUR_DAYS;FIVE_OR_MORE_DAYS
type PickupTime string

// PasswordPolicy says whether the storefront asks visitors for a password.
// +kubebuilder:validation:Enum=Enabled;Disabled;Unmanaged
type PasswordPolicy string

// The password policies.
const (
	PasswordEnabled   PasswordPolicy = "Enabled"
	PasswordDisabled  PasswordPolicy = "Disabled"
	PasswordUnmanaged PasswordPolicy = "Unmanaged"
)

// CustomerAccountsPolicy says how customers may sign in.
// +kubebuilder:validation:Enum=Disabled;Optional;Required;Unmanaged
type CustomerAccountsPolicy string

// The customer account policies.
const (
	CustomerAccountsDisabled  CustomerAccountsPolicy = "Disabled"
	CustomerAccountsOptional  CustomerAccountsPolicy = "Optional"
	CustomerAccountsRequired  CustomerAccountsPolicy = "Required"
	CustomerAccountsUnmanaged CustomerAccountsPolicy = "Unmanaged"
)

// InventoryTrackingPolicy says whether Shopify tracks the stock of the products
// that Shopkeeper writes.
// +kubebuilder:validation:Enum=Enabled;Unmanaged
type InventoryTrackingPolicy string

// The inventory tracking policies.
const (
	InventoryTrackingEnabled   InventoryTrackingPolicy = "Enabled"
	InventoryTrackingUnmanaged InventoryTrackingPolicy = "Unmanaged"
)

// StorefrontAccess says what the storefront may do with a metafield.
// +kubebuilder:validation:Enum=None;PublicRead
type StorefrontAccess string

// The kinds of storefront access.
const (
	StorefrontAccessNone       StorefrontAccess = "None"
	StorefrontAccessPublicRead StorefrontAccess = "PublicRead"
)
