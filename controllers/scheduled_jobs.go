package controllers

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
)

// +kubebuilder:rbac:groups=shopify.shopkeeper.dev,resources=syncjobs,verbs=get;list;watch;create;delete

// scheduledJobs are the SyncJobs that a store's schedules made, by schedule.
func (r *ShopifyStoreReconciler) scheduledJobs(ctx context.Context, store *v1alpha1.ShopifyStore) (map[string][]*v1alpha1.SyncJob, error) {
	var list v1alpha1.SyncJobList
	if err := r.List(ctx, &list, client.InNamespace(store.Namespace), client.MatchingLabels{v1alpha1.StoreLabel: storeLabel(store)}); err != nil {
		return nil, fmt.Errorf("listing the store's SyncJobs: %w", err)
	}
	jobs := map[string][]*v1alpha1.SyncJob{}
	for i := range list.Items {
		job := &list.Items[i]
		if name := job.Labels[v1alpha1.ScheduleLabel]; name != "" && metav1.IsControlledBy(job, store) {
			jobs[name] = append(jobs[name], job)
		}
	}
	return jobs, nil
}

func ended(job *v1alpha1.SyncJob) bool {
	return conditions.IsTrue(job, v1alpha1.CompleteCondition) || conditions.IsTrue(job, v1alpha1.FailedCondition)
}

// active counts the SyncJobs that have not ended.
func active(jobs []*v1alpha1.SyncJob) int {
	n := 0
	for _, job := range jobs {
		if !ended(job) {
			n++
		}
	}
	return n
}

// makeJob makes the SyncJob of a slot. Its name follows from the slot, so that a
// manager that died before it could note the slot does not make it twice.
func (r *ShopifyStoreReconciler) makeJob(ctx context.Context, run *storeRun, s *v1alpha1.Schedule, slot time.Time) error {
	store := run.store
	job := &v1alpha1.SyncJob{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:   store.Namespace,
			Name:        jobName(store.Name, s.Name, slot),
			Labels:      map[string]string{v1alpha1.StoreLabel: storeLabel(store), v1alpha1.ScheduleLabel: s.Name},
			Annotations: map[string]string{v1alpha1.ScheduledTimeAnnotation: slot.UTC().Format(time.RFC3339)},
		},
		Spec: v1alpha1.SyncJobSpec{
			StoreRef: v1alpha1.StoreReference{Name: store.Name}, Type: s.Type, Audit: *s.Audit.DeepCopy(),
			DryRun: store.Spec.Mode == v1alpha1.ModeObserve,
		},
	}
	if err := controllerutil.SetControllerReference(store, job, r.Scheme()); err != nil {
		return err
	}
	err := r.Create(ctx, job, client.FieldOwner(fieldOwner))
	if apierrors.IsAlreadyExists(err) {
		return r.expectOurs(ctx, store, s, job)
	}
	if err != nil {
		return fmt.Errorf("making the SyncJob of schedule %s: %w", s.Name, err)
	}
	run.event(corev1.EventTypeNormal, v1alpha1.ReasonScheduled, fmt.Sprintf("Schedule %s made SyncJob %s", s.Name, job.Name))
	return nil
}

// expectOurs refuses a SyncJob that has the name of the one to make, and is not
// it.
func (r *ShopifyStoreReconciler) expectOurs(ctx context.Context, store *v1alpha1.ShopifyStore, s *v1alpha1.Schedule, want *v1alpha1.SyncJob) error {
	var found v1alpha1.SyncJob
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(want), &found); err != nil {
		return fmt.Errorf("reading the SyncJob of schedule %s: %w", s.Name, err)
	}
	slot := want.Annotations[v1alpha1.ScheduledTimeAnnotation]
	if metav1.IsControlledBy(&found, store) && found.Labels[v1alpha1.ScheduleLabel] == s.Name && found.Annotations[v1alpha1.ScheduledTimeAnnotation] == slot {
		return nil
	}
	return outcome.Stall(v1alpha1.ReasonConflict, "SyncJob %s is not the one that schedule %s makes for %s: delete it, or give the schedule another name",
		want.Name, s.Name, slot)
}

// prune deletes the SyncJobs that ended, but for the latest of each schedule. Of
// a schedule that is no longer in the spec none is kept, as a CronJob's jobs go
// with it; what still runs is not interrupted.
func (r *ShopifyStoreReconciler) prune(ctx context.Context, store *v1alpha1.ShopifyStore, jobs map[string][]*v1alpha1.SyncJob) error {
	var errs []error
	for name, list := range jobs {
		var successful, failed int
		if i := slices.IndexFunc(store.Spec.Schedules, func(s v1alpha1.Schedule) bool { return s.Name == name }); i >= 0 {
			s := &store.Spec.Schedules[i]
			successful, failed = limit(s.SuccessfulRunsHistoryLimit, 3), limit(s.FailedRunsHistoryLimit, 1)
		}
		for _, job := range slices.Concat(surplus(list, v1alpha1.CompleteCondition, successful), surplus(list, v1alpha1.FailedCondition, failed)) {
			err := r.Delete(ctx, job, client.Preconditions{UID: &job.UID}, client.PropagationPolicy(metav1.DeletePropagationBackground))
			if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) { // gone, or another one by now
				errs = append(errs, fmt.Errorf("deleting SyncJob %s: %w", job.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// surplus are the oldest of the jobs that ended with a condition, which are more
// than are kept.
func surplus(jobs []*v1alpha1.SyncJob, condition string, kept int) []*v1alpha1.SyncJob {
	over := slices.DeleteFunc(slices.Clone(jobs), func(job *v1alpha1.SyncJob) bool {
		return !conditions.IsTrue(job, condition) || !job.DeletionTimestamp.IsZero()
	})
	slices.SortFunc(over, func(a, b *v1alpha1.SyncJob) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	return over[:max(0, len(over)-kept)]
}

// limit is a limit of the spec, or the default where an object has none.
func limit(given *int32, otherwise int) int {
	if given == nil {
		return otherwise
	}
	return int(*given)
}

// maxJobName keeps the names of SyncJobs short enough for a label, and for a
// line of kubectl.
const maxJobName = 63

// jobName names the SyncJob of a slot by its minute since 1970.
func jobName(store, schedule string, slot time.Time) string {
	minute := "-" + strconv.FormatInt(slot.Unix()/60, 10)
	return bounded(store+"-"+schedule, store+"/"+schedule, maxJobName-len(minute)) + minute
}

// storeLabel is the value of the label that finds a store's SyncJobs.
func storeLabel(store *v1alpha1.ShopifyStore) string {
	return bounded(store.Name, store.Name, maxJobName)
}

// bounded shortens a name and puts a digest of what it stands for at its end.
func bounded(name, identity string, length int) string {
	if len(name) <= length {
		return name
	}
	digest := sha256.Sum256([]byte(identity))
	tail := "-" + hex.EncodeToString(digest[:4])
	return strings.TrimRight(name[:length-len(tail)], "-.") + tail
}

// jobEnded lets through what may ask for a deletion of SyncJobs, and no progress.
func jobEnded() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		DeleteFunc:  func(event.DeleteEvent) bool { return true },
		UpdateFunc: func(e event.UpdateEvent) bool {
			return !ended(e.ObjectOld.(*v1alpha1.SyncJob)) && ended(e.ObjectNew.(*v1alpha1.SyncJob))
		},
	}
}
