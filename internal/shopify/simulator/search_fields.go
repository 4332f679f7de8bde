package simulator

import (
	"strconv"
	"time"
)

// The fields that the schema's descriptions of the query: arguments name. Those
// that are documented and missing here (geolocated and legacy of locations,
// created_at and updated_at of definitions, and a search without a field) need
// what the state does not hold or Shopify does not say.

var locationSearch = searchFields[*Location]{
	"id":          byID(func(l *Location) uint64 { return l.ID }),
	"location_id": byID(func(l *Location) uint64 { return l.ID }),
	"created_at":  byTime(func(l *Location) time.Time { return l.CreatedAt }),
	"name":        byWord(func(l *Location) []string { return []string{l.Name} }),
	"address1":    byWord(func(l *Location) []string { return []string{l.Address.Address1} }),
	"address2":    byWord(func(l *Location) []string { return []string{l.Address.Address2} }),
	"city":        byWord(func(l *Location) []string { return []string{l.Address.City} }),
	"zip":         byWord(func(l *Location) []string { return []string{l.Address.Zip} }),
	// Whether names or codes are meant is not documented; both are found (?).
	"province": byWord(func(l *Location) []string { return []string{l.Address.Province, l.Address.ProvinceCode} }),
	"country":  byWord(func(l *Location) []string { return []string{l.Address.Country, l.Address.CountryCode} }),
	// The values are not documented (?).
	"active": oneOf(func(l *Location) string { return strconv.FormatBool(l.Active) }, "true", "false"),
	"pickup_in_store": oneOf(func(l *Location) string {
		if l.LocalPickup != nil {
			return "enabled"
		}
		return "disabled"
	}, "enabled", "disabled"),
}

var inventorySearch = searchFields[*InventoryItem]{
	"id":         byID(func(i *InventoryItem) uint64 { return i.ID }),
	"sku":        byText(func(i *InventoryItem) []string { return []string{i.SKU} }),
	"created_at": byTime(func(i *InventoryItem) time.Time { return i.CreatedAt }),
	"updated_at": byTime(func(i *InventoryItem) time.Time { return i.UpdatedAt }),
}

var definitionSearch = searchFields[*MetafieldDefinition]{
	"id":         byID(func(d *MetafieldDefinition) uint64 { return d.ID }),
	"key":        byText(func(d *MetafieldDefinition) []string { return []string{d.Key} }),
	"namespace":  byText(func(d *MetafieldDefinition) []string { return []string{d.Namespace} }),
	"owner_type": byText(func(d *MetafieldDefinition) []string { return []string{d.OwnerType} }),
	"type":       byText(func(d *MetafieldDefinition) []string { return []string{d.Type} }),
}

var subscriptionSearch = searchFields[*WebhookSubscription]{
	"id":         byID(func(w *WebhookSubscription) uint64 { return w.ID }),
	"created_at": byTime(func(w *WebhookSubscription) time.Time { return w.CreatedAt }),
	"updated_at": byTime(func(w *WebhookSubscription) time.Time { return w.UpdatedAt }),
}

// subscriptionCountSearch is that of webhookSubscriptionsCount, which has two
// fields more. How a topic is written there is not documented; ORDERS_CREATE and
// orders/create are both found (?).
var subscriptionCountSearch = searchFields[*WebhookSubscription]{
	"id":         subscriptionSearch["id"],
	"created_at": subscriptionSearch["created_at"],
	"updated_at": subscriptionSearch["updated_at"],
	"endpoint":   byText(func(w *WebhookSubscription) []string { return []string{w.URI} }),
	"topic":      byText(func(w *WebhookSubscription) []string { return []string{w.Topic, topicNames[w.Topic]} }),
}
