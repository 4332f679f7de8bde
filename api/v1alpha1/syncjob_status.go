package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SyncJobStatus says how far a run has come.
type SyncJobStatus struct {
	// observedGeneration is the generation of the spec that the status speaks
	// of; -1 before the first look.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions say what becomes of the run. Complete or Failed ends it.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=20
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// startTime is when the run began.
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`

	// completionTime is when the run ended, whatever became of it.
	// +optional
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`

	// progress counts the records that the job is about: items, orders or
	// deliveries.
	// +optional
	Progress *SyncJobProgress `json:"progress,omitempty"`

	// findings are what the job met that a person may want to look at.
	// +optional
	Findings *SyncJobFindings `json:"findings,omitempty"`

	// checkpoint is where the next slice goes on; unset before the first slice
	// and once the job has ended.
	// +optional
	Checkpoint *SyncJobCheckpoint `json:"checkpoint,omitempty"`

	// failures is how many slices failed in a row. It begins anew with each slice
	// that succeeds.
	// +optional
	Failures int32 `json:"failures,omitempty"`

	// apiCost is what the job's calls cost of the shop's rate limit so far, in
	// points.
	// +optional
	APICost int64 `json:"apiCost,omitempty"`
}

// SyncJobProgress counts records. A job that succeeded has handled all that it
// expected: done is expected, and nothing failed.
type SyncJobProgress struct {
	// expected is how many records there are to handle, as far as that is known.
	// +required
	Expected int64 `json:"expected"`
	// done is how many were handled; those counted as changed, skipped or failed
	// are among them.
	// +required
	Done int64 `json:"done"`
	// changed is how many were changed in the shop or in the ledger, or would be
	// by a job that is no dry run.
	// +required
	Changed int64 `json:"changed"`
	// skipped is how many were left to a person, or to what already changes them.
	// +required
	Skipped int64 `json:"skipped"`
	// failed is how many could not be handled. With any of them the job fails.
	// +required
	Failed int64 `json:"failed"`
	// percent is how far the job has come, from 0 to 100.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	Percent int32 `json:"percent"`
}

// SyncJobFindings are what a job met.
type SyncJobFindings struct {
	// total is how many there are.
	// +required
	Total int64 `json:"total"`
	// kinds count them by kind.
	// +optional
	// +listType=map
	// +listMapKey=kind
	// +kubebuilder:validation:MaxItems=50
	Kinds []FindingCount `json:"kinds,omitempty"`
	// first are the first of them.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	First []SyncJobFinding `json:"first,omitempty"`
}

// FindingCount counts findings of a kind.
type FindingCount struct {
	// kind is such as PriceDiffers.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind,omitempty"`
	// count is how many there are.
	// +required
	Count int64 `json:"count"`
}

// SyncJobFinding is one thing that a job met.
type SyncJobFinding struct {
	// kind is such as PriceDiffers.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind,omitempty"`
	// subject is what it is about, such as item/MK-1001.
	// +required
	// +kubebuilder:validation:MaxLength=253
	Subject string `json:"subject,omitempty"`
	// message says what was met, and what became of it.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Message string `json:"message,omitempty"`
}

// SyncJobCheckpoint is where a job goes on, for a spec and a version of the API.
// A job of which either is another begins anew.
type SyncJobCheckpoint struct {
	// cursor is the job's own.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Cursor string `json:"cursor,omitempty"`
	// specHash is the hash of the spec that the cursor is of, without suspend.
	// +required
	// +kubebuilder:validation:MaxLength=64
	SpecHash string `json:"specHash,omitempty"`
	// apiVersion is the version of Shopify's API that the cursor is of.
	// +required
	// +kubebuilder:validation:MaxLength=32
	APIVersion string `json:"apiVersion,omitempty"`
}
