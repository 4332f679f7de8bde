package simulator

import "fmt"

// activate has a location stock an item from now on. Sentences are those of
// public records, but for what is not there (?).
func activate(r *request, args arguments) (any, error) {
	payload := record{"inventoryLevel": nil}
	itemID, isItem, err := args.id("inventoryItemId", "InventoryItem")
	if err != nil {
		return nil, err
	}
	locationID, isLocation, err := args.id("locationId", "Location")
	if err != nil {
		return nil, err
	}
	refused := func(message string, paths ...string) (any, error) {
		var errors []record
		for _, path := range paths {
			errors = append(errors, userError("", message, path))
		}
		payload["userErrors"] = anys(errors)
		return payload, nil
	}
	item, location := inventoryItemByID(r.shop, itemID), locationByID(r.shop, locationID)
	switch {
	case !isItem || item == nil:
		return refused("The specified inventory item could not be found.", "inventoryItemId")
	case !isLocation || location == nil:
		return refused("The specified location could not be found.", "locationId")
	case !location.Active:
		return nil, notModelled("stock at a location that is not active")
	case args.given("available") && args.given("onHand"):
		return refused(fmt.Sprintf("The product couldn't be stocked at %s because not allowed to set available and on_hand quantities at the same time.", location.Name),
			"available", "onHand")
	}
	level := item.levelAt(location.ID)
	for _, name := range []string{"available", "onHand"} {
		if level != nil && args.given(name) {
			payload["inventoryLevel"] = stock{item, level}
			return refused("Not allowed to set "+map[string]string{"available": "available", "onHand": "on_hand"}[name]+
				" quantity when the item is already active at the location.", name)
		}
	}
	payload["userErrors"] = []any{}
	if level == nil {
		if fault := connect(r, args, item, location.ID); fault != nil {
			payload["userErrors"] = []any{fault}
			return payload, nil
		}
	}
	payload["inventoryLevel"] = stock{item, item.levelAt(location.ID)}
	return payload, nil
}

// connect adds a level with what is there to begin with. That a level which
// begins with something is also told by inventory_levels/update is not on record (?).
func connect(r *request, args arguments, item *InventoryItem, location uint64) record {
	begin := 0
	for _, name := range []string{"available", "onHand"} {
		n, given := args.whole(name)
		switch {
		case !given:
			continue
		case n > maxQuantity || n < -maxQuantity || n < 0 && name == "onHand":
			return userError("", "The quantity is out of range.", name) // the words are ours (?)
		}
		begin = n
	}
	level := InventoryLevel{LocationID: location, UpdatedAt: r.now}
	item.Levels = append(item.Levels, level)
	facts := []fact{{"INVENTORY_LEVELS_CONNECT", stock{item, &level}.payload(r.shop)}}
	if begin != 0 {
		moves := stockMoves{shop: r.shop, now: r.now}
		moves.set(item, location, begin)
		facts[0].payload = stock{item, item.levelAt(location)}.payload(r.shop)
		facts = append(facts, moves.facts()...)
	}
	r.tell(facts...)
	return nil
}
