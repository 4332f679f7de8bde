package simulator

// DefaultScopes are those of the app that NewShop installs: what a consignment
// store's operator asks for.
var DefaultScopes = []string{
	"read_products", "write_products", "read_orders", "write_orders", "read_inventory", "write_inventory",
	"read_price_rules", "write_price_rules", "read_locations",
	"read_publications", "write_publications", "read_shipping", "write_shipping",
}

// NewShop describes a well set-up consignment store in Ontario: one location
// named Warehouse, password protection on, customer accounts off, 13% HST, no
// shipping rates, the publications Online Store and Point of Sale, and one custom
// app "<name> Consignment" of the shop's own organisation. The app's client id is
// "<domain's first label>-app", its secret "<label>-secret" and its access token
// "shpat_<label>".
func NewShop(domain, name string) Shop {
	label := firstLabel(domain)
	harmonized := "harmonized"
	address := Address{
		Address1: "12 Maple Street", City: "Guelph", Province: "Ontario", ProvinceCode: "ON",
		Country: "Canada", CountryCode: "CA", Zip: "N1H 1A1", Phone: "+15195550100",
	}
	return Shop{
		Domain: domain, Name: name, Owner: "Alex Tremblay", Email: "owner@" + label + ".example",
		Organization: label, Plan: "Basic", Currency: "CAD", Timezone: "America/Toronto", Address: address,
		PasswordEnabled: true, CustomerAccounts: "DISABLED", Storefront: true,
		Locations: []Location{{
			Name: "Warehouse", Address: address, Active: true, Primary: true,
			FulfillsOnlineOrders: true, ShipsInventory: true,
		}},
		Publications: []Publication{
			{ID: 501, Name: "Online Store", AutoPublish: true, OnlineStore: true}, {ID: 502, Name: "Point of Sale", AutoPublish: true},
		},
		ShippingZones: []ShippingZone{{
			Name: "Canada",
			Countries: []ShippingCountry{{
				Name: "Canada", Code: "CA", Tax: 0.05, TaxName: "GST",
				Provinces: []ShippingProvince{{
					Name: "Ontario", Code: "ON", Tax: 0.13, TaxName: "HST", TaxType: &harmonized, TaxPercentage: 13,
				}},
			}},
		}},
		Apps: []App{{
			Title: name + " Consignment", ClientID: label + "-app", ClientSecret: label + "-secret",
			AccessToken: "shpat_" + label, Organization: label, Developer: name,
			Scopes: append([]string(nil), DefaultScopes...), PublicCategory: "CUSTOM",
		}},
	}
}
