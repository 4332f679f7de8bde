package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Finalizer keeps a ShopifyStore until its deletion policy has been carried out.
const Finalizer = "shopify.shopkeeper.dev/store"

// Condition types of a ShopifyStore, beside Ready, Reconciling and Stalled of
// kstatus. Those from Connected to RelayReachable are summed up into Ready, in
// this order.
const (
	// ConnectedCondition: the shop answers and accepts the credentials.
	ConnectedCondition = "Connected"
	// ScopesGrantedCondition: the app was granted all required scopes.
	ScopesGrantedCondition = "ScopesGranted"
	// SettingsVerifiedCondition: the settings are as the spec wants them.
	SettingsVerifiedCondition = "SettingsVerified"
	// MetafieldsAppliedCondition: the metafield definitions are in place.
	MetafieldsAppliedCondition = "MetafieldsApplied"
	// WebhooksAppliedCondition: the webhook subscriptions are in place.
	WebhooksAppliedCondition = "WebhooksApplied"
	// PriceRulesAppliedCondition: the price rules and their codes are in place.
	PriceRulesAppliedCondition = "PriceRulesApplied"
	// SaleEventsAppliedCondition: the sale events and their terms are in the ledger.
	SaleEventsAppliedCondition = "SaleEventsApplied"
	// RelayReachableCondition: the relay takes the store's webhooks in.
	RelayReachableCondition = "RelayReachable"
	// SchedulesAppliedCondition: the schedules make their SyncJobs.
	SchedulesAppliedCondition = "SchedulesApplied"
	// WebhooksProcessedCondition: what was taken in of the store's webhooks is in the
	// ledger. It does not count for Ready.
	WebhooksProcessedCondition = "WebhooksProcessed"
	// ProductsPublishableCondition: the app may put products before customers. It is
	// there only while it may not, and does not count for Ready.
	ProductsPublishableCondition = "ProductsPublishable"
	// InSyncCondition: the store equals the spec. It is False while a change
	// made in the store is being corrected, where something of the spec cannot be
	// applied, and in mode Observe while a plan waits. It does not count for
	// Ready.
	InSyncCondition = "InSync"
	// SuspendedCondition: spec.suspend is true and nothing is done.
	SuspendedCondition = "Suspended"
	// DeletingCondition: the object is being deleted; it says what it waits for.
	DeletingCondition = "Deleting"
)

// Reasons of conditions and events of a ShopifyStore.
const (
	// ReasonReady: all is in order.
	ReasonReady = "Ready"
	// ReasonApplying: a change is being brought to the store.
	ReasonApplying = "Applying"
	// ReasonSuspended: spec.suspend is true.
	ReasonSuspended = "Suspended"

	// ReasonConnected: the shop answered.
	ReasonConnected = "Connected"
	// ReasonAPIVersionReplaced: another API version than the spec asks for is
	// used, or answered.
	ReasonAPIVersionReplaced = "APIVersionReplaced"
	// ReasonAPIVersionEnding: the API version in use ends within 60 days.
	ReasonAPIVersionEnding = "APIVersionEnding"
	// ReasonAPIVersionUnknown: spec.apiVersion is newer than this release knows.
	ReasonAPIVersionUnknown = "APIVersionUnknown"
	// ReasonSecretNotFound: the Secret does not exist.
	ReasonSecretNotFound = "SecretNotFound"
	// ReasonSecretInvalid: the Secret holds no usable credentials.
	ReasonSecretInvalid = "SecretInvalid"
	// ReasonCredentialsRejected: the shop does not accept the credentials.
	ReasonCredentialsRejected = "CredentialsRejected"
	// ReasonShopNotFound: there is no shop at the domain.
	ReasonShopNotFound = "ShopNotFound"
	// ReasonShopFrozen: the shop is locked or unpaid.
	ReasonShopFrozen = "ShopFrozen"
	// ReasonShopChanged: another shop answers than before.
	ReasonShopChanged = "ShopChanged"
	// ReasonWrongApp: the credentials belong to another app than the client's.
	ReasonWrongApp = "WrongApp"
	// ReasonRival: an older ShopifyStore serves the same shop.
	ReasonRival = "Rival"
	// ReasonShopifyUnavailable: Shopify gave no usable reply.
	ReasonShopifyUnavailable = "ShopifyUnavailable"
	// ReasonThrottled: the shop's rate limit is used up.
	ReasonThrottled = "Throttled"

	// ReasonScopesGranted: all scopes were granted.
	ReasonScopesGranted = "ScopesGranted"
	// ReasonOptionalScopesMissing: the required scopes were granted, some
	// optional ones not.
	ReasonOptionalScopesMissing = "OptionalScopesMissing"
	// ReasonScopeMissing: a required scope was not granted.
	ReasonScopeMissing = "ScopeMissing"
	// ReasonScopeUnknown: the spec names a scope that Shopify does not have.
	ReasonScopeUnknown = "ScopeUnknown"

	// ReasonSettingsInEffect: the settings are as the spec wants them.
	ReasonSettingsInEffect = "SettingsInEffect"
	// ReasonSettingsUnknown: as far as they can be read, the settings are as
	// the spec wants them.
	ReasonSettingsUnknown = "SettingsUnknown"
	// ReasonManualStepNeeded: a person has to change a setting.
	ReasonManualStepNeeded = "ManualStepNeeded"
	// ReasonLocationNotFound: the spec names a location that the store lacks.
	ReasonLocationNotFound = "LocationNotFound"

	// ReasonApplied: the things that the spec declares are in place.
	ReasonApplied = "Applied"
	// ReasonAdopted: something that was in the store came under management.
	ReasonAdopted = "Adopted"
	// ReasonConflict: something in the store stands in the way.
	ReasonConflict = "Conflict"
	// ReasonRefused: Shopify refuses what the spec asks for.
	ReasonRefused = "Refused"
	// ReasonTopicUnknown: the spec names a topic that Shopify does not have.
	ReasonTopicUnknown = "TopicUnknown"
	// ReasonRelayURLInvalid: the operator's relay URL cannot be used.
	ReasonRelayURLInvalid = "RelayURLInvalid"
	// ReasonRelayNotConfigured: the operator tells no relay of the stores.
	ReasonRelayNotConfigured = "RelayNotConfigured"
	// ReasonRelayReachable: the relay takes the store's webhooks in.
	ReasonRelayReachable = "RelayReachable"
	// ReasonRelayNotReachable: the relay does not take the store's webhooks in.
	ReasonRelayNotReachable = "RelayNotReachable"
	// ReasonRoutePropagating: the relay does not know a change of the store's route
	// yet, and goes by the route before.
	ReasonRoutePropagating = "RoutePropagating"

	// ReasonLedgerUnavailable: the ledger does not answer.
	ReasonLedgerUnavailable = "LedgerUnavailable"
	// ReasonLedgerNotConfigured: the operator has no ledger.
	ReasonLedgerNotConfigured = "LedgerNotConfigured"
	// ReasonTermsInUse: the spec takes back terms under which something was sold.
	ReasonTermsInUse = "TermsInUse"
	// ReasonProcessed: no delivery is dead, and none waits long.
	ReasonProcessed = "Processed"
	// ReasonNotPublishable: Shopify does not let the app put products before customers.
	ReasonNotPublishable = "NotPublishable"
	// ReasonSilent: no delivery came for long, although a sale event is on.
	ReasonSilent = "Silent"
	// ReasonBehind: a delivery has been waiting for long.
	ReasonBehind = "Behind"
	// ReasonDeadLetters: deliveries failed too often and are tried no more.
	ReasonDeadLetters = "DeadLetters"

	// ReasonInSync: the store equals the spec.
	ReasonInSync = "InSync"
	// ReasonDrifted: the store was changed and is being corrected.
	ReasonDrifted = "Drifted"
	// ReasonCorrected: the store was changed and has been corrected.
	ReasonCorrected = "Corrected"
	// ReasonSpecChanged: the spec was changed and is being applied.
	ReasonSpecChanged = "SpecChanged"
	// ReasonNotApplied: something of the spec could not be applied.
	ReasonNotApplied = "NotApplied"

	// ReasonPlanWaits: in mode Observe, Enforce would change the store.
	ReasonPlanWaits = "PlanWaits"
	// ReasonObserved: in mode Observe, the store was compared with the spec.
	ReasonObserved = "Observed"
	// ReasonDriftLoop: the same change was corrected three times in a row and is
	// there again; it is left alone.
	ReasonDriftLoop = "DriftLoop"
	// ReasonDeprecated: Shopify is going to remove something that is in use.
	ReasonDeprecated = "Deprecated"
	// ReasonWithoutEffect: Shopify accepted a change and did not make it.
	ReasonWithoutEffect = "WithoutEffect"

	// ReasonScheduled: a SyncJob was made for its time.
	ReasonScheduled = "Scheduled"
	// ReasonScheduleInvalid: a schedule or its time zone cannot be read.
	ReasonScheduleInvalid = "ScheduleInvalid"

	// ReasonReleasing: the store is being released.
	ReasonReleasing = "Releasing"
	// ReasonReleased: the store was released.
	ReasonReleased = "Released"
	// ReasonAbandoned: the store was let go without its deletion policy.
	ReasonAbandoned = "Abandoned"
)

// GetConditions returns the conditions. It implements Flux's conditions.Getter.
func (s *ShopifyStore) GetConditions() []metav1.Condition { return s.Status.Conditions }

// SetConditions replaces the conditions. It implements Flux's conditions.Setter.
func (s *ShopifyStore) SetConditions(conditions []metav1.Condition) {
	s.Status.Conditions = conditions
}
