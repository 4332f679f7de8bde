package simulator

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestShopAndApp(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		s.PrimaryDomain, s.Plan = "maplekids.example", "Shopify Plus"
		s.CustomerAccounts, s.LoginRequiredAtCheckout, s.LoginLinksVisible = "REQUIRED", true, true
		s.MarketDrivenShipping, s.PasswordEnabled = true, false
		s.Apps[0].Scopes = []string{"write_price_rules"}
	})
	a := w.ask(`{
		shop { id name myshopifyDomain email currencyCode ianaTimezone taxesIncluded taxShipping url customerAccounts
			plan { publicDisplayName displayName partnerDevelopment shopifyPlus } primaryDomain { id host url }
			customerAccountsV2 { customerAccountsVersion loginRequiredAtCheckout loginLinksVisibleOnStorefrontAndCheckout url }
			features { storefront marketDrivenShipping } createdAt updatedAt }
		onlineStore { passwordProtection { enabled } }
		currentAppInstallation { id app { id title handle apiKey publicCategory developerName } accessScopes { handle description } }
		app { title } }`, nil)
	w.Expect(a.at("errors")).To(BeNil(), a.text)
	w.Expect(a.at("data.shop")).To(Equal(map[string]any{
		"id": "gid://shopify/Shop/1", "name": "Maple Kids", "myshopifyDomain": maple, "email": "owner@maple-kids.example",
		"currencyCode": "CAD", "ianaTimezone": "America/Toronto", "taxesIncluded": false, "taxShipping": false,
		"url": "https://maplekids.example", "customerAccounts": "REQUIRED",
		"plan":               map[string]any{"publicDisplayName": "Shopify Plus", "displayName": "Shopify Plus", "partnerDevelopment": false, "shopifyPlus": true},
		"primaryDomain":      map[string]any{"id": "gid://shopify/Domain/1", "host": "maplekids.example", "url": "https://maplekids.example"},
		"customerAccountsV2": map[string]any{"customerAccountsVersion": "NEW_CUSTOMER_ACCOUNTS", "loginRequiredAtCheckout": true, "loginLinksVisibleOnStorefrontAndCheckout": true, "url": nil},
		"features":           map[string]any{"storefront": true, "marketDrivenShipping": true},
		"createdAt":          "2026-11-23T09:00:00Z", "updatedAt": "2026-11-23T09:00:00Z",
	}))
	w.Expect(a.at("data.onlineStore.passwordProtection.enabled")).To(Equal(false))
	app := w.shop().Apps[0]
	w.Expect(a.at("data.currentAppInstallation")).To(Equal(map[string]any{
		"id": gid("AppInstallation", app.ID),
		"app": map[string]any{
			"id": gid("App", app.ID), "title": "Maple Kids Consignment", "handle": "maple-kids-consignment",
			"apiKey": "maple-kids-app", "publicCategory": "CUSTOM", "developerName": "Maple Kids",
		},
		"accessScopes": []any{map[string]any{"handle": "write_price_rules", "description": "Write price rules"}},
	}), "scopes are shown as granted: a read that a write implies is not listed")
	w.Expect(a.at("data.app.title")).To(Equal("Maple Kids Consignment"))
	for document, want := range map[string]any{
		`{ app(id: "` + gid("App", app.ID) + `") { title } }`:                                                 map[string]any{"app": map[string]any{"title": "Maple Kids Consignment"}},
		`{ app(id: "gid://shopify/App/1") { title } }`:                                                        map[string]any{"app": nil},
		`{ app(id: "gid://shopify/Shop/1") { title } }`:                                                       map[string]any{"app": nil},
		`{ node(id: "` + gid("AppInstallation", app.ID) + `") { ... on AppInstallation { app { title } } } }`: map[string]any{"node": map[string]any{"app": map[string]any{"title": "Maple Kids Consignment"}}},
		`{ node(id: "gid://shopify/Shop/2") { id } }`:                                                         map[string]any{"node": nil},
	} {
		w.Expect(w.ask(document, nil).at("data")).To(Equal(want), document)
	}
}

func TestLocations(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		s.Locations = append(s.Locations, Location{Name: "Arena", Active: true, Address: Address{City: "Guelph", CountryCode: "CA"}})
	})
	a := w.ask(`{ location { isPrimary name address { city provinceCode zip formatted } isActive fulfillsOnlineOrders shipsInventory localPickupSettingsV2 { pickupTime } }
		locations(first: 9) { nodes { name isPrimary legacyResourceId createdAt } } }`, nil)
	w.Expect(a.at("errors")).To(BeNil(), a.text)
	w.Expect(a.at("data.location")).To(Equal(map[string]any{
		"isPrimary": true, "name": "Warehouse", "isActive": true, "fulfillsOnlineOrders": true, "shipsInventory": true, "localPickupSettingsV2": nil,
		"address": map[string]any{"city": "Guelph", "provinceCode": "ON", "zip": "N1H 1A1", "formatted": []any{"12 Maple Street", "Guelph ON N1H 1A1", "Canada"}},
	}), "without an id it is the primary one")
	w.Expect(a.at("data.locations.nodes.0.name")).To(Equal("Arena"), "by name unless asked otherwise")
	id := gid("Location", w.shop().Locations[1].ID)
	w.Expect(w.ask(`{ location(id: "`+id+`") { name } }`, nil).at("data.location.name")).To(Equal("Arena"))
	w.Expect(w.ask(`{ location(id: "gid://shopify/Location/1") { name } }`, nil).at("data.location")).To(BeNil())
	w.Expect(w.ask(`{ location(id: "gid://shopify/Shop/1") { name } }`, nil).at("data.location")).To(BeNil())
	w.update(func(s *Shop) { s.Locations = nil })
	w.Expect(w.ask(`{ location { name } }`, nil).at("data.location")).To(BeNil())
}

func TestLocalPickup(t *testing.T) {
	const enable = `mutation ($in: DeliveryLocationLocalPickupEnableInput!) { locationLocalPickupEnable(localPickupSettings: $in) {
		localPickupSettings { pickupTime instructions } userErrors { field message code } } }`
	const disable = `mutation ($id: ID!) { locationLocalPickupDisable(locationId: $id) { locationId userErrors { field message code } } }`
	refusal := func(field, message, code string) []any {
		return []any{map[string]any{"field": []any{field}, "message": message, "code": code}}
	}
	w := newWorld(t)
	w.update(func(s *Shop) { s.Locations = append(s.Locations, Location{Name: "Closed"}) })
	open, closed := gid("Location", w.shop().Locations[0].ID), gid("Location", w.shop().Locations[1].ID)

	a := w.ask(enable, map[string]any{"in": map[string]any{"locationId": open, "pickupTime": "TWO_HOURS", "instructions": "Side door."}})
	w.Expect(a.at("data.locationLocalPickupEnable")).To(Equal(map[string]any{
		"localPickupSettings": map[string]any{"pickupTime": "TWO_HOURS", "instructions": "Side door."}, "userErrors": []any{},
	}), a.text)
	w.Expect(w.shop().Locations[0].LocalPickup).To(Equal(&LocalPickup{PickupTime: "TWO_HOURS", Instructions: "Side door."}))
	a = w.ask(enable, map[string]any{"in": map[string]any{"locationId": open, "pickupTime": "CUSTOM"}})
	w.Expect(a.at("data.locationLocalPickupEnable.userErrors")).To(Equal(refusal("localPickupSettings", "Custom pickup time is not allowed for local pickup settings.", "CUSTOM_PICKUP_TIME_NOT_ALLOWED")))
	for _, id := range []string{closed, "gid://shopify/Location/7", "gid://shopify/Shop/1"} {
		number := id[len(id)-1:]
		if id == closed {
			number = closed[len("gid://shopify/Location/"):]
		}
		a = w.ask(enable, map[string]any{"in": map[string]any{"locationId": id, "pickupTime": "ONE_HOUR"}})
		w.Expect(a.at("data.locationLocalPickupEnable.userErrors")).To(Equal(refusal("localPickupSettings", "Unable to find an active location for location ID "+number, "ACTIVE_LOCATION_NOT_FOUND")))
		a = w.ask(disable, map[string]any{"id": id})
		w.Expect(a.at("data.locationLocalPickupDisable.userErrors")).To(Equal(refusal("locationId", "Unable to find an active location for location ID "+number, "ACTIVE_LOCATION_NOT_FOUND")))
	}
	a = w.ask(disable, map[string]any{"id": open})
	w.Expect(a.at("data.locationLocalPickupDisable")).To(Equal(map[string]any{"locationId": open, "userErrors": []any{}}))
	w.Expect(w.shop().Locations[0].LocalPickup).To(BeNil())
}
