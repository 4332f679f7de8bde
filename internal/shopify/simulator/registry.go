package simulator

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// request is what resolvers know of the request that they answer. The shop's
// lock is held for as long as they run.
type request struct {
	versions []string // all that are served, ascending
	version  string   // the one that answers
	schema   *ast.Schema
	granted  map[string]bool // the token's scopes
	shop     *Shop
	app      *App // that asks; in shop.Apps
	now      time.Time
	nextID   func() uint64
	keys     *keyring // the shop's idempotency keys
	// tell tells apps of one act of this request: an event for each fact.
	tell func(facts ...fact)
	// later tells apps after some time.
	later func(wait time.Duration, facts ...fact)
}

// field answers a field of the schema. Arguments that heeds does not name must
// be left at their defaults.
//
// A value is a scalar as JSON has it, nil for null, []any or []string for a
// list, and for an object whatever its type's own fields expect as their source,
// or a record. Where the schema says interface or union, it is a typed.
type field struct {
	resolve func(r *request, source any, args arguments) (any, error)
	heeds   []string
	// idempotent mutations take a key; see the function of that name.
	idempotent bool
	// refuse says what is wrong with the arguments before the key is looked at; may
	// be nil.
	refuse func(r *request, args arguments) error
}

// fields are those of one object type, by name.
type fields map[string]field

// record is an object whose fields are all there already.
type record map[string]any

func (r record) field(name string) (field, bool) {
	value, there := r[name]
	return field{resolve: func(*request, any, arguments) (any, error) { return value, nil }}, there
}

// typed is an object where the schema leaves its type open.
type typed struct {
	typeName string
	value    any
}

// show is a field that is a plain property of its source.
func show[T any](property func(T) any) field {
	return field{resolve: func(_ *request, source any, _ arguments) (any, error) { return property(source.(T)), nil }}
}

// ask is a field that needs the request or arguments; it heeds those named.
func ask[T any](answer func(r *request, source T, args arguments) (any, error), heeds ...string) field {
	return field{heeds: heeds, resolve: func(r *request, source any, args arguments) (any, error) {
		return answer(r, source.(T), args)
	}}
}

// root is a field of the query or mutation root.
func root(answer func(r *request, args arguments) (any, error), heeds ...string) field {
	return field{heeds: heeds, resolve: func(r *request, _ any, args arguments) (any, error) { return answer(r, args) }}
}

// registry holds all that is modelled, by object type. Each resource's file
// has its part.
var registry map[string]fields

// lookups find what node(id:) returns, by the type in the id.
var lookups map[string]func(r *request, id string) (any, error)

func init() { //nolint:gochecknoinits // as a literal it would be a cycle: node's resolver uses lookups
	registry = merge(shopTypes, appTypes, locationTypes, pickupTypes, definitionTypes, definitionMutations,
		inventoryTypes, inventoryMutations, productTypes, metafieldTypesToRead, metafieldMutations, fileTypes, fileMutations, publicationTypes, publicationMutations, bulkTypes, productMutations, orderTypes, refundTypes,
		subscriptionTypes, subscriptionMutations, nodeTypes)
	lookups = map[string]func(r *request, id string) (any, error){
		"Shop": byNumber(findShopNode), "App": byNumber(findApp), "AppInstallation": byNumber(findApp),
		"Location": byNumber(findLocation), "InventoryItem": byNumber(findInventoryItem), "InventoryLevel": findInventoryLevel,
		"Product": byNumber(findProduct), "ProductVariant": byNumber(findVariant), "Order": byNumber(findOrder), "Refund": byNumber(findRefund),
		mediaImage: byNumber(findFile), "Publication": byNumber(findPublication), "BulkOperation": byNumber(findBulkOperation), "MetafieldDefinition": byNumber(findDefinition), "WebhookSubscription": byNumber(findSubscription),
	}
}

// byNumber looks up by the number that ends a global id; what is none finds nothing.
func byNumber(find func(r *request, id uint64) (any, error)) func(r *request, id string) (any, error) {
	return func(r *request, id string) (any, error) {
		number, _ := strconv.ParseUint(strings.SplitN(id, "/", 5)[4], 10, 64) // nothing has the id 0
		return find(r, number)
	}
}

// merge joins the parts; two that answer the same field are a mistake.
func merge(parts ...map[string]fields) map[string]fields {
	all := map[string]fields{}
	for _, part := range parts {
		for typeName, some := range part {
			if all[typeName] == nil {
				all[typeName] = fields{}
			}
			for name, f := range some {
				if _, twice := all[typeName][name]; twice {
					panic(fmt.Sprintf("simulator: %s.%s has two resolvers", typeName, name))
				}
				all[typeName][name] = f
			}
		}
	}
	return all
}

var nodeTypes = map[string]fields{"QueryRoot": {
	"node": root(func(r *request, args arguments) (any, error) { return node(r, args.text("id")) }, "id"),
	"nodes": root(func(r *request, args arguments) (any, error) {
		nodes := []any{}
		for _, id := range args.texts("ids") {
			n, err := node(r, id)
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, n)
		}
		return nodes, nil
	}, "ids"),
}}

// node finds what a global id names. An id of a type that the simulator does
// not know is not modelled rather than not there.
func node(r *request, id string) (any, error) {
	if !globalID.MatchString(id) {
		return nil, failure("argumentLiteralsIncompatible", "%s", invalidGlobalID(id))
	}
	typeName := strings.Split(id, "/")[3]
	find := lookups[typeName]
	if find == nil {
		return nil, notModelled("%s (of those with ids: %s)", typeName, strings.Join(slices.Sorted(maps.Keys(lookups)), ", "))
	}
	value, err := find(r, id)
	if value == nil || err != nil {
		return nil, err
	}
	return typed{typeName, value}, nil
}

// gid is the global id of a thing.
func gid(typeName string, id uint64) string { return fmt.Sprintf("gid://shopify/%s/%d", typeName, id) }

// parseGID reads the number out of a global id of the given type.
func parseGID(id, typeName string) (uint64, bool) {
	number, found := strings.CutPrefix(id, "gid://shopify/"+typeName+"/")
	if !found {
		return 0, false
	}
	n, err := strconv.ParseUint(number, 10, 64)
	return n, err == nil
}

// idOf is the id field of a type whose things are counted.
func idOf[T any](typeName string, id func(T) uint64) field {
	return show(func(source T) any { return gid(typeName, id(source)) })
}

// orNull is a text, or null where there is none.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// dateTime is a time as Shopify writes it.
func dateTime(t time.Time) any { return t.UTC().Format(time.RFC3339) }

// pointers are the items of a list of the state as values for resolvers.
func pointers[T any](list []T) []*T {
	out := make([]*T, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// anys is a list as a value that a resolver returns.
func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = item
	}
	return out
}

// userError is an entry of a mutation's userErrors; code is empty for mutations
// whose errors have none.
func userError(code, message string, path ...string) record {
	e := record{"message": message, "code": orNull(code), "field": nil, "elementIndex": nil, "elementKey": nil}
	if len(path) > 0 {
		e["field"] = path
	}
	return e
}
