package simulator

import (
	"testing"

	. "github.com/onsi/gomega"
)

const notApproved = "This app is not approved to subscribe to webhook topics containing protected customer data. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."

func TestProtectedTopics(t *testing.T) {
	cases := map[string]struct {
		reason, topic string
		approved      bool
		want          string // message; empty for none
	}{
		"orders":     {"an order says who bought", "ORDERS_CREATE", false, notApproved},
		"refunds":    {"so does a refund", "REFUNDS_CREATE", false, notApproved},
		"approved":   {"who is approved may subscribe", "ORDERS_CREATE", true, ""},
		"products":   {"a product says nothing of anybody", "PRODUCTS_UPDATE", false, ""},
		"shop":       {"nor does the shop", "SHOP_UPDATE", false, ""},
		"settings":   {"nor do settings, whatever their name", "CUSTOMER_ACCOUNT_SETTINGS_UPDATE", false, ""},
		"no scope":   {"the scope is asked for first", "CUSTOMERS_CREATE", false, "You cannot create a webhook subscription with the specified topic"},
		"uninstall":  {"an app is always told that it is gone", "APP_UNINSTALLED", false, ""},
		"fulfilment": {"a fulfilment has an address, but this app lacks its scope", "FULFILLMENTS_UPDATE", false, "You cannot create a webhook subscription with the specified topic"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.update(func(s *Shop) { s.Apps[0].ProtectedDataApproved = &tc.approved })
			a := w.ask(`mutation { webhookSubscriptionCreate(topic: `+tc.topic+`, webhookSubscription: {uri: "https://a.example"}) {
				webhookSubscription { id } userErrors { field message } } }`, nil)
			if tc.want == "" {
				w.Expect(a.at("data.webhookSubscriptionCreate.userErrors")).To(BeEmpty(), tc.reason+a.text)
				w.Expect(w.shop().WebhookSubscriptions).To(HaveLen(1))
				return
			}
			w.Expect(a.at("data.webhookSubscriptionCreate.userErrors.0.message")).To(Equal(tc.want), tc.reason)
			w.Expect(a.at("data.webhookSubscriptionCreate.webhookSubscription")).To(BeNil())
			w.Expect(w.shop().WebhookSubscriptions).To(BeEmpty())
			if tc.want == notApproved {
				w.Expect(a.at("data.webhookSubscriptionCreate.userErrors.0.field")).To(Equal([]any{"webhookSubscription"}))
			}
		})
	}
}

func TestProtectedObjects(t *testing.T) {
	cases := map[string]struct {
		reason, document, message, code string
		approved                        bool
	}{
		"list":       {reason: "a list of orders", document: `{ orders(first: 1) { nodes { id } } }`, message: "This app is not approved to access the Order object. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.", code: "ACCESS_DENIED"},
		"one":        {reason: "an order", document: `{ order(id: "gid://shopify/Order/1") { id } }`, message: "This app is not approved to access the Order object. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.", code: "ACCESS_DENIED"},
		"scope":      {reason: "a scope that is missing is told first", document: `{ customers(first: 1) { nodes { id } } }`, message: "Access denied for customers field. Required access: `read_customers` access scope.", code: "ACCESS_DENIED"},
		"approved":   {reason: "who is approved learns what the simulator lacks", document: `{ orders(first: 1, savedSearchId: "gid://shopify/SavedSearch/1") { nodes { id } } }`, approved: true, message: "the argument savedSearchId of QueryRoot.orders is not modelled by the simulator", code: "NOT_MODELLED"},
		"other type": {reason: "products are nobody's secret", document: `{ collections(first: 1) { nodes { id } } }`, message: "QueryRoot.collections is not modelled by the simulator", code: "NOT_MODELLED"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.update(func(s *Shop) { s.Apps[0].ProtectedDataApproved = &tc.approved })
			a := w.ask(tc.document, nil)
			w.Expect(a.at("errors.0.message")).To(Equal(tc.message), tc.reason)
			w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.code))
		})
	}
}

func TestApprovalOverTheControlAPI(t *testing.T) {
	w := newWorld(t)
	app := "/shops/" + maple + "/apps/maple-kids-app"
	w.Expect(w.shop().Apps[0].ProtectedDataApproved).To(HaveValue(BeTrue()), "an app is approved unless something is said")
	w.Expect(w.control("PATCH", app, `{"protectedDataApproved": false}`).at("protectedDataApproved")).To(Equal(false))
	w.Expect(w.control("PATCH", app, `{"title": "x"}`).at("protectedDataApproved")).To(Equal(false), "and stays as it was set")
}
