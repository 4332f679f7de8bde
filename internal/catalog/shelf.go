package catalog

import (
	"slices"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Shopify's statuses of a product that matter here, and ours for one that is gone.
// ARCHIVED is one more that customers do not see.
const (
	statusActive   = "ACTIVE"
	statusUnlisted = "UNLISTED"
	statusDraft    = "DRAFT"
	statusDeleted  = "DELETED"
)

// visible says whether customers may see a published product of a status: UNLISTED is on
// no list, and to be had by who knows its address.
func visible(status string) bool { return status == statusActive || status == statusUnlisted }

// Shelf says whether an item is to be had in the shop.
type Shelf string

// Where an item may be.
const (
	// On the shelf: one piece, and the product is active.
	On Shelf = "On"
	// Off the shelf: no stock anywhere, and the product is a draft.
	Off Shelf = "Off"
	// AsIs: it is not for us to say.
	AsIs Shelf = "AsIs"
)

// shelfOf is where an item belongs. At the end of its event it leaves the shelf, and so it
// does where a person says so.
func shelfOf(item ledger.Item, event ledger.SaleEvent, now time.Time) Shelf {
	over := event.ID != "" && !event.Keeps && !now.Before(event.EndsAt)
	switch state := State(item.State); {
	case item.Unlisted:
		return Off
	case state == Ready && event.ID != "" && now.Before(event.EndsAt), state == Listed && !over:
		return On
	case state == Draft, state == Ready:
		return AsIs
	default:
		return Off
	}
}

// changesFor are the changes of stock that bring a variant to where it belongs. Only
// what customers cannot see is put on: of what is on sale, the last piece may just have
// been sold. location is where it is put.
func changesFor(p *shopify.Product, v shopify.Variant, shelf Shelf, location uint64) []shopify.QuantityChange {
	if shelf == Off {
		return takeOff(v)
	}
	return putOn(v, !visible(p.Status), location)
}

// takeOff are the changes that leave nothing of a variant to buy: every location
// goes to zero. What is below zero was sold twice and stays, for all to see.
func takeOff(v shopify.Variant) []shopify.QuantityChange {
	var changes []shopify.QuantityChange
	for _, l := range v.Levels {
		if l.Available > 0 {
			changes = append(changes, change(v, l, 0))
		}
	}
	return changes
}

// putOn are the changes that leave one piece: Shopify put it back where it was
// taken from, so that mostly there is nothing to do. Of several pieces the first
// stays, and where there is none and one may be put there, the location gets it, or the
// first where that does not stock it.
func putOn(v shopify.Variant, may bool, location uint64) []shopify.QuantityChange {
	var changes []shopify.QuantityChange
	have := 0
	for _, l := range v.Levels {
		want := min(max(l.Available, 0), 1-have)
		have += want
		if l.Available > want {
			changes = append(changes, change(v, l, want))
		}
	}
	if may && have == 0 && len(v.Levels) > 0 {
		at := max(slices.IndexFunc(v.Levels, func(l shopify.Level) bool { return l.LocationID == location }), 0)
		if v.Levels[at].Available == 0 {
			changes = append(changes, change(v, v.Levels[at], 1))
		}
	}
	return changes
}

// soldTwice says that there is none, and that none can be put at the location.
func soldTwice(v shopify.Variant, location uint64) bool {
	return !stocked(v.Levels) && len(putOn(v, true, location)) == 0
}

func change(v shopify.Variant, l shopify.Level, to int) shopify.QuantityChange {
	return shopify.QuantityChange{
		InventoryItemID: shopify.GlobalID("InventoryItem", v.InventoryItemID), LocationID: shopify.GlobalID("Location", l.LocationID),
		From: l.Available, To: to,
	}
}

// statusFor is the status that a product is to have, given where the item of one of
// its variants belongs. A product with another variant that can be bought stays.
func statusFor(p *shopify.Product, v shopify.Variant, shelf Shelf) string {
	switch {
	case shelf == On && !visible(p.Status):
		return statusActive
	case shelf == Off && visible(p.Status) && !othersStocked(p, v):
		return statusDraft
	}
	return p.Status
}

func othersStocked(p *shopify.Product, v shopify.Variant) bool {
	for _, other := range p.Variants {
		if other.ID != v.ID && stocked(other.Levels) {
			return true
		}
	}
	return false
}
