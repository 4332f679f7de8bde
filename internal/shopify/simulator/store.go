package simulator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// store is a shop with what outlives every change to it. Whoever touches shop
// holds mu.
type store struct {
	mu   sync.Mutex
	shop Shop
	// lastID is the highest id given out; ids are never used again.
	lastID uint64
	// minted counts the tokens made, so that no two are alike.
	minted uint64
	// disturbed counts the deliveries that each rule of the shop has held for.
	disturbed map[DeliveryRule]uint64
	// buckets are the apps' own, by client id.
	buckets map[string]*buckets
	keys    keyring
	// stale are states before writes that reads do not see yet, oldest first.
	stale []staleView
}

// nextID counts the shop's ids up from 1001.
func (s *store) nextID() uint64 {
	s.lastID++
	return s.lastID
}

// replace completes and checks a whole new state and puts it in place of the
// old one, which stays where the new one is wrong.
func (s *store) replace(shop Shop, now time.Time) error {
	lastID := s.lastID
	if err := s.complete(&shop, now); err != nil {
		s.lastID = lastID
		return err
	}
	s.shop = shop
	return nil
}

var domainPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)

func firstLabel(domain string) string {
	label, _, _ := strings.Cut(domain, ".")
	return label
}

// complete fills in what may be left out and refuses what cannot be.
func (s *store) complete(shop *Shop, now time.Time) error {
	if err := check(shop); err != nil {
		return err
	}
	s.lastID = max(s.lastID, 1000, highestID(shop))
	if shop.Standing == "" {
		shop.Standing = StandingOpen
	}
	stamp(&shop.CreatedAt, now)
	stamp(&shop.UpdatedAt, now)
	for i := range shop.Locations {
		l := &shop.Locations[i]
		assign(&l.ID, s.nextID)
		stamp(&l.CreatedAt, now)
		stamp(&l.UpdatedAt, now)
	}
	for i := range shop.ShippingZones {
		shop.ShippingZones[i].number(s.nextID)
	}
	for i := range shop.Apps {
		a := &shop.Apps[i]
		assign(&a.ID, s.nextID)
		if a.Handle == "" {
			a.Handle = strings.ToLower(strings.ReplaceAll(a.Title, " ", "-"))
		}
		if a.PublicCategory == "" {
			a.PublicCategory = "CUSTOM"
		}
		if a.ProtectedDataApproved == nil {
			a.ProtectedDataApproved = new(true)
		}
		if a.Uninstalled {
			a.Tokens = nil
			shop.WebhookSubscriptions = slices.DeleteFunc(shop.WebhookSubscriptions, func(w WebhookSubscription) bool { return w.App == a.ClientID })
		}
	}
	s.completeCatalog(shop, now)
	for i := range shop.WebhookSubscriptions {
		w := &shop.WebhookSubscriptions[i]
		assign(&w.ID, s.nextID)
		if w.Format == "" {
			w.Format = "JSON"
		}
		stamp(&w.CreatedAt, now)
		stamp(&w.UpdatedAt, now)
	}
	for i := range shop.PriceRules {
		shop.PriceRules[i].complete(s.nextID, now)
	}
	notNil(&shop.Locations)
	notNil(&shop.ShippingZones)
	notNil(&shop.InventoryItems)
	notNil(&shop.Products)
	notNil(&shop.Orders)
	notNil(&shop.Files)
	notNil(&shop.Publications)
	notNil(&shop.StagedUploads)
	notNil(&shop.BulkOperations)
	notNil(&shop.MetafieldDefinitions)
	notNil(&shop.WebhookSubscriptions)
	notNil(&shop.PriceRules)
	notNil(&shop.Apps)
	return nil
}

// completeCatalog fills in what is sold, and how it is described.
func (s *store) completeCatalog(shop *Shop, now time.Time) {
	for i := range shop.InventoryItems {
		shop.InventoryItems[i].complete(s.nextID, now)
	}
	for i := range shop.Products {
		shop.Products[i].complete(s.nextID, now)
	}
	for i := range shop.Orders {
		shop.Orders[i].complete(s.nextID, now)
	}
	for i := range shop.Files {
		shop.Files[i].complete(s.nextID, now)
	}
	for i := range shop.Publications {
		assign(&shop.Publications[i].ID, s.nextID)
	}
	for i := range shop.MetafieldDefinitions {
		d := &shop.MetafieldDefinitions[i]
		assign(&d.ID, s.nextID)
		d.Access.complete()
		d.UniqueValues = d.UniqueValues || d.Type == uniqueType
	}
}

func stamp(t *time.Time, now time.Time) {
	if t.IsZero() {
		*t = now
	}
}

// check says what is wrong with a state that no shop could be in.
func check(shop *Shop) error {
	if !domainPattern.MatchString(shop.Domain) {
		return fmt.Errorf("domain %q: want a name of the form maple-kids.myshopify.com", shop.Domain)
	}
	if shop.Name == "" {
		return fmt.Errorf("name: give the shop a name")
	}
	if len(shop.Currency) != 3 {
		return fmt.Errorf("currency %q: want an ISO 4217 code such as CAD", shop.Currency)
	}
	if !slices.Contains([]string{"DISABLED", "OPTIONAL", "REQUIRED"}, shop.CustomerAccounts) {
		return fmt.Errorf("customerAccounts %q: want DISABLED, OPTIONAL or REQUIRED", shop.CustomerAccounts)
	}
	for _, part := range []func(*Shop) error{checkStanding, checkApps, checkLocations, checkInventory, checkProducts, checkFiles, checkPublications, checkBulkOperations, checkOrders, checkDefinitions, checkSubscriptions, checkPriceRules, checkRateLimit, checkDelivery} {
		if err := part(shop); err != nil {
			return err
		}
	}
	return nil
}

func checkRateLimit(shop *Shop) error {
	l := shop.RateLimit
	for _, n := range []float64{l.Maximum, l.RestoreRate, l.RESTBucket, l.RESTLeak} {
		if !(n >= 0 && n <= 1e9) {
			return fmt.Errorf("rateLimit: %v is not from 0, which means the plan's, to 1e9", n)
		}
	}
	return nil
}

func checkApps(shop *Shop) error {
	installed, tokens := map[string]bool{}, map[string]bool{}
	for _, a := range shop.Apps {
		if a.ClientID == "" || installed[a.ClientID] {
			return fmt.Errorf("apps: clientID %q is empty or there twice", a.ClientID)
		}
		installed[a.ClientID] = true
		if a.AccessToken != "" && tokens[a.AccessToken] {
			return fmt.Errorf("apps: two apps have the same accessToken")
		}
		tokens[a.AccessToken] = true
	}
	return nil
}

func checkLocations(shop *Shop) error {
	primary := 0
	for _, l := range shop.Locations {
		if l.Primary {
			primary++
		}
	}
	if primary > 1 {
		return fmt.Errorf("locations: %d are primary, want one at most", primary)
	}
	return nil
}

func checkDefinitions(shop *Shop) error {
	identities := map[string]bool{}
	for _, d := range shop.MetafieldDefinitions {
		identity := d.OwnerType + " " + d.Namespace + "." + d.Key
		if d.OwnerType == "" || d.Namespace == "" || d.Key == "" || d.Type == "" || identities[identity] {
			return fmt.Errorf("metafieldDefinitions: %q lacks ownerType, namespace, key or type, or is there twice", identity)
		}
		identities[identity] = true
	}
	return nil
}

func checkSubscriptions(shop *Shop) error {
	for _, w := range shop.WebhookSubscriptions {
		if !slices.ContainsFunc(shop.Apps, func(a App) bool { return a.ClientID == w.App }) {
			return fmt.Errorf("webhookSubscriptions: app %q is not in apps; give the clientID of one", w.App)
		}
		if w.Topic == "" || w.URI == "" {
			return fmt.Errorf("webhookSubscriptions: want a topic such as ORDERS_CREATE and a uri")
		}
		if _, err := parseFilter(w.Filter); err != nil {
			return fmt.Errorf("webhookSubscriptions: the filter %q is not modelled by the simulator (%w)", w.Filter, err)
		}
	}
	return nil
}

// highestID is the highest id in use, so that the shop goes on counting from it.
func highestID(shop *Shop) uint64 {
	var highest uint64
	for _, l := range shop.Locations {
		highest = max(highest, l.ID)
	}
	for _, item := range shop.InventoryItems {
		highest = max(highest, item.ID)
	}
	for _, p := range shop.Products {
		highest = max(highest, p.highestID())
	}
	for _, o := range shop.Orders {
		highest = max(highest, o.highestID())
	}
	for _, f := range shop.Files {
		highest = max(highest, f.ID)
	}
	for _, p := range shop.Publications {
		highest = max(highest, p.ID)
	}
	for _, u := range shop.StagedUploads {
		highest = max(highest, u.ID)
	}
	for _, b := range shop.BulkOperations {
		highest = max(highest, b.ID)
	}
	for _, d := range shop.MetafieldDefinitions {
		highest = max(highest, d.ID)
	}
	for _, w := range shop.WebhookSubscriptions {
		highest = max(highest, w.ID)
	}
	for _, p := range shop.PriceRules {
		highest = max(highest, p.ID)
		for _, c := range p.DiscountCodes {
			highest = max(highest, c.ID)
		}
	}
	for _, a := range shop.Apps {
		highest = max(highest, a.ID)
	}
	for _, z := range shop.ShippingZones {
		highest = max(highest, z.ID)
		for _, c := range z.Countries {
			highest = max(highest, c.ID)
			for _, p := range c.Provinces {
				highest = max(highest, p.ID)
			}
		}
	}
	return highest
}
