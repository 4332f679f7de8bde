//go:build e2e

package e2e

import (
	"fmt"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// former are the first manifests.
const former = "test/upgrade/testdata/first"

// upgradeItems are how many items customers buy before, while and after the release is
// replaced.
const upgradeItems = 60

// upgrade installs over the first manifests, whose release heard of no order,
// while customers buy. Then each order that there ever was is made good: those of before by
// the first check of orders, those of after by webhooks.
func upgrade(s *scene) {
	s.must("apply", "--server-side", "-f", former+"/crd")
	s.must("wait", "--for=condition=Established", "crd/shopifystores.shopify.shopkeeper.dev", "--timeout=1m")
	for _, store := range stores {
		s.mustWith(place(store), "apply", "--server-side", "-f", "-")
	}
	s.must("apply", "--server-side", "--field-manager=kubectl", "-f", former+"/objects/maple-kids.yaml", "-f", former+"/objects/thrifty-bees.yaml")
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
	bought := make(chan error, 1)
	go func() { bought <- buyAll(market) }()
	s.Eventually(func() (simulator.Shop, error) { return market.shop(maple.Domain) }).Should(HaveField("Orders", Not(BeEmpty())))
	s.apply()
	s.ready()
	s.judged(thrifty, status.CurrentStatus, "Healthy", "a store of then is in order")
	s.judged(maple, status.FailedStatus, "Degraded", "that release asked for no secret of webhooks")
	s.mustWith(credentials(maple), append(person(maple, "admin"), "apply", "--server-side", "-f", "-")...)
	s.judged(maple, status.CurrentStatus, "Healthy", "its admin added what the message asks for")
	for _, store := range stores {
		s.Expect(s.object(s, store).GetGeneration()).To(BeEquivalentTo(1), "nobody changed its spec")
	}
	s.Expect(<-bought).To(Succeed())
	s.madeGood(market)
}

// buyAll buys all items, at a pace that takes longer than the release needs to start.
func buyAll(market *shops) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for n := range upgradeItems {
		<-tick.C
		if err := buy(market, n); err != nil {
			return err
		}
	}
	return nil
}

// madeGood declares the sale, has all orders read, and then takes in whose the items
// are. Each order counts once.
func (s *scene) madeGood(market *shops) {
	s.t.Helper()
	s.till = map[string]map[string]string{}
	books, console := s.ledger(), s.console()
	for _, store := range stores {
		events := fmt.Sprintf(`{"spec": {"saleEvents": [{"id": %q, "name": "Spring Sale", "startsAt": %q, "endsAt": %q, "returnWindowEndsAt": %[3]q, "terms": [{"effectiveFrom": %[2]q}]}]}}`,
			deliverytest.Event, began.UTC().Format(time.RFC3339), ends.UTC().Format(time.RFC3339))
		s.must(append(person(store, "admin"), "patch", "shopifystore", store.Name, "--type=merge", "-p", events)...)
		s.judged(store, status.CurrentStatus, "Healthy", "a sale was declared")
		s.ordersJob(store)
		console.as("editor", store).imports(upgradeItems)
	}
	s.settled(market, books)
	for _, store := range stores {
		shop, err := market.shop(store.Domain)
		s.Expect(err).NotTo(HaveOccurred())
		earned, err := deliverytest.Earned(s.ctx, books, store.Store)
		s.Expect(err).NotTo(HaveOccurred())
		s.Expect(earned).To(Equal(deliverytest.Due(shop)), store.Name)
		s.Expect(shop.Orders).To(HaveLen(upgradeItems))
		s.t.Logf("%s: %d orders before, while and after, %d items sold, each earned once", store.Name, len(shop.Orders), len(earned))
	}
}
