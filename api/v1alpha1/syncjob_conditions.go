package v1alpha1

// Condition types of a SyncJob, beside Ready, Reconciling and Stalled of
// kstatus.
const (
	// CompleteCondition: the job ended and did all that it set out to do.
	CompleteCondition = "Complete"
	// FailedCondition: the job ended without doing so.
	FailedCondition = "Failed"
	// JobSuspendedCondition: spec.suspend is true and the job stands still.
	JobSuspendedCondition = "Suspended"
)

// Reasons of conditions and events of a SyncJob, beside those that a failed call
// to Shopify has in a ShopifyStore.
const (
	// ReasonComplete: the job did all that it set out to do.
	ReasonComplete = "Complete"
	// ReasonProgressing: the job is at work.
	ReasonProgressing = "Progressing"
	// ReasonQueued: another job of the store has to end first, or as many are at work as may be at a time.
	ReasonQueued = "Queued"
	// ReasonStoreNotFound: there is no ShopifyStore of that name.
	ReasonStoreNotFound = "StoreNotFound"
	// ReasonStoreNotConnected: the store's shop does not accept it, or not yet.
	ReasonStoreNotConnected = "StoreNotConnected"
	// ReasonStoreSuspended: the store is suspended, or being deleted.
	ReasonStoreSuspended = "StoreSuspended"
	// ReasonStoreObserved: the store is in mode Observe, and the job would write.
	ReasonStoreObserved = "StoreObserved"
	// ReasonRecordsFailed: the job came to its end, and some records failed.
	ReasonRecordsFailed = "RecordsFailed"
	// ReasonBackoffLimitExceeded: slices failed too often in a row.
	ReasonBackoffLimitExceeded = "BackoffLimitExceeded"
	// ReasonDeadlineExceeded: the job did not end in time.
	ReasonDeadlineExceeded = "DeadlineExceeded"
)
