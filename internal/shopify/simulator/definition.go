package simulator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// definitionTypes are the metafield definitions, to read.
var definitionTypes = merge(connectionFields("MetafieldDefinition"), map[string]fields{
	"QueryRoot": {
		"metafieldDefinition":  root(metafieldDefinition, "id", "identifier"),
		"metafieldDefinitions": root(metafieldDefinitions, append(pageArguments, "sortKey", "ownerType", "namespace", "key", "pinnedStatus", "query")...),
	},
	"MetafieldDefinition": {
		"id":          idOf("MetafieldDefinition", func(d *MetafieldDefinition) uint64 { return d.ID }),
		"ownerType":   show(func(d *MetafieldDefinition) any { return d.OwnerType }),
		"namespace":   show(func(d *MetafieldDefinition) any { return d.Namespace }),
		"key":         show(func(d *MetafieldDefinition) any { return d.Key }),
		"name":        show(func(d *MetafieldDefinition) any { return d.Name }),
		"description": show(func(d *MetafieldDefinition) any { return orNull(d.Description) }),
		"type":        show(func(d *MetafieldDefinition) any { return record{"name": d.Type, "category": metafieldCategory(d.Type)} }),
		"access": show(func(d *MetafieldDefinition) any {
			return record{"admin": d.Access.Admin, "storefront": d.Access.Storefront, "customerAccount": d.Access.CustomerAccount}
		}),
		"validations": show(func(d *MetafieldDefinition) any {
			rules := []any{}
			for _, v := range d.Validations {
				rules = append(rules, record{"name": v.Name, "value": v.Value})
			}
			return rules
		}),
		"pinnedPosition": show(func(d *MetafieldDefinition) any {
			if d.PinnedPosition == 0 {
				return nil
			}
			return d.PinnedPosition
		}),
		"capabilities":             show(capabilitiesShown),
		"validationStatus":         show(func(*MetafieldDefinition) any { return "ALL_VALID" }),
		"useAsCollectionCondition": show(func(*MetafieldDefinition) any { return false }),
		"constraints":              show(func(*MetafieldDefinition) any { return nil }),
		"standardTemplate":         show(func(*MetafieldDefinition) any { return nil }),
	},
})

var definitionOrders = orders[*MetafieldDefinition]{
	"ID":   func(d *MetafieldDefinition) position { return position{ID: d.ID} },
	"NAME": func(d *MetafieldDefinition) position { return position{d.Name, d.ID} },
}

func metafieldDefinitions(r *request, args arguments) (any, error) {
	if err := ownerAccess(r, "metafieldDefinitions", args.text("ownerType"), "read_"); err != nil {
		return nil, err
	}
	order, err := definitionOrders.chosen(args)
	if err != nil {
		return nil, err
	}
	namespace := canonicalNamespace(r.app, args.text("namespace"))
	chosen := func(d *MetafieldDefinition) bool {
		return d.OwnerType == args.text("ownerType") &&
			(!args.given("namespace") || d.Namespace == namespace) &&
			(!args.given("key") || d.Key == args.text("key")) &&
			(args.text("pinnedStatus") != "PINNED" || d.PinnedPosition > 0) &&
			(args.text("pinnedStatus") != "UNPINNED" || d.PinnedPosition == 0)
	}
	all := slices.DeleteFunc(pointers(r.shop.MetafieldDefinitions), func(d *MetafieldDefinition) bool { return !chosen(d) })
	if all, err = definitionSearch.choose(all, args, r.now); err != nil {
		return nil, err
	}
	return page(all, order, args)
}

func metafieldDefinition(r *request, args arguments) (any, error) {
	if args.given("identifier") {
		in := args.object("identifier")
		if err := ownerAccess(r, "metafieldDefinition", in.text("ownerType"), "read_"); err != nil {
			return nil, err
		}
		if d := definitionByIdentity(r, in); d != nil {
			return d, nil
		}
		return nil, nil
	}
	if !args.given("id") {
		return nil, failure(codeBadRequest, "metafieldDefinition needs an id or an identifier") // the words are ours (?)
	}
	id, ok, err := args.id("id", "MetafieldDefinition")
	if err != nil || !ok {
		return nil, err
	}
	return findDefinition(r, id)
}

func findDefinition(r *request, id uint64) (any, error) {
	i := slices.IndexFunc(r.shop.MetafieldDefinitions, func(d MetafieldDefinition) bool { return d.ID == id })
	if i < 0 {
		return nil, nil
	}
	d := &r.shop.MetafieldDefinitions[i]
	if err := ownerAccess(r, "metafieldDefinition", d.OwnerType, "read_"); err != nil {
		return nil, err
	}
	return d, nil
}

// definitionByIdentity finds the definition that an input's ownerType,
// namespace and key name, or nil.
func definitionByIdentity(r *request, in arguments) *MetafieldDefinition {
	namespace := canonicalNamespace(r.app, in.text("namespace"))
	i := slices.IndexFunc(r.shop.MetafieldDefinitions, func(d MetafieldDefinition) bool {
		return d.OwnerType == in.text("ownerType") && d.Namespace == namespace && d.Key == in.text("key")
	})
	if i < 0 {
		return nil
	}
	return &r.shop.MetafieldDefinitions[i]
}

// ownerScopes are the scopes that govern the metafields of an owner type, behind
// read_ or write_; types that are not here need none of the simulator.
var ownerScopes = map[string]string{
	"PRODUCT": "products", "PRODUCTVARIANT": "products", "COLLECTION": "products", "CUSTOMER": "customers",
	"ORDER": "orders", "DRAFTORDER": "draft_orders", "LOCATION": "locations", "DISCOUNT": "discounts", "MARKET": "markets",
}

// ownerAccess asks for the scope of the owner type, which the schema only puts
// into words. The sentence is that of Shopify's replies, line end included.
func ownerAccess(r *request, field, ownerType, kind string) error {
	resource, governed := ownerScopes[ownerType]
	needs := &schema.Access{Scopes: [][]string{{kind + resource}}}
	if !governed || needs.Allows(r.granted) {
		return nil
	}
	return noDefinitionAccess(field)
}

func noDefinitionAccess(field string) error {
	return accessDenied(field, "API client to have access to the namespace and the resource type associated with the metafield definition.\n")
}

// reservedPrefix begins the namespaces that belong to one app; $app is its short
// form (https://shopify.dev/docs/apps/build/metafields#reserved-prefixes).
const reservedPrefix = "app--"

// canonicalNamespace spells out the app's own namespace, which is also the one
// that is meant where none is given.
func canonicalNamespace(app *App, namespace string) string {
	own := fmt.Sprintf("%s%d", reservedPrefix, app.ID)
	if namespace == "" {
		return own
	}
	if rest, short := strings.CutPrefix(namespace, "$app"); short {
		return own + strings.Replace(rest, ":", "--", 1)
	}
	return namespace
}

// foreignNamespace says whether a namespace belongs to another app.
func foreignNamespace(app *App, namespace string) bool {
	own := canonicalNamespace(app, "")
	return strings.HasPrefix(namespace, reservedPrefix) && namespace != own && !strings.HasPrefix(namespace, own+"--")
}

// complete fills in the access that Shopify gives where none is asked for: for
// merchants to write, closed to the storefront and to customers
// (https://shopify.dev/docs/apps/build/metafields/permissions) (?).
func (a *MetafieldAccess) complete() {
	for _, part := range []struct {
		value    *string
		fallback string
	}{{&a.Admin, "PUBLIC_READ_WRITE"}, {&a.Storefront, "NONE"}, {&a.CustomerAccount, "NONE"}} {
		if *part.value == "" {
			*part.value = part.fallback
		}
	}
}
