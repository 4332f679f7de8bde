package deliveries

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// payload is what is read of a webhook's body. Everything else is asked of
// Shopify, who signs the body but promises neither its order nor its freshness.
type payload struct {
	ID              number     `json:"id"`
	OrderID         number     `json:"order_id"`
	InventoryItemID number     `json:"inventory_item_id"`
	LocationID      number     `json:"location_id"`
	Available       *int       `json:"available"`
	CreatedAt       *time.Time `json:"created_at"`
	UpdatedAt       *time.Time `json:"updated_at"`
	OrderEdit       struct {
		OrderID     number     `json:"order_id"`
		CommittedAt *time.Time `json:"committed_at"`
	} `json:"order_edit"`
}

// number is one of Shopify's, which some payloads write as text.
type number uint64

func (n *number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	v, err := strconv.ParseUint(string(bytes.Trim(text, `"`)), 10, 64)
	*n = number(v)
	return err
}

// UnreadableError says that a body is not what its topic's bodies are. To try
// again is no use.
type UnreadableError struct {
	Topic, Problem string
}

func (e *UnreadableError) Error() string {
	return fmt.Sprintf("the body of this %s webhook %s: see whether Shopify changed its form, then replay it", e.Topic, e.Problem)
}

// subject is what a webhook is about.
type subject struct {
	id uint64
	// at is when Shopify says that it changed; zero where it does not.
	at time.Time
	payload
}

func instant(list ...*time.Time) time.Time {
	for _, t := range list {
		if t != nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// read finds out what a webhook is about.
func read(topic string, body []byte) (subject, error) {
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return subject{}, &UnreadableError{Topic: topic, Problem: "is no JSON of the expected form"}
	}
	s := subject{payload: p, id: uint64(p.ID), at: instant(p.UpdatedAt, p.CreatedAt)}
	switch topic {
	case "refunds/create":
		s.id, s.at = uint64(p.OrderID), instant(p.CreatedAt)
	case "orders/edited":
		s.id, s.at = uint64(p.OrderEdit.OrderID), instant(p.OrderEdit.CommittedAt)
	case "inventory_levels/update":
		s.id = uint64(p.InventoryItemID)
	}
	if s.id == 0 {
		return subject{}, &UnreadableError{Topic: topic, Problem: "does not say what it is about"}
	}
	return s, nil
}
