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
}
