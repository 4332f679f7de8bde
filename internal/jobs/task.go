package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Task is what a SyncJob comes to.
type Task interface {
	// Step works from a cursor on, which is empty for the first, and returns the one
	// that the next step begins at; "" where nothing is left. It ends early where enough
	// says so, but not before it has done something. Where it fails, nothing that it did
	// needs to be taken back: it is made again from the same cursor.
	Step(ctx context.Context, cursor string, enough func() bool, r *Report) (next string, err error)
}

// Kit is what tasks are made with. All fields are needed.
type Kit struct {
	Ledger *ledger.Ledger
	Queue  *deliveries.Queue
	Shops  deliveries.Shops
	// Now tells the time.
	Now func() time.Time
}

// Run is one SyncJob on one store.
type Run struct {
	Kit
	Store ledger.Store
	// Name names the job in the audit trail, and ID in the keys of what it does: it is
	// the job's alone, for ever.
	Name, ID string
	Spec     *v1alpha1.SyncJobSpec
	// Shop is the store's.
	Shop *shopify.Client
}

// reason is what the audit trail says about what a run changes.
func (r *Run) reason() string { return "SyncJob " + r.Name }

// Task returns what a run does.
func (r *Run) Task() (Task, error) {
	switch r.Spec.Type {
	case v1alpha1.SyncJobOrders:
		return &orderCheck{Run: r}, nil
	case v1alpha1.SyncJobProducts:
		if r.named() {
			return &namedItems{Run: r, handle: r.bring}, nil
		}
		return &listing{Run: r}, nil
	case v1alpha1.SyncJobReplay:
		return &replay{Run: r}, nil
	case v1alpha1.SyncJobInventory:
		if r.named() {
			return &namedItems{Run: r, handle: r.reconcile}, nil
		}
		return &reconciliation{Run: r}, nil
	case v1alpha1.SyncJobCorrection:
		return &correction{Run: r}, nil
	case v1alpha1.SyncJobAudit:
		return newAudit(r), nil
	}
	return nil, fmt.Errorf("there is no SyncJob of type %q", r.Spec.Type)
}

// Writes says whether a job of a spec writes to the shop, which it may not while the
// store is only observed.
func Writes(spec *v1alpha1.SyncJobSpec) bool {
	if spec.DryRun {
		return false
	}
	switch spec.Type {
	case v1alpha1.SyncJobProducts, v1alpha1.SyncJobInventory, v1alpha1.SyncJobCorrection:
		return true
	case v1alpha1.SyncJobAudit:
		return spec.Audit.Repair == v1alpha1.AuditRepairSafe
	case v1alpha1.SyncJobOrders, v1alpha1.SyncJobReplay:
	}
	return false
}

// Class is what jobs of a store share, so that they follow one another.
type Class string

// The classes. A job of one never waits for a job of another.
const (
	ClassOrders Class = "Orders"
	ClassItems  Class = "Items"
	ClassAudit  Class = "Audit"
)

// ClassOf is the class of a type of job.
func ClassOf(t v1alpha1.SyncJobType) Class {
	switch t {
	case v1alpha1.SyncJobOrders, v1alpha1.SyncJobReplay:
		return ClassOrders
	case v1alpha1.SyncJobAudit:
		return ClassAudit
	case v1alpha1.SyncJobProducts, v1alpha1.SyncJobInventory, v1alpha1.SyncJobCorrection:
	}
	return ClassItems
}

// read reads a cursor; what is empty is the first.
func read[C any](cursor string) (c C, err error) {
	if cursor == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(cursor), &c); err != nil {
		return c, fmt.Errorf("the checkpoint cannot be read: %w", err)
	}
	return c, nil
}

func write(cursor any) (string, error) {
	text, err := json.Marshal(cursor)
	return string(text), err
}

// ofOne says that a failure is of one record, so that the job goes on with the others:
// what is wrong with the shop as a whole would be with each of them.
func ofOne(err error) bool {
	switch shopify.KindOf(err) {
	case shopify.Invalid, shopify.NotFound, shopify.Conflict:
		return true
	case shopify.CredentialsRejected, shopify.ScopeMissing, shopify.Frozen, shopify.Throttled, shopify.Unavailable:
	}
	return false
}
