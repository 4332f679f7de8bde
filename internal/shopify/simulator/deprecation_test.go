package simulator

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestDeprecationsAreNamed(t *testing.T) {
	create := `mutation ($w: WebhookSubscriptionInput!) { webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: $w) { userErrors { message } } }`
	cases := map[string]struct {
		reason, document string
		variables        map[string]any
		want             string
	}{
		"none":        {reason: "there is nothing to warn of", document: `{ shop { name } }`},
		"field":       {reason: "a field", document: `{ webhookSubscriptions(first: 1) { nodes { callbackUrl } } }`, want: "WebhookSubscription.callbackUrl"},
		"twice":       {reason: "once", document: `{ a: webhookSubscriptions(first: 1) { nodes { ...F } } b: webhookSubscriptions(first: 1) { nodes { ...F } } } fragment F on WebhookSubscription { callbackUrl }`, want: "WebhookSubscription.callbackUrl"},
		"two":         {reason: "fields in the document's order", document: `{ webhookSubscriptions(first: 1) { nodes { endpoint { __typename } callbackUrl } } }`, want: "WebhookSubscription.endpoint, WebhookSubscription.callbackUrl"},
		"argument":    {reason: "an argument", document: `{ webhookSubscriptions(first: 1, callbackUrl: "https://a.example") { nodes { id } } }`, want: "QueryRoot.webhookSubscriptions.callbackUrl"},
		"left out":    {reason: "a variable that is not there is not used", document: `query ($u: URL) { webhookSubscriptions(first: 1, callbackUrl: $u) { nodes { id } } }`},
		"variable":    {reason: "and one that is, is", document: `query ($u: URL) { webhookSubscriptions(first: 1, callbackUrl: $u) { nodes { id } } }`, variables: map[string]any{"u": "https://a.example"}, want: "QueryRoot.webhookSubscriptions.callbackUrl"},
		"input":       {reason: "a field of an input", document: create, variables: map[string]any{"w": map[string]any{"callbackUrl": "https://a.example"}}, want: "WebhookSubscriptionInput.callbackUrl"},
		"fresh input": {reason: "the others are fine", document: create, variables: map[string]any{"w": map[string]any{"uri": "https://a.example"}}},
		"literal":     {reason: "an input in the document", document: `mutation { webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: {callbackUrl: "https://a.example"}) { userErrors { message } } }`, want: "WebhookSubscriptionInput.callbackUrl"},
		"skipped":     {reason: "what is skipped is not used", document: `{ webhookSubscriptions(first: 1) { nodes { id callbackUrl @skip(if: true) } } }`},
		"enum":        {reason: "a value of an enum", document: `{ metafieldDefinitions(first: 1, ownerType: MEDIA_IMAGE) { nodes { id } } }`, want: "MetafieldOwnerType.MEDIA_IMAGE"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.ask(tc.document, tc.variables)
			w.Expect(a.status).To(Equal(200), a.text)
			w.Expect(a.header.Get("X-Shopify-API-Deprecated-Reason")).To(Equal(tc.want), tc.reason+a.text)
		})
	}
}
