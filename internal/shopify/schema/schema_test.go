package schema_test

import (
	"slices"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

func TestEveryVersionLoads(t *testing.T) {
	if want := []string{"2026-01", "2026-04", "2026-07", "2026-10"}; !slices.Equal(schema.Versions, want) {
		t.Fatalf("versions: got %v, want %v", schema.Versions, want)
	}
	for _, version := range schema.Versions {
		s, err := schema.Load(version)
		if err != nil {
			t.Fatalf("%s: %v", version, err)
		}
		if s.Types["WebhookSubscription"] == nil || s.Mutation == nil {
			t.Errorf("%s: misses WebhookSubscription or the mutation root", version)
		}
	}
	if _, err := schema.Load("2024-01"); err == nil {
		t.Error("a version without a schema loaded")
	}
}

func TestAccess(t *testing.T) {
	s, err := schema.Load("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		reason  string
		access  *schema.Access
		granted []string
		want    bool
	}{
		"exact": {
			reason: "the scope that the field names opens it",
			access: schema.AccessOf(s.Types["Location"].Fields.ForName("name").Directives), granted: []string{"read_locations"}, want: true,
		},
		"none": {
			reason: "no scope, no access",
			access: schema.AccessOf(s.Types["Location"].Fields.ForName("name").Directives), want: false,
		},
		"alternative": {
			reason: "a location's id may be read with read_inventory too",
			access: schema.AccessOf(s.Types["Location"].Fields.ForName("id").Directives), granted: []string{"read_inventory"}, want: true,
		},
		"write implies read": {
			reason: "a grant of write_x need not list read_x",
			access: schema.AccessOf(s.Types["Shop"].Fields.ForName("productTags").Directives), granted: []string{"write_products"}, want: true,
		},
		"bare resource in a mutation": {
			reason: "`shipping` means write_shipping for a mutation",
			access: schema.AccessOf(s.Mutation.Fields.ForName("locationLocalPickupEnable").Directives), granted: []string{"read_shipping"}, want: false,
		},
		"two groups": {
			reason: "`a` as well as any of `b`, `c` needs one of each",
			access: schema.AccessOf(s.Mutation.Fields.ForName("sellingPlanGroupUpdate").Directives), granted: []string{"write_products"}, want: false,
		},
		"topic": {
			reason: "a topic's scope comes from its description",
			access: schema.AccessOf(s.Types["WebhookSubscriptionTopic"].EnumValues.ForName("ORDERS_CREATE").Directives), granted: []string{"read_orders"}, want: true,
		},
		"free": {
			reason: "the shop itself needs no scope",
			access: schema.AccessOf(s.Query.Fields.ForName("shop").Directives), want: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			granted := map[string]bool{}
			for _, scope := range tc.granted {
				granted[scope] = true
			}
			if got := tc.access.Allows(granted); got != tc.want {
				t.Errorf("%s: got %v, want %v (access %+v)", tc.reason, got, tc.want, tc.access)
			}
		})
	}
}
