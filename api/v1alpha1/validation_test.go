package v1alpha1_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

var api client.Client

func TestMain(m *testing.M) {
	os.Exit(testenv.Run(m, func(config *rest.Config) {
		scheme := runtime.NewScheme()
		err := v1alpha1.AddToScheme(scheme)
		if err == nil {
			api, err = client.New(config, client.Options{Scheme: scheme})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}))
}

const minimal = `
clientName: Maple Kids
shopDomain: maple-kids.myshopify.com
credentialsSecretRef: {name: maple-kids-shopify}
`

// create sends YAML as it is, so that unknown fields and wrong types count.
func create(t *testing.T, name, spec string) (*unstructured.Unstructured, error) {
	t.Helper()
	object := &unstructured.Unstructured{Object: map[string]any{}}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("ShopifyStore"))
	object.SetName(name)
	object.SetNamespace("default")
	var parsed map[string]any
	if err := yaml.Unmarshal([]byte(spec), &parsed); err != nil {
		t.Fatal(err)
	}
	object.Object["spec"] = parsed
	err := api.Create(t.Context(), object, client.FieldValidation("Strict"))
	if err == nil {
		t.Cleanup(func() {
			if err := api.Delete(t.Context(), object); client.IgnoreNotFound(err) != nil {
				t.Log(err)
			}
		})
	}
	return object, err
}

func TestShopifyStoreValidation(t *testing.T) {
	long := strings.Repeat("x", 300)
	cases := map[string]struct {
		reason string
		spec   string
		want   string // part of the message; empty where it is accepted
	}{
		"minimal":        {"three fields are all a client in Ontario needs", minimal, ""},
		"empty":          {"what is required is named", `{}`, "clientName"},
		"no credentials": {"a store cannot be reached without", "clientName: A\nshopDomain: a.myshopify.com", "credentialsSecretRef"},
		"unknown field":  {"a typing error must not pass in silence", minimal + "suspended: true", `unknown field "spec.suspended"`},
		"blanks":         {"they would make the app's name wrong", `{clientName: "Maple Kids ", shopDomain: a.myshopify.com, credentialsSecretRef: {name: s}}`, "remove the blanks"},
		"long name":      {"names are bounded", `{clientName: ` + long + `, shopDomain: a.myshopify.com, credentialsSecretRef: {name: s}}`, "may not be more than 100"},

		"custom domain":  {"only the permanent address names one shop for ever", `{clientName: A, shopDomain: shop.example.com, credentialsSecretRef: {name: s}}`, "give the permanent address alone"},
		"domain path":    {"a path would send the token elsewhere", `{clientName: A, shopDomain: a.myshopify.com/admin, credentialsSecretRef: {name: s}}`, "give the permanent address alone"},
		"foreign host":   {"the suffix must end the name", `{clientName: A, shopDomain: evil.example/a.myshopify.com, credentialsSecretRef: {name: s}}`, "give the permanent address alone"},
		"domain suffix":  {"the suffix must end the name", `{clientName: A, shopDomain: a.myshopify.com.evil.example, credentialsSecretRef: {name: s}}`, "give the permanent address alone"},
		"domain newline": {"an anchor must not match before a line break", "{clientName: A, shopDomain: \"a.myshopify.com\\n\", credentialsSecretRef: {name: s}}", "give the permanent address alone"},
		"scheme":         {"the address goes without a scheme", `{clientName: A, shopDomain: "https://a.myshopify.com", credentialsSecretRef: {name: s}}`, "no scheme"},
		"capitals":       {"Shopify's addresses are lower case", `{clientName: A, shopDomain: A.myshopify.com, credentialsSecretRef: {name: s}}`, "give the permanent address alone"},

		"old version":      {"one that has ended is accepted, and replaced later", minimal + `apiVersion: "2024-01"`, ""},
		"version month":    {"versions are quarterly", minimal + `apiVersion: "2026-13"`, "a year and the first month of a quarter"},
		"version word":     {"unstable changes without notice", minimal + `apiVersion: "unstable"`, "may not be more than 7"},
		"version unquoted": {"YAML reads no number here, but a date-like text", minimal + `apiVersion: 2026-07`, ""},

		"no scopes":       {"an app without scopes can do nothing", minimal + `scopes: []`, "should have at least 1 items"},
		"scope twice":     {"scopes are a set", minimal + `scopes: [read_products, read_products]`, "Duplicate value"},
		"scope form":      {"a scope is not a sentence", minimal + `scopes: ["read products"]`, "a scope looks like"},
		"scope both ways": {"a default of the other list is no reason to refuse", minimal + "scopes: [read_products, write_shipping]", ""},

		"topic slash":      {"headers and GraphQL name topics differently", minimal + `webhooks: {topics: [orders/create]}`, "such as ORDERS_CREATE for orders/create"},
		"topic twice":      {"a topic is subscribed once", minimal + `webhooks: {topics: [ORDERS_CREATE, ORDERS_CREATE]}`, "Duplicate value"},
		"topic both lists": {"a default of the other list is no reason to refuse", minimal + `webhooks: {topics: [ORDERS_CREATE, PRODUCTS_DELETE]}`, ""},
		"no webhooks":      {"a store may report nothing", minimal + `webhooks: {topics: [], additionalTopics: []}`, ""},

		"definition twice":     {"a key names one metafield", minimal + `metafieldDefinitions: [{key: size, name: A, type: boolean}, {key: size, name: B, type: boolean}]`, "Duplicate value"},
		"definition namespace": {"keys repeat across namespaces", minimal + `metafieldDefinitions: [{key: size, name: A, type: boolean}, {namespace: other, key: size, name: B, type: boolean}]`, ""},
		"definition key":       {"Shopify refuses a key with blanks", minimal + `metafieldDefinitions: [{key: "a b", name: A, type: boolean}]`, "a key holds letters"},
		"definition short key": {"Shopify refuses a key of one letter", minimal + `metafieldDefinitions: [{key: a, name: A, type: boolean}]`, "should be at least 2"},
		"definition type":      {"a type is one of Shopify's names", minimal + `metafieldDefinitions: [{key: size, name: A, type: String}]`, "a type is one of Shopify's names"},
		"definition list type": {"list types carry a dot", minimal + `metafieldDefinitions: [{key: size, name: A, type: list.number_integer}]`, ""},
		"definition no type":   {"the type is fixed for ever, so it is asked for", minimal + `metafieldDefinitions: [{key: size, name: A}]`, "type"},

		"password":     {"enumerations name their values", minimal + `settings: {passwordProtection: On}`, `supported values: "Enabled", "Disabled", "Unmanaged"`},
		"pickup time":  {"pickup times are Shopify's", minimal + `settings: {pickup: {time: TOMORROW}}`, "TWENTY_FOUR_HOURS"},
		"tax rate":     {"rates are decimals, never floats", minimal + `settings: {tax: {ratesPercent: ["13%"]}}`, "a rate is a decimal in percent"},
		"tax number":   {"an unquoted number would be a float", minimal + `settings: {tax: {ratesPercent: [13]}}`, "must be of type string"},
		"tax country":  {"countries are ISO codes", minimal + `settings: {tax: {country: ca}}`, "two capital letters"},
		"location two": {"locations are a set", minimal + `settings: {locations: [Hall, Hall]}`, "Duplicate value"},
		"adoption":     {"enumerations name their values", minimal + `adoptionPolicy: Sometimes`, `supported values: "IfIdentical", "Always", "Never"`},
		"deletion":     {"enumerations name their values", minimal + `deletionPolicy: Purge`, `supported values: "Retain", "Delete", "Orphan"`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := create(t, "store-"+strings.ReplaceAll(name, " ", "-"), tc.spec)
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("%s: refused: %v", tc.reason, err)
			case tc.want != "" && err == nil:
				t.Errorf("%s: accepted, want %q", tc.reason, tc.want)
			case err != nil && !strings.Contains(err.Error(), tc.want):
				t.Errorf("%s: got %q, want %q in it", tc.reason, err, tc.want)
			}
		})
	}
}

func TestShopifyStoreDefaults(t *testing.T) {
	object, err := create(t, "defaults", minimal)
	if err != nil {
		t.Fatal(err)
	}
	var store v1alpha1.ShopifyStore
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(object), &store); err != nil {
		t.Fatal(err)
	}
	spec := store.Spec
	lists := map[string]struct {
		reason    string
		got, want []string
	}{
		"scopes": {"the nine scopes of a consignment store", spec.Scopes, []string{"read_products", "write_products", "read_orders", "write_orders",
			"read_inventory", "write_inventory", "read_price_rules", "write_price_rules", "read_locations"}},
		"optional scopes": {"those that let settings be enforced", spec.OptionalScopes, []string{"read_publications", "write_publications", "read_shipping", "write_shipping"}},
		"topics": {"the five critical topics", spec.Webhooks.Topics, []string{"ORDERS_CREATE", "ORDERS_PAID", "ORDERS_CANCELLED",
			"PRODUCTS_UPDATE", "INVENTORY_LEVELS_UPDATE"}},
		"additional topics": {"those that show refunds, edits and removals", spec.Webhooks.AdditionalTopics, []string{"REFUNDS_CREATE", "ORDERS_EDITED", "PRODUCTS_DELETE", "APP_UNINSTALLED"}},
		"tax rates":         {"Ontario's general and reduced rate", spec.Settings.Tax.RatesPercent, []string{"13", "5"}},
	}
	for name, tc := range lists {
		if !slices.Equal(tc.got, tc.want) {
			t.Errorf("%s (%s): got %v, want %v", name, tc.reason, tc.got, tc.want)
		}
	}
	var keys []string
	for _, d := range spec.MetafieldDefinitions {
		keys = append(keys, d.Namespace+"."+d.Key+":"+d.Type+":"+string(d.StorefrontAccess))
	}
	want := []string{"consignment.consignor_id:single_line_text_field:None", "consignment.event_id:single_line_text_field:None", "consignment.markdown_eligible:boolean:None"}
	if !slices.Equal(keys, want) {
		t.Errorf("metafield definitions: got %v, want %v", keys, want)
	}
	got := fmt.Sprint(spec.APIVersion, spec.Settings.Fulfillment, spec.Settings.Pickup.Time, spec.Settings.PasswordProtection, spec.Settings.CustomerAccounts,
		spec.Settings.InventoryTracking, spec.Settings.Tax.Country, spec.Settings.Tax.Province, spec.Settings.Tax.Name, spec.AdoptionPolicy, spec.DeletionPolicy, store.Status.ObservedGeneration)
	if want := fmt.Sprint("2026-07", "LocalPickupOnly", "TWENTY_FOUR_HOURS", "Enabled", "Disabled", "Enabled", "CA", "ON", "HST", "IfIdentical", "Retain", int64(-1)); got != want {
		t.Errorf("defaults: got %s, want %s", got, want)
	}
}

func TestShopDomainIsImmutable(t *testing.T) {
	object, err := create(t, "immutable", minimal)
	if err != nil {
		t.Fatal(err)
	}
	if err := unstructured.SetNestedField(object.Object, "other.myshopify.com", "spec", "shopDomain"); err != nil {
		t.Fatal(err)
	}
	err = api.Update(t.Context(), object)
	if err == nil || !strings.Contains(err.Error(), "shopDomain cannot change") {
		t.Errorf("another shop is another store: got %v", err)
	}
}
