//go:build e2e

package e2e

import (
	"fmt"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// still is how long nothing may move: several looks of a controller that goes round in
// circles.
const still = 10 * time.Second

// gitOps applies what is applied already, and has others change what was applied.
func gitOps(s *scene) {
	s.applyAgain()
	s.conflict()
	s.suspendAndGoOn()
}

// version is what moves when anything about an object does.
func (s *scene) version(g Gomega, kind schema.GroupVersionKind, namespace, name string) string {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	g.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: namespace, Name: name}, object)).To(Succeed())
	return object.GetResourceVersion()
}

// applyAgain applies the same YAML five times: nothing moves, then or afterwards.
func (s *scene) applyAgain() {
	s.t.Helper()
	versions := func(g Gomega) (all []string) {
		for _, store := range stores {
			all = append(all, s.version(g, s.object(g, store).GroupVersionKind(), store.Tenant, store.Name),
				s.version(g, schema.GroupVersionKind{Version: "v1", Kind: "Secret"}, store.Tenant, store.Name+"-shopify"))
		}
		for _, name := range []string{"shopkeeper-manager", "shopkeeper-console", "shopkeeper-relay"} {
			all = append(all, s.version(g, schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}, system, name))
		}
		for _, name := range []string{"shopifystores", "syncjobs"} {
			all = append(all, s.version(g, schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}, "", name+".shopify.shopkeeper.dev"))
		}
		return append(all, s.version(g, schema.GroupVersionKind{Version: "v1", Kind: "Secret"}, system, "shopkeeper-relay-routes"))
	}
	s.apply() // what the scenarios before have changed, such as the number of relays
	s.ready()
	before := versions(s)
	for range 5 {
		s.apply()
		for _, store := range stores {
			s.mustWith(credentials(store)+"---\n"+declared(store, began, ends), append(person(store, "admin"), "apply", "--server-side", "-f", "-")...)
		}
	}
	s.Consistently(func(g Gomega) { g.Expect(versions(g)).To(Equal(before)) }, still, time.Second).Should(Succeed())
}

// conflict has somebody else apply another value: they are told whose it is, and the
// store stays as it was, unless they insist.
func (s *scene) conflict() {
	s.t.Helper()
	other := fmt.Sprintf("apiVersion: shopify.shopkeeper.dev/v1alpha1\nkind: ShopifyStore\nmetadata: {name: %s}\nspec: {clientName: Maple Tots}\n", maple.Name)
	apply := append(person(maple, "admin"), "apply", "--server-side", "--field-manager=argocd-controller", "-f", "-")
	before := s.object(s, maple).GetGeneration()
	s.refused(`conflict with "kubectl": .spec.clientName`, other, apply...)
	s.Expect(s.object(s, maple).GetGeneration()).To(Equal(before))
	s.judged(maple, status.CurrentStatus, "Healthy", "a conflict changes nothing")

	s.mustWith(other, append(apply, "--force-conflicts")...)
	s.judged(maple, status.FailedStatus, "Degraded", "the app in the shop has another name")
	s.mustWith(declared(maple, began, ends), append(person(maple, "admin"), "apply", "--server-side", "--force-conflicts", "-f", "-")...)
	s.judged(maple, status.CurrentStatus, "Healthy", "it was taken back")
}

// suspendAndGoOn holds the verdicts to what a suspended store is. What its merchant
// takes away meanwhile is back once it goes on.
func (s *scene) suspendAndGoOn() {
	s.t.Helper()
	patch := func(value bool) {
		s.must(append(person(thrifty, "admin"), "patch", "shopifystore", thrifty.Name, "--type=merge", "-p", fmt.Sprintf(`{"spec": {"suspend": %t}}`, value))...)
	}
	market := s.shops()
	before, err := market.shop(thrifty.Domain)
	s.Expect(err).NotTo(HaveOccurred())
	patch(true)
	s.judged(thrifty, status.InProgressStatus, "Suspended", "it is suspended")
	s.Expect(market.call("DELETE", fmt.Sprintf("/shops/%s/webhook_subscriptions/%d", thrifty.Domain, before.WebhookSubscriptions[0].ID), nil, nil)).To(Succeed())
	patch(false)
	s.judged(thrifty, status.CurrentStatus, "Healthy", "it goes on")
	now, err := market.shop(thrifty.Domain)
	s.Expect(err).NotTo(HaveOccurred())
	s.Expect(now.WebhookSubscriptions).To(HaveLen(len(before.WebhookSubscriptions)))
}
