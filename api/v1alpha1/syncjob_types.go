package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// SyncJobType says what a SyncJob does.
// +kubebuilder:validation:Enum=Products;Inventory;Orders;Audit;Replay;Correction
type SyncJobType string

const (
	// SyncJobProducts brings items to the shop as products.
	SyncJobProducts SyncJobType = "Products"
	// SyncJobInventory brings prices, status and stock of both sides together.
	SyncJobInventory SyncJobType = "Inventory"
	// SyncJobOrders reads the shop's orders and makes good what webhooks missed.
	SyncJobOrders SyncJobType = "Orders"
	// SyncJobAudit compares both sides and reports what differs.
	SyncJobAudit SyncJobType = "Audit"
	// SyncJobReplay works webhook deliveries again.
	SyncJobReplay SyncJobType = "Replay"
	// SyncJobCorrection changes items by hand, with a reason.
	SyncJobCorrection SyncJobType = "Correction"
)

// SyncJobSpec declares one run of a job. Nothing but suspend can change. The rule
// is one for the whole spec, because a rule of a field is not asked where the
// field comes or goes; and it does without optionals (self.?audit), whose cost
// the API server cannot bound.
// +kubebuilder:validation:XValidation:rule="self.storeRef.name == oldSelf.storeRef.name && self.type == oldSelf.type && (has(self.dryRun) && self.dryRun) == (has(oldSelf.dryRun) && oldSelf.dryRun) && has(self.selector) == has(oldSelf.selector) && (!has(self.selector) || self.selector == oldSelf.selector) && has(self.conflictPolicy) == has(oldSelf.conflictPolicy) && (!has(self.conflictPolicy) || self.conflictPolicy == oldSelf.conflictPolicy) && has(self.audit) == has(oldSelf.audit) && (!has(self.audit) || self.audit == oldSelf.audit) && has(self.replay) == has(oldSelf.replay) && (!has(self.replay) || self.replay == oldSelf.replay) && has(self.correction) == has(oldSelf.correction) && (!has(self.correction) || self.correction == oldSelf.correction) && has(self.backoffLimit) == has(oldSelf.backoffLimit) && (!has(self.backoffLimit) || self.backoffLimit == oldSelf.backoffLimit) && has(self.activeDeadlineSeconds) == has(oldSelf.activeDeadlineSeconds) && (!has(self.activeDeadlineSeconds) || self.activeDeadlineSeconds == oldSelf.activeDeadlineSeconds)",message="a SyncJob is one run and cannot change, but for suspend: create another one"
// +kubebuilder:validation:XValidation:rule="has(self.audit) == (self.type == 'Audit')",message="audit belongs to type Audit, and to no other"
// +kubebuilder:validation:XValidation:rule="has(self.replay) == (self.type == 'Replay')",message="replay belongs to type Replay, and to no other"
// +kubebuilder:validation:XValidation:rule="has(self.correction) == (self.type == 'Correction')",message="correction belongs to type Correction, and to no other"
// +kubebuilder:validation:XValidation:rule="!has(self.conflictPolicy) || self.type == 'Inventory'",message="conflictPolicy belongs to type Inventory, and to no other"
// +kubebuilder:validation:XValidation:rule="!has(self.selector) || self.type in ['Products', 'Inventory', 'Orders', 'Audit']",message="replay and correction select by themselves: leave selector out"
type SyncJobSpec struct {
	// storeRef names the ShopifyStore, in the same namespace.
	// +required
	StoreRef StoreReference `json:"storeRef,omitzero"`

	// type says what the job does.
	// +required
	Type SyncJobType `json:"type,omitempty"`

	// dryRun reports what the job would do and does nothing.
	// +optional
	DryRun bool `json:"dryRun,omitempty"` //nolint:kubeapilinter // the word and type of Kubernetes' own API

	// selector narrows down what the job looks at; everything where it is left
	// out.
	// +optional
	Selector *SyncJobSelector `json:"selector,omitempty"`

	// conflictPolicy says which side wins where price or status differ, for type
	// Inventory; MostRecent where it is left out. Of two quantities the lower one
	// always wins.
	// +optional
	ConflictPolicy ConflictPolicy `json:"conflictPolicy,omitempty"`

	// audit says what an audit compares; for type Audit only.
	// +optional
	Audit AuditSpec `json:"audit,omitzero"`

	// replay says which deliveries are worked again; for type Replay only.
	// +optional
	Replay *ReplaySpec `json:"replay,omitempty"`

	// correction says what is changed by hand; for type Correction only.
	// +optional
	Correction CorrectionSpec `json:"correction,omitzero"`

	// suspend stops the job after the slice that it is at, until it is false
	// again.
	// +optional
	Suspend bool `json:"suspend,omitempty"` //nolint:kubeapilinter // the word and type of Flux and of Kubernetes' own Job

	// backoffLimit is how often in a row a slice may fail before the job does.
	// +optional
	// +kubebuilder:default=6
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	BackoffLimit *int32 `json:"backoffLimit,omitempty"`

	// activeDeadlineSeconds is how many seconds after its start the job fails if
	// it has not ended; the time that it is suspended counts.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=604800
	ActiveDeadlineSeconds int64 `json:"activeDeadlineSeconds,omitempty"`
}

// StoreReference names a ShopifyStore in the namespace of the referrer.
type StoreReference struct {
	// name is the ShopifyStore's name.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}

// SyncJobSelector narrows down what a job looks at. What is given has to hold
// together.
// +kubebuilder:validation:XValidation:rule="!has(self.since) || !has(self.until) || self.since < self.until",message="until must come after since"
type SyncJobSelector struct {
	// saleEventID is the id of a sale event.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	SaleEventID string `json:"saleEventID,omitempty"`
	// consignorID is the id of a consignor.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	ConsignorID string `json:"consignorID,omitempty"`
	// itemIDs are the ids of items.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=250
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	ItemIDs []string `json:"itemIDs,omitempty"`
	// since leaves out what was changed last before this time.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
	// until leaves out what was changed last at this time or after it.
	// +optional
	Until *metav1.Time `json:"until,omitempty"`
}

// ConflictPolicy says which side wins where price or status of an item differ.
// +kubebuilder:validation:Enum=MostRecent;LocalWins;ShopifyWins;Manual
type ConflictPolicy string

const (
	// ConflictMostRecent takes the side that was changed last.
	ConflictMostRecent ConflictPolicy = "MostRecent"
	// ConflictLocalWins takes Shopkeeper's side.
	ConflictLocalWins ConflictPolicy = "LocalWins"
	// ConflictShopifyWins takes the shop's side.
	ConflictShopifyWins ConflictPolicy = "ShopifyWins"
	// ConflictManual changes neither side and reports a finding.
	ConflictManual ConflictPolicy = "Manual"
)

// AuditCheck is one of the comparisons that an audit makes.
// +kubebuilder:validation:Enum=Stock;Price;Status;Orders;Integrity
type AuditCheck string

// The checks of an audit.
const (
	AuditStock     AuditCheck = "Stock"
	AuditPrice     AuditCheck = "Price"
	AuditStatus    AuditCheck = "Status"
	AuditOrders    AuditCheck = "Orders"
	AuditIntegrity AuditCheck = "Integrity"
)

// AuditRepair says what an audit mends by itself.
// +kubebuilder:validation:Enum=None;Safe
type AuditRepair string

const (
	// AuditRepairNone reports only.
	AuditRepairNone AuditRepair = "None"
	// AuditRepairSafe also mends what can do no harm, such as stock of an item
	// that was sold.
	AuditRepairSafe AuditRepair = "Safe"
)

// AuditSpec says what an audit compares.
type AuditSpec struct {
	// checks are the comparisons to make.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=5
	Checks []AuditCheck `json:"checks,omitempty"`
	// repair says what is mended.
	// +optional
	// +kubebuilder:default=None
	Repair AuditRepair `json:"repair,omitempty"`
}

// DeliveryState says how far a webhook delivery has come.
// +kubebuilder:validation:Enum=Dead;Done
type DeliveryState string

const (
	// DeliveryDead is a delivery that failed in all its attempts.
	DeliveryDead DeliveryState = "Dead"
	// DeliveryDone is a delivery that took effect.
	DeliveryDone DeliveryState = "Done"
)

// ReplaySpec says which webhook deliveries are worked again.
// +kubebuilder:validation:XValidation:rule="!has(self.since) || !has(self.until) || self.since < self.until",message="until must come after since"
type ReplaySpec struct {
	// state selects deliveries by how far they came.
	// +optional
	// +kubebuilder:default=Dead
	State DeliveryState `json:"state,omitempty"`
	// topics selects deliveries by their GraphQL topic, such as ORDERS_PAID.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=100
	Topics []string `json:"topics,omitempty"`
	// since leaves out deliveries received before this time.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
	// until leaves out deliveries received at this time or after it.
	// +optional
	Until *metav1.Time `json:"until,omitempty"`
	// deliveryIDs selects single deliveries.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=250
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	DeliveryIDs []string `json:"deliveryIDs,omitempty"`
}

// CorrectionSpec says what is changed by hand, by whom and why.
type CorrectionSpec struct {
	// requestedBy is the Kubernetes user who asks for the correction.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	RequestedBy string `json:"requestedBy,omitempty"`
	// reason is kept in the audit trail.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1000
	Reason string `json:"reason,omitempty"`
	// items are the items to change.
	// +required
	// +listType=map
	// +listMapKey=itemID
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=250
	Items []ItemCorrection `json:"items,omitempty"`
}

// ItemCorrection changes one item. What is left out stays as it is.
// +kubebuilder:validation:XValidation:rule="has(self.quantity) || has(self.priceCents) || has(self.status)",message="set at least one of quantity, priceCents and status"
type ItemCorrection struct {
	// itemID is the id of the item.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	ItemID string `json:"itemID,omitempty"`
	// quantity is the stock: one of a kind, so 0 or 1.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1
	Quantity *int32 `json:"quantity,omitempty"`
	// priceCents is the price, in cents of the shop's currency.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100000000
	PriceCents *int64 `json:"priceCents,omitempty"`
	// status says whether the item is for sale.
	// +optional
	Status ItemStatus `json:"status,omitempty"`
}

// ItemStatus is what a correction can make of an item.
// +kubebuilder:validation:Enum=Listed;Unlisted;Withdrawn
type ItemStatus string

const (
	// ItemListed is for sale in the shop.
	ItemListed ItemStatus = "Listed"
	// ItemUnlisted is not for sale at the moment.
	ItemUnlisted ItemStatus = "Unlisted"
	// ItemWithdrawn goes back to the consignor.
	ItemWithdrawn ItemStatus = "Withdrawn"
)

// Labels of the SyncJobs that a schedule makes.
const (
	// StoreLabel is the name of the ShopifyStore, or a digest of one that is too
	// long for a label.
	StoreLabel = "shopify.shopkeeper.dev/store"
	// ScheduleLabel is the name of the schedule.
	ScheduleLabel = "shopify.shopkeeper.dev/schedule"
	// ScheduledTimeAnnotation is the time that a SyncJob was made for, in RFC 3339.
	ScheduledTimeAnnotation = "shopify.shopkeeper.dev/scheduled-time"
)

// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=sync,categories=shopkeeper
// +kubebuilder:printcolumn:name="Store",type=string,JSONPath=`.spec.storeRef.name`
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=`.spec.type`
// +kubebuilder:printcolumn:name="Percent",type=integer,JSONPath=`.status.progress.percent`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`

// SyncJob is one run of a job on a client's store.
type SyncJob struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the object's name, namespace and the like.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec declares the run.
	// +required
	Spec SyncJobSpec `json:"spec,omitzero"`

	// status says how far the run has come.
	// +optional
	// +kubebuilder:default={observedGeneration:-1}
	Status SyncJobStatus `json:"status,omitzero"`
}

// +kubebuilder:object:root=true

// SyncJobList is a list of SyncJobs.
type SyncJobList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []SyncJob `json:"items"`
}

// GetConditions returns the conditions. It implements Flux's conditions.Getter.
func (j *SyncJob) GetConditions() []metav1.Condition { return j.Status.Conditions }

// SetConditions replaces the conditions. It implements Flux's conditions.Setter.
func (j *SyncJob) SetConditions(conditions []metav1.Condition) { j.Status.Conditions = conditions }
