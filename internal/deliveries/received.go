// Package deliveries is the durable queue of webhooks.
package deliveries

import (
	"errors"
	"time"
)

// Received is a webhook as the relay took it in: its body was signed with a
// secret of the store. Shopify signs nothing else, so a header is a hint and the
// body no more than a reason to ask Shopify again.
type Received struct {
	// Tenant and Store are the namespace and the name of the ShopifyStore, from
	// the route.
	Tenant, Store string
	// Topic is such as orders/create; the route lists it.
	Topic string
	// WebhookID names the delivery, and is the same each time that it is sent; never
	// empty. EventID names what brought it about; empty where Shopify did not say.
	WebhookID, EventID string
	// APIVersion, Name and SubTopic are the other headers; empty where missing.
	APIVersion, Name, SubTopic string
	// TriggeredAt is when Shopify says that it happened, in UTC; zero where that is
	// missing or cannot be read.
	TriggeredAt time.Time
	// ReceivedAt is when the request arrived, in UTC.
	ReceivedAt time.Time
	// Body is the raw body that was verified. It must not be changed.
	Body []byte
}

// ErrFull says that the waiting room is full: the delivery was not stored.
var ErrFull = errors.New("too many deliveries wait to be stored")
