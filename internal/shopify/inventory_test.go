package shopify

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestIdempotencyKeys holds the keys of all attempts against a script of
// replies: one key while it may still work, another once Shopify has tied the
// first to a failure.
func TestIdempotencyKeys(t *testing.T) {
	refusal := func(code string) string {
		return fmt.Sprintf(`{"data":{"inventorySetQuantities":{"inventoryAdjustmentGroup":null,"userErrors":[{"field":["input"],"message":"m","code":%q}]}}}`, code)
	}
	const (
		done   = `{"data":{"inventorySetQuantities":{"inventoryAdjustmentGroup":{"id":"gid://shopify/InventoryAdjustmentGroup/1"},"userErrors":[]}}}`
		broken = ""
	)
	cases := map[string]struct {
		reason  string
		replies []string
		keys    []string
		kind    Kind
	}{
		"at once":               {"one attempt, one key", []string{done}, []string{"k"}, ""},
		"a reply is lost":       {"it may have taken place: the key tells", []string{broken, broken, done}, []string{"k", "k", "k"}, ""},
		"the attempt failed":    {"its key answers with the failure for ever", []string{refusal("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"), done}, []string{"k", "k-1"}, ""},
		"lost, then failed":     {"the key is renewed when Shopify says so, not before", []string{broken, refusal("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"), done}, []string{"k", "k", "k-1"}, ""},
		"it fails for ever":     {"there is an end to it", slices.Repeat([]string{refusal("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")}, 9), []string{"k", "k-1", "k-2"}, Invalid},
		"the stock has changed": {"a conflict is resolved, not repeated", []string{refusal("CHANGE_FROM_QUANTITY_STALE")}, []string{"k"}, Conflict},
		"changed, and no code":  {"recorded replies lack it at times", []string{strings.ReplaceAll(strings.ReplaceAll(refusal(""), `"code":""`, `"code":null`), `"m"`, `"The changeFromQuantity argument no longer matches the persisted quantity."`)}, []string{"k"}, Conflict},
		"an unknown item":       {"nor is a refusal", []string{refusal("INVALID_INVENTORY_ITEM")}, []string{"k"}, Invalid},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex // a dropped request's handler knows nothing of the next one's
			var keys []string
			client, _ := dial(t, newClock(), static, func(w http.ResponseWriter, r *http.Request) {
				var body struct {
					Variables struct {
						Key   string `json:"key"`
						Input struct {
							Quantities []map[string]any `json:"quantities"`
						} `json:"input"`
					} `json:"variables"`
				}
				if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
					t.Error(err)
				}
				if from, given := body.Variables.Input.Quantities[0]["changeFromQuantity"]; !given || from != 1.0 {
					t.Errorf("changeFromQuantity: got %v, given: %v", from, given)
				}
				mu.Lock()
				defer mu.Unlock()
				keys = append(keys, body.Variables.Key)
				reply := tc.replies[len(keys)-1]
				if reply == broken {
					panic(http.ErrAbortHandler)
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, reply)
			})
			err := client.SetQuantities(t.Context(), "k", []QuantityChange{{InventoryItemID: "gid://shopify/InventoryItem/1", LocationID: "gid://shopify/Location/1", From: 1, To: 0}})
			if KindOf(err) != tc.kind || tc.kind == "" && err != nil {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.kind)
			}
			if !slices.Equal(keys, tc.keys) {
				t.Errorf("%s: keys %q, want %q", tc.reason, keys, tc.keys)
			}
		})
	}
}

func TestQuantityChangesAreBounded(t *testing.T) {
	client, _ := dial(t, newClock(), static, func(http.ResponseWriter, *http.Request) { t.Error("a call that is refused anyway was sent") })
	for _, n := range []int{0, MaxQuantityChanges + 1} {
		if err := client.SetQuantities(t.Context(), "k", make([]QuantityChange, n)); KindOf(err) != Invalid {
			t.Errorf("%d changes: got %v", n, err)
		}
	}
}
