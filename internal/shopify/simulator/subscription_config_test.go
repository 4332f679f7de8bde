package simulator

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestTheAPIHidesWhatAConfigurationFileMade(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		s.WebhookSubscriptions = []WebhookSubscription{{App: s.Apps[0].ClientID, Topic: "ORDERS_PAID", URI: "https://a.example", AppConfig: true}}
	})
	id := gid("WebhookSubscription", w.shop().WebhookSubscriptions[0].ID)
	w.Expect(w.ask(`{ webhookSubscriptions(first: 9) { nodes { id } } }`, nil).at("data.webhookSubscriptions.nodes")).To(BeEmpty())
	w.Expect(w.ask(`{ node(id: "`+id+`") { id } }`, nil).at("data.node")).To(BeNil())
	w.Expect(w.ask(deleteWebhook, map[string]any{"id": id}).at("data.webhookSubscriptionDelete.userErrors")).To(HaveLen(1))
	w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(1))
}
