//go:build e2e

package e2e

import (
	"maps"
	"slices"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// acknowledged are the deliveries that were answered 200, by store, topic and webhook
// id, each once however often it was.
func acknowledged(market *shops) (map[string]int, error) {
	got := map[string]int{}
	list, err := market.deliveries(simulator.DeliveryDone)
	for _, d := range list {
		got[d.Shop+" "+d.Topic+" "+d.WebhookID]++
	}
	return got, err
}

// settled waits until Shopify has nothing left to deliver and everything is worked
// off. Work brings about webhooks, and webhooks bring about work: nothing is left where
// no job was while all webhooks that there ever were had been delivered, before and after.
func (s *scene) settled(market *shops, books *ledger.Ledger) {
	s.t.Helper()
	started := time.Now()
	s.Eventually(func(g Gomega) {
		before, err := market.deliveries("")
		g.Expect(err).NotTo(HaveOccurred())
		waiting := map[string]int{}
		for _, d := range before {
			if d.State == simulator.DeliveryPending {
				waiting[d.Shop+" "+d.Topic]++
			}
		}
		g.Expect(waiting).To(BeEmpty(), "webhooks to deliver")
		jobs, err := deliverytest.UnfinishedJobs(s.ctx, books)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(jobs).To(BeEmpty(), "jobs")
		after, err := market.deliveries("")
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(len(after)).To(Equal(len(before)), "webhooks that came meanwhile")
	}).Should(Succeed())
	s.t.Logf("all was worked off %s after the last sale", time.Since(started).Round(100*time.Millisecond))
}

// counted holds the ledger against Shopify: each delivery that was answered 200 is in the
// inbox once, and done; each item earned what it should.
func (s *scene) counted(market *shops, books *ledger.Ledger) {
	s.t.Helper()
	all, err := market.deliveries("")
	s.Expect(err).NotTo(HaveOccurred())
	s.Expect(all[0].Sequence).To(BeEquivalentTo(1), "Shopify remembers all deliveries")
	again := 0
	for _, d := range all {
		s.Expect(d.State).To(Equal(simulator.DeliveryDone), "%s %s: %s", d.Shop, d.Topic, d.Error)
		again += len(d.Attempts) - 1
	}
	want, err := acknowledged(market)
	s.Expect(err).NotTo(HaveOccurred())
	var inbox []string
	for _, store := range stores {
		names, err := deliverytest.Inbox(s.ctx, books, store)
		s.Expect(err).NotTo(HaveOccurred())
		inbox = append(inbox, names...)
	}
	slices.Sort(inbox)
	s.Expect(inbox).To(Equal(slices.Sorted(maps.Keys(want))))
	s.t.Logf("%d deliveries (%d requests more than that were needed), %d webhooks, each in the inbox once and done", len(all), again, len(inbox))
	s.earned(market, books)
}

// earned holds what each item earned against what was sold in the shops and at the till.
func (s *scene) earned(market *shops, books *ledger.Ledger) {
	s.t.Helper()
	items := 0
	for _, store := range stores {
		shop, err := market.shop(store.Domain)
		s.Expect(err).NotTo(HaveOccurred())
		due := deliverytest.Due(shop)
		maps.Copy(due, s.till[store.Name])
		earned, err := deliverytest.Earned(s.ctx, books, store.Store)
		s.Expect(err).NotTo(HaveOccurred())
		s.Expect(earned).To(Equal(due), store.Name)
		items += len(due)
	}
	s.t.Logf("%d items sold, each earned once", items)
}

// shelved holds each item's state and its stock to what became of it, and that there is
// nothing that a person has to look at.
func (s *scene) shelved(market *shops, books *ledger.Ledger) {
	s.t.Helper()
	for _, store := range stores {
		shop, err := market.shop(store.Domain)
		s.Expect(err).NotTo(HaveOccurred())
		available := map[string]int{}
		for _, stock := range shop.InventoryItems {
			for _, level := range stock.Levels {
				available[stock.SKU] += level.Available
			}
		}
		s.Expect(available).To(HaveLen(brought), store.Name)
		s.Expect(books.View(s.ctx, store.Store, func(tx *ledger.Tx) error {
			for n := range brought {
				item, err := tx.Item(itemName(n))
				if err != nil {
					return err
				}
				state, left := s.fate(n)
				s.Expect(item.State).To(Equal(state), "%s: %s", store.Name, item.ID)
				s.Expect(available).To(HaveKeyWithValue(item.ID, left), store.Name)
			}
			findings, err := tx.Findings()
			s.Expect(findings).To(BeEmpty(), store.Name)
			return err
		})).To(Succeed())
	}
}
