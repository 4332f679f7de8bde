package controllers

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// Here the manager runs as in production: what is tested is what makes a job go on, and
// what people see of it with kubectl.
func TestJobsOfAManager(t *testing.T) {
	b := newJobBed(t)
	b.sell(2)
	mgr, err := ctrl.NewManager(restConfig, ctrl.Options{
		Scheme: scheme, Metrics: metricsserver.Options{BindAddress: "0"},
		Cache:      cache.Options{DefaultTransform: SlimCache, DefaultNamespaces: map[string]cache.Config{b.store.Namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	b.must(err)
	runner := &SyncJobReconciler{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Events: mgr.GetEventRecorder("shopkeeper"), Kit: b.runner.Kit, Now: time.Now}
	b.must(runner.SetupWithManager(mgr, 4))
	run(t, mgr)
	// Less than queuePause, after which a job comes back by itself.
	const atOnce = queuePause * 3 / 4
	becomes := func(job *v1alpha1.SyncJob, what string, test func(*v1alpha1.SyncJob) bool) {
		t.Helper()
		NewWithT(t).Eventually(func(g Gomega) {
			g.Expect(api.Get(t.Context(), client.ObjectKeyFromObject(job), job)).To(Succeed())
			g.Expect(test(job)).To(BeTrue(), "%s: %+v", what, job.Status.Conditions)
		}, atOnce, 20*time.Millisecond).Should(Succeed())
	}
	complete := func(j *v1alpha1.SyncJob) bool { return conditions.IsTrue(j, v1alpha1.CompleteCondition) }
	because := func(reason string) func(*v1alpha1.SyncJob) bool {
		return func(j *v1alpha1.SyncJob) bool { return conditions.GetReason(j, "Ready") == reason }
	}

	early := b.job("early", v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobOrders, StoreRef: v1alpha1.StoreReference{Name: "later"}})
	becomes(early, "its store is missing", because(v1alpha1.ReasonStoreNotFound))

	job := b.job("check", checkOrders)
	kubectl := filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl")
	wait := exec.CommandContext(t.Context(), kubectl, "--kubeconfig", testenv.Kubeconfig(t, restConfig),
		"wait", "--for=condition=Complete", "--timeout=3m", "-n", job.Namespace, "syncjob/check")
	if out, err := wait.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	get := exec.CommandContext(t.Context(), kubectl, "--kubeconfig", testenv.Kubeconfig(t, restConfig),
		"get", "syncjobs", "-n", job.Namespace, "check", "--no-headers")
	out, err := get.CombinedOutput()
	b.must(err)
	NewWithT(t).Expect(string(out)).To(MatchRegexp(`^check +store +Orders +100 +True +2 of 2 records handled, 2 changed`))

	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true })
	NewWithT(t).Eventually(func(g Gomega) { // as the manager has it
		var store v1alpha1.ShopifyStore
		g.Expect(mgr.GetClient().Get(t.Context(), client.ObjectKeyFromObject(b.store), &store)).To(Succeed())
		g.Expect(store.Spec.Suspend).To(BeTrue())
	}, patience, 20*time.Millisecond).Should(Succeed())
	waiting := b.job("waiting", checkOrders)
	becomes(waiting, "its store is suspended", because(v1alpha1.ReasonStoreSuspended))
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = false })
	becomes(waiting, "a store that goes on takes its jobs along", complete)

	first := b.job("first", v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobOrders, Suspend: true})
	becomes(first, "it stands still", because(v1alpha1.ReasonSuspended))
	becomes(b.job("second", checkOrders), "what stands still holds nobody up", complete)
	// Not an update, which a condition that is just being written makes a conflict.
	b.must(api.Patch(t.Context(), first, client.RawPatch(types.MergePatchType, []byte(`{"spec": {"suspend": false}}`))))
	becomes(first, "and goes on", complete)
}
