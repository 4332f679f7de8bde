package simulator

import (
	"slices"
	"strings"
)

// metafieldTypes are the types that a definition may have, in the order in which
// Shopify's refusal of another lists them
// (https://shopify.dev/docs/apps/build/metafields/list-of-data-types).
var metafieldTypes = strings.Fields(`
antenna_gain area battery_charge_capacity battery_energy_capacity boolean capacitance color concentration
data_storage_capacity data_transfer_rate date_time date dimension display_density distance duration
electric_current electrical_resistance energy frequency id illuminance inductance json language link
list.antenna_gain list.area list.battery_charge_capacity list.battery_energy_capacity list.capacitance
list.color list.concentration list.data_storage_capacity list.data_transfer_rate list.date_time list.date
list.dimension list.display_density list.distance list.duration list.electric_current
list.electrical_resistance list.energy list.frequency list.illuminance list.inductance list.link
list.luminous_flux list.mass_flow_rate list.number_decimal list.number_integer list.power list.pressure
list.rating list.resolution list.rotational_speed list.single_line_text_field list.sound_level list.speed
list.temperature list.thermal_power list.url list.voltage list.volume list.volumetric_flow_rate list.weight
luminous_flux mass_flow_rate money multi_line_text_field number_decimal number_integer power pressure rating
resolution rich_text_field rotational_speed single_line_text_field sound_level speed temperature
thermal_power url voltage volume volumetric_flow_rate weight company_reference list.company_reference
customer_reference list.customer_reference product_reference list.product_reference collection_reference
list.collection_reference variant_reference list.variant_reference file_reference list.file_reference
product_taxonomy_value_reference list.product_taxonomy_value_reference metaobject_reference
list.metaobject_reference mixed_reference list.mixed_reference page_reference list.page_reference
article_reference list.article_reference order_reference list.order_reference`)

func isReference(metafieldType string) bool { return strings.HasSuffix(metafieldType, "_reference") }

// metafieldCategory is the category of a type; those of the measurements are
// not documented (?).
func metafieldCategory(metafieldType string) string {
	base := strings.TrimPrefix(metafieldType, "list.")
	switch {
	case base == "id":
		return "ID"
	case isReference(base):
		return "REFERENCE"
	case base == "boolean":
		return "TRUE_FALSE"
	case base == "json" || base == "rich_text_field":
		return "JSON"
	case slices.Contains([]string{"number_integer", "number_decimal", "rating", "money"}, base):
		return "NUMBER"
	case base == "date" || base == "date_time":
		return "DATE_TIME"
	case slices.Contains([]string{"single_line_text_field", "multi_line_text_field", "color", "url", "link", "language"}, base):
		return "TEXT"
	default:
		return "MEASUREMENT"
	}
}
