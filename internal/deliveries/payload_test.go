package deliveries

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestRead(t *testing.T) {
	at := time.Date(2027, 4, 3, 14, 5, 6, 0, time.UTC)
	for name, c := range map[string]struct {
		reason, topic, body string
		id                  uint64
		at                  time.Time
		unreadable          bool
	}{
		"order":            {"its own id and change", "orders/paid", `{"id":820982911946154508,"updated_at":"2027-04-03T10:05:06-04:00"}`, 820982911946154508, at, false},
		"order, text":      {"numbers may be text", "orders/paid", `{"id":"12","updated_at":"2027-04-03T14:05:06Z"}`, 12, at, false},
		"refund":           {"what changed is the order", "refunds/create", `{"id":1,"order_id":7,"created_at":"2027-04-03T14:05:06Z"}`, 7, at, false},
		"edit":             {"its ids are nested", "orders/edited", `{"order_edit":{"id":1,"order_id":7,"committed_at":"2027-04-03T14:05:06Z"}}`, 7, at, false},
		"stock":            {"the item whose stock it is", "inventory_levels/update", `{"inventory_item_id":5,"location_id":6,"available":0,"updated_at":"2027-04-03T14:05:06Z"}`, 5, at, false},
		"product deleted":  {"there is nothing but an id", "products/delete", `{"id":9}`, 9, time.Time{}, false},
		"app":              {"the id is the shop's", "app/uninstalled", `{"id":3,"myshopify_domain":"maple-kids.myshopify.com"}`, 3, time.Time{}, false},
		"other fields":     {"what is not asked for may be of any form", "orders/paid", `{"id":1,"customer":[],"note":{"a":1}}`, 1, time.Time{}, false},
		"null":             {"a missing id is no id", "orders/paid", `{"id":null}`, 0, time.Time{}, true},
		"refund, no order": {"the refund's own id would be another order's", "refunds/create", `{"id":1}`, 0, time.Time{}, true},
		"negative":         {"Shopify counts from 1", "orders/paid", `{"id":-1}`, 0, time.Time{}, true},
		"list":             {"not what the topic's bodies are", "orders/paid", `[1]`, 0, time.Time{}, true},
		"no JSON":          {"not what the topic's bodies are", "orders/paid", `id=1`, 0, time.Time{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(c.topic, []byte(c.body))
			if _, unreadable := errors.AsType[*UnreadableError](err); unreadable != c.unreadable || err != nil && !unreadable {
				t.Fatalf("%s: %v", c.reason, err)
			}
			if got.id != c.id || !got.at.Equal(c.at) {
				t.Errorf("%s: %d at %s, want %d at %s", c.reason, got.id, got.at, c.id, c.at)
			}
		})
	}
}

// What Shopify sends in each version, in the form of its public samples, is understood.
func TestPayloadsOfEveryVersion(t *testing.T) {
	now := time.Date(2027, 4, 3, 14, 5, 6, 0, time.UTC)
	sim := simulator.New(simulator.Options{})
	t.Cleanup(sim.Close)
	if err := sim.AddShop(simulator.NewShop("maple-kids.myshopify.com", "Maple Kids")); err != nil {
		t.Fatal(err)
	}
	shop, _ := sim.Shop("maple-kids.myshopify.com")
	for _, topic := range []string{
		"orders/create", "orders/paid", "orders/cancelled", "products/update", "inventory_levels/update",
		"refunds/create", "orders/edited", "products/delete", "app/uninstalled",
	} {
		payload, err := simulator.SamplePayload(shop, strings.ToUpper(strings.ReplaceAll(topic, "/", "_")), now)
		if err != nil {
			t.Fatalf("%s: %v", topic, err)
		}
		for _, version := range simulator.KnownVersions() {
			body, err := json.Marshal(payload(version))
			if err != nil {
				t.Fatal(err)
			}
			got, err := read(topic, body)
			dated := topic != "products/delete" // which has nothing but an id
			if err != nil || got.id == 0 || dated && got.at.IsZero() {
				t.Errorf("%s in %s: %d at %s, %v: %s", topic, version, got.id, got.at, err, body)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("orders/paid", []byte(`{"id":1,"updated_at":"2027-04-03T10:05:06-04:00"}`))
	f.Add("orders/edited", []byte(`{"order_edit":{"order_id":"7"}}`))
	f.Fuzz(func(t *testing.T, topic string, body []byte) {
		s, err := read(topic, body)
		if (err == nil) == (s.id == 0) {
			t.Errorf("%q: id %d and error %v", body, s.id, err)
		}
	})
}
