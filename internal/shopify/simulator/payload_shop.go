package simulator

import (
	"fmt"
	"time"
)

// ShopPayload is the payload of app/uninstalled and shop/update.
func ShopPayload(s Shop) map[string]any {
	var location uint64
	if l := primary(&s); l != nil {
		location = l.ID
	}
	format := "${{amount}}"
	return map[string]any{
		"id": s.ID, "name": s.Name, "email": s.Email, "customer_email": s.Email, "shop_owner": s.Owner,
		"domain": customerHost(&s), "myshopify_domain": s.Domain,
		"address1": s.Address.Address1, "address2": orNull(s.Address.Address2), "city": s.Address.City, "zip": s.Address.Zip,
		"province": s.Address.Province, "province_code": s.Address.ProvinceCode, "phone": s.Address.Phone,
		"country": s.Address.CountryCode, "country_code": s.Address.CountryCode, "country_name": s.Address.Country,
		"latitude": nil, "longitude": nil, "source": nil, "primary_locale": "en", "primary_location_id": location,
		"created_at": s.local(s.CreatedAt), "updated_at": s.local(s.UpdatedAt),
		"timezone": s.zoneName(), "iana_timezone": s.Timezone, "weight_unit": "kg",
		"currency": s.Currency, "enabled_presentment_currencies": []string{s.Currency},
		"money_format": format, "money_in_emails_format": format,
		"money_with_currency_format": format + " " + s.Currency, "money_with_currency_in_emails_format": format + " " + s.Currency,
		"plan_name": planHandle(s.Plan), "plan_display_name": s.Plan,
		"taxes_included": s.TaxesIncluded, "tax_shipping": s.TaxShipping, "auto_configure_tax_inclusivity": nil, "county_taxes": true,
		"password_enabled": s.PasswordEnabled, "has_storefront": s.Storefront, "pre_launch_enabled": false, "setup_required": false,
		"has_discounts": false, "has_gift_cards": false, "finances": true, "checkout_api_supported": false,
		"eligible_for_payments": true, "requires_extra_payments_agreement": false, "multi_location_enabled": true,
		"google_apps_domain": nil, "google_apps_login_enabled": nil,
		"marketing_sms_consent_enabled_at_checkout": false, "transactional_sms_disabled": false,
	}
}

// zoneName is the shop's time zone with its offset in winter, as Shopify shows it.
func (s *Shop) zoneName() string {
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		zone = time.UTC
	}
	return fmt.Sprintf("(GMT%s) %s", time.Date(2026, time.January, 1, 0, 0, 0, 0, zone).Format("-07:00"), s.Timezone)
}

// ScopesPayload is the payload of app/scopes_update. What its id is of, records
// do not tell; here it is the app's (?).
func ScopesPayload(s Shop, app App, previous []string, now time.Time) map[string]any {
	notNil(&previous)
	notNil(&app.Scopes)
	return map[string]any{
		"id": app.ID, "shop_id": gid("Shop", s.ID), "previous": previous, "current": app.Scopes,
		"updated_at": now.UTC().Format("2006-01-02T15:04:05.000Z07:00"),
	}
}
