package simulator

import (
	"crypto/tls"
	"net/http"
	"time"
)

// WebhookOptions say how webhooks are delivered; the zero value will do.
type WebhookOptions struct {
	// Transport sends the deliveries, wherever they go; a test's own catches them.
	// If nil, a transport of the simulator's does, and only to this machine's
	// loopback addresses: a simulator does not call strangers.
	Transport http.RoundTripper
	// AnyHost lets the simulator's transport go to any host, and over plain http.
	AnyHost bool
	// TLS is what the simulator's transport trusts; nil for the system's CAs.
	TLS *tls.Config
	// ConnectTimeout and Timeout end an attempt; 1 s and 5 s if zero. Both are real
	// time, for the subscriber's own clock is.
	ConnectTimeout, Timeout time.Duration
	// Retries are when retries are made, counted from the first attempt, ascending;
	// DefaultRetries if empty.
	Retries []time.Duration
	// FreshWebhookIDs gives each attempt an X-Shopify-Webhook-Id of its own. Public
	// sources disagree on whether it is the same across retries (?).
	FreshWebhookIDs bool
	// Removal says when a subscription that fails is removed; RemoveExhausted if empty.
	Removal Removal
	// SigningDelay is how long a revoked secret goes on signing; 1 h if nil.
	SigningDelay *time.Duration
	// Log is how many deliveries are kept; 10,000 if zero.
	Log int
}

// Removal is a reading of Shopify's sentence that a subscription made by API is
// deleted after 8 consecutive failures, which does not say failures of what (?).
type Removal string

const (
	// RemoveExhausted removes a subscription when a delivery has failed for the
	// last time and nothing got through while it was tried. It is the one reading
	// by which all 8 retries are made.
	RemoveExhausted Removal = "EXHAUSTED"
	// RemoveEighth removes it at the 8th attempt in a row that fails, of whatever
	// delivery: the strictest reading.
	RemoveEighth Removal = "EIGHTH"
)

// retryWindow and retryCount are Shopify's
// (https://shopify.dev/changelog/updates-to-webhook-retry-mechanism).
const (
	retryWindow = 4 * time.Hour
	retryCount  = 8
)

// DefaultRetries are when the 8 retries are made, counted from the first
// attempt. Shopify says 4 hours and exponential, not which factor; here each
// pause is twice the one before it, the first 56 seconds (?).
func DefaultRetries() []time.Duration {
	retries := make([]time.Duration, retryCount)
	for i := range retries {
		retries[i] = retryWindow * (1<<(i+1) - 1) / (1<<retryCount - 1)
	}
	return retries
}

func (o WebhookOptions) connectTimeout() time.Duration {
	return orDefault(o.ConnectTimeout, time.Second)
}
func (o WebhookOptions) timeout() time.Duration { return orDefault(o.Timeout, 5*time.Second) }

func (o WebhookOptions) retries() []time.Duration {
	if len(o.Retries) > 0 {
		return o.Retries
	}
	return DefaultRetries()
}

func (o WebhookOptions) signingDelay() time.Duration {
	if o.SigningDelay != nil {
		return *o.SigningDelay
	}
	return time.Hour
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// The states of a delivery.
const (
	// DeliveryPending is waiting for its next attempt.
	DeliveryPending = "PENDING"
	// DeliveryDone was answered with a status of 200 to 299.
	DeliveryDone = "DELIVERED"
	// DeliveryFailed has failed with its last retry.
	DeliveryFailed = "FAILED"
	// DeliveryLost was lost on purpose: a rule of the shop said so.
	DeliveryLost = "LOST"
	// DeliveryCancelled was given up because its subscription, app or shop is gone.
	DeliveryCancelled = "CANCELLED"
	// DeliveryNotSent cannot be sent by this simulator; Error says why.
	DeliveryNotSent = "NOT_SENT"
)

// Delivery is one event on its way to one subscription, or a copy of it.
type Delivery struct {
	// Sequence counts all deliveries from 1.
	Sequence uint64 `json:"sequence"`
	Shop     string `json:"shop"`
	// App is the client id of the subscription's app.
	App string `json:"app"`
	// Topic is as in the header, such as orders/create.
	Topic string `json:"topic"`
	// Subscription is the subscription's number, and URI what it was when the event
	// happened: retries go there even where it has changed since.
	Subscription uint64 `json:"subscription"`
	URI          string `json:"uri"`
	EventID      string `json:"eventID"`
	// WebhookID is that of the first attempt.
	WebhookID   string    `json:"webhookID"`
	APIVersion  string    `json:"apiVersion"`
	TriggeredAt time.Time `json:"triggeredAt"`
	// Copy counts from 1 where a rule of the shop duplicates deliveries; 0 is the original.
	Copy int `json:"copy,omitempty"`
	// Bytes is the length of the body.
	Bytes    int       `json:"bytes"`
	State    string    `json:"state"`
	Attempts []Attempt `json:"attempts"`
	// Next is when the next attempt is due; nil where there is none.
	Next *time.Time `json:"next,omitempty"`
	// Error says what is wrong with a delivery that is not sent or given up.
	Error string `json:"error,omitempty"`
	// RemovedSubscription says that its failure had the subscription removed.
	RemovedSubscription bool `json:"removedSubscription,omitempty"`
}

// Attempt is one request to a subscriber.
type Attempt struct {
	Time      time.Time `json:"time"`
	WebhookID string    `json:"webhookID"`
	// Status is the reply's; 0 where there was none.
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
}

// DeliveryFilter chooses deliveries; a zero field chooses all.
type DeliveryFilter struct {
	// Shop is a domain.
	Shop string
	// Topic is written either way, as ORDERS_CREATE or orders/create.
	Topic string
	State string
	// After chooses deliveries with a higher sequence number.
	After uint64
}
