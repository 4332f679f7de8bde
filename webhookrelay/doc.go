// Package webhookrelay takes Shopify's webhooks in: what is signed for a store is
// made durable, and only then answered 200. docs/webhooks.md is its manual.
//
// It knows stores, secrets and topics from one file (internal/routes) and puts
// what it accepts into an [Inbox]. It has no access to Kubernetes or to Shopify.
package webhookrelay

import (
	"context"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
)

// Inbox makes deliveries durable.
type Inbox interface {
	// Put returns nil once the delivery is durable; one that is already there is
	// durable too. On deliveries.ErrFull, any other error and the context's end it is
	// not known to be, and Shopify has to send it again. Put may keep the body.
	Put(ctx context.Context, r deliveries.Received) error
	// Ping says whether deliveries can be stored at present.
	Ping(ctx context.Context) error
}
