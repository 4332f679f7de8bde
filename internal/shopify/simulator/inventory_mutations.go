package simulator

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// inventoryMutations change stock. Codes and messages are those of Shopify's
// replies in public records, or where there are none of the schema's descriptions
// of the codes.
var inventoryMutations = map[string]fields{"Mutation": {
	"inventorySetQuantities": idempotent(root(setQuantities, "input").refusing(withoutChangeFrom)),
	"inventoryActivate":      idempotent(root(activate, "inventoryItemId", "locationId", "available", "onHand")),
}}

const (
	// changeFromRequired is the version from which each quantity must be given what
	// it changes from, even if null
	// (https://shopify.dev/changelog/finalizing-compare-and-swap-redesign-for-inventory-set-quantities).
	changeFromRequired = "2026-04"
	// anyLocation is the version from which an item can be set at a location that
	// does not stock it
	// (https://shopify.dev/changelog/removal-of-itemnotstockedatlocation-error).
	anyLocation = "2026-10"
	maxQuantity = 1_000_000_000
)

// quantityReasons are those that Shopify's refusal of another one names.
var quantityReasons = []string{
	"correction", "cycle_count_available", "damaged", "movement_canceled", "movement_created", "movement_received",
	"movement_updated", "other", "promotion", "quality_control", "received", "reservation_created", "reservation_deleted",
	"reservation_updated", "restock", "safety_stock", "shrinkage",
}

// withoutChangeFrom refuses quantities without changeFromQuantity, which Shopify
// does before it misses the @idempotent directive. That one such quantity among
// others is enough is not on record (?).
func withoutChangeFrom(r *request, args arguments) error {
	if r.version < changeFromRequired {
		return nil
	}
	for _, q := range args.object("input").objects("quantities") {
		if _, there := q["changeFromQuantity"]; !there {
			return failure("INVALID_FIELD_ARGUMENTS", "InventoryQuantityInput must include the following argument: changeFromQuantity.")
		}
	}
	return nil
}

// quantity is one that is to be set, as the input has it.
type quantity struct {
	index    string
	item     *InventoryItem // nil: there is none
	location *Location      // nil: there is none
	itemID   string
	placeID  string
	to       int
	// from is what must be there now, by the argument's name; nil opts out.
	from     *int
	argument string
}

// setQuantities sets all of the quantities or none. Several faults of a kind are
// told together; which kind comes first is not on record but for unknown ids (?).
func setQuantities(r *request, args arguments) (any, error) {
	in := args.object("input")
	if err := in.only("InventorySetQuantitiesInput", "name", "reason", "referenceDocumentUri", "quantities", "ignoreCompareQuantity"); err != nil {
		return nil, err
	}
	quantities, err := quantitiesOf(r, in)
	if err != nil {
		return nil, err
	}
	for _, check := range []func() []record{
		func() []record { return wordErrors(in) },
		func() []record { return compareErrors(r, in) },
		func() []record { return quantityErrors(in.text("name"), quantities) },
		func() []record { return unknownErrors(quantities) },
		func() []record { return stockErrors(r, quantities) },
	} {
		if errors := check(); len(errors) > 0 {
			return record{"inventoryAdjustmentGroup": nil, "userErrors": anys(errors)}, nil
		}
	}
	return record{"inventoryAdjustmentGroup": apply(r, in, quantities), "userErrors": []any{}}, nil
}

func quantitiesOf(r *request, in arguments) ([]quantity, error) {
	var quantities []quantity
	for i, q := range in.objects("quantities") {
		if err := q.only("InventoryQuantityInput", "inventoryItemId", "locationId", "quantity", "changeFromQuantity", "compareQuantity"); err != nil {
			return nil, err
		}
		out := quantity{index: strconv.Itoa(i), itemID: q.text("inventoryItemId"), placeID: q.text("locationId")}
		if id, ok, err := q.id("inventoryItemId", "InventoryItem"); err != nil {
			return nil, err
		} else if ok {
			out.item = inventoryItemByID(r.shop, id)
		}
		if id, ok, err := q.id("locationId", "Location"); err != nil {
			return nil, err
		} else if ok {
			out.location = locationByID(r.shop, id)
		}
		if out.location != nil && !out.location.Active {
			return nil, notModelled("stock at a location that is not active")
		}
		out.to, _ = q.whole("quantity")
		if err := out.compare(in, q); err != nil {
			return nil, err
		}
		quantities = append(quantities, out)
	}
	return quantities, nil
}

// compare reads what the stock must be. Until 2026-01 there are two more ways to
// say so, and how they get on with the newer one is not public.
func (q *quantity) compare(in, given arguments) error {
	ignored := in.flag("ignoreCompareQuantity")
	if given.given("changeFromQuantity") && (ignored || given.given("compareQuantity")) {
		return notModelled("changeFromQuantity beside compareQuantity or ignoreCompareQuantity")
	}
	for _, argument := range []string{"changeFromQuantity", "compareQuantity"} {
		if n, there := given.whole(argument); there && !ignored {
			q.from, q.argument = &n, argument
		}
	}
	return nil
}

func wordErrors(in arguments) []record {
	if !slices.Contains(quantityReasons, in.text("reason")) {
		return []record{userError("INVALID_REASON", "The specified reason is invalid. Valid values are: "+strings.Join(quantityReasons, ", ")+".", "input", "reason")}
	}
	if !slices.Contains(quantityNames, in.text("name")) {
		return []record{userError("INVALID_NAME", "The quantity name must be either 'available' or 'on_hand'.", "input", "name")}
	}
	if uri, err := url.Parse(in.text("referenceDocumentUri")); in.given("referenceDocumentUri") && (err != nil || uri.Scheme == "") {
		return []record{userError("INVALID_REFERENCE_DOCUMENT", "The specified reference document is invalid.", "input", "referenceDocumentUri")} // (?)
	}
	return nil
}

// compareErrors misses a comparison where the version does not insist on
// changeFromQuantity. The record is of 2025-01; that it holds for 2026-01, where
// changeFromQuantity: null opts out too, is not certain (?).
func compareErrors(r *request, in arguments) []record {
	if r.version >= changeFromRequired || in.flag("ignoreCompareQuantity") {
		return nil
	}
	for _, q := range in.objects("quantities") {
		if _, there := q["changeFromQuantity"]; !there && !q.given("compareQuantity") {
			return []record{userError("COMPARE_QUANTITY_REQUIRED",
				"The compareQuantity argument must be given to each quantity or ignored using ignoreCompareQuantity.", "input", "ignoreCompareQuantity")}
		}
	}
	return nil
}

// error is a userError about one of the input's quantities.
func (q *quantity) error(code, message, field string) record {
	return userError(code, message, "input", "quantities", q.index, field)
}

// quantityErrors are those that need no look at the stock. What is available may be
// less than nothing, what is on hand may not.
func quantityErrors(name string, quantities []quantity) []record {
	var errors []record
	times := map[[2]string]int{}
	for _, q := range quantities {
		times[[2]string{q.itemID, q.placeID}]++
		switch {
		case q.to > maxQuantity:
			errors = append(errors, q.error("INVALID_QUANTITY_TOO_HIGH", "The quantity can't be higher than 1,000,000,000.", "quantity"))
		case q.to < -maxQuantity:
			errors = append(errors, q.error("INVALID_QUANTITY_TOO_LOW", "The quantity can't be lower than -1,000,000,000.", "quantity"))
		case q.to < 0 && name == "on_hand":
			errors = append(errors, q.error("INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative.", "quantity"))
		}
	}
	for _, q := range quantities {
		if times[[2]string{q.itemID, q.placeID}] > 1 {
			errors = append(errors, q.error("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", "The combination of inventoryItemId and locationId must be unique.", "locationId"))
		}
	}
	return errors
}

func unknownErrors(quantities []quantity) []record {
	var errors []record
	for _, q := range quantities {
		if q.item == nil {
			errors = append(errors, q.error("INVALID_INVENTORY_ITEM", "The specified inventory item could not be found.", "inventoryItemId"))
		}
		if q.location == nil {
			errors = append(errors, q.error("INVALID_LOCATION", "The specified location could not be found.", "locationId"))
		}
	}
	return errors
}

// stockErrors compare with the stock. Public records of a stale quantity have null
// for its field, and some for its code as well, against the schema (?). That there
// is one error for each is not on record (?), nor is the field of an item that is
// not stocked (?).
func stockErrors(r *request, quantities []quantity) []record {
	var errors []record
	for _, q := range quantities {
		level := q.item.levelAt(q.location.ID)
		switch {
		case level == nil && r.version < anyLocation:
			errors = append(errors, q.error("ITEM_NOT_STOCKED_AT_LOCATION", "The specified inventory item is not stocked at the location.", "locationId"))
		case q.from != nil && *q.from != available(level):
			code := map[string]string{"changeFromQuantity": "CHANGE_FROM_QUANTITY_STALE", "compareQuantity": "COMPARE_QUANTITY_STALE"}[q.argument]
			errors = append(errors, userError(code, "The "+q.argument+" argument no longer matches the persisted quantity."))
		}
	}
	return errors
}

// available is what a level has; what is not stocked has nothing (?).
func available(level *InventoryLevel) int {
	if level == nil {
		return 0
	}
	return level.Available
}

// apply sets the quantities and tells of each that changes. The group lists
// all changes of what is available before those of what is on hand; it is null
// where nothing changes.
func apply(r *request, in arguments, quantities []quantity) any {
	var changes, onHand []any
	moves := stockMoves{shop: r.shop, now: r.now}
	for _, q := range quantities {
		level := q.item.levelAt(q.location.ID)
		delta := q.to - available(level)
		if delta == 0 {
			continue
		}
		moves.set(q.item, q.location.ID, q.to)
		changes = append(changes, change("available", delta, q))
		onHand = append(onHand, change("on_hand", delta, q))
	}
	if len(changes) == 0 {
		return nil
	}
	r.tell(moves.facts()...)
	return record{
		"id": gid("InventoryAdjustmentGroup", r.nextID()), "createdAt": dateTime(r.now), "reason": in.text("reason"),
		"referenceDocumentUri": orNull(in.text("referenceDocumentUri")), "changes": append(changes, onHand...), "app": r.app,
	}
}

// change is an InventoryChange. The quantity after it is null in all records.
func change(name string, delta int, q quantity) record {
	return record{"name": name, "delta": delta, "quantityAfterChange": nil, "ledgerDocumentUri": nil, "item": q.item, "location": q.location}
}
