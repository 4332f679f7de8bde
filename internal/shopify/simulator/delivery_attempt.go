package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// attempt makes one request of a delivery and settles what comes of it.
func (s *Simulator) attempt(v *delivery) {
	now := s.now()
	req, state, err := s.prepare(v, now)
	if err != nil {
		s.deliveries.end(v, state, err.Error())
		return
	}
	status, err := s.deliveries.send(req)
	if s.deliveries.ctx.Err() != nil {
		return // the simulator was closed, which is nobody's failure
	}
	done := Attempt{Time: now, WebhookID: req.Header.Get("X-Shopify-Webhook-Id"), Status: status}
	if err != nil {
		done.Error = err.Error()
	}
	s.settle(v, done)
}

// prepare makes the request of a delivery as the shop's state is now. An error
// says why there is none, and the state what the delivery ends in.
func (s *Simulator) prepare(v *delivery, now time.Time) (req *http.Request, state string, err error) {
	current := s.store(v.Shop)
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	shop := &v.store.shop
	app := appByClientID(shop, v.App)
	switch {
	case current != v.store:
		return nil, DeliveryCancelled, errors.New("the shop is gone")
	case app == nil:
		return nil, DeliveryCancelled, errors.New("the app is gone")
	// What becomes of deliveries whose subscription goes is not documented (?).
	case !v.farewell && (app.Uninstalled || v.store.subscription(v.Subscription) == nil):
		return nil, DeliveryCancelled, errors.New("the subscription is gone")
	}
	secret := app.signingSecret(now, s.deliveries.options.signingDelay())
	if secret == "" {
		return nil, DeliveryNotSent, errors.New("the app has no client secret to sign with")
	}
	if req, err = s.deliveries.request(v, shop.Delivery.Via); err != nil {
		return nil, DeliveryNotSent, err
	}
	// Whether a retry is signed with the secret of its own time is not documented (?).
	req.Header.Set("X-Shopify-Hmac-Sha256", signature(v.body, secret))
	return req, "", nil
}

// request is a delivery's request but for the signature. Header names are those
// of https://shopify.dev/docs/apps/build/webhooks/delivery-structure; the user
// agent is from public records.
func (d *deliverer) request(v *delivery, via string) (*http.Request, error) {
	u, err := url.Parse(v.URI)
	if err != nil {
		return nil, fmt.Errorf("the uri cannot be read: %w", err)
	}
	host := u.Host
	if via != "" {
		to, err := url.Parse(via)
		if err != nil {
			return nil, fmt.Errorf("the shop's delivery.via cannot be read: %w", err)
		}
		u.Scheme, u.Host = to.Scheme, to.Host
	} else if d.options.Transport == nil && !d.options.AnyHost && !isLoopback(u.Hostname()) {
		return nil, fmt.Errorf("%s is not this machine; set the shop's delivery.via, or Options.Webhooks.Transport or AnyHost", u.Hostname())
	}
	req, err := http.NewRequestWithContext(d.ctx, http.MethodPost, u.String(), bytes.NewReader(v.body))
	if err != nil {
		return nil, err
	}
	req.Host = host
	webhookID := v.WebhookID
	if d.options.FreshWebhookIDs && len(v.Attempts) > 0 {
		webhookID = d.id()
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Shopify-Captain-Hook",
		"X-Shopify-Topic": v.Topic, "X-Shopify-Shop-Domain": v.Shop, "X-Shopify-API-Version": v.APIVersion,
		"X-Shopify-Webhook-Id": webhookID, "X-Shopify-Event-Id": v.EventID,
		"X-Shopify-Triggered-At": v.TriggeredAt.UTC().Format(time.RFC3339Nano),
		"X-Shopify-Name":         v.name, "X-Shopify-Sub-Topic": v.subTopic,
	} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	return req, nil
}

// isLoopback says whether a host is this machine, without asking a resolver.
func isLoopback(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// newTransport is the simulator's own. Whether Shopify's second to connect
// includes TLS is not documented; here it does not (?).
func newTransport(o WebhookOptions) *http.Transport {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: o.connectTimeout()}).DialContext,
		TLSClientConfig:     o.TLS,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 8,
		IdleConnTimeout:     30 * time.Second,
	}
}

// maxAnswer is how much of a subscriber's answer is read, in bytes.
const maxAnswer = 64 << 10

// send makes the request. Redirects are not followed: they are no success
// (https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks).
func (d *deliverer) send(req *http.Request) (status int, err error) {
	ctx, cancel := context.WithTimeout(req.Context(), d.options.timeout())
	defer cancel()
	resp, err := d.transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }() // what the subscriber says matters to nobody
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return resp.StatusCode, fmt.Errorf("status %d is not one of 200 to 299", resp.StatusCode)
	}
	return resp.StatusCode, nil
}

// settle writes down an attempt and decides on what follows.
func (s *Simulator) settle(v *delivery, done Attempt) {
	retries := s.deliveries.options.retries()
	made, first := s.deliveries.record(v, done)
	exhausted := made > len(retries)
	removed := v.store.count(v.Subscription, done.Error != "", func(failures int) bool {
		return failures >= len(retries) && (exhausted || s.deliveries.options.Removal == RemoveEighth)
	})
	switch {
	case done.Error == "":
		s.deliveries.end(v, DeliveryDone, "")
	case removed:
		s.deliveries.mu.Lock()
		v.RemovedSubscription = true
		s.deliveries.mu.Unlock()
		s.deliveries.end(v, DeliveryFailed, "the subscription was removed for its failures")
	case exhausted:
		s.deliveries.end(v, DeliveryFailed, "")
	default:
		s.schedule(v, max(0, first.Add(retries[made-1]).Sub(s.now())))
	}
}

// record writes down an attempt and returns how many there were and when the
// first was.
func (d *deliverer) record(v *delivery, done Attempt) (made int, first time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v.Attempts = append(v.Attempts, done)
	return len(v.Attempts), v.Attempts[0].Time
}

// count counts a subscription's failures in a row, and removes it where they
// are too many. One of an app's configuration file is never removed.
func (s *store) count(id uint64, failed bool, tooMany func(failures int) bool) (removed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.subscription(id)
	switch {
	case w == nil:
		return false
	case !failed:
		w.Failures = 0
		return false
	}
	w.Failures++
	if w.AppConfig || !tooMany(w.Failures) {
		return false
	}
	s.shop.WebhookSubscriptions = slices.DeleteFunc(s.shop.WebhookSubscriptions, func(w WebhookSubscription) bool { return w.ID == id })
	return true
}

// subscription finds a subscription by its number, whosever it is; nil where
// there is none. The lock is held.
func (s *store) subscription(id uint64) *WebhookSubscription {
	i := slices.IndexFunc(s.shop.WebhookSubscriptions, func(w WebhookSubscription) bool { return w.ID == id })
	if i < 0 {
		return nil
	}
	return &s.shop.WebhookSubscriptions[i]
}
