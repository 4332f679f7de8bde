package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// deliveryRoutes are the control API's part for webhooks.
func (s *Simulator) deliveryRoutes(handle func(string, func(*http.Request) (*reply, error))) {
	s.clockRoutes(handle)
	s.secretRoutes(handle)
	handle("POST /__sim/shops/{domain}/events", s.postEvent)
	const delivery = "/__sim/shops/{domain}/delivery"
	show := func(r *http.Request) (*reply, error) {
		shop, there := s.Shop(r.PathValue("domain"))
		if !there {
			return nil, noShopError(r.PathValue("domain"))
		}
		return &reply{http.StatusOK, shop.Delivery}, nil
	}
	handle("GET "+delivery, show)
	handle("PUT "+delivery, func(r *http.Request) (*reply, error) {
		var settings DeliverySettings
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&settings); err != nil {
			return nil, fmt.Errorf(`the body is not of the form {"via": "http://127.0.0.1:8081", "rules": [{"topic": "ORDERS_CREATE", "duplicates": 1}]}: %w`, err)
		}
		if err := s.SetDelivery(r.PathValue("domain"), settings); err != nil {
			return nil, err
		}
		return show(r)
	})
	handle("DELETE "+delivery, func(r *http.Request) (*reply, error) {
		if err := s.SetDelivery(r.PathValue("domain"), DeliverySettings{}); err != nil {
			return nil, err
		}
		return &reply{status: http.StatusNoContent}, nil
	})
	handle("GET /__sim/deliveries", s.getDeliveries)
	handle("DELETE /__sim/deliveries", func(*http.Request) (*reply, error) {
		s.ResetDeliveries()
		return &reply{status: http.StatusNoContent}, nil
	})
}

func (s *Simulator) getDeliveries(r *http.Request) (*reply, error) {
	query := r.URL.Query()
	filter := DeliveryFilter{Shop: query.Get("shop"), Topic: query.Get("topic"), State: query.Get("state")}
	if after := query.Get("after"); after != "" {
		n, err := strconv.ParseUint(after, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("after %q: want a sequence number", after)
		}
		filter.After = n
	}
	return &reply{http.StatusOK, map[string]any{"deliveries": s.Deliveries(filter)}}, nil
}
