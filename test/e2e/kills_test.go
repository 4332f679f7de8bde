//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// few is how many items customers go on to buy in each shop once an act is over.
const few = 3

// mostWithoutLeader is how long no manager may work after one was killed: the lease's 15
// seconds, a look for it, and what a busy machine needs.
const mostWithoutLeader = time.Minute

// kills ends and moves what takes webhooks in and works them off, while customers
// buy, and counts at the end.
func kills(s *scene) {
	market, books := s.shops(), s.ledger()
	s.killers()
	// First, for the kubelet lets who ended before wait until it starts it again, ever longer,
	// and all may have ended while there was no database yet.
	s.during(market, s.replaced)
	// One relay, and then all, so that for some seconds there is none.
	for _, victims := range []int{1, 2} {
		s.during(market, func() { s.killRelays(victims) })
	}
	for range 2 {
		s.during(market, func() { s.failOver(books) })
	}
	s.during(market, func() {
		for _, replicas := range []int{1, 5, 2} {
			s.scale(replicas)
		}
	})
	s.settled(market, books)
	s.counted(market, books)
	s.shelved(market, books)
	s.healthy("all is as it was")
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

// during has customers buy in both shops while something happens: before, meanwhile and
// after.
func (s *scene) during(market *shops, act func()) {
	s.t.Helper()
	arrived := func(g Gomega) int {
		got, err := acknowledged(market)
		g.Expect(err).NotTo(HaveOccurred())
		return len(got)
	}
	before := arrived(s)
	leave := s.customers(market)
	defer func() { _ = leave() }()
	s.Eventually(func(g Gomega) { g.Expect(arrived(g)).To(BeNumerically(">=", before+5), "webhooks that arrive") }).Should(Succeed())
	from := s.next.Load()
	act()
	meanwhile := s.next.Load() - from
	s.Expect(leave()).To(Succeed())
	s.Expect(meanwhile).To(BeNumerically(">", 0), "items that were sold meanwhile")
	s.t.Logf("%d items were sold in each shop meanwhile", meanwhile)
}

// customers buy one item after another in both shops until they are told to leave, and a
// few more on their way out. Each comes a little later than the one before, so that there
// are items enough for a slow machine too.
func (s *scene) customers(market *shops) (leave func() error) {
	closing, bought := make(chan struct{}), make(chan error, 1)
	go func() {
		pace := time.Second
		for more := few; more > 0; s.next.Add(1) {
			<-time.After(pace)
			pace += pace / 20
			n := int(s.next.Load())
			if err := buy(market, n); err != nil {
				bought <- fmt.Errorf("item %s: %w", itemName(n), err)
				return
			}
			select {
			case <-closing:
				more--
			default:
			}
		}
		bought <- nil
	}()
	return sync.OnceValue(func() error {
		close(closing)
		return <-bought
	})
}

// killers starts a pod on each node that sees the processes there.
func (s *scene) killers() {
	s.t.Helper()
	var nodes corev1.NodeList
	s.Expect(s.kube.List(s.ctx, &nodes)).To(Succeed())
	text := fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {pod-security.kubernetes.io/enforce: privileged}}\n", ours)
	for _, node := range nodes.Items {
		text += fmt.Sprintf(`---
apiVersion: v1
kind: Pod
metadata: {name: killer-%[1]s, namespace: %[2]s}
spec:
  nodeName: %[1]s
  tolerations: [{operator: Exists}]
  hostPID: true
  terminationGracePeriodSeconds: 0
  containers:
  - name: killer
    image: %[3]s
    imagePullPolicy: IfNotPresent
    command: [sh, -c, read -r nothing]
    stdin: true
    securityContext: {runAsUser: 65532}
`, node.Name, ours, s.databaseImage())
	}
	s.afterwards("delete", "namespace", ours, "--ignore-not-found", "--timeout=2m")
	s.mustWith(text, "apply", "-f", "-")
	s.must("wait", "-n", ours, "--for=condition=Ready", "pod", "--all", "--timeout=2m")
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
	out := s.must("exec", "-n", ours, "killer-"+pod.Spec.NodeName, "--", "sh", "-c", script, "sh", id, strings.ReplaceAll(id, "-", "_"))
	s.Expect(lines(out)).To(Equal([]string{"killed"}), pod.Name)
	s.t.Logf("killed %s", pod.Name)
}

// killRelays kills so many relays at a time, and waits until each was started again.
func (s *scene) killRelays(victims int) {
	s.t.Helper()
	relays := s.pods("relay")[:victims]
	killed := time.Now()
	for _, relay := range relays {
		s.kill(relay)
	}
	for _, relay := range relays {
		s.Eventually(func(g Gomega) {
			var now corev1.Pod
			g.Expect(s.kube.Get(s.ctx, client.ObjectKeyFromObject(&relay), &now)).To(Succeed())
			is, was := now.Status.ContainerStatuses[0], relay.Status.ContainerStatuses[0]
			g.Expect(is.RestartCount).To(BeNumerically(">", was.RestartCount))
			g.Expect(is.Ready).To(BeTrue())
		}).Should(Succeed(), relay.Name)
		s.t.Logf("%s was back after %s, and had been started again %d times before", relay.Name, time.Since(killed).Round(100*time.Millisecond), relay.Status.ContainerStatuses[0].RestartCount)
	}
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
	s.must("rollout", "status", "-n", system, "deployment/shopkeeper-manager", "--timeout=5m") // there is somebody to take over
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
	s.Expect(held).To(BeNumerically("<", mostWithoutLeader))
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
		var d appsv1.Deployment
		g.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: system, Name: "shopkeeper-relay"}, &d)).To(Succeed())
		g.Expect(d.Status.ReadyReplicas).To(BeEquivalentTo(replicas))
		var all corev1.PodList
		g.Expect(s.kube.List(s.ctx, &all, client.InNamespace(system), client.MatchingLabels{"app.kubernetes.io/component": "relay"})).To(Succeed())
		g.Expect(all.Items).To(HaveLen(replicas))
	}).Should(Succeed())
	s.t.Logf("%d relays after %s", replicas, time.Since(started).Round(100*time.Millisecond))
}
