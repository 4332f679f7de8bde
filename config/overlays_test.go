package config_test

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestTheAPIServerTakesEveryOverlay(t *testing.T) {
	for _, overlay := range overlays(t) {
		t.Run(overlay, func(t *testing.T) {
			install(t, overlay, "Namespace")
			dryRun(t, overlay)
		})
	}
}

// dryRun has the API server look at an overlay whose namespaces it has.
func dryRun(t *testing.T, overlay string) {
	t.Helper()
	g := NewWithT(t)
	applied, warnings := kubectl(t, encode(t, render(t, overlay)), "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-")
	g.Expect(warnings).To(BeEmpty())
	g.Expect(applied).To(ContainSubstring("deployment.apps/"))
}

// podTemplates are the pods that the objects make.
func podTemplates(t *testing.T, objects []*unstructured.Unstructured) []*corev1.Pod {
	t.Helper()
	var pods []*corev1.Pod
	for _, object := range ofKind(objects, "Deployment", "StatefulSet", "DaemonSet", "Job") {
		template, found, err := unstructured.NestedMap(object.Object, "spec", "template")
		if err != nil || !found {
			t.Fatalf("%s %s has no template of pods: %v", object.GetKind(), object.GetName(), err)
		}
		pod := &corev1.Pod{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(template, pod, true); err != nil {
			t.Fatal(err)
		}
		pod.Name, pod.Namespace = object.GetName(), object.GetNamespace()
		claims, _, err := unstructured.NestedSlice(object.Object, "spec", "volumeClaimTemplates")
		if err != nil {
			t.Fatal(err)
		}
		for _, claim := range claims { // the controller gives each pod its own
			name, _, _ := unstructured.NestedString(claim.(map[string]any), "metadata", "name")
			pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: name})
		}
		pods = append(pods, pod)
	}
	return pods
}

func TestEveryPodIsRestricted(t *testing.T) {
	server, err := discovery.NewDiscoveryClientForConfigOrDie(restConfig).ServerVersion()
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	for _, overlay := range overlays(t) {
		t.Run(overlay, func(t *testing.T) {
			g := NewWithT(t)
			install(t, overlay, "Namespace")
			for _, namespace := range ofKind(render(t, overlay), "Namespace") {
				g.Expect(namespace.GetLabels()).To(HaveKeyWithValue("pod-security.kubernetes.io/enforce-version", "v"+server.Major+"."+server.Minor), "what is tested here")
			}
			pods := podTemplates(t, render(t, overlay))
			g.Expect(pods).NotTo(BeEmpty())
			for _, pod := range pods {
				// Enforced by the namespace.
				g.Expect(admin.Create(t.Context(), pod.DeepCopy(), client.DryRunAll)).To(Succeed(), pod.Name)
				for i := range pod.Spec.Containers {
					loose := pod.DeepCopy()
					loose.Spec.Containers[i].SecurityContext.AllowPrivilegeEscalation = nil
					g.Expect(admin.Create(t.Context(), loose, client.DryRunAll)).To(MatchError(ContainSubstring("violates PodSecurity")), pod.Name)
				}
			}
		})
	}
}

// Pod Security does not ask for these.
func TestEveryPodTakesNoMoreThanItNeeds(t *testing.T) {
	talks := map[string]bool{"shopkeeper-manager": true, "shopkeeper-console": true, "shopkeeper-sandbox": true}
	for _, overlay := range overlays(t) {
		for _, pod := range podTemplates(t, render(t, overlay)) {
			t.Run(overlay+"/"+pod.Name, func(t *testing.T) {
				g := NewWithT(t)
				g.Expect(pod.Spec.AutomountServiceAccountToken).NotTo(BeNil())
				g.Expect(*pod.Spec.AutomountServiceAccountToken).To(Equal(talks[pod.Name]), "a token of Kubernetes")
				g.Expect(pod.Labels).To(HaveKeyWithValue("app.kubernetes.io/name", "shopkeeper"))
				g.Expect(pod.Labels).To(HaveKey("app.kubernetes.io/component"))
				for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
					g.Expect(c.SecurityContext.ReadOnlyRootFilesystem).To(HaveValue(BeTrue()), c.Name)
					g.Expect(c.Image).To(MatchRegexp(`^[a-z0-9.-]+/.+:[a-z0-9.]+$`), "the overlay's `images:` names it")
				}
				for _, c := range pod.Spec.Containers {
					g.Expect(c.Resources.Requests).To(And(HaveKey(corev1.ResourceCPU), HaveKey(corev1.ResourceMemory)), c.Name)
					g.Expect(c.Resources.Limits).To(HaveKey(corev1.ResourceMemory), c.Name)
				}
			})
		}
	}
}
