package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ShopifyStoreStatus says how a store is.
type ShopifyStoreStatus struct {
	// observedGeneration is the generation of the spec that the status speaks
	// of; -1 before the first look.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions say what is in order and what is not. Ready sums them up.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=20
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// shop is the shop that answered. Another shop under the same domain stalls
	// the store, because its data would mix with the former one's.
	// +optional
	Shop *ShopStatus `json:"shop,omitempty"`

	// apiVersion says which Admin API version is in use.
	// +optional
	APIVersion *APIVersionStatus `json:"apiVersion,omitempty"`

	// scopes says what the app was granted.
	// +optional
	Scopes *ScopesStatus `json:"scopes,omitempty"`

	// settings lists each setting with what is asked for and what was found.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=50
	Settings []SettingStatus `json:"settings,omitempty"`

	// inventory lists the configuration in the store that is under Shopkeeper's
	// management. During a change both what comes and what goes are in it: at
	// most twice 100 subscriptions and 50 definitions, and 20 locations.
	// +optional
	// +listType=map
	// +listMapKey=kind
	// +listMapKey=key
	// +kubebuilder:validation:MaxItems=400
	Inventory []InventoryEntry `json:"inventory,omitempty"`

	// drift lists what was found changed in the store and is not corrected yet,
	// at most 20 lines.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Drift []string `json:"drift,omitempty"`

	// plan is what Enforce would do; there in mode Observe only, and while
	// there is something to do.
	// +optional
	Plan *PlanStatus `json:"plan,omitempty"`

	// schedules says of each schedule how far it has come.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=20
	Schedules []ScheduleStatus `json:"schedules,omitempty"`
}

// PlanStatus is a plan that waits for mode Enforce.
type PlanStatus struct {
	// hash is a digest of all changes: the same plan has the same hash.
	// +required
	Hash string `json:"hash,omitempty"`
	// total counts the changes.
	// +required
	Total int32 `json:"total,omitempty"`
	// changes lists the first 20 changes, such as "create WebhookSubscription
	// ORDERS_PAID" or "update MetafieldDefinition consignment.event_id (name)".
	// A change that undoes what somebody did in the store says so.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Changes []string `json:"changes,omitempty"`
}

// ScheduleStatus says how far a schedule has come.
type ScheduleStatus struct {
	// name is the schedule's name.
	// +required
	Name string `json:"name,omitempty"`
	// schedule is the schedule and its time zone as they were seen last, such as
	// "*/15 * * * * UTC". Where the spec says otherwise, the schedule was changed
	// and begins anew.
	// +optional
	Schedule string `json:"schedule,omitempty"`
	// since is when the schedule was first seen as it is. Nothing is made up for
	// that was due before.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
	// lastScheduleTime is the time for which the last SyncJob was made, or was
	// due and passed over; the store's jitter is in it.
	// +optional
	LastScheduleTime *metav1.Time `json:"lastScheduleTime,omitempty"`
}

// ShopStatus describes the shop that answered.
type ShopStatus struct {
	// id is Shopify's global id of the shop, such as gid://shopify/Shop/1.
	// +required
	ID string `json:"id,omitempty"`
	// name is the shop's name.
	// +optional
	Name string `json:"name,omitempty"`
	// currency is the shop's currency, such as CAD.
	// +optional
	Currency string `json:"currency,omitempty"`
	// plan is the shop's Shopify plan.
	// +optional
	Plan string `json:"plan,omitempty"`
}

// APIVersionStatus says which Admin API version is in use.
type APIVersionStatus struct {
	// requested is the version that the spec asks for.
	// +required
	Requested string `json:"requested,omitempty"`
	// used is the version that Shopkeeper asks Shopify for.
	// +required
	Used string `json:"used,omitempty"`
	// served is the version that Shopify answered with.
	// +optional
	Served string `json:"served,omitempty"`
	// supportedUntil is the day on which Shopify stops serving the used version.
	// +optional
	SupportedUntil string `json:"supportedUntil,omitempty"`
}

// ScopesStatus says what the app was granted.
type ScopesStatus struct {
	// granted lists the scopes that Shopify reports.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=300
	Granted []string `json:"granted,omitempty"`
	// missing lists the required scopes that were not granted.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=100
	Missing []string `json:"missing,omitempty"`
	// missingOptional lists the optional scopes that were not granted.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=100
	MissingOptional []string `json:"missingOptional,omitempty"`
}

// SettingManagement says how a setting is kept.
// +kubebuilder:validation:Enum=Enforced;Verified
type SettingManagement string

const (
	// SettingEnforced settings are written by Shopkeeper.
	SettingEnforced SettingManagement = "Enforced"
	// SettingVerified settings are read, and changed by a person.
	SettingVerified SettingManagement = "Verified"
)

// SettingState says whether a setting is as the spec wants it.
// +kubebuilder:validation:Enum=InEffect;Off;Unknown
type SettingState string

const (
	// SettingInEffect is as the spec wants it.
	SettingInEffect SettingState = "InEffect"
	// SettingOff is not as the spec wants it.
	SettingOff SettingState = "Off"
	// SettingUnknown cannot be read with the scopes that were granted.
	SettingUnknown SettingState = "Unknown"
)

// SettingStatus is one setting of the store.
type SettingStatus struct {
	// name names the setting as the spec does.
	// +required
	Name string `json:"name,omitempty"`
	// management says whether Shopkeeper writes the setting or only reads it.
	// +required
	Management SettingManagement `json:"management,omitempty"`
	// state says whether the setting is as the spec wants it.
	// +required
	State SettingState `json:"state,omitempty"`
	// desired is what the spec asks for.
	// +optional
	Desired string `json:"desired,omitempty"`
	// observed is what the store has.
	// +optional
	Observed string `json:"observed,omitempty"`
	// manualStep is what a person does to bring the setting in line.
	// +optional
	ManualStep string `json:"manualStep,omitempty"`
}

// InventoryOrigin says how a thing came under management.
// +kubebuilder:validation:Enum=Pending;Created;Adopted
type InventoryOrigin string

const (
	// OriginPending marks a thing about to be created. After a crash it tells
	// our own work from somebody else's.
	OriginPending InventoryOrigin = "Pending"
	// OriginCreated marks a thing that Shopkeeper made.
	OriginCreated InventoryOrigin = "Created"
	// OriginAdopted marks a thing that was there before; it is never deleted.
	OriginAdopted InventoryOrigin = "Adopted"
)

// InventoryEntry is a thing in the store that is under management.
type InventoryEntry struct {
	// kind is Shopify's name for the kind of thing.
	// +required
	Kind string `json:"kind,omitempty"`
	// key identifies the thing among its kind.
	// +required
	Key string `json:"key,omitempty"`
	// id is Shopify's global id. While pending it is empty, or that of the thing
	// that went missing and is about to be made again.
	// +optional
	ID string `json:"id,omitempty"`
	// origin says how the thing came under management.
	// +required
	Origin InventoryOrigin `json:"origin,omitempty"`
	// hash is a digest of what was last applied, which tells a change of the
	// spec from a change in the store.
	// +optional
	Hash string `json:"hash,omitempty"`
	// corrections counts how often in a row the same change was found in the
	// store and corrected. Found in order once, or after a change of the spec, it
	// starts anew.
	// +optional
	Corrections int32 `json:"corrections,omitempty"`
	// correctedPaths are the properties that were corrected each of these times;
	// "presence" where the thing was gone.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	CorrectedPaths []string `json:"correctedPaths,omitempty"`
}
