package v1alpha1

// Schedule makes a SyncJob at each of its times. If it is removed from the spec,
// its SyncJobs that have ended are deleted, and the others as they end.
// +kubebuilder:validation:XValidation:rule="has(self.audit) == (self.type == 'Audit')",message="audit belongs to type Audit, and to no other"
type Schedule struct {
	// name identifies the schedule, and is part of its SyncJobs' names.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=52
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$')",message="a name holds lower-case letters, digits and - only, and begins and ends with a letter or digit"
	Name string `json:"name,omitempty"`

	// schedule is when to run, in cron's five fields (minute, hour, day of month,
	// month of year, day of week), such as "*/15 * * * *", or a shorthand such
	// as "@hourly". Each store runs a little later, by an offset of its own, so
	// that the stores of a cluster do not all run at once: by less than a tenth of
	// the time between two runs, and less than five minutes. Of the runs that were
	// missed, one is made up for; one that is due while the last one has not ended
	// is left out.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	Schedule string `json:"schedule,omitempty"`

	// timeZone is the time zone in which the schedule is read, by its name in the
	// IANA database, such as America/Toronto. Where clocks are changed, a schedule
	// of fixed hours runs once for an hour that is repeated or left out; one that
	// runs every hour goes by the time that passes.
	// +optional
	// +kubebuilder:default=UTC
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	TimeZone string `json:"timeZone,omitempty"`

	// type says what the SyncJobs do. Replays and corrections are asked for by a
	// person, not by the clock.
	// +required
	// +kubebuilder:validation:XValidation:rule="self in ['Products', 'Inventory', 'Orders', 'Audit']",message="a schedule makes SyncJobs of type Products, Inventory, Orders or Audit: replays and corrections are asked for by a person"
	Type SyncJobType `json:"type,omitempty"`

	// audit says what an audit compares; for type Audit only.
	// +optional
	Audit AuditSpec `json:"audit,omitzero"`

	// successfulRunsHistoryLimit is how many SyncJobs that succeeded are kept.
	// +optional
	// +kubebuilder:default=3
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	SuccessfulRunsHistoryLimit *int32 `json:"successfulRunsHistoryLimit,omitempty"`

	// failedRunsHistoryLimit is how many SyncJobs that failed are kept.
	// +optional
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	FailedRunsHistoryLimit *int32 `json:"failedRunsHistoryLimit,omitempty"`
}
