package simulator

// ShippingZone is a part of the world that a shop ships to. Its JSON is that of
// Shopify's REST API, which alone shows it with the tax rates of its provinces
// (https://shopify.dev/docs/api/admin-rest/latest/resources/shippingzone).
type ShippingZone struct {
	ID                           uint64                        `json:"id"`
	Name                         string                        `json:"name"`
	ProfileID                    string                        `json:"profile_id"`
	LocationGroupID              string                        `json:"location_group_id"`
	AdminGraphQLAPIID            string                        `json:"admin_graphql_api_id"`
	Countries                    []ShippingCountry             `json:"countries"`
	WeightBasedShippingRates     []WeightBasedShippingRate     `json:"weight_based_shipping_rates"`
	PriceBasedShippingRates      []PriceBasedShippingRate      `json:"price_based_shipping_rates"`
	CarrierShippingRateProviders []CarrierShippingRateProvider `json:"carrier_shipping_rate_providers"`
}

// ShippingCountry is a country in a zone. Tax is a fraction, such as 0.05.
type ShippingCountry struct {
	ID             uint64             `json:"id"`
	ShippingZoneID uint64             `json:"shipping_zone_id"`
	Name           string             `json:"name"`
	Code           string             `json:"code"`
	Tax            float64            `json:"tax"`
	TaxName        string             `json:"tax_name"`
	Provinces      []ShippingProvince `json:"provinces"`
}

// ShippingProvince is a province in a zone. Tax is a fraction, such as 0.13,
// TaxPercentage the same in percent, TaxType harmonized, normal, compounded or
// null.
type ShippingProvince struct {
	ID             uint64  `json:"id"`
	CountryID      uint64  `json:"country_id"`
	ShippingZoneID uint64  `json:"shipping_zone_id"`
	Name           string  `json:"name"`
	Code           string  `json:"code"`
	Tax            float64 `json:"tax"`
	TaxName        string  `json:"tax_name"`
	TaxType        *string `json:"tax_type"`
	TaxPercentage  float64 `json:"tax_percentage"`
}

// PriceBasedShippingRate is a rate by an order's subtotal; money as decimal text.
type PriceBasedShippingRate struct {
	ID               uint64  `json:"id"`
	ShippingZoneID   uint64  `json:"shipping_zone_id"`
	Name             string  `json:"name"`
	Price            string  `json:"price"`
	MinOrderSubtotal *string `json:"min_order_subtotal"`
	MaxOrderSubtotal *string `json:"max_order_subtotal"`
}

// WeightBasedShippingRate is a rate by an order's weight in kilograms; money as
// decimal text.
type WeightBasedShippingRate struct {
	ID             uint64  `json:"id"`
	ShippingZoneID uint64  `json:"shipping_zone_id"`
	Name           string  `json:"name"`
	Price          string  `json:"price"`
	WeightLow      float64 `json:"weight_low"`
	WeightHigh     float64 `json:"weight_high"`
}

// CarrierShippingRateProvider is a carrier that is asked for its rates.
type CarrierShippingRateProvider struct {
	ID               uint64            `json:"id"`
	ShippingZoneID   uint64            `json:"shipping_zone_id"`
	CarrierServiceID uint64            `json:"carrier_service_id"`
	FlatModifier     string            `json:"flat_modifier"`
	PercentModifier  float64           `json:"percent_modifier"`
	ServiceFilter    map[string]string `json:"service_filter"`
}

// number gives the zones' parts their ids and back references, and makes every
// list a list, as Shopify shows it.
func (z *ShippingZone) number(next func() uint64) {
	assign(&z.ID, next)
	z.AdminGraphQLAPIID = gid("DeliveryZone", z.ID)
	notNil(&z.Countries)
	notNil(&z.WeightBasedShippingRates)
	notNil(&z.PriceBasedShippingRates)
	notNil(&z.CarrierShippingRateProviders)
	for i := range z.Countries {
		c := &z.Countries[i]
		assign(&c.ID, next)
		c.ShippingZoneID = z.ID
		notNil(&c.Provinces)
		for j := range c.Provinces {
			p := &c.Provinces[j]
			assign(&p.ID, next)
			p.CountryID, p.ShippingZoneID = c.ID, z.ID
		}
	}
	for i := range z.WeightBasedShippingRates {
		assign(&z.WeightBasedShippingRates[i].ID, next)
		z.WeightBasedShippingRates[i].ShippingZoneID = z.ID
	}
	for i := range z.PriceBasedShippingRates {
		assign(&z.PriceBasedShippingRates[i].ID, next)
		z.PriceBasedShippingRates[i].ShippingZoneID = z.ID
	}
	for i := range z.CarrierShippingRateProviders {
		assign(&z.CarrierShippingRateProviders[i].ID, next)
		z.CarrierShippingRateProviders[i].ShippingZoneID = z.ID
	}
}

// assign fills an id that is not there yet.
func assign(id *uint64, next func() uint64) {
	if *id == 0 {
		*id = next()
	}
}

func notNil[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
