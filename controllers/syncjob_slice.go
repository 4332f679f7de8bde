package controllers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

const (
	// sliceLength is after how long a slice ends, once the step at hand is done. A long
	// job's status is written no more often than that.
	sliceLength = 15 * time.Second
	// sliceLimit ends a step that waits for the shop's rate limit too long.
	sliceLimit = 2 * time.Minute
	// After a failure the next slice is made after jobBackoff, and each further time
	// after twice as long, up to jobBackoffMax, as Kubernetes' own Jobs do.
	jobBackoff    = 10 * time.Second
	jobBackoffMax = 6 * time.Minute
	// shopBackoff is when to come back to a shop that a person has to mend.
	shopBackoff = 5 * time.Minute
)

// slice makes steps from the checkpoint on, for a while.
func (run *jobRun) slice(ctx context.Context, store *v1alpha1.ShopifyStore) error {
	task, err := run.task(ctx)
	if err != nil {
		return run.judge(ctx, err)
	}
	checkpoint, err := run.checkpoint(store)
	if err != nil {
		return err
	}
	meter := &shopify.Meter{}
	began := run.r.Now()
	stepping, cancel := context.WithTimeout(shopify.WithMeter(ctx, meter), sliceLimit)
	defer cancel()
	enough := func() bool {
		return run.r.Now().Sub(began) >= sliceLength || run.overdue() || stepping.Err() != nil
	}
	status := &run.job.Status
	defer func() { status.APICost += meter.Points() }()
	for {
		var report jobs.Report
		next, err := task.Step(stepping, checkpoint.Cursor, enough, &report)
		if err != nil {
			return run.judge(ctx, err)
		}
		report.AddTo(status)
		status.Failures, checkpoint.Cursor = 0, next
		if next == "" {
			run.ended()
			return nil
		}
		if enough() {
			run.progressing()
			return nil
		}
	}
}

// checkpoint is where the job goes on: where it has come to, or at its beginning where it
// had come there by another spec or in another version of Shopify's API.
func (run *jobRun) checkpoint(store *v1alpha1.ShopifyStore) (*v1alpha1.SyncJobCheckpoint, error) {
	hash, err := specHash(run.job.Spec)
	if err != nil {
		return nil, err
	}
	version := ""
	if store.Status.APIVersion != nil {
		version = store.Status.APIVersion.Used
	}
	status := &run.job.Status
	if c := status.Checkpoint; c == nil || c.SpecHash != hash || c.APIVersion != version {
		status.Checkpoint = &v1alpha1.SyncJobCheckpoint{SpecHash: hash, APIVersion: version}
		status.Progress, status.Findings = &v1alpha1.SyncJobProgress{}, nil
	}
	return status.Checkpoint, nil
}

// specHash tells specs apart; to suspend a job makes it no other.
func specHash(spec v1alpha1.SyncJobSpec) (string, error) {
	spec.Suspend = false
	text, err := json.Marshal(spec)
	if err != nil {
		return "", fmt.Errorf("hashing the spec: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}

// judge decides what follows from a failed slice. What is wrong with the shop as a whole
// is waited for; all else counts, and ends the job at last.
func (run *jobRun) judge(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		run.cut = true
		return nil //nolint:nilerr // the process ends, and nothing has to be told of that
	}
	ctrl.LoggerFrom(ctx).Info("a slice of the job failed", "error", err.Error())
	v := outcome.Of(err)
	switch {
	case errors.Is(err, deliveries.ErrNotConnected), errors.Is(err, deliveries.ErrNoStore):
		run.waiting(v1alpha1.ReasonStoreNotConnected, err.Error())
	case errors.Is(err, deliveries.ErrWithheld):
		run.waiting(v1alpha1.ReasonStoreSuspended, err.Error())
	case v.Stalled:
		run.stalled(v.Reason, v.Message, max(v.RetryAfter, shopBackoff))
	case v.Reason == v1alpha1.ReasonThrottled:
		run.again = max(v.RetryAfter, jobBackoff)
		run.retrying(v.Reason, v.Message)
	default:
		run.count(v)
	}
	return nil
}

// count counts a failed slice.
func (run *jobRun) count(v outcome.Verdict) {
	status := &run.job.Status
	status.Failures++
	limit := int32(6)
	if l := run.job.Spec.BackoffLimit; l != nil {
		limit = *l
	}
	if status.Failures > limit {
		run.failed(v1alpha1.ReasonBackoffLimitExceeded, fmt.Sprintf("%d attempts in a row failed, the last one so: %s", status.Failures, v.Message))
		return
	}
	run.again = min(jobBackoff<<min(status.Failures-1, 10), jobBackoffMax)
	run.retrying(v.Reason, v.Message)
}
