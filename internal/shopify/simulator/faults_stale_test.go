package simulator

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestStaleReads(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		s.Apps = append(s.Apps, App{ClientID: "other", AccessToken: "shpat_other", Scopes: DefaultScopes})
	})
	w.add(Fault{Kind: FaultStaleReads, Seconds: 5, Operation: "webhookSubscriptionCreate", First: 2})
	seen := func() int {
		return len(w.ask(`{ webhookSubscriptions(first: 9) { nodes { id } } }`, nil).at("data.webhookSubscriptions.nodes").([]any))
	}
	create := func(uri string) answer {
		return w.ask(createWebhook, map[string]any{"topic": "SHOP_UPDATE", "in": map[string]any{"uri": uri}})
	}

	w.Expect(create("https://a.example").at("data.webhookSubscriptionCreate.webhookSubscription.id")).NotTo(BeNil(), "the write's own reply shows it")
	w.Expect(seen()).To(BeZero(), "a read does not")
	w.Expect(create("https://a.example").at("data.webhookSubscriptionCreate.userErrors.0.message")).To(Equal("Address for this topic has already been taken"), "a write sees what is")
	w.time = w.time.Add(3 * time.Second)
	w.Expect(create("https://b.example").at("errors")).To(BeNil())
	w.Expect(seen()).To(BeZero())
	w.time = w.time.Add(2 * time.Second)
	w.Expect(seen()).To(Equal(2), "the time is over")

	var stale []bool
	for _, c := range w.sim.Calls(CallFilter{Operation: "webhookSubscriptions"}) {
		stale = append(stale, c.Stale)
	}
	w.Expect(stale).To(Equal([]bool{true, true, false}))
	w.Expect(w.sim.Calls(CallFilter{Operation: "webhookSubscriptionCreate"})[0].Fault).To(Equal(FaultStaleReads))
}

func TestStaleReadsLag(t *testing.T) {
	w := newWorld(t)
	w.add(Fault{Kind: FaultStaleReads, Seconds: 5, MutationsOnly: true})
	pickup := func(time string) {
		w.Expect(w.ask(`mutation ($in: DeliveryLocationLocalPickupEnableInput!) { locationLocalPickupEnable(localPickupSettings: $in) { userErrors { message } } }`,
			map[string]any{"in": map[string]any{"locationId": gid("Location", w.shop().Locations[0].ID), "pickupTime": time}}).at("errors")).To(BeNil())
	}
	sees := func(want string) {
		t.Helper()
		w.Expect(w.ask(`{ location { localPickupSettingsV2 { pickupTime } } }`, nil).text).To(ContainSubstring(want))
	}
	pickup("ONE_HOUR")
	w.time = w.time.Add(3 * time.Second)
	pickup("TWO_HOURS")
	sees(`"localPickupSettingsV2":null`)
	w.time = w.time.Add(2 * time.Second)
	sees("ONE_HOUR")
	w.time = w.time.Add(3 * time.Second)
	sees("TWO_HOURS")
}

func TestStaleREST(t *testing.T) {
	w := newWorld(t)
	w.add(Fault{Kind: FaultStaleReads, Seconds: 5})
	w.createOne()
	w.update(func(s *Shop) { s.PasswordEnabled = false })
	w.Expect(w.get("/admin/api/"+latest+"/shop.json").at("shop.password_enabled")).To(BeTrue(), "REST reads the same replica")
	w.time = w.time.Add(5 * time.Second)
	w.Expect(w.get("/admin/api/" + latest + "/shop.json").at("shop.password_enabled")).To(BeFalse())

	w.createOne()
	w.update(func(s *Shop) {
		s.Apps = append(s.Apps, App{ClientID: "new", AccessToken: "shpat_new", Scopes: DefaultScopes})
	})
	w.Expect(w.askAs("shpat_new", latest, `{ webhookSubscriptions(first: 1) { nodes { id } } shop { name } }`, nil).at("data.shop.name")).To(Equal("Maple Kids"), "an app that the replica does not know sees what is")
}

func TestStaleViewsAreBounded(t *testing.T) {
	g := NewWithT(t)
	s := store{shop: NewShop(maple, "Maple Kids")}
	now := time.Unix(0, 0)
	for range maxStale + 3 {
		s.keepStale(now, now.Add(time.Hour))
	}
	g.Expect(s.stale).To(HaveLen(maxStale))
	s.forgetStale(now.Add(time.Hour))
	g.Expect(s.stale).To(BeEmpty())
}
