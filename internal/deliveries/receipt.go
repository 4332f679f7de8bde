package deliveries

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// actorShopify is Shopify in the audit trail.
const actorShopify = "shopify"

// receipt tells the audit trail which webhook a delivery was. It stays when the
// delivery is let go of; the hash tells whether a body that turns up is that one.
func receipt(d ledger.Delivery) ledger.TrailEntry {
	triggered := "at a time not told"
	if !d.TriggeredAt.IsZero() {
		triggered = d.TriggeredAt.UTC().Format(time.RFC3339Nano)
	}
	return ledger.TrailEntry{
		Actor: actorShopify, Action: "webhook", Subject: deliverySubject(d.ID), After: d.Topic, HappenedAt: d.ReceivedAt,
		Reason: fmt.Sprintf("webhook %s of event %s, triggered %s, body of SHA-256 %x", d.WebhookID, cmp.Or(d.EventID, "not told"), triggered, sha256.Sum256(d.Body)),
	}
}

func deliverySubject(id string) string { return "delivery/" + id }
