package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// eventRequest is the body of POST /__sim/shops/{domain}/events.
type eventRequest struct {
	Topic string `json:"topic"`
	// Payload may be left out for the topics of SamplePayload.
	Payload    json.RawMessage  `json:"payload"`
	EventID    string           `json:"eventID"`
	At         time.Time        `json:"at"`
	SubTopic   string           `json:"subTopic"`
	Metafields []EventMetafield `json:"metafields"`
}

func (s *Simulator) postEvent(r *http.Request) (*reply, error) {
	// Decoded in one go, for a payload's ids do not survive as floats.
	var in eventRequest
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&in)
	if err != nil {
		return nil, fmt.Errorf(`the body is not of the form {"topic": "ORDERS_CREATE", "payload": {}}: %w`, err)
	}
	shop, there := s.Shop(r.PathValue("domain"))
	if !there {
		return nil, noShopError(r.PathValue("domain"))
	}
	var payload any = in.Payload
	if len(in.Payload) == 0 || string(in.Payload) == "null" {
		if payload, err = SamplePayload(shop, in.Topic, s.now()); err != nil {
			return nil, err
		}
	}
	e, err := s.Emit(shop.Domain, in.Topic, payload, EventOptions{ID: in.EventID, At: in.At, SubTopic: in.SubTopic, Metafields: in.Metafields})
	if err != nil {
		return nil, err
	}
	return &reply{http.StatusAccepted, e}, nil
}

// decodePayload reads a payload with its numbers as they are written: ids do not
// fit into a float.
func decodePayload(text []byte) (map[string]any, error) {
	value, err := decodeNumbers(text)
	if err != nil {
		return nil, fmt.Errorf("the payload has no JSON: %w", err)
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("the payload is not a JSON object")
	}
	return fields, nil
}
