package simulator

import (
	"net/http"
	"slices"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// restShop answers shop.json with what the state knows
// (https://shopify.dev/docs/api/admin-rest/latest/resources/shop).
func restShop(x *exchange) *reply {
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	s := x.read()
	var primaryLocation any
	if l := primary(s); l != nil {
		primaryLocation = l.ID
	}
	return &reply{http.StatusOK, map[string]any{"shop": map[string]any{
		"id": s.ID, "name": s.Name, "shop_owner": s.Owner, "email": s.Email, "customer_email": s.Email,
		"domain": customerHost(s), "myshopify_domain": s.Domain,
		"address1": s.Address.Address1, "address2": s.Address.Address2, "city": s.Address.City, "zip": s.Address.Zip,
		"province": s.Address.Province, "province_code": s.Address.ProvinceCode, "phone": s.Address.Phone,
		"country": s.Address.CountryCode, "country_code": s.Address.CountryCode, "country_name": s.Address.Country,
		"currency": s.Currency, "money_format": "${{amount}}", "money_with_currency_format": "${{amount}} " + s.Currency,
		"iana_timezone": s.Timezone, "primary_locale": "en", "primary_location_id": primaryLocation, "weight_unit": "kg",
		"plan_name": planHandle(s.Plan), "plan_display_name": s.Plan,
		"password_enabled": s.PasswordEnabled, "has_storefront": s.Storefront,
		"taxes_included": s.TaxesIncluded, "tax_shipping": s.TaxShipping,
		"created_at": s.CreatedAt.Format(time.RFC3339), "updated_at": s.UpdatedAt.Format(time.RFC3339),
	}}}
}

// restAccessScopes answers access_scopes.json, which any token may read.
func restAccessScopes(x *exchange) *reply {
	scopes := []map[string]string{}
	for _, scope := range x.app.Scopes {
		scopes = append(scopes, map[string]string{"handle": scope})
	}
	return &reply{http.StatusOK, map[string]any{"access_scopes": scopes}}
}

// restShippingZones answers shipping_zones.json for an app with read_shipping.
// The refusal is worded as public records show it for other scopes.
func restShippingZones(x *exchange) *reply {
	needs := schema.Access{Scopes: [][]string{{"read_shipping"}}}
	if !needs.Allows(granted(x.app.Scopes)) {
		return refuse(http.StatusForbidden, "[API] This action requires merchant approval for read_shipping scope.")
	}
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	return &reply{http.StatusOK, map[string]any{"shipping_zones": clone(x.read().ShippingZones)}}
}

func granted(scopes []string) map[string]bool {
	set := map[string]bool{}
	for _, scope := range scopes {
		set[scope] = true
	}
	return set
}

// primary is the shop's primary location, or nil.
func primary(s *Shop) *Location {
	i := slices.IndexFunc(s.Locations, func(l Location) bool { return l.Primary })
	if i < 0 {
		return nil
	}
	return &s.Locations[i]
}
