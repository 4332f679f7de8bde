//go:build e2e

package e2e

import (
	"maps"
	"os/exec"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// install installs all from nothing, as the README says.
func install(s *scene) {
	s.before = s.everything()
	s.apply()
	s.ready()
}

// apply applies the overlay, again where it was.
func (s *scene) apply() {
	s.t.Helper()
	s.prepare()
	s.must("apply", "--server-side", "-k", s.overlay)
}

// prepare makes the namespaces and the Secrets that the overlay wants.
func (s *scene) prepare() {
	s.t.Helper()
	secrets := exec.CommandContext(s.ctx, testenv.Root()+"/hack/kind-secrets.sh")
	secrets.Env = append(secrets.Environ(), "KUBECONFIG="+s.kubeconfig)
	out, err := secrets.CombinedOutput()
	s.Expect(err).NotTo(HaveOccurred(), string(out))
}

// ready waits until all is up, and says how long that took.
func (s *scene) ready() {
	s.t.Helper()
	started := time.Now()
	s.must("wait", "-n", system, "--for=condition=complete", "job/shopkeeper-migrate", "--timeout=5m")
	for _, deployment := range []string{"shopkeeper-manager", "shopkeeper-relay", "shopkeeper-console"} {
		s.must("rollout", "status", "-n", system, "deployment/"+deployment, "--timeout=5m")
	}
	s.must("rollout", "status", "-n", shopify, "deployment/simulator", "--timeout=5m")
	s.t.Logf("everything was ready %s after it was applied", time.Since(started).Round(100*time.Millisecond))
}

// comesAndGoes are kinds whose objects the cluster makes and removes for its own ends.
var comesAndGoes = []string{"events", "leases", "endpointslices", "endpoints", "ipaddresses", "componentstatuses", "podmetrics", "nodemetrics"}

// everything names every object of the cluster but what comes and goes.
func (s *scene) everything() map[string]bool {
	s.t.Helper()
	found, err := discovery.NewDiscoveryClientForConfig(s.config)
	s.Expect(err).NotTo(HaveOccurred())
	kinds, err := found.ServerPreferredResources()
	s.Expect(err).NotTo(HaveOccurred())
	objects, err := metadata.NewForConfig(s.config)
	s.Expect(err).NotTo(HaveOccurred())
	all := map[string]bool{}
	for _, group := range kinds {
		version, err := schema.ParseGroupVersion(group.GroupVersion)
		s.Expect(err).NotTo(HaveOccurred())
		for _, kind := range group.APIResources {
			if !slices.Contains(kind.Verbs, "list") || slices.Contains(comesAndGoes, kind.Name) {
				continue
			}
			list, err := objects.Resource(version.WithResource(kind.Name)).List(s.ctx, metav1.ListOptions{})
			s.Expect(err).NotTo(HaveOccurred(), kind.Name)
			for _, o := range list.Items {
				all[strings.Join([]string{kind.Name, o.Namespace, o.Name}, "/")] = true
			}
		}
	}
	return all
}

// uninstall removes all in the order of the guide, and looks for what was left behind.
func uninstall(s *scene) {
	s.must("delete", "shopifystores", "--all", "-A", "--timeout=2m")
	for _, store := range stores {
		s.must("delete", "namespace", store.Tenant, "--ignore-not-found", "--timeout=2m")
	}
	s.must("delete", "namespace", ours, "--ignore-not-found", "--timeout=2m")
	s.must("delete", "-k", s.overlay, "--ignore-not-found", "--timeout=3m")
	s.Eventually(func() []string {
		left := s.everything()
		maps.DeleteFunc(left, func(name string, _ bool) bool { return s.before[name] })
		return slices.Sorted(maps.Keys(left))
	}).Should(BeEmpty(), "left behind")
}

func (s *scene) deployment(name string) *appsv1.Deployment {
	s.t.Helper()
	var d appsv1.Deployment
	s.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: system, Name: name}, &d)).To(Succeed())
	return &d
}
