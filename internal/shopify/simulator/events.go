package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// EventOptions are what may be said of an event beside its payload.
type EventOptions struct {
	// ID is the X-Shopify-Event-Id, which all that one act of a merchant causes
	// shares; one is made up if empty.
	ID string
	// At is when it happened; now if zero.
	At time.Time
	// SubTopic is the X-Shopify-Sub-Topic; most topics have none.
	SubTopic string
	// Metafields are those of the resource. Each subscription gets those it asks for.
	Metafields []EventMetafield
}

// EventMetafield is a metafield of the resource that an event is about.
type EventMetafield struct {
	ID        uint64 `json:"id"`
	Namespace string `json:"namespace"`
	Key       string `json:"key"`
	Type      string `json:"type"`
	// Value is the value as text, whatever the type.
	Value string `json:"value"`
}

// PayloadByVersion is a payload that differs by API version.
type PayloadByVersion func(version string) any

// Event is what Emit made of an event.
type Event struct {
	ID string `json:"eventID"`
	// Topic is as in the header, such as orders/create.
	Topic string `json:"topic"`
	// Deliveries are the sequence numbers of the deliveries, copies included; empty
	// where no subscription asks for the event or all filters refuse it.
	Deliveries []uint64 `json:"deliveries"`
}

// Emit tells the apps of a shop that something happened: every subscription to
// the topic whose filter lets the payload through gets a delivery, made once the
// clock goes on. The topic is written either way, as ORDERS_CREATE or
// orders/create; the payload is anything whose JSON is an object, or a
// PayloadByVersion. An error about a subscription that the simulator cannot
// serve, such as one in XML, does not keep the others from theirs.
func (s *Simulator) Emit(domain, topic string, payload any, options EventOptions) (Event, error) {
	e := event{topic: topicOf(topic), options: options, payload: payload}
	if e.topic == "" {
		return Event{}, fmt.Errorf("topic %q: want one such as ORDERS_CREATE", topic)
	}
	st := s.store(domain)
	if st == nil {
		return Event{}, noShopError(domain)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	return s.emit(st, st.shop.WebhookSubscriptions, e)
}

// event is an event on its way to subscriptions.
type event struct {
	topic   string // a WebhookSubscriptionTopic
	payload any
	options EventOptions
	// app is the client id of the only app to tell; empty for all.
	app string
	// farewell says that the event tells an app that it is gone.
	farewell bool
}

// emit queues the deliveries of an event. The shop's lock is held.
func (s *Simulator) emit(st *store, subscriptions []WebhookSubscription, e event) (Event, error) {
	if e.options.ID == "" {
		e.options.ID = s.deliveries.id()
	}
	if e.options.At.IsZero() {
		e.options.At = s.now()
	}
	out := Event{ID: e.options.ID, Topic: topicNames[e.topic], Deliveries: []uint64{}}
	var problems []error
	for _, w := range subscriptions {
		app := appByClientID(&st.shop, w.App)
		if w.Topic != e.topic || e.app != "" && w.App != e.app || app == nil || app.Uninstalled && !e.farewell {
			continue
		}
		queued, err := s.queue(st, w, e)
		for _, v := range queued {
			out.Deliveries = append(out.Deliveries, v.Sequence)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("webhook subscription %d: %w", w.ID, err))
		}
	}
	return out, errors.Join(problems...)
}

// queue makes the deliveries of an event to a subscription: none where its
// filter refuses it, several where a rule of the shop duplicates it.
func (s *Simulator) queue(st *store, w WebhookSubscription, e event) ([]*delivery, error) {
	version := s.payloadVersion(w)
	body, err := payloadFor(w, version, e)
	if body == nil && err == nil {
		return nil, nil
	}
	base := Delivery{
		Shop: st.shop.Domain, App: w.App, Topic: topicNames[e.topic], Subscription: w.ID, URI: w.URI,
		EventID: e.options.ID, WebhookID: s.deliveries.id(), APIVersion: version, TriggeredAt: e.options.At,
		Bytes: len(body), State: DeliveryNotSent, Attempts: []Attempt{},
	}
	if err != nil {
		base.Error = err.Error()
		v := &delivery{Delivery: base}
		s.deliveries.add(v)
		return []*delivery{v}, err
	}
	held, rule := st.fate(e.topic)
	if len(held) == 0 {
		base.State, base.Error = DeliveryLost, "lost by the shop's delivery.rules"
		v := &delivery{Delivery: base}
		s.deliveries.add(v)
		return []*delivery{v}, nil
	}
	var queued []*delivery
	for i, wait := range held {
		v := &delivery{Delivery: base, store: st, topic: e.topic, subTopic: e.options.SubTopic, name: w.Name, body: body, farewell: e.farewell}
		v.Copy, v.Attempts = i, []Attempt{}
		if i > 0 && rule.FreshWebhookIDs {
			v.WebhookID = s.deliveries.id()
		}
		s.deliveries.add(v)
		s.schedule(v, wait)
		queued = append(queued, v)
	}
	return queued, nil
}

// payloadVersion is the version that a subscription's payloads have: its own,
// or where that is no longer accessible the oldest that is.
func (s *Simulator) payloadVersion(w WebhookSubscription) string {
	served, _ := s.window.at(s.clock())
	if w.APIVersion == "" {
		return served[len(served)-1] // one that was put there behind the API's back
	}
	if version, ok := serving(served, w.APIVersion); ok {
		return version
	}
	return w.APIVersion
}

// payloadFor is the body of a delivery; nil where the subscription's filter
// refuses it. An error says what the simulator cannot do.
func payloadFor(w WebhookSubscription, version string, e event) ([]byte, error) {
	switch {
	case w.Format == "XML":
		return nil, errors.New("deliveries in XML are not modelled by the simulator")
	case !strings.HasPrefix(w.URI, "https://") && !strings.HasPrefix(w.URI, "http://"):
		return nil, errors.New("deliveries to Pub/Sub and EventBridge are not modelled by the simulator")
	}
	payload := e.payload
	if by, ok := payload.(PayloadByVersion); ok {
		payload = by(version)
	}
	text, err := json.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("the payload has no JSON: %w", err)
	}
	fields, err := decodePayload(text)
	if err != nil {
		return nil, err
	}
	let, err := passes(w.Filter, fields)
	if err != nil || !let {
		return nil, err
	}
	if len(w.IncludeFields) > 0 {
		fields = cut(fields, w.IncludeFields)
	}
	if len(w.MetafieldNamespaces) > 0 || len(w.Metafields) > 0 {
		fields["metafields"] = wanted(w, e.options.Metafields)
	}
	return json.Marshal(fields)
}

// wanted are the metafields that a subscription asks for, which are there
// whatever its includeFields say (?).
func wanted(w WebhookSubscription, all []EventMetafield) []EventMetafield {
	chosen := []EventMetafield{}
	for _, m := range all {
		if slices.Contains(w.MetafieldNamespaces, m.Namespace) || slices.Contains(w.Metafields, MetafieldIdentifier{m.Namespace, m.Key}) {
			chosen = append(chosen, m)
		}
	}
	return chosen
}
