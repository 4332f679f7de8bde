//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/controllers"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
)

// forgotten is how many items are sold in each shop after the backup, and unheard how many
// while nothing is up that would hear of it.
const forgotten, unheard = 8, 4

// restore takes the ledger back to a backup, by the steps of the guide, while the shops
// went on. What it has forgotten is found by a check of orders, and counts once.
func restore(s *scene) {
	market := s.shops()
	s.database("pg_dump -h /tmp -U postgres -Fc -f /tmp/backup shopkeeper")
	s.sell(market, forgotten)
	s.settled(market, s.ledger())
	s.anchorAnew()
	s.trailsFit()
	halfway := s.job(maple, "Orders, suspend: true")

	started := time.Now()
	s.mode("Observe")
	s.must("scale", "-n", system, "deployment", "--all", "--replicas=0")
	s.Eventually(s.running).Should(BeEmpty())
	s.sell(market, unheard)
	s.database("psql -q -h /tmp -U postgres -c 'DROP DATABASE shopkeeper WITH (FORCE)' && pg_restore -h /tmp -U postgres -C -d postgres /tmp/backup && rm /tmp/backup")
	s.Expect(s.deleteUnfinished()).To(ConsistOf(maple.Tenant+" "+path.Base(halfway)), "it would go on in the ledger that is gone")
	s.must("delete", "job", "-n", system, "shopkeeper-migrate", "--ignore-not-found")
	s.must("apply", "--server-side", "-k", s.overlay, "-l", "app.kubernetes.io/component=migrate")
	s.must("wait", "-n", system, "--for=condition=complete", "--timeout=3m", "job/shopkeeper-migrate")
	s.must("scale", "-n", system, "deployment", "shopkeeper-relay", "shopkeeper-manager", "--replicas=2")
	for _, store := range stores {
		progress := s.ordersJob(store)
		s.Expect(progress.Changed).To(BeNumerically(">=", forgotten), "what webhooks told, and was forgotten")
		s.Expect(s.trail(store)).To(MatchError(ContainSubstring("is not as it was written")), "the anchor knows of what is gone")
	}
	s.anchorAnew()
	s.trailsFit()
	s.apply()
	s.ready()
	for _, store := range stores {
		s.audit(store)
	}
	s.mode("Enforce")
	s.healthy("the ledger is back")
	books := s.ledger()
	s.settled(market, books)
	s.shelved(market, books)
	s.earned(market, books)
	s.t.Logf("the ledger was taken back, and complete again after %s", time.Since(started).Round(100*time.Millisecond))
}

// anchorAnew takes all stores out of the anchors of audit trails, and waits until a manager
// that has just started has anchored them as they are.
func (s *scene) anchorAnew() {
	s.t.Helper()
	s.must("delete", "configmap", "-n", system, "shopkeeper-trail-anchors", "--ignore-not-found")
	s.must("rollout", "restart", "-n", system, "deployment/shopkeeper-manager")
	s.must("rollout", "status", "-n", system, "deployment/shopkeeper-manager", "--timeout=5m")
	s.Eventually(func(g Gomega) {
		for _, store := range stores {
			g.Expect(s.anchors(g)).To(ContainSubstring(store.String()))
		}
	}).Should(Succeed())
}

// anchors are those of all audit trails.
func (s *scene) anchors(g Gomega) string {
	var held corev1.ConfigMap
	g.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: system, Name: "shopkeeper-trail-anchors"}, &held)).To(Succeed())
	return held.Data[controllers.AnchorsKey]
}

// trail holds a store's audit trail against its hashes and its anchor.
func (s *scene) trail(store deliverytest.Store) error {
	s.t.Helper()
	said, err := s.kubectl(s.anchors(s), "exec", "-i", "-n", system, "deploy/shopkeeper-manager", "-c", "manager", "--",
		"/shopkeeper", "trail", "verify", "--namespace", store.Tenant, "--store", store.Name, "--anchors", "-")
	if err == nil {
		s.Expect(said).To(ContainSubstring("are as they were anchored at"))
	}
	return err
}

func (s *scene) trailsFit() {
	s.t.Helper()
	for _, store := range stores {
		s.Expect(s.trail(store)).To(Succeed())
	}
}

// deleteUnfinished deletes the SyncJobs that have not ended, and names them.
func (s *scene) deleteUnfinished() (jobs []string) {
	s.t.Helper()
	jobs = lines(s.must("get", "syncjobs", "-A", "-o", `go-template={{range .items}}{{if not .status.completionTime}}{{.metadata.namespace}} {{.metadata.name}}{{"\n"}}{{end}}{{end}}`))
	for _, job := range jobs {
		namespace, name, _ := strings.Cut(job, " ")
		s.must("delete", "syncjob", "-n", namespace, name)
	}
	return jobs
}

// audit compares shop and ledger of a store, which may differ in what the shop lacks of the
// ledger's; the ledger itself is whole.
func (s *scene) audit(store deliverytest.Store) {
	s.t.Helper()
	var found v1alpha1.SyncJobFindings
	name := s.finished(store, "Audit, audit: {checks: [Stock, Price, Status, Orders, Integrity]}")
	text := s.must(append(person(store, "editor"), "get", name, "-o", "jsonpath={.status.findings}")...)
	s.t.Logf("%s %s: findings %s", store.Name, name, text)
	if text != "" {
		s.Expect(json.Unmarshal([]byte(text), &found)).To(Succeed())
	}
	for _, kind := range found.Kinds {
		s.Expect(kind.Kind).To(BeElementOf("StockDiffers", "StatusDiffers"), "no order is missing, and the ledger is whole")
	}
}

// sell has customers buy so many items in each shop.
func (s *scene) sell(market *shops, items int) {
	s.t.Helper()
	for range items {
		s.Expect(buy(market, int(s.next.Load()))).To(Succeed())
		s.next.Add(1)
	}
}

// mode has all stores enforced, or observed.
func (s *scene) mode(mode string) {
	s.t.Helper()
	for _, store := range stores {
		s.must(append(person(store, "admin"), "patch", "shopifystore", store.Name, "--type=merge", "-p", fmt.Sprintf(`{"spec": {"mode": %q}}`, mode))...)
	}
}

// database runs a script beside the database, as its superuser.
func (s *scene) database(script string) {
	s.t.Helper()
	s.must("exec", "-n", databases, "postgres-0", "-c", "postgres", "--", "sh", "-c", script)
}

// running are the processes that write to the ledger.
func (s *scene) running(g Gomega) (names []string) {
	var list corev1.PodList
	g.Expect(s.kube.List(s.ctx, &list, client.InNamespace(system))).To(Succeed())
	for _, p := range list.Items {
		if p.Status.Phase == corev1.PodRunning {
			names = append(names, p.Name)
		}
	}
	return names
}
