package controllers

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/conditions/check"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// jobBed is a store that is Ready, with a ledger, and what runs its jobs.
type jobBed struct {
	*bed
	ledger *ledger.Ledger
	runner *SyncJobReconciler
	// step is how much time passes each time that the job controller asks for it.
	step time.Duration
}

func newJobBed(t *testing.T) *jobBed {
	t.Helper()
	b := &jobBed{bed: newBed(t)}
	lean(&b.store.Spec)
	b.ledger = ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, func() time.Time { return b.now })
	b.keepIn(b.ledger)
	b.apply()
	b.ready()
	b.in(func(tx *ledger.Tx) error {
		day := 24 * time.Hour
		return errors.Join(
			tx.PutSaleEvent(ledger.SaleEvent{ID: "spring", StartsAt: b.now.Add(-day), EndsAt: b.now.Add(day), ReturnWindowEndsAt: b.now.Add(2 * day)}),
			tx.PutTerms("spring", []ledger.Terms{{EffectiveFrom: b.now.Add(-day), RegularPercent: 60_00, SuperPercent: 70_00, MaxPercent: 85_00}}),
			tx.PutConsignor(ledger.Consignor{ID: "robin", Class: "Regular"}),
		)
	})
	b.runJobs()
	b.happened()
	b.calls()
	return b
}

// runJobs replaces what runs jobs by one that remembers nothing, as a new process would.
func (b *jobBed) runJobs() {
	b.t.Helper()
	queue, err := deliveries.New(deliveries.Options{Ledger: b.ledger, Shops: Shops{b.r}, Clock: bedTime{b.bed}})
	b.must(err)
	b.runner = &SyncJobReconciler{
		Client: b.r.Client, Live: b.r.Live, Events: b.events,
		Kit: jobs.Kit{Ledger: b.ledger, Queue: queue, Shops: Shops{b.r}, Now: func() time.Time { return b.now }},
		Now: func() time.Time { b.now = b.now.Add(b.step); return b.now },
	}
}

// bedTime is the bed's clock for the queue.
type bedTime struct{ b *bed }

func (c bedTime) Now() time.Time       { return c.b.now }
func (c bedTime) NowOrNil() *time.Time { return &c.b.now }

// die kills the process and starts another one.
func (b *jobBed) die() {
	b.restart()
	b.keepIn(b.ledger)
	b.runJobs()
}

func (b *jobBed) in(f func(*ledger.Tx) error) {
	b.t.Helper()
	b.must(b.ledger.Update(b.t.Context(), b.inLedger(), f))
}

// sell takes items in and sells each of them, a minute apart, of which no webhook tells.
func (b *jobBed) sell(n int) {
	b.t.Helper()
	b.bring(n, catalog.Listed)
	// A webhook would go by the bed's clock while the test moves it.
	b.shop(func(s *simulator.Shop) { s.WebhookSubscriptions = nil })
	for i := range n {
		id := fmt.Sprintf("item-%d", i)
		_, err := b.sim.AddProduct(b.domain, simulator.NewProduct{Title: id, Variants: []simulator.NewVariant{{SKU: id, Price: 1000, Available: 1}}})
		b.must(err)
		_, err = b.sim.Checkout(b.domain, simulator.Checkout{Lines: []simulator.CheckoutLine{{SKU: id}}})
		b.must(err)
		b.now = b.now.Add(time.Minute)
	}
}

func (b *jobBed) bring(n int, state catalog.State) {
	b.t.Helper()
	b.in(func(tx *ledger.Tx) (err error) {
		for i := range n {
			id := fmt.Sprintf("item-%d", i)
			err = errors.Join(err, tx.PutItem(ledger.Item{ID: id, ConsignorID: "robin", EventID: "spring", Title: id, PriceCents: 1000, State: string(state)}))
		}
		return err
	})
}

// job creates a SyncJob of the bed's store.
func (b *jobBed) job(name string, spec v1alpha1.SyncJobSpec) *v1alpha1.SyncJob {
	b.t.Helper()
	if spec.StoreRef.Name == "" {
		spec.StoreRef.Name = b.store.Name
	}
	job := &v1alpha1.SyncJob{ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: name}, Spec: spec}
	b.must(api.Create(b.t.Context(), job))
	return job
}

// look reconciles a job once and checks that its status keeps the promises that kstatus
// and Flux make of it.
func (b *jobBed) look(job *v1alpha1.SyncJob) ctrl.Result {
	b.t.Helper()
	result, err := b.runner.Reconcile(b.t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(job)})
	b.must(err)
	b.must(api.Get(b.t.Context(), client.ObjectKeyFromObject(job), job))
	checker := check.NewChecker(api, &check.Conditions{NegativePolarity: []string{
		meta.StalledCondition, meta.ReconcilingCondition, v1alpha1.FailedCondition, v1alpha1.JobSuspendedCondition,
	}})
	if fail, warn := checker.Check(b.t.Context(), job); fail != nil || warn != nil {
		b.t.Errorf("Flux's checker: %v %v\nconditions: %+v", fail, warn, job.Status.Conditions)
	}
	want := status.InProgressStatus
	switch {
	case conditions.IsTrue(job, v1alpha1.CompleteCondition):
		want = status.CurrentStatus
	case conditions.IsStalled(job):
		want = status.FailedStatus
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(job)
	b.must(err)
	got, err := status.Compute(&unstructured.Unstructured{Object: content})
	b.must(err)
	if got.Status != want {
		b.t.Errorf("kstatus says %s (%s), want %s\nconditions: %+v", got.Status, got.Message, want, job.Status.Conditions)
	}
	return result
}

// is checks how a job stands, in the words of its conditions' reasons.
func (b *jobBed) is(job *v1alpha1.SyncJob, condition, reason, why string) {
	b.t.Helper()
	if c := conditions.Get(job, condition); c == nil || c.Status != metav1.ConditionTrue || c.Reason != reason {
		b.t.Fatalf("%s: want %s for %s, got %+v", why, condition, reason, job.Status.Conditions)
	}
}

func counted(list []string, name string) (n int) {
	for _, s := range list {
		if s == name {
			n++
		}
	}
	return n
}

func ctrlRequest(job *v1alpha1.SyncJob) ctrl.Request {
	return ctrl.Request{NamespacedName: client.ObjectKeyFromObject(job)}
}

// listAgain puts the items of a bed back on the shelf.
func listAgain(tx *ledger.Tx) (err error) {
	for _, id := range []string{"item-0", "item-1"} {
		err = errors.Join(err, tx.SetItemState(id, string(catalog.Listed)))
	}
	return err
}
