package catalog

import "github.com/shopkeeper-dev/shopkeeper/internal/shopify"

// Shopify's statuses of a product, and ours for one that is gone.
const (
	statusActive  = "ACTIVE"
	statusDraft   = "DRAFT"
	statusDeleted = "DELETED"
)

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

// shelfOf is where an item in a state belongs.
func shelfOf(s State) Shelf {
	switch s {
	case Listed:
		return On
	case Draft, Ready:
		return AsIs
	default:
		return Off
	}
}

// changesFor are the changes of stock that bring a variant to where it belongs.
func changesFor(v shopify.Variant, shelf Shelf) []shopify.QuantityChange {
	if shelf == On {
		return putOn(v)
	}
	return takeOff(v)
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
// stays, and where there is none, the first location gets it.
func putOn(v shopify.Variant) []shopify.QuantityChange {
	var changes []shopify.QuantityChange
	have := 0
	for _, l := range v.Levels {
		want := min(max(l.Available, 0), 1-have)
		have += want
		if l.Available > want {
			changes = append(changes, change(v, l, want))
		}
	}
	if have == 0 && len(v.Levels) > 0 {
		changes = append(changes, change(v, v.Levels[0], 1))
	}
	return changes
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
	case shelf == On && p.Status == statusDraft:
		return statusActive
	case shelf == Off && p.Status == statusActive && !othersStocked(p, v):
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
