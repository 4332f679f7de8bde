package shopify

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestDeprecatedNames(t *testing.T) {
	var many []string
	for i := range 30 {
		many = append(many, fmt.Sprintf("Shop.field%02d", i))
	}
	cases := map[string]struct {
		reason string
		header string
		want   []string
	}{
		"none":     {"most replies have no such header", "", nil},
		"names":    {"as Shopify lists them; in an order that does not change", "Shop.products, MutationRoot.fileDelete.ids,Shop.products", []string{"MutationRoot.fileDelete.ids", "Shop.products"}},
		"link":     {"what older versions sent names nothing", "https://shopify.dev/api/usage/versioning#deprecation-practices", []string{"other"}},
		"prose":    {"it must not become a label", "Use `x`, or \"y\", instead", []string{"other"}},
		"too long": {"it must not become a label", "Shop." + strings.Repeat("x", 100), []string{"other"}},
		"many":     {"each is a series of a metric", strings.Join(many, ", "), many[:20]},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := deprecatedNames(tc.header); !slices.Equal(got, tc.want) {
				t.Errorf("%s: got %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

func TestDeprecationsAreCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	client, _ := dialWith(t, Options{Clock: newClock(), Registerer: registry}, static, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Shopify-API-Deprecated-Reason", "AccessScope.handle")
		_, _ = io.WriteString(w, granted)
	})
	if _, err := client.GrantedScopes(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := `
# HELP shopkeeper_shopify_deprecated_total Replies that name something in use as deprecated, by operation and what it is: its name in the schema, such as Shop.products, or other.
# TYPE shopkeeper_shopify_deprecated_total counter
shopkeeper_shopify_deprecated_total{operation="GrantedScopes",reason="AccessScope.handle"} 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "shopkeeper_shopify_deprecated_total"); err != nil {
		t.Error(err)
	}
}

func TestALookTellsWhatIsDeprecated(t *testing.T) {
	clock := newClock()
	sim := simulator.New(simulator.Options{Now: clock.Now})
	if err := sim.AddShop(simulator.NewShop(string(testShop), "Maple Kids")); err != nil {
		t.Fatal(err)
	}
	client, _ := dial(t, clock, Credentials{AccessToken: "shpat_maple-kids"}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Shopify-API-Deprecated-Reason", "Shop.plan, Location.localPickupSettingsV2")
		sim.ServeHTTP(w, r)
	})
	store, err := client.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Location.localPickupSettingsV2", "Shop.plan"}; !slices.Equal(store.Deprecated, want) {
		t.Errorf("got %q, want %q", store.Deprecated, want)
	}
}
