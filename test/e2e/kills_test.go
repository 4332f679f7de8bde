//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// round is how many items are sold in each shop during one act. The simulated Shopify
// remembers 10,000 deliveries, of which all scenarios together make 8,000.
const round = 14

// kills ends and moves what takes webhooks in and works them off, while customers
// buy, and counts at the end.
func kills(s *scene) {
	market, books := s.shops(), s.ledger()
	s.killer()
	s.next = max(s.next, lastOfSale+1)
	// One relay after the other: the kubelet lets who was killed wait before it starts
	// it again, so that for some seconds there may be none.
	for _, relay := range s.pods("relay") {
		s.during(market, 500*time.Millisecond, func() { s.kill(relay) })
	}
	s.must("rollout", "status", "-n", system, "deployment/shopkeeper-relay", "--timeout=3m")
	for range 2 {
		s.during(market, 1500*time.Millisecond, func() { s.failOver(books) })
	}
	s.during(market, 500*time.Millisecond, s.replaced)
	for _, replicas := range []int{1, 5, 2} {
		s.during(market, 500*time.Millisecond, func() { s.scale(replicas) })
	}
	s.settled(market, books)
	s.counted(market, books)
}

// replaced replaces the release by itself, as the guide has it: the tables first.
func (s *scene) replaced() {
	s.t.Helper()
	started := time.Now()
	s.must("delete", "job", "-n", system, "shopkeeper-migrate", "--ignore-not-found")
	s.must("apply", "--server-side", "-k", s.overlay, "-l", "app.kubernetes.io/component=migrate")
	s.must("wait", "-n", system, "--for=condition=complete", "--timeout=3m", "job/shopkeeper-migrate")
	s.must("apply", "--server-side", "-k", s.overlay)
	s.must("rollout", "restart", "-n", system, "deployment/shopkeeper-relay", "deployment/shopkeeper-manager", "deployment/shopkeeper-console")
	s.ready()
	s.t.Logf("the release was replaced in %s", time.Since(started).Round(100*time.Millisecond))
}

// during has customers buy in both shops, one thing after another, while something
// happens.
func (s *scene) during(market *shops, pace time.Duration, act func()) {
	s.t.Helper()
	bought := make(chan error, 1)
	go func() {
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for range round {
			<-tick.C
			if err := buy(market, s.next); err != nil {
				bought <- fmt.Errorf("item %s: %w", itemName(s.next), err)
				return
			}
			s.next++
		}
		bought <- nil
	}()
	arrived := func(g Gomega) int {
		got, err := acknowledged(market)
		g.Expect(err).NotTo(HaveOccurred())
		return len(got)
	}
	before := arrived(s)
	s.Eventually(func(g Gomega) { g.Expect(arrived(g)).To(BeNumerically(">=", before+5), "webhooks that arrive") }).Should(Succeed())
	act()
	s.Expect(<-bought).To(Succeed())
}

// killer starts a pod that sees the processes of the node.
func (s *scene) killer() {
	s.t.Helper()
	var database appsv1.StatefulSet
	s.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: databases, Name: "postgres"}, &database)).To(Succeed())
	s.mustWith(fmt.Sprintf(`apiVersion: v1
kind: Namespace
metadata: {name: %[1]s}
---
apiVersion: v1
kind: Pod
metadata: {name: killer, namespace: %[1]s}
spec:
  hostPID: true
  terminationGracePeriodSeconds: 0
  containers:
  - name: killer
    image: %[2]s
    imagePullPolicy: IfNotPresent
    command: [sh, -c, read -r nothing]
    stdin: true
    securityContext: {runAsUser: 65532}
`, ours, database.Spec.Template.Spec.Containers[0].Image), "apply", "-f", "-")
	s.must("wait", "-n", ours, "--for=condition=Ready", "pod/killer", "--timeout=2m")
}

// kill ends a pod's process at once, by SIGKILL: no API of Kubernetes does that. The
// killer may, as it runs as the same user.
func (s *scene) kill(pod corev1.Pod) {
	s.t.Helper()
	const script = `for p in /proc/[0-9]*; do
	read -r name <$p/comm && [ "$name" = shopkeeper ] || continue
	while read -r group; do case $group in *$1*|*$2*) kill -9 ${p#/proc/} && echo killed; break;; esac; done <$p/cgroup
done 2>/dev/null; :`
	id := string(pod.UID)
	out := s.must("exec", "-n", ours, "killer", "--", "sh", "-c", script, "sh", id, strings.ReplaceAll(id, "-", "_"))
	s.Expect(lines(out)).To(Equal([]string{"killed"}), pod.Name)
	s.t.Logf("killed %s", pod.Name)
}

// pods are those of a component that are not on their way out.
func (s *scene) pods(component string) []corev1.Pod {
	s.t.Helper()
	var list corev1.PodList
	s.Expect(s.kube.List(s.ctx, &list, client.InNamespace(system), client.MatchingLabels{"app.kubernetes.io/component": component})).To(Succeed())
	var alive []corev1.Pod
	for _, p := range list.Items {
		if p.DeletionTimestamp == nil {
			alive = append(alive, p)
		}
	}
	s.Expect(alive).NotTo(BeEmpty(), component)
	return alive
}

// leader is who holds the managers' lease, by the name of its pod and of its process.
func (s *scene) leader(g Gomega) (pod, holder string) {
	var lease coordinationv1.Lease
	g.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: system, Name: "shopkeeper.shopify.shopkeeper.dev"}, &lease)).To(Succeed())
	g.Expect(lease.Spec.HolderIdentity).NotTo(HaveValue(BeEmpty()))
	pod, _, _ = strings.Cut(*lease.Spec.HolderIdentity, "_")
	return pod, *lease.Spec.HolderIdentity
}

// failOver kills the manager that works, and says when another one does: holds the
// lease, and has worked off what waited.
func (s *scene) failOver(books *ledger.Ledger) {
	s.t.Helper()
	name, was := s.leader(s)
	var pod corev1.Pod
	s.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: system, Name: name}, &pod)).To(Succeed())
	killed := time.Now()
	s.kill(pod)
	done := s.done(s, books)
	s.Eventually(func(g Gomega) {
		_, holder := s.leader(g)
		g.Expect(holder).NotTo(Equal(was))
	}, patience, 50*time.Millisecond).Should(Succeed())
	held := time.Since(killed)
	s.Eventually(func(g Gomega) { g.Expect(s.done(g, books)).To(BeNumerically(">", done)) }, patience, 50*time.Millisecond).Should(Succeed())
	now, _ := s.leader(s)
	s.t.Logf("the leader was killed: %s held the lease after %s, and the next job was done after %s",
		now, held.Round(10*time.Millisecond), time.Since(killed).Round(10*time.Millisecond))
}

// done counts the jobs that were ever done.
func (s *scene) done(g Gomega, books *ledger.Ledger) (jobs int) {
	g.Expect(books.DB().QueryRowContext(s.ctx, "SELECT COUNT(*) FROM river_job WHERE finalized_at IS NOT NULL").Scan(&jobs)).To(Succeed())
	return jobs
}

// scale changes how many relays there are, and waits until there are as many.
func (s *scene) scale(replicas int) {
	s.t.Helper()
	started := time.Now()
	s.must("scale", "-n", system, "deployment/shopkeeper-relay", fmt.Sprintf("--replicas=%d", replicas))
	s.Eventually(func(g Gomega) {
		d := s.deployment("shopkeeper-relay")
		g.Expect(d.Status.ReadyReplicas).To(BeEquivalentTo(replicas))
		var all corev1.PodList
		g.Expect(s.kube.List(s.ctx, &all, client.InNamespace(system), client.MatchingLabels{"app.kubernetes.io/component": "relay"})).To(Succeed())
		g.Expect(all.Items).To(HaveLen(replicas))
	}).Should(Succeed())
	s.t.Logf("%d relays after %s", replicas, time.Since(started).Round(100*time.Millisecond))
}
