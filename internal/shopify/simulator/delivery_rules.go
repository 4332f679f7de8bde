package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// DeliverySettings say how webhooks reach the subscribers of a shop. They are
// the simulator's, not Shopify's.
type DeliverySettings struct {
	// Via is where to send all deliveries instead of their own scheme and host, such
	// as http://127.0.0.1:8081. Path, query and Host header stay.
	Via string `json:"via,omitempty"`
	// Rules disturb deliveries; the first whose topic fits holds.
	Rules []DeliveryRule `json:"rules,omitempty"`
}

// DeliveryRule disturbs the deliveries of a topic. Shopify promises neither
// order nor exactly one delivery nor any
// (https://shopify.dev/docs/apps/build/webhooks#limitations). What chance decides
// is the same for the same seed and order of events.
type DeliveryRule struct {
	// Topic is such as ORDERS_CREATE; empty for all.
	Topic string `json:"topic,omitempty"`
	// Duplicates is how many copies follow each delivery.
	Duplicates int `json:"duplicates,omitempty"`
	// FreshWebhookIDs gives copies an X-Shopify-Webhook-Id of their own; the event's
	// id is always the same.
	FreshWebhookIDs bool `json:"freshWebhookIDs,omitempty"`
	// Reorder holds each delivery and copy back by some time shorter than this.
	Reorder Duration `json:"reorder,omitempty"`
	// LoseEvery loses every n-th delivery; 0 for none.
	LoseEvery uint64 `json:"loseEvery,omitempty"`
	// LoseProbability, from 0 to 1, loses some.
	LoseProbability float64 `json:"loseProbability,omitempty"`
	// Delay holds every delivery back by the same time.
	Delay Duration `json:"delay,omitempty"`
	Seed  uint64   `json:"seed,omitempty"`
}

func checkDelivery(shop *Shop) error {
	if via := shop.Delivery.Via; via != "" {
		u, err := url.Parse(via)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
			return fmt.Errorf("delivery.via %q: want scheme and host, such as http://127.0.0.1:8081", via)
		}
	}
	for i, r := range shop.Delivery.Rules {
		switch {
		case r.Topic != "" && topicNames[r.Topic] == "":
			return fmt.Errorf("delivery.rules[%d].topic %q: want one such as ORDERS_CREATE", i, r.Topic)
		case r.Duplicates < 0 || r.Duplicates > 100:
			return fmt.Errorf("delivery.rules[%d].duplicates %d: want 0 to 100", i, r.Duplicates)
		case !(r.LoseProbability >= 0 && r.LoseProbability <= 1):
			return fmt.Errorf("delivery.rules[%d].loseProbability %v: want 0 to 1", i, r.LoseProbability)
		case r.Reorder < 0 || r.Delay < 0:
			return fmt.Errorf("delivery.rules[%d]: a delivery cannot come before its event", i)
		}
	}
	return nil
}

// SetDelivery says how webhooks reach the subscribers of a shop, and has its
// rules count from the start.
func (s *Simulator) SetDelivery(domain string, settings DeliverySettings) error {
	if err := s.update(domain, func(shop *Shop) error { shop.Delivery = settings; return nil }); err != nil {
		return err
	}
	if st := s.store(domain); st != nil {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.disturbed = nil
	}
	return nil
}

// fate is what becomes of a delivery: how long it and its copies are held back;
// none where it is lost.
type fate []time.Duration

// fate decides on the shop's next delivery of a topic. The lock is held.
func (s *store) fate(topic string) (fate, DeliveryRule) {
	for _, rule := range s.shop.Delivery.Rules {
		if rule.Topic != "" && rule.Topic != topic {
			continue
		}
		if s.disturbed == nil {
			s.disturbed = map[DeliveryRule]uint64{}
		}
		s.disturbed[rule]++
		return rule.fate(s.disturbed[rule]), rule
	}
	return fate{0}, DeliveryRule{}
}

// fate decides on the n-th delivery that a rule holds for.
func (r DeliveryRule) fate(n uint64) fate {
	if r.LoseEvery > 0 && n%r.LoseEvery == 0 || r.chance(n, 0) < r.LoseProbability {
		return nil
	}
	held := fate{}
	for i := range r.Duplicates + 1 {
		jitter := time.Duration(r.chance(n, uint64(i)+1) * float64(r.Reorder))
		held = append(held, time.Duration(r.Delay)+jitter)
	}
	return held
}

// chance is a number from 0 to just under 1 that is the same for the same seed.
func (r DeliveryRule) chance(n, of uint64) float64 {
	text := binary.BigEndian.AppendUint64(nil, r.Seed)
	text = binary.BigEndian.AppendUint64(text, n)
	text = binary.BigEndian.AppendUint64(text, of)
	sum := sha256.Sum256(text)
	return float64(binary.BigEndian.Uint64(sum[:8])>>11) / (1 << 53)
}
