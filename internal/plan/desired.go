package plan

import (
	"cmp"
	"slices"
	"strings"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// The kinds of things, by Shopify's names for them.
const (
	KindSubscription = "WebhookSubscription"
	KindDefinition   = "MetafieldDefinition"
	KindPickup       = "LocalPickup"
)

// Subscriptions returns the webhook subscriptions that a spec asks for, at the
// address that receives them.
func Subscriptions(spec *v1alpha1.ShopifyStoreSpec, uri string) []shopify.WebhookSubscription {
	var list []shopify.WebhookSubscription
	for _, topic := range Topics(spec) {
		list = append(list, shopify.WebhookSubscription{
			Topic: shopify.Topic(topic), URI: uri, Format: "JSON", IncludeFields: includeFields(shopify.Topic(topic)),
		})
	}
	return list
}

// Topics returns the webhook topics that a spec asks for, each once.
func Topics(spec *v1alpha1.ShopifyStoreSpec) []string {
	var topics []string
	for _, topic := range slices.Concat(spec.Webhooks.Topics, spec.Webhooks.AdditionalTopics) {
		if !slices.Contains(topics, topic) {
			topics = append(topics, topic)
		}
	}
	return topics
}

// includeFields limits a delivery to ids and timestamps: what it is about is
// read again before anything is done, and buyers' data stays out of the queue.
func includeFields(topic shopify.Topic) []string {
	switch topic {
	case "ORDERS_EDITED":
		return nil // its ids are nested, and it holds no buyer's data
	case "PRODUCTS_DELETE":
		return []string{"id"}
	case "APP_UNINSTALLED":
		return []string{"id", "myshopify_domain"}
	default:
		return []string{"id", "admin_graphql_api_id", "order_id", "product_id", "inventory_item_id", "location_id", "available", "created_at", "updated_at"}
	}
}

// SubscriptionObject puts a subscription into comparable form.
func SubscriptionObject(s shopify.WebhookSubscription) Object {
	fields := slices.Sorted(slices.Values(s.IncludeFields))
	return Object{
		Kind: KindSubscription, Key: string(s.Topic) + " " + s.URI, Label: string(s.Topic), ID: s.ID,
		Fields: []Field{
			{Path: "format", Value: s.Format},
			{Path: "includeFields", Value: strings.Join(fields, ",")},
			{Path: "filter", Value: s.Filter},
		},
		Adoption: v1alpha1.AdoptAlways,
	}
}

// Definitions returns the metafield definitions that a spec asks for.
func Definitions(spec *v1alpha1.ShopifyStoreSpec) []shopify.MetafieldDefinition {
	var list []shopify.MetafieldDefinition
	for _, d := range spec.MetafieldDefinitions {
		list = append(list, shopify.MetafieldDefinition{
			Namespace: d.Namespace, Key: d.Key, Type: d.Type,
			// Shopify trims, and a YAML block ends in a line break.
			Name: strings.TrimSpace(d.Name), Description: strings.TrimSpace(d.Description),
			PublicRead: d.StorefrontAccess == v1alpha1.StorefrontAccessPublicRead,
		})
	}
	return list
}

// DefinitionObject puts a definition into comparable form.
func DefinitionObject(d shopify.MetafieldDefinition, adoption v1alpha1.AdoptionPolicy) Object {
	access := v1alpha1.StorefrontAccessNone
	if d.PublicRead {
		access = v1alpha1.StorefrontAccessPublicRead
	}
	return Object{
		Kind: KindDefinition, Key: d.Namespace + "." + d.Key, ID: d.ID,
		Fields: []Field{
			{Path: "type", Value: d.Type, Immutable: true},
			{Path: "name", Value: d.Name},
			{Path: "description", Value: d.Description},
			{Path: "storefrontAccess", Value: string(access)},
		},
		Adoption: adoption,
	}
}

// Locations returns the locations that a spec names, or the primary one where
// it names none, and the names that the store does not have.
func Locations(settings *v1alpha1.StoreSettings, store *shopify.Store) (found []shopify.Location, missing []string) {
	if len(settings.Locations) == 0 {
		i := slices.IndexFunc(store.Locations, func(l shopify.Location) bool { return l.Primary })
		if i < 0 {
			return nil, []string{"(primary location)"}
		}
		return store.Locations[i : i+1], nil
	}
	for _, name := range settings.Locations {
		i := slices.IndexFunc(store.Locations, func(l shopify.Location) bool { return l.Name == name && l.Active })
		if i < 0 {
			missing = append(missing, name)
			continue
		}
		found = append(found, store.Locations[i])
	}
	return found, missing
}

// PickupObject puts the local pickup of a location into comparable form. It is
// a setting: it always exists, and is off where p is nil.
func PickupObject(l shopify.Location, p *shopify.Pickup) Object {
	state := cmp.Or(p, &shopify.Pickup{Time: "off"})
	return Object{
		Kind: KindPickup, Key: l.Name, ID: l.ID,
		Fields: []Field{
			{Path: "time", Value: state.Time},
			{Path: "instructions", Value: state.Instructions},
		},
		Setting: true,
	}
}

// DesiredPickup is the local pickup that a spec asks for.
func DesiredPickup(settings *v1alpha1.StoreSettings) shopify.Pickup {
	return shopify.Pickup{Time: string(settings.Pickup.Time), Instructions: strings.TrimSpace(settings.Pickup.Instructions)}
}
