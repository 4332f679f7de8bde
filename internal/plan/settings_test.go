package plan_test

import (
	"slices"
	"strings"
	"testing"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// What a store has of each setting, against what the spec asks for: the row of
// status.settings, and what a person is told to do.
func TestSettings(t *testing.T) {
	day := &shopify.Pickup{Time: "TWENTY_FOUR_HOURS"}
	type spec = v1alpha1.ShopifyStoreSpec
	unmanaged := func(s *spec) {
		s.Settings.Fulfillment, s.Settings.PasswordProtection = v1alpha1.FulfillmentUnmanaged, v1alpha1.PasswordUnmanaged
		s.Settings.CustomerAccounts = v1alpha1.CustomerAccountsUnmanaged
	}
	two := func(s *spec) { s.Settings.Locations = []string{"Warehouse", "Barn"} }
	location := func(o *plan.Observation, i int) *shopify.Location { return &o.Store.Locations[i] }
	province := func(o *plan.Observation) *shopify.Province { return &o.Zones[0].Provinces[0] }
	cases := map[string]struct {
		reason string
		spec   func(*spec)
		store  func(*plan.Observation)
		row    string
		want   string // management state observed
		step   string // part of the manual step; "" is none
	}{
		"client's app": {"the client's name and Consignment", nil, nil, "app", "Verified InEffect Maple Kids Consignment, custom", ""},
		"public app":   {"it would be everybody's", nil, func(o *plan.Observation) { o.Store.App.Public = true }, "app", "Verified Off Maple Kids Consignment, public", "custom app"},

		"pickup":             {"the primary location, where none is named", nil, nil, "pickup", "Enforced InEffect Warehouse: TWENTY_FOUR_HOURS", ""},
		"pickup at each":     {"one that is off is one too many", two, func(o *plan.Observation) { location(o, 0).Pickup = day }, "pickup", "Enforced Off Warehouse: TWENTY_FOUR_HOURS, Barn: off", "turn on local pickup at Barn "},
		"pickup at both":     {"each is as it should be", two, func(o *plan.Observation) { location(o, 1).Pickup = day }, "pickup", "Enforced InEffect Warehouse: TWENTY_FOUR_HOURS, Barn: TWENTY_FOUR_HOURS", ""},
		"other instructions": {"customers would be told the wrong thing", func(s *spec) { s.Settings.Pickup.Instructions = "Ring\n" }, nil, "pickup", "Enforced Off Warehouse: TWENTY_FOUR_HOURS", "at Warehouse"},
		"pickup verified":    {"without write_shipping a person does it", nil, func(o *plan.Observation) { o.PickupEnforced, location(o, 0).Pickup = false, nil }, "pickup", "Verified Off Warehouse: off", "write_shipping"},
		"pickup observed":    {"mode Enforce would do it: nothing for a person", nil, func(o *plan.Observation) { o.Observing, location(o, 0).Pickup = true, nil }, "pickup", "Enforced Off Warehouse: off", ""},
		"observed, verified": {"mode Enforce would not do it either", nil, func(o *plan.Observation) {
			o.Observing, o.PickupEnforced, location(o, 0).Pickup = true, false, nil
		}, "pickup", "Verified Off Warehouse: off", "turn on local pickup"},
		"no online orders": {"local pickup alone does not let anybody collect there", two, func(o *plan.Observation) {
			location(o, 1).Pickup, location(o, 1).FulfillsOnlineOrders = day, false
		}, "pickup", "Enforced Off Warehouse: TWENTY_FOUR_HOURS, Barn: TWENTY_FOUR_HOURS", "let Barn fulfil online orders"},
		"inactive location": {"it is as good as none", two, func(o *plan.Observation) { location(o, 1).Active = false }, "pickup", "Enforced Off Warehouse: TWENTY_FOUR_HOURS", "create the location Barn"},
		"no primary":        {"somebody has to name one", nil, func(o *plan.Observation) { location(o, 0).Primary = false }, "pickup", "Enforced Off ", "(primary location)"},

		"no rates":        {"a zone without rates is for its tax", nil, nil, "shippingRates", "Verified InEffect none", ""},
		"rates":           {"orders are picked up only", nil, func(o *plan.Observation) { o.Zones[0].Rates = 2 }, "shippingRates", "Verified Off Canada: 2", "remove the shipping rates of Canada: 2"},
		"rates unread":    {"an optional scope buys the look", nil, func(o *plan.Observation) { o.Zones = nil }, "shippingRates", "Verified Unknown ", "grant the app read_shipping"},
		"no zone has any": {"read, and none there", nil, func(o *plan.Observation) { o.Zones = []shopify.ShippingZone{} }, "shippingRates", "Verified InEffect none", ""},

		"password":    {"as asked", nil, nil, "passwordProtection", "Verified InEffect Enabled", ""},
		"no password": {"the API cannot set it", nil, func(o *plan.Observation) { o.Store.PasswordProtected = false }, "passwordProtection", "Verified Off Disabled", "to Enabled"},
		"password unasked": {"an open shop is asked for", func(s *spec) { s.Settings.PasswordProtection = v1alpha1.PasswordDisabled }, nil,
			"passwordProtection", "Verified Off Enabled", "to Disabled"},

		"accounts":          {"as asked", nil, nil, "customerAccounts", "Verified InEffect Disabled", ""},
		"accounts optional": {"the API cannot turn them off", nil, func(o *plan.Observation) { o.Store.Shop.CustomerAccounts = shopify.CustomerAccountsOptional }, "customerAccounts", "Verified Off Optional", "to Disabled"},
		"accounts required": {"as asked", func(s *spec) { s.Settings.CustomerAccounts = v1alpha1.CustomerAccountsRequired }, func(o *plan.Observation) { o.Store.Shop.CustomerAccounts = shopify.CustomerAccountsRequired },
			"customerAccounts", "Verified InEffect Required", ""},

		"tax":             {"the general rate", nil, nil, "tax", "Verified InEffect CA-ON HST 13%", ""},
		"tax in decimals": {"13.0 is 13", nil, func(o *plan.Observation) { province(o).TaxPercent = "13.00" }, "tax", "Verified InEffect CA-ON HST 13.00%", ""},
		"tax rate":        {"the API cannot set it", nil, func(o *plan.Observation) { province(o).TaxPercent = "8" }, "tax", "Verified Off CA-ON HST 8%", "charge HST of 13% in CA-ON"},
		"tax name":        {"it stands on the receipt", nil, func(o *plan.Observation) { province(o).TaxName = "GST" }, "tax", "Verified Off CA-ON GST 13%", "charge HST of 13% in CA-ON"},
		"reduced rate": {"what is not readable is not held against the store", func(s *spec) { s.Settings.Tax.RatesPercent = []string{"13", "99"} }, nil,
			"tax", "Verified InEffect CA-ON HST 13%", ""},
		"tax elsewhere": {"only a zone that holds the place shows its tax", func(s *spec) { s.Settings.Tax.Province = "QC" }, nil, "tax", "Verified Unknown no shipping zone holds CA-QC", "add CA-QC to a shipping zone"},
		"tax unread":    {"an optional scope buys the look", nil, func(o *plan.Observation) { o.Zones = nil }, "tax", "Verified Unknown ", "grant the app read_shipping"},

		"unmanaged fulfilment": {"it is left out", unmanaged, nil, "pickup", "", ""},
		"unmanaged rates":      {"it is left out", unmanaged, nil, "shippingRates", "", ""},
		"unmanaged password":   {"it is left out", unmanaged, nil, "passwordProtection", "", ""},
		"unmanaged accounts":   {"it is left out", unmanaged, nil, "customerAccounts", "", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := &v1alpha1.ShopifyStoreSpec{ClientName: "Maple Kids", Settings: v1alpha1.StoreSettings{
				Fulfillment: v1alpha1.FulfillmentLocalPickupOnly, Pickup: v1alpha1.PickupSettings{Time: "TWENTY_FOUR_HOURS"},
				PasswordProtection: v1alpha1.PasswordEnabled, CustomerAccounts: v1alpha1.CustomerAccountsDisabled,
				Tax: v1alpha1.TaxSettings{Country: "CA", Province: "ON", Name: "HST", RatesPercent: []string{"13", "5"}},
			}}
			o := plan.Observation{
				PickupEnforced: true,
				Store: &shopify.Store{
					App: shopify.App{Title: "Maple Kids Consignment"}, Shop: shopify.Shop{CustomerAccounts: shopify.CustomerAccountsDisabled}, PasswordProtected: true,
					Locations: []shopify.Location{
						{ID: "1", Name: "Warehouse", Active: true, Primary: true, FulfillsOnlineOrders: true, Pickup: day},
						{ID: "2", Name: "Barn", Active: true, FulfillsOnlineOrders: true},
					},
				},
				Zones: []shopify.ShippingZone{{Name: "Canada", Provinces: []shopify.Province{{Country: "CA", Code: "ON", TaxName: "HST", TaxPercent: "13"}}}},
			}
			if tc.spec != nil {
				tc.spec(s)
			}
			if tc.store != nil {
				tc.store(&o)
			}
			rows := plan.Settings(s, o)
			i := slices.IndexFunc(rows, func(r v1alpha1.SettingStatus) bool { return r.Name == tc.row })
			if i < 0 {
				if tc.want != "" {
					t.Errorf("%s: no row %s in %+v", tc.reason, tc.row, rows)
				}
				return
			}
			row := rows[i]
			got := string(row.Management) + " " + string(row.State) + " " + row.Observed
			if got != tc.want || !strings.Contains(row.ManualStep, tc.step) || (row.ManualStep == "") != (tc.step == "") {
				t.Errorf("%s: got %q, step %q; want %q, %q", tc.reason, got, row.ManualStep, tc.want, tc.step)
			}
		})
	}
}
