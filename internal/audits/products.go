package audits

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Kinds of findings. docs/ledger.md tells what to do about each.
const (
	StockDiffers  = "StockDiffers"
	PriceDiffers  = "PriceDiffers"
	StatusDiffers = "StatusDiffers"
)

const (
	warning  = "Warning"
	critical = "Critical"
)

const (
	// Patience is how long a change on one side may take to reach the other.
	Patience = 2 * time.Minute
	// turning is how long it may take to bring all products of an event in line once a
	// markdown begins or the event ends.
	turning = time.Hour
)

// OnItsWay says whether the other side may not know yet of a change: of the item, which
// was changed at a time, of its product (nil for none), or of what the time of its event
// asks for.
func OnItsWay(changedAt time.Time, p *shopify.Product, event ledger.SaleEvent, now time.Time) bool {
	since := now.Sub
	if since(changedAt) < Patience || p != nil && since(p.UpdatedAt) < Patience {
		return true
	}
	for _, t := range []time.Time{event.MarkdownStartsAt, event.EndsAt} {
		if !t.IsZero() && since(t) >= 0 && since(t) < turning {
			return true
		}
	}
	return false
}

// Product says in what stock, price and status of an item's product are not as the ledger
// has them, given the place of new products and whether the app may put products before
// customers: a finding of each kind at the most.
func Product(p *catalog.Pair, place catalog.Place, publishes bool) (list []ledger.Finding) {
	find := func(kind, severity, detail string) {
		list = append(list, ledger.Finding{Kind: kind, Subject: "item/" + p.Item.ID, Severity: severity, Detail: detail})
	}
	if detail, bad := stock(p, place); detail != "" {
		find(StockDiffers, bad, detail)
	}
	for _, d := range p.Differences(place, publishes) {
		is := fmt.Sprintf("the shop has %s, the ledger %s", d.Shop, d.Ledger)
		switch d.Part {
		case catalog.PartProduct:
			if !p.Deleted() && p.Item.State == string(catalog.Listed) { // else it is known, or to come
				find(StatusDiffers, warning, "the shop shows no product of an item that is for sale")
			}
		case catalog.PartStatus:
			find(StatusDiffers, warning, is)
		case catalog.PartPrice:
			if d.Shop != d.Ledger { // it may be sold otherwise at the same price
				find(PriceDiffers, warning, is)
			}
		case catalog.PartStock, catalog.PartDescription, catalog.PartPhotos:
		}
	}
	return list
}

// stock says what is wrong with the stock of an item's product, and how bad it is; empty
// where nothing is.
func stock(p *catalog.Pair, place catalog.Place) (detail, severity string) {
	if p.Product == nil || p.Shelf() == catalog.AsIs {
		return "", ""
	}
	v, sold := p.Variant, p.Product.Status == "ACTIVE" || p.Product.Status == "UNLISTED"
	pieces := 0
	for _, l := range v.Levels {
		pieces += max(l.Available, 0)
	}
	switch on := p.Shelf() == catalog.On; {
	case !on && pieces > 0 && sold:
		return "the shop sells " + at(v.Levels) + " of an item that is " + p.Item.State, critical
	case !on && pieces > 0:
		return "the shop has " + at(v.Levels) + " of an item that is " + p.Item.State, warning
	case on && pieces > 1:
		return "the shop has " + at(v.Levels) + " of an item of which there is one", critical
	case on && (v.Oversold || !v.Tracked && !place.TrackingUnmanaged):
		return "the shop sells it without counting, and there is one", critical
	case on && pieces == 0 && sold:
		return "the shop has none of an item that is for sale", warning
	}
	return "", ""
}

// at tells the stock of a product by location.
func at(levels []shopify.Level) string {
	var parts []string
	for _, l := range levels {
		if l.Available > 0 {
			parts = append(parts, fmt.Sprintf("%d at location %d", l.Available, l.LocationID))
		}
	}
	return strings.Join(parts, " and ")
}

// MayLower says whether a push of the item does nothing but take it off the shelf: its
// stock goes to zero everywhere, and its product becomes a draft.
func MayLower(p *catalog.Pair) bool { return p.Product != nil && p.Shelf() == catalog.Off }
