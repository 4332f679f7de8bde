//go:build e2e

package e2e

import (
	"fmt"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
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

	started := time.Now()
	s.mode("Observe")
	s.must("scale", "-n", system, "deployment", "--all", "--replicas=0")
	s.Eventually(s.running).Should(BeEmpty())
	s.sell(market, unheard)
	s.database("psql -q -h /tmp -U postgres -c 'DROP DATABASE shopkeeper WITH (FORCE)' && pg_restore -h /tmp -U postgres -C -d postgres /tmp/backup && rm /tmp/backup")
	s.must("delete", "job", "-n", system, "shopkeeper-migrate", "--ignore-not-found")
	s.must("apply", "--server-side", "-k", s.overlay, "-l", "app.kubernetes.io/component=migrate")
	s.must("wait", "-n", system, "--for=condition=complete", "--timeout=3m", "job/shopkeeper-migrate")
	s.must("scale", "-n", system, "deployment", "shopkeeper-relay", "shopkeeper-manager", "--replicas=2")
	for _, store := range stores {
		progress := s.ordersJob(store)
		s.Expect(progress.Changed).To(BeNumerically(">=", forgotten), "what webhooks told, and was forgotten")
	}
	s.mode("Enforce")
	s.apply()
	s.ready()
	s.healthy("the ledger is back")
	books := s.ledger()
	s.settled(market, books)
	s.shelved(market, books)
	s.earned(market, books)
	s.t.Logf("the ledger was taken back, and complete again after %s", time.Since(started).Round(100*time.Millisecond))
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
