//go:build e2e

package e2e

import (
	"fmt"
	"time"

	. "github.com/onsi/gomega"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// upgradeItems are how many items the shops have: more than customers buy before, while
// and after the release is replaced.
const upgradeItems = 200

// upgrade installs over the manifests of the last tag, whose release heard of no order,
// while customers buy. Then each order that there ever was is made good: those of before by
// the first check of orders, those of after by webhooks.
func upgrade(s *scene) {
	former := testenv.FormerManifests() + "/config"
	s.must("apply", "--server-side", "-f", former+"/crd/bases", "-f", former+"/rbac")
	s.must("wait", "--for=condition=Established", "crd/shopifystores.shopify.shopkeeper.dev", "--timeout=1m")
	s.must("apply", "--server-side", "-f", former+"/samples")
	for _, store := range stores {
		s.mustWith(place(store), "apply", "--server-side", "-f", "-")
	}
	// A token alone was enough for that release.
	s.must("patch", "secret", "-n", maple.Tenant, maple.Name+"-shopify", "--type=json", "-p", `[{"op": "remove", "path": "/data/webhookSecret"}]`)
	s.prepare()
	s.must("apply", "--server-side", "-k", s.overlay, "-l", "app.kubernetes.io/component=simulator")
	s.must("rollout", "status", "-n", shopify, "deployment/simulator", "--timeout=5m")
	market := s.shops()
	for _, store := range stores {
		s.Expect(market.open(store.Domain, title(store))).To(Succeed())
		s.Expect(market.annex(store.Domain, "Community Hall")).To(Succeed())
		for n := range upgradeItems {
			s.Expect(market.call("POST", "/shops/"+store.Domain+"/products", simulator.NewProduct{
				Title: fmt.Sprint("Thing ", n), Variants: []simulator.NewVariant{{SKU: itemName(n), Price: price, Available: 1}},
			}, nil)).To(Succeed())
		}
	}
	s.next.Store(0)
	leave := s.customers(market)
	defer func() { _ = leave() }()
	s.Eventually(func() (simulator.Shop, error) { return market.shop(maple.Domain) }).Should(HaveField("Orders", Not(BeEmpty())))
	s.apply()
	s.ready()
	s.judged(thrifty, inOrder, "a store of then is in order")
	s.judged(maple, stalled(v1alpha1.ReasonSecretInvalid), "that release asked for no secret of webhooks")
	s.mustWith(credentials(maple), append(person(maple, "admin"), "apply", "--server-side", "-f", "-")...)
	s.healthy("its admin added what the message asks for")
	for _, store := range stores {
		s.Expect(s.store(s, store).GetGeneration()).To(BeEquivalentTo(1), "nobody changed its spec")
	}
	s.Expect(leave()).To(Succeed())
	s.madeGood(market)
}

// madeGood declares the sale, has all orders read, and then takes in whose the items
// are. Each order counts once.
func (s *scene) madeGood(market *shops) {
	s.t.Helper()
	s.till = map[string]map[string]string{}
	books, console := s.ledger(), s.console()
	s.settled(market, books)
	orders := int(s.next.Load())
	for _, store := range stores {
		events := fmt.Sprintf(`{"spec": {"saleEvents": [{"id": %q, "name": "Spring Sale", "startsAt": %q, "endsAt": %q, "returnWindowEndsAt": %[3]q, "terms": [{"effectiveFrom": %[2]q}]}]}}`,
			deliverytest.Event, began.UTC().Format(time.RFC3339), ends.UTC().Format(time.RFC3339))
		s.must(append(person(store, "admin"), "patch", "shopifystore", store.Name, "--type=merge", "-p", events)...)
		s.judged(store, inOrder, "a sale was declared")
		progress := s.ordersJob(store)
		s.Expect(progress.Done).To(BeEquivalentTo(orders), "each order was read")
		s.Expect(progress.Changed).To(And(BeNumerically(">", 0), BeNumerically("<", orders)), "orders that no webhook told of")
		console.as("editor", store).imports(orders)
	}
	s.settled(market, books)
	s.counted(market, books)
	for _, store := range stores {
		shop, err := market.shop(store.Domain)
		s.Expect(err).NotTo(HaveOccurred())
		s.Expect(shop.Orders).To(HaveLen(orders), store.Name)
	}
}
