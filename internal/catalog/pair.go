package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Pair is an item beside its product in the shop.
type Pair struct {
	Item ledger.Item
	// Known is the product as it was last seen; zero where none was.
	Known ledger.Product
	// Product is nil where the shop does not show the one that was seen.
	Product *shopify.Product
	// Variant is that of the item.
	Variant shopify.Variant

	want want
}

// Shelf is where the item belongs.
func (p *Pair) Shelf() Shelf { return p.want.shelf }

// Price is what the item is to cost in the shop now, in cents.
func (p *Pair) Price() int64 { return p.want.listing.Price }

// Pairs puts a page of products, as the shop lists them by number, beside their items:
// those of its SKUs, and those whose products were seen between the page before, which
// ended with the number after, and the end of this one, and are not on it. Items of
// which an event does not decide any more, or not yet, are among them.
func Pairs(tx *ledger.Tx, page []*shopify.Product, after, upTo uint64) (list []Pair, err error) {
	there := map[string]bool{}
	for _, p := range page {
		for _, v := range p.Variants {
			if v.SKU == "" || there[v.SKU] {
				continue
			}
			pair, err := PairOf(tx, v.SKU)
			if errors.Is(err, ledger.ErrNotFound) {
				continue // the shop's own affair
			}
			if err != nil {
				return nil, err
			}
			there[v.SKU] = true
			pair.Product, pair.Variant = p, v
			list = append(list, pair)
		}
	}
	known, err := tx.ProductsBetween(after, upTo)
	if err != nil {
		return nil, err
	}
	for _, k := range known {
		if there[k.ItemID] {
			continue
		}
		pair, err := PairOf(tx, k.ItemID)
		if err != nil {
			return nil, fmt.Errorf("item %s: %w", k.ItemID, err)
		}
		// A product may have lost the item's SKU; then nothing there is the item's.
		list = append(list, pair)
	}
	return list, nil
}

// Compare looks for the product of an item and puts it beside the item.
func (s *Shop) Compare(ctx context.Context, id string) (p Pair, err error) {
	if err := s.Ledger.View(ctx, s.Store, func(tx *ledger.Tx) (err error) { p, err = PairOf(tx, id); return err }); err != nil {
		return p, err
	}
	product, err := s.find(ctx, p.want)
	if shopify.KindOf(err) == shopify.NotFound {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if i := slices.IndexFunc(product.Variants, func(v shopify.Variant) bool { return v.SKU == id }); i >= 0 {
		p.Product, p.Variant = product, product.Variants[i]
	}
	return p, nil
}

// Deleted says that the product that was seen is gone.
func (p *Pair) Deleted() bool { return p.Known.Status == statusDeleted }

// MayMake says whether a push makes a product where there is none.
func (p *Pair) MayMake() bool { return p.want.mayMake() }

// PairOf is an item without its product. The error is ErrNotFound where the ledger has no
// such item.
func PairOf(tx *ledger.Tx, id string) (p Pair, err error) {
	if p.Item, err = tx.Item(id); err != nil {
		return p, err
	}
	if p.want, err = wantedIn(tx, id); err != nil {
		return p, err
	}
	p.Known = p.want.known
	if p.want.shelf == AsIs {
		if p.Known, err = tx.Product(id); errors.Is(err, ledger.ErrNotFound) {
			err = nil
		}
	}
	if p.Known.ProductID == 0 {
		p.Known.AgreedPriceCents = neverAgreed
	}
	return p, err
}

// Part is a part of a product that may differ from what the item asks for.
type Part string

// The parts.
const (
	// PartProduct is the product as a whole: it is missing.
	PartProduct Part = "Product"
	// PartStock is the stock at all locations.
	PartStock Part = "Stock"
	// PartStatus is whether customers may see it: its status, and the online store.
	PartStatus Part = "Status"
	// PartPrice is the price, the price before a reduction, and how it is sold.
	PartPrice Part = "Price"
	// PartDescription is the title and what it says of itself.
	PartDescription Part = "Description"
	// PartPhotos are photos that were not sent yet.
	PartPhotos Part = "Photos"
)

// Difference is one thing in which a product is not as its item asks for.
type Difference struct {
	Part Part
	// Shop and Ledger say how it is and how it is to be, for people to read.
	Shop, Ledger string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: the shop has %s, the ledger %s", d.Part, d.Shop, d.Ledger)
}

// Publishes says whether the app may put products before customers: where it may not by
// right, it is tried once.
func (s *Shop) Publishes(ctx context.Context, place Place) (bool, error) {
	if place.Publication != "" {
		return true, nil
	}
	refused := false
	err := s.Ledger.View(ctx, s.Store, func(tx *ledger.Tx) (err error) {
		refused, err = Unpublishable(tx)
		return err
	})
	return !refused, err
}

// Differences are what a push would change, given the place of new products and whether
// the app may put products before customers.
func (p *Pair) Differences(place Place, publishes bool) (list []Difference) {
	if p.want.shelf == AsIs {
		return nil
	}
	differ := func(part Part, shop, ledger string) { list = append(list, Difference{part, shop, ledger}) }
	if p.Product == nil {
		if p.want.shelf == On {
			differ(PartProduct, "none", "an item that is "+string(p.want.state))
		}
		return list
	}
	v := p.Variant
	if len(changesFor(p.Product, v, p.want.shelf, place.Location)) > 0 {
		differ(PartStock, fmt.Sprint(available(v)), fmt.Sprint(piecesFor(p.want.shelf)))
	}
	hidden := p.want.shelf == On && !p.Product.Published && !publishes
	if status := statusFor(p.Product, v, p.want.shelf); !hidden && status != p.Product.Status {
		differ(PartStatus, p.Product.Status, status)
	} else if p.want.shelf == On && !p.Product.Published && !hidden {
		differ(PartStatus, "it unpublished", "it on the online store")
	}
	if p.want.shelf == Off {
		return list
	}
	listing := p.want.listing
	listing.TrackingUnmanaged = place.TrackingUnmanaged
	if !priced(v, listing) {
		differ(PartPrice, money(v.Price, v.CompareAt), money(p.want.listing.Price, p.want.listing.CompareAt))
	}
	if alone := len(p.Product.Variants) == 1; alone && !described(p.Product, p.want.listing) {
		differ(PartDescription, p.Product.Title, p.want.listing.Title)
	} else if alone && len(p.want.unsent(p.Product)) > 0 {
		differ(PartPhotos, fmt.Sprint(len(p.Product.Images)), fmt.Sprint(len(p.want.photos)))
	}
	return list
}

func piecesFor(shelf Shelf) int {
	if shelf == On {
		return 1
	}
	return 0
}

// available is the stock of a variant at all locations, in pieces.
func available(v shopify.Variant) (n int) {
	for _, l := range v.Levels {
		n += l.Available
	}
	return n
}

func money(cents, before int64) string {
	text := fmt.Sprintf("%d.%02d", cents/100, cents%100)
	if before > 0 {
		text += fmt.Sprintf(" instead of %d.%02d", before/100, before%100)
	}
	return text
}

// Newer says that the shop's product is not as it was last seen.
func (p *Pair) Newer() bool {
	return p.Product != nil && (p.Known.ProductID != p.Product.ID || p.Product.UpdatedAt.After(p.Known.SeenAt))
}

// Gone looks once more for the product of a pair that the shop's list does not show, and
// records where it is gone. It tells whether it is.
func (s *Shop) Gone(ctx context.Context, p *Pair, reason string) (bool, error) {
	_, err := s.Client.Product(ctx, p.Known.ProductID)
	if shopify.KindOf(err) != shopify.NotFound {
		return false, err // it came after the list was read, or lost the item's SKU
	}
	p.Known.Status, p.want.known.Status = statusDeleted, statusDeleted
	return true, s.Ledger.Update(ctx, s.Store, func(tx *ledger.Tx) error { return Deleted(tx, p.Known.ProductID, reason) })
}
