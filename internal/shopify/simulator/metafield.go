package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// uniqueType is the type of custom ids, whose values are unique by themselves
// (https://shopify.dev/docs/apps/build/custom-data/metafields/setting-up-custom-ids).
const uniqueType = "id"

// metafield is a product's metafield with what it belongs to. Those of other
// owners are not modelled.
type metafield struct {
	*Metafield
	owner *Product
}

// metafieldTypesToRead are the metafields of products, to read.
var metafieldTypesToRead = merge(connectionFields("Metafield"), map[string]fields{
	"Product": {
		"metafield": ask(func(r *request, p *Product, args arguments) (any, error) {
			namespace, key := canonicalNamespace(r.app, args.text("namespace")), args.text("key")
			if !args.given("namespace") {
				if before, after, dotted := strings.Cut(key, "."); dotted { // custom.colour names both
					namespace, key = canonicalNamespace(r.app, before), after
				}
			}
			if m := p.metafield(namespace, key); m != nil && !foreignNamespace(r.app, namespace) {
				return metafield{m, p}, nil
			}
			return nil, nil
		}, "namespace", "key"),
		"metafields": ask(func(r *request, p *Product, args arguments) (any, error) {
			if args.given("keys") {
				return nil, notModelled("the argument keys of Product.metafields")
			}
			var all []metafield
			for _, m := range pointers(p.Metafields) {
				if !foreignNamespace(r.app, m.Namespace) && (!args.given("namespace") || m.Namespace == canonicalNamespace(r.app, args.text("namespace"))) {
					all = append(all, metafield{m, p})
				}
			}
			return page(all, func(m metafield) position { return position{ID: m.ID} }, args)
		}, append(pageArguments, "namespace")...),
	},
	"Metafield": {
		"id":               show(func(m metafield) any { return gid("Metafield", m.ID) }),
		"legacyResourceId": show(func(m metafield) any { return strconv.FormatUint(m.ID, 10) }),
		"namespace":        show(func(m metafield) any { return m.Namespace }),
		"key":              show(func(m metafield) any { return m.Key }),
		"type":             show(func(m metafield) any { return m.Type }),
		"value":            show(func(m metafield) any { return m.Value }),
		"jsonValue":        show(func(m metafield) any { return m.json() }),
		"compareDigest":    show(func(m metafield) any { return m.digest() }),
		"ownerType":        show(func(metafield) any { return "PRODUCT" }),
		"owner":            show(func(m metafield) any { return typed{"Product", m.owner} }),
		"createdAt":        show(func(m metafield) any { return dateTime(m.CreatedAt) }),
		"updatedAt":        show(func(m metafield) any { return dateTime(m.UpdatedAt) }),
		"definition": ask(func(r *request, m metafield, _ arguments) (any, error) {
			if d := definitionOf(r.shop, "PRODUCT", m.Namespace, m.Key); d != nil {
				return d, nil
			}
			return nil, nil
		}),
	},
})

// metafield is the product's own with a namespace and a key, or nil.
func (p *Product) metafield(namespace, key string) *Metafield {
	i := slices.IndexFunc(p.Metafields, func(m Metafield) bool { return m.Namespace == namespace && m.Key == key })
	if i < 0 {
		return nil
	}
	return &p.Metafields[i]
}

// digest changes with the value. What Shopify's is made of is not public.
func (m *Metafield) digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", m.ID, m.Type, m.Value))
	return hex.EncodeToString(sum[:])
}

// json is the value as its type has it: numbers, flags and lists as such, all else as text.
func (m *Metafield) json() any {
	switch {
	case m.Type == "boolean":
		return m.Value == "true"
	case m.Type == "number_integer", m.Type == "json", m.Type == "money", strings.HasPrefix(m.Type, "list."):
		return json.RawMessage(m.Value)
	default:
		return m.Value
	}
}

func (m *Metafield) complete(nextID func() uint64, now time.Time) {
	assign(&m.ID, nextID)
	stamp(&m.CreatedAt, now)
	stamp(&m.UpdatedAt, now)
}

func checkMetafields(all []Metafield) error {
	there := map[string]bool{}
	for _, m := range all {
		name := m.Namespace + "." + m.Key
		if m.Namespace == "" || m.Key == "" || m.Type == "" || there[name] {
			return fmt.Errorf("metafields: %q lacks namespace, key or type, or is there twice", name)
		}
		there[name] = true
	}
	return nil
}

// definitionOf is the definition of an owner type's metafield, or nil.
func definitionOf(shop *Shop, ownerType, namespace, key string) *MetafieldDefinition {
	i := slices.IndexFunc(shop.MetafieldDefinitions, func(d MetafieldDefinition) bool {
		return d.OwnerType == ownerType && d.Namespace == namespace && d.Key == key
	})
	if i < 0 {
		return nil
	}
	return &shop.MetafieldDefinitions[i]
}
