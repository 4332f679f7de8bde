package simulator

import (
	"slices"
	"strings"
)

// pickupTypes switch local pickup on and off. The replies are those of
// Shopify's examples
// (https://shopify.dev/docs/api/admin-graphql/latest/mutations/locationLocalPickupEnable).
var pickupTypes = map[string]fields{"Mutation": {
	"locationLocalPickupEnable": root(func(r *request, args arguments) (any, error) {
		in := args.object("localPickupSettings")
		refused := func(e record) (any, error) {
			return record{"localPickupSettings": nil, "userErrors": []any{e}}, nil
		}
		l, missing, err := activeLocation(r, in, "localPickupSettings")
		if err != nil {
			return nil, err
		}
		if missing != nil {
			return refused(missing)
		}
		if in.text("pickupTime") == "CUSTOM" {
			return refused(userError("CUSTOM_PICKUP_TIME_NOT_ALLOWED", "Custom pickup time is not allowed for local pickup settings.", "localPickupSettings"))
		}
		l.LocalPickup = &LocalPickup{PickupTime: in.text("pickupTime"), Instructions: in.text("instructions")}
		l.UpdatedAt = r.now
		return record{"localPickupSettings": pickupOf(l), "userErrors": []any{}}, nil
	}, "localPickupSettings"),

	"locationLocalPickupDisable": root(func(r *request, args arguments) (any, error) {
		l, missing, err := activeLocation(r, args, "locationId")
		if err != nil {
			return nil, err
		}
		if missing != nil {
			return record{"locationId": nil, "userErrors": []any{missing}}, nil
		}
		l.LocalPickup, l.UpdatedAt = nil, r.now
		return record{"locationId": gid("Location", l.ID), "userErrors": []any{}}, nil
	}, "locationId"),
}}

// activeLocation finds the location that locationId names among the active
// ones, or says which userError tells that it is not there.
func activeLocation(r *request, args arguments, path string) (*Location, record, error) {
	id, ok, err := args.id("locationId", "Location")
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(r.shop.Locations, func(l Location) bool { return ok && l.ID == id && l.Active })
	if i < 0 {
		given := args.text("locationId")
		number := given[strings.LastIndex(given, "/")+1:]
		return nil, userError("ACTIVE_LOCATION_NOT_FOUND", "Unable to find an active location for location ID "+number, path), nil
	}
	return &r.shop.Locations[i], nil, nil
}

func pickupOf(l *Location) any {
	if l.LocalPickup == nil {
		return nil
	}
	return record{"pickupTime": l.LocalPickup.PickupTime, "instructions": l.LocalPickup.Instructions}
}
