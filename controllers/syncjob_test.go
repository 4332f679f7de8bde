package controllers

import (
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

var (
	checkOrders  = v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobOrders}
	syncProducts = v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobProducts}
)

func TestAJobRuns(t *testing.T) {
	b := newJobBed(t)
	g := NewWithT(t)
	b.sell(3)
	b.now = b.now.Add(10 * time.Minute)
	job := b.job("check", checkOrders)
	g.Expect(b.look(job).RequeueAfter).To(BeZero())
	b.is(job, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "all is done in one slice")
	g.Expect(*job.Status.Progress).To(Equal(v1alpha1.SyncJobProgress{Expected: 3, Done: 3, Changed: 3, Percent: 100}))
	g.Expect(job.Status.Findings.Total).To(BeEquivalentTo(3))
	g.Expect(job.Status.Checkpoint).To(BeNil())
	g.Expect(job.Status.StartTime.Time.Equal(b.now)).To(BeTrue())
	g.Expect(job.Status.CompletionTime).NotTo(BeNil())
	g.Expect(job.Status.APICost).To(BeNumerically(">", 3))
	g.Expect(job.Status.ObservedGeneration).To(Equal(job.Generation))
	g.Expect(conditions.GetMessage(job, meta.ReadyCondition)).To(Equal("3 of 3 records handled, 3 changed"))
	g.Expect(b.happened()).To(Equal([]string{"Normal Complete 3 of 3 records handled, 3 changed"}))

	version := job.ResourceVersion
	b.calls()
	b.look(job)
	g.Expect(job.ResourceVersion).To(Equal(version), "what has ended is left alone")
	g.Expect(b.calls()).To(BeEmpty())
}

// TestAJobGoesOnFromItsCheckpoint: of a job in many slices the process is killed between
// any two of them, and once in the middle of one.
func TestAJobGoesOnFromItsCheckpoint(t *testing.T) {
	b := newJobBed(t)
	g := NewWithT(t)
	b.sell(4)
	b.now = b.now.Add(10 * time.Minute)
	b.step = sliceLength // a step fills a slice
	job := b.job("check", checkOrders)
	reads, percent, killed := 0, int32(-1), false
	for slices := 0; !ended(job); slices++ {
		if slices > 20 {
			t.Fatalf("no end: %+v", job.Status)
		}
		if slices == 2 && !killed {
			killed = true
			before := job.Status.DeepCopy()
			b.power.after.Store(2) // the reply of a read is lost, and the process with it
			_, err := b.runner.Reconcile(t.Context(), ctrlRequest(job))
			g.Expect(err).To(HaveOccurred(), "it can tell nobody")
			b.die()
			b.must(api.Get(t.Context(), client.ObjectKeyFromObject(job), job))
			g.Expect(job.Status).To(Equal(*before))
			b.calls()
			continue
		}
		b.look(job)
		reads += counted(b.calls(), "Order")
		if !ended(job) {
			b.is(job, meta.ReconcilingCondition, v1alpha1.ReasonProgressing, "it is under way")
			g.Expect(job.Status.Checkpoint.Cursor).NotTo(BeEmpty())
			g.Expect(job.Status.Progress.Percent).To(BeNumerically(">=", max(percent, 0)))
			percent = job.Status.Progress.Percent
			b.die()
		}
	}
	b.is(job, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "it came to its end")
	g.Expect(job.Status.Progress.Done).To(BeEquivalentTo(4))
	g.Expect(reads).To(Equal(4), "each order is read once, but for the one that the process was killed at")
}

func TestACheckpointOfAnotherVersion(t *testing.T) {
	b := newJobBed(t)
	g := NewWithT(t)
	b.sell(3)
	b.now = b.now.Add(10 * time.Minute)
	b.step = sliceLength
	job := b.job("check", checkOrders)
	b.look(job)
	b.look(job)
	g.Expect(job.Status.Progress.Done).To(BeEquivalentTo(2))
	b.step = 0
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.APIVersion = "2026-10" })
	b.ready()
	b.calls()
	b.look(job)
	b.is(job, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "it begins anew")
	g.Expect(job.Status.Progress.Done).To(BeEquivalentTo(3), "and counts anew")
	g.Expect(counted(b.calls(), "Order")).To(Equal(1), "what the ledger has is not read again")
}

// TestWhatAJobWaitsFor: nothing is asked of the shop meanwhile, and nothing written twice.
func TestWhatAJobWaitsFor(t *testing.T) {
	cases := map[string]struct {
		reason string
		before func(*jobBed)
		spec   v1alpha1.SyncJobSpec
		want   string
		after  func(*jobBed)
	}{
		"no store": {"it may be applied a moment later", func(*jobBed) {}, v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobOrders, StoreRef: v1alpha1.StoreReference{Name: "other"}},
			v1alpha1.ReasonStoreNotFound, nil},
		"suspended store": {"the store is left alone", func(b *jobBed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true }) }, checkOrders,
			v1alpha1.ReasonStoreSuspended, func(b *jobBed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = false }) }},
		"deleted store": {"it is on its way out", func(b *jobBed) { b.must(api.Delete(b.t.Context(), b.store)) }, checkOrders, v1alpha1.ReasonStoreSuspended, nil},
		"observed": {"it would write", func(b *jobBed) {
			b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeObserve })
		}, syncProducts, v1alpha1.ReasonStoreObserved, func(b *jobBed) {
			b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeEnforce })
		}},
		"not connected": {"it may be another client's shop", func(b *jobBed) {
			b.secret(map[string]string{"accessToken": "shpat_wrong", "webhookSecret": "x"})
			b.settle()
		}, checkOrders, v1alpha1.ReasonStoreNotConnected, func(b *jobBed) {
			b.secret(map[string]string{"accessToken": "shpat_" + b.store.Namespace, "webhookSecret": "x"})
			b.settle()
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newJobBed(t)
			tc.before(b)
			b.calls()
			job := b.job("job", tc.spec)
			if again := b.look(job).RequeueAfter; again != queuePause {
				t.Errorf("it comes back after %s", again)
			}
			b.is(job, meta.ReconcilingCondition, tc.want, tc.reason)
			version := job.ResourceVersion
			b.look(job)
			if calls := b.calls(); job.ResourceVersion != version || len(calls) > 0 {
				t.Errorf("while it waits it writes, or asks for %v", calls)
			}
			if tc.after == nil {
				return
			}
			tc.after(b)
			b.look(job)
			b.is(job, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "then it goes on")
		})
	}
}

func TestDryRunsMayLookAtWhatIsObserved(t *testing.T) {
	b := newJobBed(t)
	b.bring(2, catalog.Ready)
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeObserve })
	b.settle()
	job := b.job("job", v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobProducts, DryRun: true})
	b.look(job)
	b.is(job, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "it changes nothing")
	if got := conditions.GetMessage(job, meta.ReadyCondition); got != "2 of 2 records handled, 2 changed (a dry run: nothing was changed)" {
		t.Error(got)
	}
	if n := len(b.inShop().Products); n != 0 {
		t.Errorf("%d products", n)
	}
}

// A job that waits for mode Enforce asks for a dry run to be made instead.
func TestDryRunsDoNotWaitForWhatMayNotWrite(t *testing.T) {
	b := newJobBed(t)
	b.bring(2, catalog.Ready)
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeObserve })
	b.settle()
	writes := b.job("a-writes", v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobProducts})
	b.look(writes)
	b.is(writes, meta.ReconcilingCondition, v1alpha1.ReasonStoreObserved, "it would write")
	dry := b.job("b-dry", v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobProducts, DryRun: true})
	b.look(dry)
	b.is(dry, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "what waits for mode Enforce is not ahead of it")
	b.change(enforce)
	b.settle()
	b.look(writes)
	b.is(writes, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "its turn comes with the mode")
}

func TestSuspendedJobs(t *testing.T) {
	b := newJobBed(t)
	b.sell(3)
	b.step = sliceLength
	job := b.job("job", checkOrders)
	b.look(job)
	suspend := func(s bool) {
		job.Spec.Suspend = s
		b.must(api.Update(t.Context(), job))
	}
	suspend(true)
	b.calls()
	if again := b.look(job).RequeueAfter; again != 0 {
		t.Errorf("it comes back after %s", again)
	}
	b.is(job, v1alpha1.JobSuspendedCondition, v1alpha1.ReasonSuspended, "it stands still")
	if job.Status.Checkpoint == nil || job.Status.Progress.Done != 1 || len(b.calls()) > 0 {
		t.Errorf("%+v", job.Status)
	}
	b.step = 0
	suspend(false)
	b.look(job)
	b.is(job, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "it goes on where it was")
	if n := counted(b.calls(), "Order"); n != 2 {
		t.Errorf("read %d orders again", n)
	}
}

func TestDeadlines(t *testing.T) {
	b := newJobBed(t)
	spec := checkOrders
	spec.ActiveDeadlineSeconds, spec.StoreRef.Name = 90, "other"
	job := b.job("job", spec)
	if again := b.look(job).RequeueAfter; again != queuePause {
		t.Errorf("it comes back after %s", again)
	}
	b.now = b.now.Add(queuePause)
	if again := b.look(job).RequeueAfter; again != 30*time.Second {
		t.Errorf("it comes back after %s, and not at its deadline", again)
	}
	b.now = b.now.Add(30 * time.Second)
	b.look(job)
	b.is(job, v1alpha1.FailedCondition, v1alpha1.ReasonDeadlineExceeded, "its time is over, whatever it waits for")
	if got := b.happened(); len(got) != 1 || !strings.HasPrefix(got[0], "Warning DeadlineExceeded") {
		t.Error(got)
	}
}

// TestFailedSlices: what is wrong with the shop is waited for; what else fails counts.
func TestFailedSlices(t *testing.T) {
	b := newJobBed(t)
	g := NewWithT(t)
	fault := func(f simulator.Fault) (undo func()) {
		added, err := b.sim.AddFault(f)
		b.must(err)
		return func() { b.sim.RemoveFault(added) }
	}
	mend := fault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503})
	spec := checkOrders
	spec.BackoffLimit = new(int32(3))
	job := b.job("job", spec)
	for _, want := range []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second} {
		g.Expect(b.look(job).RequeueAfter).To(Equal(want))
		b.is(job, meta.ReconcilingCondition, v1alpha1.ReasonShopifyUnavailable, "it may pass")
	}
	mend()
	mend = fault(simulator.Fault{Kind: simulator.FaultThrottled})
	for range 5 {
		b.look(job)
		b.is(job, meta.ReconcilingCondition, v1alpha1.ReasonThrottled, "a rate limit is no failure")
		g.Expect(job.Status.Failures).To(BeEquivalentTo(3))
	}
	mend()
	b.look(job)
	b.is(job, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "it passed in time")
	g.Expect(job.Status.Failures).To(BeZero())

	fault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503})
	job = b.job("lost", spec)
	for range 4 {
		b.look(job)
	}
	b.is(job, v1alpha1.FailedCondition, v1alpha1.ReasonBackoffLimitExceeded, "the fourth in a row is one too many")
	g.Expect(conditions.GetMessage(job, meta.ReadyCondition)).To(ContainSubstring("4 attempts in a row failed, the last one so: Shopify answers Service Unavailable"))
}

func TestAJobThatNeedsAPerson(t *testing.T) {
	b := newJobBed(t)
	b.shop(func(s *simulator.Shop) { s.Apps[0].Scopes = []string{"read_products"} })
	job := b.job("job", checkOrders)
	if again := b.look(job).RequeueAfter; again != shopBackoff {
		t.Errorf("it comes back after %s", again)
	}
	b.is(job, meta.StalledCondition, v1alpha1.ReasonScopeMissing, "the merchant acts")
	if job.Status.Failures != 0 || ended(job) {
		t.Errorf("%+v", job.Status)
	}
}

// TestTurns: of a class one runs at a time, and one of another class does not wait for it.
func TestTurns(t *testing.T) {
	b := newJobBed(t)
	b.sell(2)
	b.now = b.now.Add(time.Hour)
	b.in(listAgain)
	b.step = sliceLength
	long := b.job("a-long-one", syncProducts)
	b.look(long)
	if ended(long) {
		t.Fatalf("%+v", long.Status)
	}
	next := b.job("b-next", v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobProducts})
	b.look(next)
	b.is(next, meta.ReconcilingCondition, v1alpha1.ReasonQueued, "the first goes on first")
	check := b.job("check", checkOrders)
	for i := 0; !ended(check); i++ {
		b.look(check)
		if i > 5 {
			t.Fatalf("%+v", check.Status)
		}
	}
	b.is(check, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "orders do not wait for products")
	b.look(next)
	b.is(next, meta.ReconcilingCondition, v1alpha1.ReasonQueued, "the first has not ended")
	b.must(api.Delete(t.Context(), long))
	b.step = 0
	b.look(next)
	b.is(next, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "its turn has come")
}

// TestRoom: a job that waits for others' stores says so, and does not ask all the time.
func TestRoom(t *testing.T) {
	b := newJobBed(t)
	b.runner.turns.atMost = 1
	leave, _ := b.runner.turns.take(turn{client.ObjectKey{Namespace: "another", Name: "store"}, jobs.ClassAudit}, "audit")
	job := b.job("job", v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobProducts})
	if again := b.look(job).RequeueAfter; again != roomPause {
		t.Errorf("it looks again after %s", again)
	}
	b.is(job, meta.ReconcilingCondition, v1alpha1.ReasonQueued, "all walks are others'")
	check := b.job("check", checkOrders)
	b.look(check)
	b.is(check, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "there is room for a check of orders")
	leave()
	b.look(job)
	b.is(job, v1alpha1.CompleteCondition, v1alpha1.ReasonComplete, "there is room for it")
}

func TestRecordsThatFail(t *testing.T) {
	b := newJobBed(t)
	job := b.job("job", v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobProducts, Selector: &v1alpha1.SyncJobSelector{ItemIDs: []string{"nobody-knows"}}})
	b.look(job)
	b.is(job, v1alpha1.FailedCondition, v1alpha1.ReasonRecordsFailed, "success is claimed only where all is done")
	if job.Status.Progress.Failed != 1 || job.Status.Findings.First[0].Kind != "ItemUnknown" {
		t.Errorf("%+v", job.Status)
	}
}
