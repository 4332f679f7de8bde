//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// install installs all from nothing, as the README says.
func install(s *scene) {
	s.before = s.everything(s)
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

// tellOfPods are kinds whose status changes by itself where a pod is not ready for a
// moment, as on a busy machine.
var tellOfPods = []string{"deployments", "replicasets", "statefulsets", "poddisruptionbudgets"}

// everything is the resourceVersion of every object of the cluster but what comes and
// goes, by kind, namespace and name; of those that tell of pods it is all but the status.
func (s *scene) everything(g Gomega) map[string]string {
	found, err := discovery.NewDiscoveryClientForConfig(s.config)
	g.Expect(err).NotTo(HaveOccurred())
	kinds, err := found.ServerPreferredResources()
	g.Expect(err).NotTo(HaveOccurred())
	objects, err := metadata.NewForConfig(s.config)
	g.Expect(err).NotTo(HaveOccurred())
	all := map[string]string{}
	for _, group := range kinds {
		version, err := schema.ParseGroupVersion(group.GroupVersion)
		g.Expect(err).NotTo(HaveOccurred())
		for _, kind := range group.APIResources {
			if !slices.Contains(kind.Verbs, "list") || slices.Contains(comesAndGoes, kind.Name) {
				continue
			}
			list, err := objects.Resource(version.WithResource(kind.Name)).List(s.ctx, metav1.ListOptions{})
			g.Expect(err).NotTo(HaveOccurred(), kind.Name)
			for _, o := range list.Items {
				version := o.ResourceVersion
				if slices.Contains(tellOfPods, kind.Name) {
					version = fmt.Sprint(o.UID, o.Generation, o.Labels, o.Annotations)
				}
				all[strings.Join([]string{kind.Name, o.Namespace, o.Name}, "/")] = version
			}
		}
	}
	return all
}

// added is what of everything was not there before Shopkeeper was.
func (s *scene) added(g Gomega) map[string]string {
	all := s.everything(g)
	maps.DeleteFunc(all, func(name, _ string) bool { return s.before[name] != "" })
	return all
}

// uninstall removes all in the order of the guide, and looks for what was left behind.
func uninstall(s *scene) {
	market := s.shops()
	s.deletionWaits(market, maple)
	for _, store := range stores {
		s.must("delete", "shopifystores", "--all", "-n", store.Tenant, "--timeout=2m")
		s.Expect(s.subscriptions(s, market, store)).To(BeEmpty(), store.Domain)
		s.must("delete", "namespace", store.Tenant, "--ignore-not-found", "--timeout=2m")
	}
	s.must("delete", "-k", s.overlay, "--ignore-not-found", "--timeout=3m")
	s.Eventually(func(g Gomega) {
		g.Expect(slices.Sorted(maps.Keys(s.added(g)))).To(BeEmpty(), "left behind")
	}).Should(Succeed())
}

// deletionWaits deletes a store while its shop does not answer: it says what it waits
// for, and is gone once the shop is back.
func (s *scene) deletionWaits(market *shops, store deliverytest.Store) {
	s.t.Helper()
	var fault simulator.Fault
	s.Expect(market.call("POST", "/faults", simulator.Fault{Kind: simulator.FaultStatus, Shop: store.Domain, Status: 503}, &fault)).To(Succeed())
	s.must("delete", "shopifystore", "-n", store.Tenant, store.Name, "--wait=false")
	s.judged(store, verdict{status.TerminatingStatus, "Progressing", v1alpha1.ReasonReleasing}, "its shop does not answer")
	s.Expect(market.call("DELETE", fmt.Sprint("/faults/", fault.ID), nil, nil)).To(Succeed())
	s.must("wait", "-n", store.Tenant, "--for=delete", "shopifystore/"+store.Name, "--timeout=3m")
}
