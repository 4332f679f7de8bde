package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Observation is what the settings of a store are judged by.
type Observation struct {
	Store *shopify.Store
	// Zones holds the shipping zones; nil where read_shipping was not granted.
	Zones []shopify.ShippingZone
	// PickupEnforced says that local pickup is written, not only read.
	PickupEnforced bool
	// Observing says that nothing is written for now, so that what would be needs
	// no manual step.
	Observing bool
}

// Settings holds each setting of the spec against the store. Settings that the
// spec leaves unmanaged are left out.
func Settings(spec *v1alpha1.ShopifyStoreSpec, o Observation) []v1alpha1.SettingStatus {
	var rows []v1alpha1.SettingStatus
	rows = append(rows, appRow(spec, o.Store))
	s := &spec.Settings
	if s.Fulfillment == v1alpha1.FulfillmentLocalPickupOnly {
		rows = append(rows, pickupRow(s, o), shippingRow(o.Zones))
	}
	if s.PasswordProtection != v1alpha1.PasswordUnmanaged {
		rows = append(rows, passwordRow(s, o.Store))
	}
	if s.CustomerAccounts != v1alpha1.CustomerAccountsUnmanaged {
		rows = append(rows, customerAccountsRow(s, o.Store))
	}
	rows = append(rows, taxRow(s, o.Zones))
	return rows
}

// row builds the status of one setting.
type row v1alpha1.SettingStatus

func verified(name, desired, observed string) row {
	return row{Name: name, Management: v1alpha1.SettingVerified, Desired: desired, Observed: observed}
}

// judge closes the row: in effect, or off with what a person has to do.
func (r row) judge(inEffect bool, manualStep string) v1alpha1.SettingStatus {
	r.State = v1alpha1.SettingInEffect
	if !inEffect {
		r.State, r.ManualStep = v1alpha1.SettingOff, manualStep
	}
	return v1alpha1.SettingStatus(r)
}

const grantReadShipping = "grant the app read_shipping to have this verified"

// unknown closes the row of a setting that cannot be read.
func (r row) unknown(manualStep string) v1alpha1.SettingStatus {
	r.State, r.ManualStep = v1alpha1.SettingUnknown, manualStep
	return v1alpha1.SettingStatus(r)
}

// AppTitle is what the app of a client must be called in the store.
func AppTitle(clientName string) string { return clientName + " Consignment" }

func appRow(spec *v1alpha1.ShopifyStoreSpec, store *shopify.Store) v1alpha1.SettingStatus {
	row := verified("app", AppTitle(spec.ClientName)+", custom", store.App.Title)
	kind := ", custom"
	if store.App.Public {
		kind = ", public"
	}
	row.Observed += kind
	return row.judge(store.App.Title == AppTitle(spec.ClientName) && !store.App.Public,
		fmt.Sprintf("the credentials belong to the app %q: use those of a custom app that is called %q, or correct spec.clientName", store.App.Title, AppTitle(spec.ClientName)))
}

func pickupRow(s *v1alpha1.StoreSettings, o Observation) v1alpha1.SettingStatus {
	want := DesiredPickup(s)
	row := verified("pickup", want.Time, "")
	if o.PickupEnforced {
		row.Management = v1alpha1.SettingEnforced
	}
	locations, missing := Locations(s, o.Store)
	var observed, off, closed []string
	for _, l := range locations {
		have := PickupObject(l, l.Pickup)
		observed = append(observed, l.Name+": "+have.Fields[0].Value)
		if len(PickupObject(l, &want).differsFrom(have)) > 0 {
			off = append(off, l.Name)
		}
		if !l.FulfillsOnlineOrders {
			closed = append(closed, l.Name)
		}
	}
	row.Observed = strings.Join(observed, ", ")
	if len(closed) > 0 {
		return row.judge(false, "let "+strings.Join(closed, ", ")+" fulfil online orders (Settings > Locations), or nothing can be picked up there")
	}
	if len(missing) > 0 {
		return row.judge(false, "create the location "+strings.Join(missing, ", ")+" (Settings > Locations), or correct spec.settings.locations")
	}
	if o.Observing && o.PickupEnforced {
		return row.judge(len(off) == 0, "")
	}
	return row.judge(len(off) == 0, "turn on local pickup at "+strings.Join(off, ", ")+" with these values (Settings > Shipping and delivery > Pickup in store), or grant the app write_shipping")
}

func shippingRow(zones []shopify.ShippingZone) v1alpha1.SettingStatus {
	row := verified("shippingRates", "none", "")
	if zones == nil {
		return row.unknown(grantReadShipping)
	}
	var offering []string
	for _, z := range zones {
		if z.Rates > 0 {
			offering = append(offering, fmt.Sprintf("%s: %d", z.Name, z.Rates))
		}
	}
	row.Observed = strings.Join(offering, ", ")
	if len(offering) == 0 {
		row.Observed = "none"
	}
	return row.judge(len(offering) == 0, "remove the shipping rates of "+strings.Join(offering, ", ")+" (Settings > Shipping and delivery), because orders are picked up only")
}

func passwordRow(s *v1alpha1.StoreSettings, store *shopify.Store) v1alpha1.SettingStatus {
	observed := v1alpha1.PasswordDisabled
	if store.PasswordProtected {
		observed = v1alpha1.PasswordEnabled
	}
	row := verified("passwordProtection", string(s.PasswordProtection), string(observed))
	return row.judge(observed == s.PasswordProtection, "set the storefront's password to "+string(s.PasswordProtection)+" (Online Store > Preferences)")
}

func customerAccountsRow(s *v1alpha1.StoreSettings, store *shopify.Store) v1alpha1.SettingStatus {
	observed := string(store.Shop.CustomerAccounts)
	row := verified("customerAccounts", string(s.CustomerAccounts), observed)
	return row.judge(observed == string(s.CustomerAccounts), "set customer accounts to "+string(s.CustomerAccounts)+" (Settings > Customer accounts)")
}

// taxRow verifies the general rate. Reduced rates come from overrides that no
// API shows.
func taxRow(s *v1alpha1.StoreSettings, zones []shopify.ShippingZone) v1alpha1.SettingStatus {
	t := s.Tax
	place := t.Country + "-" + t.Province
	row := verified("tax", fmt.Sprintf("%s %s %s%%", place, t.Name, strings.Join(t.RatesPercent, "% and ")), "")
	if zones == nil {
		return row.unknown(grantReadShipping)
	}
	step := fmt.Sprintf("charge %s of %s%% in %s (Settings > Taxes and duties)", t.Name, t.RatesPercent[0], place)
	for _, z := range zones {
		i := slices.IndexFunc(z.Provinces, func(p shopify.Province) bool { return p.Country == t.Country && p.Code == t.Province })
		if i < 0 {
			continue
		}
		p := z.Provinces[i]
		row.Observed = fmt.Sprintf("%s %s %s%%", place, p.TaxName, p.TaxPercent)
		return row.judge(p.TaxName == t.Name && samePercent(p.TaxPercent, t.RatesPercent[0]), step)
	}
	row.Observed = "no shipping zone holds " + place
	return row.unknown("add " + place + " to a shipping zone, without rates: only there an app can read its tax")
}

func samePercent(a, b string) bool {
	x, errX := decimal.NewFromString(a)
	y, errY := decimal.NewFromString(b)
	return errX == nil && errY == nil && x.Equal(y)
}
