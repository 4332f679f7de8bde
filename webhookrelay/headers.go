package webhookrelay

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
)

// The headers that Shopify sends
// (https://shopify.dev/docs/apps/build/webhooks/delivery-structure).
const (
	topicHeader       = "X-Shopify-Topic"
	signatureHeader   = "X-Shopify-Hmac-Sha256"
	shopHeader        = "X-Shopify-Shop-Domain"
	webhookIDHeader   = "X-Shopify-Webhook-Id"
	eventIDHeader     = "X-Shopify-Event-Id"
	apiVersionHeader  = "X-Shopify-Api-Version"
	triggeredAtHeader = "X-Shopify-Triggered-At"
	nameHeader        = "X-Shopify-Name"
	subTopicHeader    = "X-Shopify-Sub-Topic"
)

// maxValue is how long a header may be for it to be kept, in bytes.
const maxValue = 255

// kept is a header's value as it is stored: empty where it is not short printable
// ASCII, which all that Shopify sends is. A database would refuse some others, and
// with them all that is stored at the same time.
func kept(h http.Header, name string) string {
	value := h.Get(name)
	if len(value) > maxValue {
		return ""
	}
	for i := range len(value) {
		if value[i] < ' ' || value[i] > '~' {
			return ""
		}
	}
	return value
}

// received is a verified request as it is stored.
func received(to *route, topic string, h http.Header, body []byte, at time.Time) deliveries.Received {
	d := deliveries.Received{
		Tenant: to.name.namespace, Store: to.name.store, Topic: topic,
		WebhookID: kept(h, webhookIDHeader), EventID: kept(h, eventIDHeader),
		APIVersion: kept(h, apiVersionHeader), Name: kept(h, nameHeader), SubTopic: kept(h, subTopicHeader),
		ReceivedAt: at.UTC(), Body: body,
	}
	if d.WebhookID == "" {
		d.WebhookID = derivedID(topic, body)
	}
	if triggered, err := time.Parse(time.RFC3339, h.Get(triggeredAtHeader)); err == nil {
		d.TriggeredAt = triggered.UTC()
	}
	return d
}

// derivedID names a delivery that has no name: the same each time that it is sent.
func derivedID(topic string, body []byte) string {
	hash := sha256.New()
	hash.Write([]byte(topic + "\n"))
	hash.Write(body)
	return "sha256:" + hex.EncodeToString(hash.Sum(nil))
}
