package shopify

import (
	"context"

	goshopify "github.com/bold-commerce/go-shopify/v4"
	"github.com/shopspring/decimal"
)

// ShippingZone is a part of the world that a shop ships to. Only REST shows the
// tax rates of its provinces.
type ShippingZone struct {
	Name      string
	Provinces []Province
	// Rates counts the ways of shipping that the zone offers.
	Rates int
}

// Province is a province or state with the sales tax that the shop charges.
type Province struct {
	// Country and Code are ISO codes, such as CA and ON.
	Country string
	Code    string
	TaxName string
	// TaxPercent is what a customer pays there in all, in percent, as a decimal
	// such as 13 or 14.975.
	TaxPercent string
}

// ShippingZones reads zones and tax rates over REST; it needs read_shipping.
func (c *Client) ShippingZones(ctx context.Context) ([]ShippingZone, error) {
	info := &call{operation: "ShippingZones", repeatable: true}
	base := c.base // a copy, see caller.MakeRequest
	var reply goshopify.ShippingZonesResource
	if err := base.Get(withCall(ctx, info), "shipping_zones.json", &reply, nil); err != nil {
		return nil, asError(info, err)
	}
	var zones []ShippingZone
	for _, z := range reply.ShippingZones {
		zone := ShippingZone{Name: z.Name, Rates: len(z.PriceBasedShippingRates) + len(z.WeightBasedShippingRates) + len(z.CarrierShippingRateProviders)}
		for _, country := range z.Countries {
			for _, p := range country.Provinces {
				zone.Provinces = append(zone.Provinces, Province{
					Country: country.Code, Code: p.Code, TaxName: p.TaxName, TaxPercent: taxPercent(country, p),
				})
			}
		}
		zones = append(zones, zone)
	}
	return zones, nil
}

// taxPercent is what a customer in the province pays in all. Where the province
// harmonises its tax with the country's, the province's rate is the whole of
// it; elsewhere the two add up (?). Public records show Ontario both as
// harmonised 13% and as 8% beside Canada's 5%, which come to the same.
func taxPercent(country goshopify.ShippingCountry, province goshopify.ShippingProvince) string {
	var rate decimal.Decimal
	if province.Tax != nil {
		rate = *province.Tax
	}
	if province.TaxType != "harmonized" && country.Tax != nil {
		rate = rate.Add(*country.Tax)
	}
	return rate.Shift(2).String()
}
