package simulator

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// stock is an inventory item at a location.
type stock struct {
	item  *InventoryItem
	level *InventoryLevel
}

// inventoryTypes are inventory items and their stock, to read.
var inventoryTypes = merge(connectionFields("InventoryItem"), connectionFields("InventoryLevel"), map[string]fields{
	"QueryRoot": {
		"inventoryItem": root(func(r *request, args arguments) (any, error) {
			id, ok, err := args.id("id", "InventoryItem")
			if err != nil || !ok {
				return nil, err
			}
			return findInventoryItem(r, id)
		}, "id"),
		"inventoryItems": root(inventoryItems, append(pageArguments, "query")...),
		"inventoryLevel": root(func(r *request, args arguments) (any, error) {
			if _, _, err := args.id("id", "InventoryLevel"); err != nil {
				return nil, err
			}
			return findInventoryLevel(r, args.text("id"))
		}, "id"),
	},
	"InventoryItem": {
		"id":               idOf("InventoryItem", func(i *InventoryItem) uint64 { return i.ID }),
		"legacyResourceId": show(func(i *InventoryItem) any { return strconv.FormatUint(i.ID, 10) }),
		"sku":              show(func(i *InventoryItem) any { return orNull(i.SKU) }),
		"tracked":          show(func(i *InventoryItem) any { return i.Tracked }),
		"requiresShipping": show(func(i *InventoryItem) any { return !i.Unshipped }),
		"measurement": show(func(i *InventoryItem) any {
			return record{"weight": record{"value": i.Weight.Value, "unit": orDefault(i.Weight.Unit, "KILOGRAMS")}}
		}),
		"unitCost": ask(func(r *request, i *InventoryItem, _ arguments) (any, error) {
			if i.Cost == 0 {
				return nil, nil
			}
			return record{"amount": i.Cost.String(), "currencyCode": r.shop.Currency}, nil
		}),
		"createdAt": show(func(i *InventoryItem) any { return dateTime(i.CreatedAt) }),
		"updatedAt": show(func(i *InventoryItem) any { return dateTime(i.UpdatedAt) }),
		"inventoryLevel": ask(func(_ *request, i *InventoryItem, args arguments) (any, error) {
			id, _, err := args.id("locationId", "Location")
			return orNothing(stock{i, i.levelAt(id)}), err
		}, "locationId", "includeInactive"),
		"inventoryLevels": ask(func(_ *request, i *InventoryItem, args arguments) (any, error) {
			return page(i.stock(), func(s stock) position { return position{ID: s.level.LocationID} }, args)
		}, append(pageArguments, "includeInactive")...),
	},
	// All levels are active ones, so includeInactive makes no difference.
	"InventoryLevel": {
		"id":        show(func(s stock) any { return s.gid() }),
		"item":      show(func(s stock) any { return s.item }),
		"location":  ask(func(r *request, s stock, _ arguments) (any, error) { return findLocation(r, s.level.LocationID) }),
		"isActive":  show(func(stock) any { return true }),
		"updatedAt": show(func(s stock) any { return dateTime(s.level.UpdatedAt) }),
		"quantities": ask(func(_ *request, s stock, args arguments) (any, error) {
			quantities := []any{}
			for _, name := range args.texts("names") {
				if !slices.Contains(quantityNames, name) {
					return nil, notModelled("the quantity %s", name)
				}
				quantities = append(quantities, record{"name": name, "quantity": s.level.Available, "updatedAt": dateTime(s.level.UpdatedAt)})
			}
			return quantities, nil
		}, "names"),
	},
	"Location": {
		"inventoryLevel": ask(func(r *request, l *Location, args arguments) (any, error) {
			id, _, err := args.id("inventoryItemId", "InventoryItem")
			item := inventoryItemByID(r.shop, id)
			if item == nil || err != nil {
				return nil, err
			}
			return orNothing(stock{item, item.levelAt(l.ID)}), nil
		}, "inventoryItemId", "includeInactive"),
		"inventoryLevels": ask(func(r *request, l *Location, args arguments) (any, error) {
			var all []stock
			for _, item := range pointers(r.shop.InventoryItems) {
				if level := item.levelAt(l.ID); level != nil {
					all = append(all, stock{item, level})
				}
			}
			return page(all, func(s stock) position { return position{ID: s.item.ID} }, args)
		}, append(pageArguments, "includeInactive")...),
	},
})

// quantityNames are the quantities of a level that are modelled, both alike, and
// the only ones that can be set.
var quantityNames = []string{"available", "on_hand"}

func inventoryItems(r *request, args arguments) (any, error) {
	all, err := inventorySearch.choose(pointers(r.shop.InventoryItems), args, r.now)
	if err != nil {
		return nil, err
	}
	return page(all, func(i *InventoryItem) position { return position{ID: i.ID} }, args)
}

func findInventoryItem(r *request, id uint64) (any, error) {
	if item := inventoryItemByID(r.shop, id); item != nil {
		return item, nil
	}
	return nil, nil
}

// levelGID is the id of a level. Shopify's first number is one of its own for each
// location; here it is the location's.
var levelGID = regexp.MustCompile(`^gid://shopify/InventoryLevel/(\d+)\?inventory_item_id=(\d+)$`)

func (s stock) gid() string {
	return fmt.Sprintf("gid://shopify/InventoryLevel/%d?inventory_item_id=%d", s.level.LocationID, s.item.ID)
}

func findInventoryLevel(r *request, id string) (any, error) {
	parts := levelGID.FindStringSubmatch(id)
	if parts == nil {
		return nil, nil
	}
	location, _ := strconv.ParseUint(parts[1], 10, 64) // too large a number finds nothing
	number, _ := strconv.ParseUint(parts[2], 10, 64)
	item := inventoryItemByID(r.shop, number)
	if item == nil {
		return nil, nil
	}
	return orNothing(stock{item, item.levelAt(location)}), nil
}

// orNothing is null for an item that a location does not stock.
func orNothing(s stock) any {
	if s.level == nil {
		return nil
	}
	return s
}

// levelAt is the item's level at a location, or nil.
func (i *InventoryItem) levelAt(location uint64) *InventoryLevel {
	at := slices.IndexFunc(i.Levels, func(l InventoryLevel) bool { return l.LocationID == location })
	if at < 0 {
		return nil
	}
	return &i.Levels[at]
}

// stock is the item at each of its locations.
func (i *InventoryItem) stock() []stock {
	var all []stock
	for _, level := range pointers(i.Levels) {
		all = append(all, stock{i, level})
	}
	return all
}

// payload is what inventory_levels/update tells of the stock.
func (s stock) payload(shop *Shop) any {
	return InventoryLevelPayload(*shop, EventInventoryLevel{
		Item: s.item.ID, Location: s.level.LocationID, Available: s.level.Available, At: s.level.UpdatedAt,
	})
}

func (i *InventoryItem) complete(nextID func() uint64, now time.Time) {
	assign(&i.ID, nextID)
	stamp(&i.CreatedAt, now)
	stamp(&i.UpdatedAt, now)
	notNil(&i.Levels)
	for at := range i.Levels {
		stamp(&i.Levels[at].UpdatedAt, now)
	}
}

func checkInventory(shop *Shop) error {
	items := map[uint64]bool{}
	for _, item := range shop.InventoryItems {
		if item.ID != 0 && items[item.ID] {
			return fmt.Errorf("inventoryItems: the id %d is there twice", item.ID)
		}
		items[item.ID] = true
		stocked := map[uint64]bool{}
		for _, level := range item.Levels {
			if level.LocationID == 0 || !slices.ContainsFunc(shop.Locations, func(l Location) bool { return l.ID == level.LocationID }) {
				return fmt.Errorf("inventoryItems: no location has the id %d; give the locationID of one, with an id of its own", level.LocationID)
			}
			if stocked[level.LocationID] {
				return fmt.Errorf("inventoryItems: an item has two levels at location %d", level.LocationID)
			}
			stocked[level.LocationID] = true
			if level.Available < -maxQuantity || level.Available > maxQuantity {
				return fmt.Errorf("inventoryItems: available %d is not from -%d to %d", level.Available, maxQuantity, maxQuantity)
			}
		}
	}
	return nil
}
