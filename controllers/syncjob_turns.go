package controllers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
)

// turns has one slice at a time made of the jobs of a store and class, and leaves room
// for checks of orders, which are short and urgent, beside what walks through shops.
type turns struct {
	mu     sync.Mutex
	taken  map[turn]types.UID
	walks  int
	atMost int // walks at a time; no bound where zero
}

type turn struct {
	store client.ObjectKey
	class jobs.Class
}

// take takes a turn for a job, and returns how to leave it; where it is another's, or there
// is no room for one more walk, leave is nil, and pause how soon to look again.
func (t *turns) take(of turn, job types.UID) (leave func(), pause time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	walk := of.class != jobs.ClassOrders
	if _, taken := t.taken[of]; taken {
		return nil, turnPause
	}
	if walk && t.atMost > 0 && t.walks >= t.atMost {
		return nil, roomPause
	}
	if t.taken == nil {
		t.taken = map[turn]types.UID{}
	}
	t.taken[of] = job
	if walk {
		t.walks++
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.taken, of)
		if walk {
			t.walks--
		}
	}, 0
}

const (
	// turnPause is how soon a job looks again whether its turn has come, where all that it
	// waits for is a slice of another.
	turnPause = time.Second
	// roomPause is how soon it looks again whether there is room for it: of the audits of
	// many stores most wait at a time, and those that are at work are for about as long.
	roomPause = sliceLength
)

// takeTurn takes the job's turn, and returns how to leave it; nil where another job is
// ahead.
func (run *jobRun) takeTurn(ctx context.Context, store *v1alpha1.ShopifyStore) (leave func(), err error) {
	of := turn{client.ObjectKeyFromObject(store), jobs.ClassOf(run.job.Spec.Type)}
	var list v1alpha1.SyncJobList
	if err := run.r.List(ctx, &list, client.InNamespace(run.job.Namespace)); err != nil {
		return nil, fmt.Errorf("listing the store's SyncJobs: %w", err)
	}
	if ahead := first(list.Items, store, of.class); ahead != nil && ahead.UID != run.job.UID {
		run.waiting(v1alpha1.ReasonQueued, fmt.Sprintf("SyncJob %s is at the same store, and ahead", ahead.Name))
		return nil, nil
	}
	leave, pause := run.r.turns.take(of, run.job.UID)
	if leave == nil {
		run.waiting(v1alpha1.ReasonQueued, "As many jobs are at work as may be at a time: its turn comes when one of them has made a part of its work")
		run.again = pause
	}
	return leave, nil
}

// first is the job whose turn it is: of those that have begun, and else of all, the
// oldest. What is suspended, on its way out or waits for mode Enforce holds nobody up.
func first(list []v1alpha1.SyncJob, store *v1alpha1.ShopifyStore, class jobs.Class) *v1alpha1.SyncJob {
	var waiting []*v1alpha1.SyncJob
	for i := range list {
		job := &list[i]
		if job.Spec.StoreRef.Name == store.Name && jobs.ClassOf(job.Spec.Type) == class && !ended(job) && !job.Spec.Suspend &&
			job.DeletionTimestamp.IsZero() && !waitsForEnforce(job, store) {
			waiting = append(waiting, job)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	return slices.MinFunc(waiting, func(a, b *v1alpha1.SyncJob) int {
		return cmp.Or(cmp.Compare(begun(b), begun(a)), a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
}

// begun is 1 for a job that has done something.
func begun(job *v1alpha1.SyncJob) int {
	if job.Status.Checkpoint != nil {
		return 1
	}
	return 0
}
