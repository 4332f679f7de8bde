package catalog

import (
	"fmt"
	"strings"
	"time"
)

// Policy says which side wins where price or status of an item differ.
type Policy string

// The policies.
const (
	MostRecent  Policy = "MostRecent"  // the side that was changed last
	LocalWins   Policy = "LocalWins"   // the ledger
	ShopifyWins Policy = "ShopifyWins" // the shop
	Manual      Policy = "Manual"      // neither: a person decides
)

// Conflict is what decides, besides what both sides are, which of them wins.
type Conflict struct {
	Policy Policy
	// Place is where products go.
	Place Place
	// Publishes says that the app may put products before customers.
	Publishes bool
	// ItemChangedAt is when the item was changed last in the ledger, Now the time.
	ItemChangedAt, Now time.Time
}

// Verdict is what brings an item and its product together. The zero value leaves both as
// they are.
type Verdict struct {
	// Price is what the item costs from now on, in cents, as the shop has it; nil where
	// that does not change.
	Price *int64
	// Unlisted says whether the item is off the shelf from now on, as the shop has it;
	// nil where that does not change.
	Unlisted *bool
	// Push says that the product follows the item.
	Push bool
	// Left is what is left to a person. Nothing else of the product is touched then.
	Left []Left
	// OutOfStock says that the item is on sale and there is none, for longer than it
	// takes to hear of a sale.
	OutOfStock bool
}

// Left is a difference that is left to a person.
type Left struct {
	Difference
	// Why says why, and what to do.
	Why string
}

// Changes says whether one of the sides changes.
func (v *Verdict) Changes() bool { return v.Push || v.Price != nil || v.Unlisted != nil }

// String says what changes, for people to read.
func (v *Verdict) String() string {
	var parts []string
	if v.Price != nil {
		parts = append(parts, "the item takes over the shop's price of "+money(*v.Price, 0))
	}
	switch {
	case v.Unlisted == nil:
	case *v.Unlisted:
		parts = append(parts, "the item is off the shelf, as in the shop")
	default:
		parts = append(parts, "the item is on the shelf again, as in the shop")
	}
	if v.Push {
		parts = append(parts, "the product follows the item")
	}
	return strings.Join(parts, "; ")
}

const (
	// neverAgreed is the price that an item and its product agreed on where they never did.
	neverAgreed = -1
	// hearsay is how long it may take until the webhook of a sale has come.
	hearsay = 2 * time.Minute

	whyManual = "spec.conflictPolicy is Manual: change one of them"
)

// Reconcile decides what brings an item together with its product. By the policy, price
// and status follow one side. Of the stock the lowest count stands, and what is sold or
// otherwise gone is off the shelf, whatever the policy.
func (p *Pair) Reconcile(c Conflict) (v Verdict) {
	if p.Product == nil || p.want.shelf == AsIs {
		return v
	}
	if p.want.unhindered != On {
		v.Push = len(p.Differences(c.Place, c.Publishes)) > 0
		return v
	}
	on := p.reconcileStatus(c, &v)
	if on {
		p.reconcilePrice(c, &v)
	}
	p.reconcileStock(c, on, &v)
	if len(v.Left) > 0 {
		v.Push = false // it would decide what is left to a person, too
	}
	return v
}

// onSale says whether customers see the product.
func (p *Pair) onSale() bool { return visible(p.Product.Status) && p.Product.Published }

// reconcileStatus tells whether the item is on the shelf once it is reconciled.
func (p *Pair) reconcileStatus(c Conflict, v *Verdict) (on bool) {
	on = p.want.shelf == On
	there := p.onSale()
	switch {
	case on == there:
		return on
	case on && p.want.state == Ready:
		// Nobody took it off the shelf, for it never was there.
		if !p.Product.Published && !c.Publishes {
			return on // it waits for a person to publish it
		}
		if c.Policy != Manual {
			v.Push = true
			return on
		}
	case !on && statusFor(p.Product, p.Variant, Off) == p.Product.Status:
		return on // it is there for another of its variants
	}
	agreed := p.Known.AgreedStatus
	ledger := on != visible(agreed)
	shop := p.Product.Status != agreed || there != visible(agreed)
	switch p.winner(c, agreed != "", ledger, shop) {
	case sideLedger:
		v.Push = true
	case sideShop:
		unlisted := !there
		v.Unlisted, v.Push = &unlisted, true
		return there
	case sideNone:
		v.leave(p.statusDifference(on), whyManual)
	}
	return on
}

func (p *Pair) statusDifference(on bool) Difference {
	d := Difference{Part: PartStatus, Shop: p.Product.Status, Ledger: "it off the shelf"}
	if on {
		d.Ledger = "it on sale"
	}
	if visible(p.Product.Status) && !p.Product.Published {
		d.Shop = "it unpublished"
	}
	return d
}

func (p *Pair) reconcilePrice(c Conflict, v *Verdict) {
	here, there, agreed := p.Price(), p.Variant.Price, p.Known.AgreedPriceCents
	if here == there {
		return
	}
	difference := Difference{Part: PartPrice, Shop: money(there, p.Variant.CompareAt), Ledger: money(here, p.want.listing.CompareAt)}
	switch p.winner(c, agreed != neverAgreed, here != agreed, there != agreed) {
	case sideLedger:
		v.Push = true
	case sideShop:
		if p.want.reduced {
			v.leave(difference, "the item is marked down, and what it would cost otherwise cannot be told from that: change the item's price, or the shop's back")
			return
		}
		v.Price = &there
	case sideNone:
		v.leave(difference, whyManual)
	}
}

// reconcileStock looks at the stock of an item that is on the shelf, or off it, once it
// is reconciled.
func (p *Pair) reconcileStock(c Conflict, on bool, v *Verdict) {
	shelf := Off
	if on {
		shelf = On
	}
	loose := p.Variant.Oversold || !p.Variant.Tracked && !c.Place.TrackingUnmanaged
	switch n := available(p.Variant); {
	case len(changesFor(p.Product, p.Variant, shelf, c.Place.Location)) > 0 || on && loose:
		if c.Policy != Manual {
			v.Push = true
			return
		}
		d := Difference{Part: PartStock, Shop: fmt.Sprint(n), Ledger: fmt.Sprint(piecesFor(shelf))}
		if loose {
			d.Shop += ", and sells more than that"
		}
		v.leave(d, whyManual)
	case on && p.onSale() && n < 1:
		v.OutOfStock = c.Now.Sub(p.Product.UpdatedAt) >= hearsay
	}
}

func (v *Verdict) leave(d Difference, why string) {
	v.Left = append(v.Left, Left{Difference: d, Why: why})
}

// side is one of the two sides.
type side string

const (
	sideNone   side = "none"
	sideLedger side = "ledger"
	sideShop   side = "shop"
)

// winner says which side wins where both differ. agreed says that they once did not;
// ledger and shop say which of them has changed since.
func (p *Pair) winner(c Conflict, agreed, ledger, shop bool) side {
	switch c.Policy {
	case LocalWins:
		return sideLedger
	case ShopifyWins:
		return sideShop
	case Manual:
		return sideNone
	case MostRecent:
	}
	switch {
	case agreed && ledger && !shop:
		return sideLedger
	case agreed && shop && !ledger:
		return sideShop
	case p.Product.UpdatedAt.After(c.ItemChangedAt):
		return sideShop
	}
	return sideLedger
}
