package simulator

// setCapabilities turns on what a definition's values can do. Of them only unique
// values are modelled, which the type id always has
// (https://shopify.dev/docs/apps/build/custom-data/metafields/setting-up-custom-ids).
// Codes and sentences are those of public records.
func (d *MetafieldDefinition) setCapabilities(in arguments) ([]record, error) {
	for name := range in {
		if name != "uniqueValues" && in.object(name).flag("enabled") {
			return nil, notModelled("the capability %s of metafield definitions", name)
		}
	}
	d.UniqueValues = d.Type == uniqueType
	switch wanted := in.object("uniqueValues"); {
	case !in.given("uniqueValues"):
	case d.Type == uniqueType && !wanted.flag("enabled"):
		return []record{definitionError("CAPABILITY_REQUIRED_BUT_DISABLED", "Capability unique_values is required for type id but is disabled")}, nil
	case d.Type != uniqueType && wanted.flag("enabled"):
		return nil, notModelled("unique values of the type %s", d.Type)
	}
	return nil, nil
}

func capabilitiesShown(d *MetafieldDefinition) any {
	off := record{"enabled": false, "eligible": true, "status": "NOT_FILTERABLE"}
	return record{
		"uniqueValues":    record{"enabled": d.UniqueValues, "eligible": d.Type == uniqueType},
		"adminFilterable": off, "smartCollectionCondition": off, "analyticsQueryable": off, "cartToOrderCopyable": off,
	}
}
