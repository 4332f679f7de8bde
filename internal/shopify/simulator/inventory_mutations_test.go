package simulator

import (
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

const (
	setStock = `mutation Set($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id createdAt reason referenceDocumentUri app { apiKey } changes { name delta quantityAfterChange item { id sku } location { id } } }
    userErrors { field message code }
  }
}`
	setStockWithoutKey = `mutation Set($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) { inventoryAdjustmentGroup { reason } userErrors { field message code } }
}`
)

// entry is one of an input's quantities; from is left out where it is "absent".
func entry(item, location uint64, from any, to int) map[string]any {
	out := map[string]any{"inventoryItemId": gid("InventoryItem", item), "locationId": gid("Location", location), "quantity": to}
	if from != "absent" {
		out["changeFromQuantity"] = from
	}
	return out
}

func setInput(changes map[string]any, quantities ...any) map[string]any {
	in := map[string]any{"name": "available", "reason": "correction", "quantities": quantities}
	maps.Copy(in, changes)
	return in
}

func TestSetQuantities(t *testing.T) {
	type fault struct {
		code, field, message string
	}
	const stale = "The changeFromQuantity argument no longer matches the persisted quantity."
	cases := map[string]struct {
		reason     string
		version    string         // latest if empty
		changes    map[string]any // of the input
		quantities []any
		want       map[string]int // that differ from before
		faults     []fault
		err        string // the code of an error
	}{
		"set":           {reason: "what is expected is replaced", quantities: []any{entry(hat, warehouse, 5, 4)}, want: map[string]int{"21@11": 4}},
		"several":       {reason: "at several places", quantities: []any{entry(hat, warehouse, 5, 4), entry(hat, hall, 2, 3), entry(scarf, warehouse, 1, 0)}, want: map[string]int{"21@11": 4, "21@12": 3, "22@11": 0}},
		"opted out":     {reason: "null expects nothing", quantities: []any{entry(hat, warehouse, nil, 9)}, want: map[string]int{"21@11": 9}},
		"on hand":       {reason: "all that is on hand is available", changes: map[string]any{"name": "on_hand"}, quantities: []any{entry(hat, warehouse, 5, 9)}, want: map[string]int{"21@11": 9}},
		"below nothing": {reason: "what is available may be less than nothing", quantities: []any{entry(scarf, warehouse, 1, -3)}, want: map[string]int{"22@11": -3}},
		"document":      {reason: "a document is named by its URI", changes: map[string]any{"referenceDocumentUri": "shopkeeper://sale/7"}, quantities: []any{entry(hat, warehouse, 5, 4)}, want: map[string]int{"21@11": 4}},
		"new place":     {reason: "since 2026-10 an item can be set anywhere", quantities: []any{entry(hat, attic, 0, 4), entry(scarf, attic, nil, 1)}, want: map[string]int{"21@13": 4, "22@13": 1}},

		"stale":            {reason: "who read something else is refused", quantities: []any{entry(hat, warehouse, 6, 4)}, faults: []fault{{"CHANGE_FROM_QUANTITY_STALE", "", stale}}},
		"all or nothing":   {reason: "one refusal refuses all", quantities: []any{entry(hat, warehouse, 5, 4), entry(hat, hall, 3, 1), entry(scarf, warehouse, 1, 0)}, faults: []fault{{"CHANGE_FROM_QUANTITY_STALE", "", stale}}},
		"all are told":     {reason: "each refusal is told", quantities: []any{entry(hat, warehouse, 0, 4), entry(hat, hall, 0, 1)}, faults: []fault{{"CHANGE_FROM_QUANTITY_STALE", "", stale}, {"CHANGE_FROM_QUANTITY_STALE", "", stale}}},
		"stale new place":  {reason: "what is not stocked has nothing", quantities: []any{entry(hat, attic, 1, 4)}, faults: []fault{{"CHANGE_FROM_QUANTITY_STALE", "", stale}}},
		"not stocked":      {reason: "before 2026-10 an item is set where it is stocked", version: "2026-07", quantities: []any{entry(scarf, hall, nil, 4)}, faults: []fault{{"ITEM_NOT_STOCKED_AT_LOCATION", "0 locationId", "The specified inventory item is not stocked at the location."}}},
		"unknown":          {reason: "ids name what is there", quantities: []any{entry(hat, warehouse, 5, 4), entry(99, 98, nil, 4)}, faults: []fault{{"INVALID_INVENTORY_ITEM", "1 inventoryItemId", "The specified inventory item could not be found."}, {"INVALID_LOCATION", "1 locationId", "The specified location could not be found."}}},
		"of another type":  {reason: "of their type", quantities: []any{map[string]any{"inventoryItemId": gid("Location", hat), "locationId": gid("Location", warehouse), "quantity": 1, "changeFromQuantity": nil}}, faults: []fault{{"INVALID_INVENTORY_ITEM", "0 inventoryItemId", "The specified inventory item could not be found."}}},
		"twice":            {reason: "a place has one new quantity", quantities: []any{entry(hat, warehouse, 5, 4), entry(hat, warehouse, 5, 4)}, faults: []fault{{"NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", "0 locationId", "The combination of inventoryItemId and locationId must be unique."}, {"NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", "1 locationId", "The combination of inventoryItemId and locationId must be unique."}}},
		"too high":         {reason: "of a billion at most", quantities: []any{entry(hat, warehouse, 5, 1_000_000_001)}, faults: []fault{{"INVALID_QUANTITY_TOO_HIGH", "0 quantity", "The quantity can't be higher than 1,000,000,000."}}},
		"too low":          {reason: "either way", quantities: []any{entry(hat, warehouse, 5, -1_000_000_001)}, faults: []fault{{"INVALID_QUANTITY_TOO_LOW", "0 quantity", "The quantity can't be lower than -1,000,000,000."}}},
		"negative on hand": {reason: "nobody has less than nothing in hand", changes: map[string]any{"name": "on_hand"}, quantities: []any{entry(hat, warehouse, 5, -1)}, faults: []fault{{"INVALID_QUANTITY_NEGATIVE", "0 quantity", "The quantity can't be negative."}}},
		"name":             {reason: "two quantities can be set", changes: map[string]any{"name": "damaged"}, quantities: []any{entry(hat, warehouse, 5, 4)}, faults: []fault{{"INVALID_NAME", "name", "The quantity name must be either 'available' or 'on_hand'."}}},
		"reason":           {reason: "reasons are Shopify's", changes: map[string]any{"reason": "sold"}, quantities: []any{entry(hat, warehouse, 5, 4)}, faults: []fault{{"INVALID_REASON", "reason", "The specified reason is invalid. Valid values are: correction, cycle_count_available, damaged, movement_canceled, movement_created, movement_received, movement_updated, other, promotion, quality_control, received, reservation_created, reservation_deleted, reservation_updated, restock, safety_stock, shrinkage."}}},
		"no document":      {reason: "a name alone is no URI", changes: map[string]any{"referenceDocumentUri": "sale 7"}, quantities: []any{entry(hat, warehouse, 5, 4)}, faults: []fault{{"INVALID_REFERENCE_DOCUMENT", "referenceDocumentUri", "The specified reference document is invalid."}}},
		"closed":           {reason: "what Shopify says of a location that is not active is not known", quantities: []any{entry(hat, cellar, nil, 4)}, err: "NOT_MODELLED"},

		"missing":        {reason: "since 2026-04 an expectation is required", version: "2026-04", quantities: []any{entry(hat, warehouse, "absent", 4)}, err: "INVALID_FIELD_ARGUMENTS"},
		"one missing":    {reason: "of each", quantities: []any{entry(hat, warehouse, 5, 4), entry(scarf, warehouse, "absent", 4)}, err: "INVALID_FIELD_ARGUMENTS"},
		"old, missing":   {reason: "in 2026-01 the old way to expect is missed", version: "2026-01", quantities: []any{entry(hat, warehouse, "absent", 4)}, faults: []fault{{"COMPARE_QUANTITY_REQUIRED", "ignoreCompareQuantity", "The compareQuantity argument must be given to each quantity or ignored using ignoreCompareQuantity."}}},
		"old, opted out": {reason: "unless that opts out", version: "2026-01", changes: map[string]any{"ignoreCompareQuantity": true}, quantities: []any{entry(hat, warehouse, "absent", 4)}, want: map[string]int{"21@11": 4}},
		"old, null":      {reason: "or the new way does", version: "2026-01", quantities: []any{entry(hat, warehouse, nil, 4)}, want: map[string]int{"21@11": 4}},
		"old, new way":   {reason: "which is known there", version: "2026-01", quantities: []any{entry(hat, warehouse, 6, 4)}, faults: []fault{{"CHANGE_FROM_QUANTITY_STALE", "", stale}}},
		"old, same":      {reason: "as is the old one", version: "2026-01", quantities: []any{old(5, 4)}, want: map[string]int{"21@11": 4}},
		"old, stale":     {reason: "with a code of its own", version: "2026-01", quantities: []any{old(6, 4)}, faults: []fault{{"COMPARE_QUANTITY_STALE", "", "The compareQuantity argument no longer matches the persisted quantity."}}},
		"old, both":      {reason: "how they get on is not known", version: "2026-01", changes: map[string]any{"ignoreCompareQuantity": true}, quantities: []any{entry(hat, warehouse, 6, 4)}, err: "NOT_MODELLED"},
		"gone":           {reason: "and gone in 2026-04", version: "2026-04", quantities: []any{old(5, 4)}, err: "INVALID_VARIABLE"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStocked(t)
			want := w.levels()
			maps.Copy(want, tc.want)
			before := w.shop()
			a := w.askAs("shpat_maple-kids", orDefault(tc.version, latest), setStock, map[string]any{"key": "k", "input": setInput(tc.changes, tc.quantities...)})
			w.Expect(w.levels()).To(Equal(want), tc.reason+": "+a.text)
			if tc.err != "" {
				w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.err), a.text)
				w.Expect(w.shop()).To(Equal(before))
				return
			}
			w.Expect(a.at("errors")).To(BeNil(), a.text)
			faults := []any{}
			for _, f := range tc.faults {
				faults = append(faults, map[string]any{"code": f.code, "message": f.message, "field": pathOf(f.field)})
			}
			w.Expect(a.at("data.inventorySetQuantities.userErrors")).To(Equal(faults), tc.reason)
			if len(faults) > 0 {
				w.Expect(a.at("data.inventorySetQuantities.inventoryAdjustmentGroup")).To(BeNil())
				w.Expect(w.shop()).To(Equal(before), "a refusal changes nothing")
			} else {
				w.Expect(a.at("data.inventorySetQuantities.inventoryAdjustmentGroup.changes")).To(HaveLen(2*len(tc.want)), a.text)
			}
		})
	}
}

// old is an entry for the hat in the warehouse as it was before 2026-04.
func old(from, to int) map[string]any {
	e := entry(hat, warehouse, "absent", to)
	e["compareQuantity"] = from
	return e
}

// pathOf is the field of a userError: of the input, or of one of its quantities.
func pathOf(field string) any {
	var index, name string
	switch n, _ := fmt.Sscan(field, &index, &name); n {
	case 0:
		return nil
	case 1:
		return []any{"input", index}
	default:
		return []any{"input", "quantities", index, name}
	}
}

func TestAdjustmentGroup(t *testing.T) {
	w := newStocked(t)
	w.time = w.time.Add(time.Hour)
	in := setInput(map[string]any{"referenceDocumentUri": "shopkeeper://sale/7"}, entry(hat, warehouse, 5, 4), entry(hat, hall, 2, 2), entry(scarf, warehouse, 1, 3))
	a := w.ask(setStock, map[string]any{"key": "k", "input": in})
	group := a.at("data.inventorySetQuantities.inventoryAdjustmentGroup").(map[string]any)
	change := func(name string, item uint64, sku string, delta float64) any {
		return map[string]any{
			"name": name, "delta": delta, "quantityAfterChange": nil,
			"item": map[string]any{"id": gid("InventoryItem", item), "sku": sku}, "location": map[string]any{"id": gid("Location", warehouse)},
		}
	}
	w.Expect(group).To(Equal(map[string]any{
		"id": group["id"], "createdAt": "2026-11-23T10:00:00Z", "reason": "correction", "referenceDocumentUri": "shopkeeper://sale/7",
		"app":     map[string]any{"apiKey": "maple-kids-app"},
		"changes": []any{change("available", hat, "HAT", -1), change("available", scarf, "SCARF", 2), change("on_hand", hat, "HAT", -1), change("on_hand", scarf, "SCARF", 2)},
	}), a.text)
	w.Expect(group["id"]).To(HavePrefix("gid://shopify/InventoryAdjustmentGroup/"))
	levels := w.shop().InventoryItems[0].Levels
	w.Expect(levels[0].UpdatedAt).To(Equal(w.time))
	w.Expect(levels[1].UpdatedAt).To(Equal(w.time.Add(-time.Hour)), "what stays is not touched")

	a = w.ask(setStock, map[string]any{"key": "l", "input": setInput(nil, entry(hat, warehouse, 4, 4))})
	w.Expect(a.at("data.inventorySetQuantities")).To(Equal(map[string]any{"inventoryAdjustmentGroup": nil, "userErrors": []any{}}), "no change, no group")
}

// TestSettersRace: of all that read the same stock one sets it.
func TestSettersRace(t *testing.T) {
	w := newStocked(t)
	const setters = 8
	codes := make([]any, setters)
	var all sync.WaitGroup
	for i := range setters {
		all.Go(func() {
			a := w.ask(setStock, map[string]any{"key": fmt.Sprint(i), "input": setInput(nil, entry(hat, warehouse, 5, 100+i))})
			codes[i] = a.at("data.inventorySetQuantities.userErrors.0.code")
		})
	}
	all.Wait()
	winners := 0
	for i, code := range codes {
		if code == nil {
			winners++
			w.Expect(w.levels()["21@11"]).To(Equal(100 + i))
		} else {
			w.Expect(code).To(Equal("CHANGE_FROM_QUANTITY_STALE"))
		}
	}
	w.Expect(winners).To(Equal(1))
}

func TestSettingOnce(t *testing.T) {
	right, other, stale := setInput(nil, entry(hat, warehouse, 5, 4)), setInput(nil, entry(hat, warehouse, 4, 3)), setInput(nil, entry(hat, warehouse, 9, 3))
	type step struct {
		key  string
		in   map[string]any
		code string // of the userError; empty for none
		left int
	}
	cases := map[string]struct {
		reason string
		steps  []step
	}{
		"replay":        {"the same key and input is one call, although the stock is no longer what it expects", []step{{"a", right, "", 4}, {"a", right, "", 4}}},
		"another key":   {"with a key of its own it is another call", []step{{"a", right, "", 4}, {"b", right, "CHANGE_FROM_QUANTITY_STALE", 4}}},
		"another input": {"a key is for one input", []step{{"a", right, "", 4}, {"a", other, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", 4}}},
		"burnt":         {"a key that failed is no good", []step{{"a", stale, "CHANGE_FROM_QUANTITY_STALE", 5}, {"a", stale, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", 5}, {"b", right, "", 4}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStocked(t)
			replies := map[string]any{}
			for i, s := range tc.steps {
				a := w.ask(setStock, map[string]any{"key": s.key, "input": s.in})
				code, _ := a.at("data.inventorySetQuantities.userErrors.0.code").(string)
				w.Expect(code).To(Equal(s.code), "step %d: %s %s", i, tc.reason, a.text)
				w.Expect(w.levels()["21@11"]).To(Equal(s.left), "step %d: %s", i, tc.reason)
				if before, again := replies[s.key]; again && s.code == "" {
					w.Expect(a.at("data")).To(Equal(before), tc.reason)
				}
				replies[s.key] = a.at("data")
			}
		})
	}
}

func TestWhatSettingRequires(t *testing.T) {
	const directive, from = "The @idempotent directive is required for this mutation but was not provided.", "InventoryQuantityInput must include the following argument: changeFromQuantity."
	cases := map[string]struct {
		reason, version string
		from            any
		want            string // the message; empty for success
	}{
		"2026-01":          {"the key is wished for", "2026-01", 5, ""},
		"2026-04":          {"then required", "2026-04", 5, directive},
		"2026-07":          {"from then on", "2026-07", nil, directive},
		"2026-10":          {"to this day", "2026-10", 5, directive},
		"neither, 2026-04": {"changeFromQuantity is missed first", "2026-04", "absent", from},
		"neither, 2026-10": {"in every version", "2026-10", "absent", from},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStocked(t)
			a := w.askAs("shpat_maple-kids", tc.version, setStockWithoutKey, map[string]any{"input": setInput(nil, entry(hat, warehouse, tc.from, 4))})
			if tc.want == "" {
				w.Expect(a.at("errors")).To(BeNil(), tc.reason+a.text)
				w.Expect(w.levels()["21@11"]).To(Equal(4))
				return
			}
			w.Expect(a.at("errors.0.message")).To(Equal(tc.want), tc.reason)
			w.Expect(a.at("errors.0.path")).To(Equal([]any{"inventorySetQuantities"}))
			w.Expect(a.at("data.inventorySetQuantities")).To(BeNil())
			w.Expect(w.levels()["21@11"]).To(Equal(5))
		})
	}

	w := newStocked(t)
	w.ask(setStock, map[string]any{"key": "k", "input": setInput(nil, entry(hat, warehouse, "absent", 4))})
	a := w.ask(setStock, map[string]any{"key": "k", "input": setInput(nil, entry(hat, warehouse, 5, 4))})
	w.Expect(a.at("data.inventorySetQuantities.userErrors")).To(BeEmpty(), "a key that was not looked at is not used up")

	many := []any{}
	for range 251 {
		many = append(many, entry(hat, warehouse, nil, 4))
	}
	a = w.ask(setStock, map[string]any{"key": "l", "input": setInput(nil, many...)})
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("MAX_INPUT_SIZE_EXCEEDED"), a.text)
}
