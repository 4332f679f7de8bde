//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
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

// moved names what was added, changed or removed between two looks.
func moved(was, is map[string]string) (names []string) {
	for name := range is {
		if was[name] != is[name] {
			names = append(names, name)
		}
	}
	for name := range was {
		if is[name] == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ours is what Shopkeeper added, but what moves by itself: pods, whose kubelet reports on
// them, and the heads of the audit trails, which are written down once an hour.
func (s *scene) ours(g Gomega) map[string]string {
	all := s.added(g)
	maps.DeleteFunc(all, func(name, _ string) bool {
		return strings.HasPrefix(name, "pods/") || name == "configmaps/"+system+"/shopkeeper-trail-anchors"
	})
	return all
}

// calm waits until what happened before has come to its end: nothing of ours moves between
// two looks.
func (s *scene) calm() (all map[string]string) {
	s.t.Helper()
	s.Eventually(func(g Gomega) {
		was := all
		all = s.ours(g)
		g.Expect(moved(was, all)).To(BeEmpty())
	}, patience, 3*time.Second).Should(Succeed())
	return all
}

// applyAgain applies the same YAML five times: nothing moves, then or afterwards.
func (s *scene) applyAgain() {
	s.t.Helper()
	s.apply() // what the scenarios before have changed, such as the number of relays
	s.ready()
	s.healthy("nothing was changed")
	before := s.calm()
	for range 5 {
		s.apply()
		for _, store := range stores {
			s.mustWith(credentials(store)+"---\n"+declared(store, began, ends), append(person(store, "admin"), "apply", "--server-side", "-f", "-")...)
		}
	}
	s.Consistently(func(g Gomega) { g.Expect(moved(before, s.ours(g))).To(BeEmpty()) }, still, time.Second).Should(Succeed())
	s.t.Logf("%d objects stayed as they were", len(before))
}

// conflict has somebody else apply another value: they are told whose it is, and the
// store stays as it was, unless they insist.
func (s *scene) conflict() {
	s.t.Helper()
	other := fmt.Sprintf("apiVersion: shopify.shopkeeper.dev/v1alpha1\nkind: ShopifyStore\nmetadata: {name: %s}\nspec: {clientName: Maple Tots}\n", maple.Name)
	apply := append(person(maple, "admin"), "apply", "--server-side", "--field-manager=argocd-controller", "-f", "-")
	before := s.store(s, maple).GetGeneration()
	s.refused(`conflict with "kubectl": .spec.clientName`, other, apply...)
	s.Expect(s.store(s, maple).GetGeneration()).To(Equal(before))
	s.judged(maple, inOrder, "a conflict changes nothing")

	s.mustWith(other, append(apply, "--force-conflicts")...)
	s.judged(maple, stalled(v1alpha1.ReasonWrongApp), "the app in the shop has another name")
	s.mustWith(declared(maple, began, ends), append(person(maple, "admin"), "apply", "--server-side", "--force-conflicts", "-f", "-")...)
	s.judged(maple, inOrder, "it was taken back")
}

// suspendAndGoOn holds the verdicts to what a suspended store is. What its merchant
// takes away meanwhile is missing as long, even where the controller looks, and is back
// once it goes on.
func (s *scene) suspendAndGoOn() {
	s.t.Helper()
	market := s.shops()
	const taken = "ORDERS_CREATE"
	take := func() {
		number := s.subscriptions(s, market, thrifty)[taken]
		s.Expect(market.call("DELETE", fmt.Sprintf("/shops/%s/webhook_subscriptions/%d", thrifty.Domain, number), nil, nil)).To(Succeed())
		// The controller watches the Secret.
		s.must(append(person(thrifty, "admin"), "annotate", "--overwrite", "secret", thrifty.Name+"-shopify", "e2e/taken="+fmt.Sprint(number))...)
	}
	topics := func(g Gomega) []string { return slices.Sorted(maps.Keys(s.subscriptions(g, market, thrifty))) }
	suspend := func(value bool) {
		s.must(append(person(thrifty, "admin"), "patch", "shopifystore", thrifty.Name, "--type=merge", "-p", fmt.Sprintf(`{"spec": {"suspend": %t}}`, value))...)
	}
	all := topics(s)
	take()
	s.Eventually(topics).Should(Equal(all), "the controller looks, and corrects")

	suspend(true)
	s.judged(thrifty, verdict{status.InProgressStatus, "Suspended", v1alpha1.ReasonSuspended}, "it is suspended")
	take()
	s.Consistently(topics, still, time.Second).Should(And(HaveLen(len(all)-1), Not(ContainElement(taken))), "it is left alone")
	suspend(false)
	s.judged(thrifty, inOrder, "it goes on")
	s.Expect(topics(s)).To(Equal(all))
}
