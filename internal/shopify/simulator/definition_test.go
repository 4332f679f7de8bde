package simulator

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

const (
	createDef = `mutation ($in: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $in) { createdDefinition { ...All } userErrors { field message code elementIndex } } } ` + allOfDef
	updateDef = `mutation ($in: MetafieldDefinitionUpdateInput!) { metafieldDefinitionUpdate(definition: $in) { updatedDefinition { ...All } validationJob { id } userErrors { field message code } } } ` + allOfDef
	deleteDef = `mutation ($id: ID, $by: MetafieldDefinitionIdentifierInput, $all: Boolean) { metafieldDefinitionDelete(id: $id, identifier: $by, deleteAllAssociatedMetafields: $all) {
		deletedDefinitionId deletedDefinition { ownerType namespace key } userErrors { field message code } } }`
	allOfDef = `fragment All on MetafieldDefinition { id ownerType namespace key name description type { name category } validations { name value }
		access { admin storefront customerAccount } pinnedPosition validationStatus constraints { key } }`
)

// definition is an input that is right, with some fields changed; nil takes one away.
func definition(changes map[string]any) map[string]any {
	in := map[string]any{"ownerType": "PRODUCT", "namespace": "consignment", "key": "consignor_id", "name": "Consignor", "type": "single_line_text_field"}
	for name, value := range changes {
		in[name] = value
		if value == nil {
			delete(in, name)
		}
	}
	return in
}

func TestDefinitionInputs(t *testing.T) {
	cases := map[string]struct {
		reason  string
		changes map[string]any
		field   string // in the definition; "" for the definition itself
		code    string // empty for success
		message string
	}{
		"right":        {reason: "an input that is right"},
		"list":         {reason: "types have lists", changes: map[string]any{"type": "list.product_reference"}},
		"twin key":     {reason: "another owner type has keys of its own", changes: map[string]any{"ownerType": "COLLECTION", "key": "taken"}},
		"taken":        {reason: "owner, namespace and key are an identity", changes: map[string]any{"key": "taken"}, field: "key", code: "TAKEN", message: "Key is in use for Product metafields on the 'consignment' namespace."},
		"short key":    {reason: "a key has 2", changes: map[string]any{"key": "a"}, field: "key", code: "TOO_SHORT", message: "Key is too short (minimum is 2 characters)"},
		"long key":     {reason: "to 64 characters", changes: map[string]any{"key": strings.Repeat("k", 65)}, field: "key", code: "TOO_LONG", message: "Key is too long (maximum is 64 characters)"},
		"strange key":  {reason: "of letters, digits, _ and -", changes: map[string]any{"key": "a.b"}, field: "key", code: "INVALID_CHARACTER", message: "Key contains one or more invalid characters."},
		"short space":  {reason: "a namespace has 3", changes: map[string]any{"namespace": "ab"}, field: "namespace", code: "TOO_SHORT", message: "Namespace is too short (minimum is 3 characters)"},
		"long space":   {reason: "to 255", changes: map[string]any{"namespace": strings.Repeat("n", 256)}, field: "namespace", code: "TOO_LONG", message: "Namespace is too long (maximum is 255 characters)"},
		"blank name":   {reason: "a name says something", changes: map[string]any{"name": " "}, field: "name", code: "BLANK", message: "Name can't be blank"},
		"long name":    {reason: "in 255 characters", changes: map[string]any{"name": strings.Repeat("é", 256)}, field: "name", code: "TOO_LONG", message: "Name is too long (maximum is 255 characters)"},
		"long text":    {reason: "as does a description", changes: map[string]any{"description": strings.Repeat("d", 256)}, field: "description", code: "TOO_LONG", message: "Description is too long (maximum is 255 characters)"},
		"type":         {reason: "types are Shopify's", changes: map[string]any{"type": "string"}, field: "type", code: "INCLUSION", message: "Type name string is not a valid type. Valid types are: antenna_gain,"},
		"twice a rule": {reason: "a rule has one value", changes: map[string]any{"validations": []any{map[string]any{"name": "max", "value": "1"}, map[string]any{"name": "max", "value": "2"}}}, field: "validations", code: "DUPLICATE_OPTION", message: "duplicate"},
		"admin":        {reason: "merchants may write what is theirs", changes: map[string]any{"access": map[string]any{"admin": "MERCHANT_READ"}}, code: "INVALID", message: "Setting this access control is not permitted."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.update(func(s *Shop) {
				s.MetafieldDefinitions = []MetafieldDefinition{{OwnerType: "PRODUCT", Namespace: "consignment", Key: "taken", Name: "Taken", Type: "boolean"}}
			})
			a := w.ask(createDef, map[string]any{"in": definition(tc.changes)})
			w.Expect(a.at("errors")).To(BeNil(), a.text)
			if tc.code == "" {
				w.Expect(a.at("data.metafieldDefinitionCreate.userErrors")).To(BeEmpty(), tc.reason)
				w.Expect(w.shop().MetafieldDefinitions).To(HaveLen(2))
				return
			}
			path := []any{"definition"}
			if tc.field != "" {
				path = append(path, tc.field)
			}
			w.Expect(a.at("data.metafieldDefinitionCreate.userErrors")).To(HaveLen(1), a.text)
			w.Expect(a.at("data.metafieldDefinitionCreate.userErrors.0.code")).To(Equal(tc.code), tc.reason)
			w.Expect(a.at("data.metafieldDefinitionCreate.userErrors.0.field")).To(Equal(path))
			w.Expect(a.at("data.metafieldDefinitionCreate.userErrors.0.message")).To(ContainSubstring(tc.message))
			w.Expect(a.at("data.metafieldDefinitionCreate.createdDefinition")).To(BeNil())
			w.Expect(w.shop().MetafieldDefinitions).To(HaveLen(1))
		})
	}
}

func TestDefinitionLife(t *testing.T) {
	w := newWorld(t)
	a := w.ask(createDef, map[string]any{"in": definition(map[string]any{
		"description": "Whose it is", "pin": true, "access": map[string]any{"storefront": "PUBLIC_READ", "admin": "MERCHANT_READ_WRITE"},
		"validations": []any{map[string]any{"name": "max", "value": "20"}},
	})})
	made := a.at("data.metafieldDefinitionCreate.createdDefinition").(map[string]any)
	w.Expect(made).To(Equal(map[string]any{
		"id": made["id"], "ownerType": "PRODUCT", "namespace": "consignment", "key": "consignor_id", "name": "Consignor", "description": "Whose it is",
		"type": map[string]any{"name": "single_line_text_field", "category": "TEXT"}, "validations": []any{map[string]any{"name": "max", "value": "20"}},
		"access":         map[string]any{"admin": "PUBLIC_READ_WRITE", "storefront": "PUBLIC_READ", "customerAccount": "NONE"},
		"pinnedPosition": 1.0, "validationStatus": "ALL_VALID", "constraints": nil,
	}), a.text)

	a = w.ask(updateDef, map[string]any{"in": map[string]any{
		"ownerType": "PRODUCT", "namespace": "consignment", "key": "consignor_id", "name": "Consignor's number", "access": map[string]any{"storefront": "NONE"}, "pin": false,
	}})
	changed := a.at("data.metafieldDefinitionUpdate.updatedDefinition").(map[string]any)
	want := map[string]any{
		"id": made["id"], "name": "Consignor's number", "description": "Whose it is", "validations": made["validations"], "pinnedPosition": nil,
		"access": map[string]any{"admin": "PUBLIC_READ_WRITE", "storefront": "NONE", "customerAccount": "NONE"},
	}
	w.Expect(pick(changed, want)).To(Equal(want), "what is left out stays")
	a = w.ask(updateDef, map[string]any{"in": map[string]any{"ownerType": "PRODUCT", "namespace": "consignment", "key": "other", "name": "x"}})
	w.Expect(a.at("data.metafieldDefinitionUpdate.userErrors.0.code")).To(Equal("NOT_FOUND"), "a key cannot change: another names another definition")
	a = w.ask(updateDef, map[string]any{"in": map[string]any{"ownerType": "PRODUCT", "namespace": "consignment", "key": "consignor_id", "type": "boolean"}})
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("INVALID_VARIABLE"), "the input has no type to change")

	for document, want := range map[string]any{
		`{ metafieldDefinition(identifier: {ownerType: PRODUCT, namespace: "consignment", key: "consignor_id"}) { name } }`: map[string]any{"metafieldDefinition": map[string]any{"name": "Consignor's number"}},
		`{ metafieldDefinition(id: "` + made["id"].(string) + `") { key } }`:                                                map[string]any{"metafieldDefinition": map[string]any{"key": "consignor_id"}},
		`{ metafieldDefinition(id: "gid://shopify/MetafieldDefinition/1") { key } }`:                                        map[string]any{"metafieldDefinition": nil},
		`{ metafieldDefinitions(first: 9, ownerType: PRODUCT, namespace: "other") { nodes { key } } }`:                      map[string]any{"metafieldDefinitions": map[string]any{"nodes": []any{}}},
		`{ metafieldDefinitions(first: 9, ownerType: COLLECTION) { nodes { key } } }`:                                       map[string]any{"metafieldDefinitions": map[string]any{"nodes": []any{}}},
		`{ metafieldDefinitions(first: 9, ownerType: PRODUCT, key: "consignor_id") { nodes { key } } }`:                     map[string]any{"metafieldDefinitions": map[string]any{"nodes": []any{map[string]any{"key": "consignor_id"}}}},
		`{ metafieldDefinitions(first: 9, ownerType: PRODUCT, pinnedStatus: PINNED) { nodes { key } } }`:                    map[string]any{"metafieldDefinitions": map[string]any{"nodes": []any{}}},
		`{ node(id: "` + made["id"].(string) + `") { ... on MetafieldDefinition { key } } }`:                                map[string]any{"node": map[string]any{"key": "consignor_id"}},
	} {
		w.Expect(w.ask(document, nil).at("data")).To(Equal(want), document)
	}

	a = w.ask(deleteDef, map[string]any{"id": made["id"]})
	w.Expect(a.at("data.metafieldDefinitionDelete")).To(Equal(map[string]any{
		"deletedDefinitionId": made["id"], "userErrors": []any{},
		"deletedDefinition": map[string]any{"ownerType": "PRODUCT", "namespace": "consignment", "key": "consignor_id"},
	}), a.text)
	a = w.ask(deleteDef, map[string]any{"id": made["id"]})
	w.Expect(a.at("data.metafieldDefinitionDelete.userErrors.0.code")).To(Equal("NOT_FOUND"))
	a = w.ask(deleteDef, map[string]any{})
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("BAD_REQUEST"))
}

func TestDefinitionUpdates(t *testing.T) {
	cases := map[string]struct {
		reason  string
		changes map[string]any
		code    string // of the userError, or of the error where it is ACCESS_DENIED
	}{
		"nothing":     {"an update may change nothing", map[string]any{}, ""},
		"rules":       {"a list that is given replaces the old one", map[string]any{"validations": []any{map[string]any{"name": "min", "value": "1"}}}, ""},
		"customers":   {"access is changed part by part", map[string]any{"access": map[string]any{"customerAccount": "READ"}}, ""},
		"blank":       {"a name stays a name", map[string]any{"name": ""}, "BLANK"},
		"admin":       {"merchants may write what is theirs", map[string]any{"access": map[string]any{"admin": "MERCHANT_READ"}}, "INVALID_INPUT"},
		"twice":       {"a rule has one value", map[string]any{"validations": []any{map[string]any{"name": "a", "value": "1"}, map[string]any{"name": "a", "value": "1"}}}, "DUPLICATE_OPTION"},
		"other owner": {"an owner type cannot change", map[string]any{"ownerType": "COLLECTION"}, "NOT_FOUND"},
		"foreign":     {"another app's namespace is closed", map[string]any{"namespace": "app--1"}, "ACCESS_DENIED"},
		"forbidden":   {"an owner type needs its scope", map[string]any{"ownerType": "CUSTOMER"}, "ACCESS_DENIED"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Expect(w.ask(createDef, map[string]any{"in": definition(nil)}).at("errors")).To(BeNil())
			before := w.shop()
			in := map[string]any{"ownerType": "PRODUCT", "namespace": "consignment", "key": "consignor_id"}
			maps.Copy(in, tc.changes)
			a := w.ask(updateDef, map[string]any{"in": in})
			switch tc.code {
			case "":
				w.Expect(a.at("data.metafieldDefinitionUpdate.userErrors")).To(BeEmpty(), tc.reason+a.text)
				w.Expect(a.at("data.metafieldDefinitionUpdate.updatedDefinition.name")).To(Equal("Consignor"))
				return
			case "ACCESS_DENIED":
				w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.code), tc.reason)
			default:
				w.Expect(a.at("data.metafieldDefinitionUpdate.userErrors.0.code")).To(Equal(tc.code), tc.reason+a.text)
			}
			w.Expect(w.shop()).To(Equal(before))
		})
	}
}

func TestMetafieldCategories(t *testing.T) {
	for metafieldType, want := range map[string]string{
		"id": "ID", "list.product_reference": "REFERENCE", "boolean": "TRUE_FALSE", "rich_text_field": "JSON", "list.number_integer": "NUMBER",
		"date_time": "DATE_TIME", "list.single_line_text_field": "TEXT", "list.volume": "MEASUREMENT",
	} {
		NewWithT(t).Expect(metafieldCategory(metafieldType)).To(Equal(want), metafieldType)
	}
}

func TestDefinitionsThatTakeTheirValuesAlong(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     map[string]any
		code   string
	}{
		"reference": {"what refers would refer to nothing", map[string]any{"type": "list.product_reference"}, "REFERENCE_TYPE_DELETION_ERROR"},
		"id":        {"ids are unique by their definition", map[string]any{"type": "id"}, "ID_TYPE_DELETION_ERROR"},
		"reserved":  {"an app's own namespace keeps no orphans", map[string]any{"namespace": "$app:sales"}, "RESERVED_NAMESPACE_ORPHANED_METAFIELDS"},
		"default":   {"no namespace means the app's own", map[string]any{"namespace": nil}, "RESERVED_NAMESPACE_ORPHANED_METAFIELDS"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Expect(w.ask(createDef, map[string]any{"in": definition(tc.in)}).at("data.metafieldDefinitionCreate.userErrors")).To(BeEmpty())
			d := w.shop().MetafieldDefinitions[0]
			by := map[string]any{"ownerType": d.OwnerType, "namespace": d.Namespace, "key": d.Key}
			a := w.ask(deleteDef, map[string]any{"by": by})
			w.Expect(a.at("data.metafieldDefinitionDelete.userErrors.0.code")).To(Equal(tc.code), tc.reason)
			w.Expect(a.at("data.metafieldDefinitionDelete.userErrors.0.field")).To(BeNil())
			w.Expect(w.shop().MetafieldDefinitions).To(HaveLen(1))
			a = w.ask(deleteDef, map[string]any{"by": by, "all": true})
			w.Expect(a.at("data.metafieldDefinitionDelete.userErrors")).To(BeEmpty())
			w.Expect(w.shop().MetafieldDefinitions).To(BeEmpty())
		})
	}
}

func TestNamespaces(t *testing.T) {
	app := &App{ID: 7}
	cases := map[string]struct{ reason, given, want string }{
		"plain":     {"the merchant's", "consignment", "consignment"},
		"none":      {"the app's own is meant", "", "app--7"},
		"short":     {"$app is its short form", "$app", "app--7"},
		"part":      {"with a part behind a colon", "$app:sales", "app--7--sales"},
		"spelt out": {"the long form is as it is", "app--7--sales", "app--7--sales"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(canonicalNamespace(app, tc.given)).To(Equal(tc.want), tc.reason)
			g.Expect(foreignNamespace(app, tc.want)).To(BeFalse())
		})
	}
	g := NewWithT(t)
	g.Expect(foreignNamespace(app, "app--77")).To(BeTrue())
	g.Expect(foreignNamespace(app, "app--8--sales")).To(BeTrue())
}

func TestDefinitionLimits(t *testing.T) {
	fill := func(w *world, n, pinned int) {
		w.update(func(s *Shop) {
			for i := range n {
				d := MetafieldDefinition{OwnerType: "PRODUCT", Namespace: "consignment", Key: fmt.Sprintf("key_%d", i), Name: "n", Type: "boolean"}
				if i < pinned {
					d.PinnedPosition = i + 1
				}
				s.MetafieldDefinitions = append(s.MetafieldDefinitions, d)
			}
		})
	}
	w := newWorld(t)
	fill(w, 256, 0)
	a := w.ask(createDef, map[string]any{"in": definition(nil)})
	w.Expect(a.at("data.metafieldDefinitionCreate.userErrors.0.code")).To(Equal("RESOURCE_TYPE_LIMIT_EXCEEDED"))

	w = newWorld(t)
	fill(w, 21, 20)
	a = w.ask(createDef, map[string]any{"in": definition(map[string]any{"pin": true})})
	w.Expect(a.at("data.metafieldDefinitionCreate.userErrors.0.code")).To(Equal("PINNED_LIMIT_REACHED"))
	by := func(key string, pin bool) map[string]any {
		return map[string]any{"in": map[string]any{"ownerType": "PRODUCT", "namespace": "consignment", "key": key, "pin": pin}}
	}
	w.Expect(w.ask(updateDef, by("key_20", true)).at("data.metafieldDefinitionUpdate.userErrors.0.code")).To(Equal("PINNED_LIMIT_REACHED"))
	w.Expect(w.ask(updateDef, by("key_0", false)).at("data.metafieldDefinitionUpdate.userErrors")).To(BeEmpty())
	w.Expect(w.shop().MetafieldDefinitions[1].PinnedPosition).To(Equal(1), "those behind move up")
	a = w.ask(updateDef, by("key_20", true))
	w.Expect(a.at("data.metafieldDefinitionUpdate.updatedDefinition.pinnedPosition")).To(Equal(20.0), a.text)
}
