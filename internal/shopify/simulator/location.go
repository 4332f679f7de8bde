package simulator

import (
	"slices"
	"strconv"
)

// locationTypes are the places that hold stock.
var locationTypes = merge(connectionFields("Location"), map[string]fields{
	"QueryRoot": {
		// Without an id it is the primary location
		// (https://shopify.dev/docs/api/admin-graphql/latest/queries/location).
		"location": root(func(r *request, args arguments) (any, error) {
			if !args.given("id") {
				if l := primary(r.shop); l != nil {
					return l, nil
				}
				return nil, nil
			}
			id, ok, err := args.id("id", "Location")
			if err != nil || !ok {
				return nil, err
			}
			return findLocation(r, id)
		}, "id"),
		"locations": root(locations, append(pageArguments, "sortKey", "includeInactive", "query")...),
	},
	"Location": {
		"id":                    idOf("Location", func(l *Location) uint64 { return l.ID }),
		"legacyResourceId":      show(func(l *Location) any { return strconv.FormatUint(l.ID, 10) }),
		"name":                  show(func(l *Location) any { return l.Name }),
		"isActive":              show(func(l *Location) any { return l.Active }),
		"isPrimary":             show(func(l *Location) any { return l.Primary }),
		"isFulfillmentService":  show(func(*Location) any { return false }),
		"fulfillsOnlineOrders":  show(func(l *Location) any { return l.FulfillsOnlineOrders }),
		"shipsInventory":        show(func(l *Location) any { return l.ShipsInventory }),
		"localPickupSettingsV2": show(pickupOf),
		"createdAt":             show(func(l *Location) any { return dateTime(l.CreatedAt) }),
		"updatedAt":             show(func(l *Location) any { return dateTime(l.UpdatedAt) }),
		"address":               show(func(l *Location) any { return locationAddress(l.Address) }),
	},
})

var locationOrders = orders[*Location]{
	"NAME": func(l *Location) position { return position{l.Name, l.ID} },
	"ID":   func(l *Location) position { return position{ID: l.ID} },
}

func locations(r *request, args arguments) (any, error) {
	order, err := locationOrders.chosen(args)
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(pointers(r.shop.Locations), func(l *Location) bool { return !l.Active && !args.flag("includeInactive") })
	if all, err = locationSearch.choose(all, args, r.now); err != nil {
		return nil, err
	}
	return page(all, order, args)
}

func findLocation(r *request, id uint64) (any, error) {
	if l := locationByID(r.shop, id); l != nil {
		return l, nil
	}
	return nil, nil
}

func locationByID(shop *Shop, id uint64) *Location {
	i := slices.IndexFunc(shop.Locations, func(l Location) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return &shop.Locations[i]
}

func locationAddress(a Address) record {
	formatted := []string{}
	for _, line := range []string{a.Address1, a.Address2, joinWords(a.City, a.ProvinceCode, a.Zip), a.Country} {
		if line != "" {
			formatted = append(formatted, line)
		}
	}
	return record{
		"address1": orNull(a.Address1), "address2": orNull(a.Address2), "city": orNull(a.City), "zip": orNull(a.Zip),
		"province": orNull(a.Province), "provinceCode": orNull(a.ProvinceCode), "phone": orNull(a.Phone),
		"country": orNull(a.Country), "countryCode": orNull(a.CountryCode), "formatted": formatted,
	}
}

// joinWords joins those that are not empty.
func joinWords(words ...string) string {
	line := ""
	for _, w := range words {
		if line != "" && w != "" {
			line += " "
		}
		line += w
	}
	return line
}
