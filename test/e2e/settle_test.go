//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/statements"
)

// settle ends the sale of both clients: what is left leaves the shop, the statements are
// closed, and what they say adds up to what the shops sold.
func settle(s *scene) {
	market, books := s.shops(), s.ledger()
	over := time.Now().Truncate(time.Second)
	for _, store := range stores {
		s.mustWith(declared(store, began, over), append(person(store, "admin"), "apply", "--server-side", "-f", "-")...)
	}
	for _, store := range stores {
		s.Eventually(func(g Gomega) {
			shop, err := market.shop(store.Domain)
			g.Expect(err).NotTo(HaveOccurred())
			for _, p := range shop.Products {
				g.Expect(p.Status).NotTo(Equal("ACTIVE"), p.Title)
			}
		}).Should(Succeed(), "the sale is over")
	}
	s.settled(market, books)
	s.healthy("its sale is over")
	want := s.fates()
	want["unsold"] = want["listed"]
	delete(want, "listed")
	for _, store := range stores {
		s.Expect(s.states(s, books, store)).To(Equal(want), store.Name)
		s.sumUp(market, store)
	}
}

// sumUp closes a client's statements by the command, and adds them up.
func (s *scene) sumUp(market *shops, store deliverytest.Store) {
	s.t.Helper()
	statement := func(args ...string) (list []statements.Statement) {
		out := s.shopkeeper(append([]string{"statement", "--namespace", store.Tenant, "--store", store.Name, "--event", deliverytest.Event, "--format", "json"}, args...)...)
		s.Expect(json.Unmarshal([]byte(out), &list)).To(Succeed(), out)
		return list
	}
	shop, err := market.shop(store.Domain)
	s.Expect(err).NotTo(HaveOccurred())
	due := deliverytest.Due(shop)
	maps.Copy(due, s.till[store.Name])
	want := map[string]int64{}
	for _, earned := range due {
		var consignor string
		var cents, rest int64
		_, err := fmt.Sscanf(strings.ReplaceAll(earned, "/", " "), "%s %d %d", &consignor, &cents, &rest)
		s.Expect(err).NotTo(HaveOccurred(), earned)
		want[consignor] += cents
	}
	closed := statement("--close", "--by", "admin@"+store.Name)
	s.Expect(closed).To(HaveLen(len(want)), "one for each who is owed something")
	got := map[string]int64{}
	for _, one := range closed {
		got[one.Consignor.ID] = one.BalanceCents
	}
	s.Expect(got).To(Equal(want), store.Name)
	again := statement("--number", "1")
	s.Expect(again).To(HaveLen(len(closed)))
	for i := range again {
		s.Expect(again[i].BalanceCents).To(Equal(closed[i].BalanceCents), "as it was handed out")
	}
	for consignor := range want { // nobody is paid twice
		s.refused("there is nothing to close for consignor "+consignor, "", "exec", "-n", system, "deploy/shopkeeper-manager", "-c", "manager", "--", "/shopkeeper", "statement",
			"--namespace", store.Tenant, "--store", store.Name, "--event", deliverytest.Event, "--consignor", consignor, "--close", "--by", "anybody")
	}
	s.t.Logf("%s: %d items sold, statements closed with %v cents", store.Name, len(due), got)
}

// deleteNamespace deletes a client with everything in one command: the shop is left
// without subscriptions, the relay without the route, and the other client as it was.
func deleteNamespace(s *scene) {
	market := s.shops()
	others := func(all map[string]string) map[string]string {
		maps.DeleteFunc(all, func(name, _ string) bool { return !strings.Contains(name, "/"+maple.Tenant+"/") })
		return all
	}
	s.healthy("nothing happens")
	before, subscribed := others(s.calm()), s.subscriptions(s, market, maple)
	s.Expect(before).To(HaveKey("shopifystores/" + maple.Tenant + "/" + maple.Name))
	started := time.Now()
	s.must("delete", "namespace", thrifty.Tenant, "--timeout=2m")
	s.t.Logf("the namespace was gone after %s", time.Since(started).Round(100*time.Millisecond))
	s.Expect(s.subscriptions(s, market, thrifty)).To(BeEmpty())
	shop, err := market.shop(thrifty.Domain)
	s.Expect(err).NotTo(HaveOccurred())
	s.Expect(shop.Products).NotTo(BeEmpty(), "what is the merchant's stays")
	s.Eventually(func(g Gomega) string { return s.secret(g, system, "shopkeeper-relay-routes", "routes.json") }).
		Should(And(Not(ContainSubstring(thrifty.Tenant)), ContainSubstring(maple.Tenant)))
	s.Expect(apierrors.IsNotFound(s.kube.Get(s.ctx, client.ObjectKey{Name: thrifty.Tenant}, &corev1.Namespace{}))).To(BeTrue())
	s.Expect(moved(before, others(s.ours(s)))).To(BeEmpty())
	s.Expect(s.subscriptions(s, market, maple)).To(Equal(subscribed))
}
