package catalog

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// want is what an item's product is to be.
type want struct {
	shelf Shelf
	// unhindered is where the item would belong if nobody had taken it off the shelf.
	unhindered Shelf
	listing    shopify.Listing
	// reduced says that a markdown is in effect for it.
	reduced bool
	state   State
	// photos are the item's, in their order.
	photos []ledger.ItemPhoto
	// known is the product as it was last seen; empty where none was.
	known ledger.Product
}

// wanted reads what an item's product is to be. What the ledger does not know is AsIs.
func (s *Shop) wanted(ctx context.Context, id string) (w want, err error) {
	err = s.Ledger.View(ctx, s.Store, func(tx *ledger.Tx) error { w, err = wantedIn(tx, id); return err })
	return w, err
}

func wantedIn(tx *ledger.Tx, id string) (want, error) {
	item, err := tx.Item(id)
	if errors.Is(err, ledger.ErrNotFound) {
		return want{shelf: AsIs}, nil
	}
	if err != nil {
		return want{}, err
	}
	event, err := tx.SaleEvent(item.EventID)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return want{}, err
	}
	w := want{
		shelf: shelfOf(item, event, tx.Now()), listing: listingOf(item, event, tx.Now()),
		reduced: markedDown(item, event, tx.Now()), state: State(item.State),
	}
	item.Unlisted = false
	w.unhindered = shelfOf(item, event, tx.Now())
	if w.shelf == AsIs {
		return w, nil
	}
	if w.known, err = tx.Product(id); err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return want{}, err
	}
	if w.shelf == On {
		w.photos, err = tx.Photos(id)
	} else {
		err = nil
	}
	return w, err
}

// listingOf is what an item looks like in the shop.
func listingOf(item ledger.Item, event ledger.SaleEvent, now time.Time) shopify.Listing {
	l := shopify.Listing{Item: item.ID, Title: item.Title, ConsignorID: item.ConsignorID, EventID: item.EventID, MarkdownEligible: item.MarkdownEligible}
	l.Price, l.CompareAt = Price(item, event, now)
	return l
}

// described says whether a product says of itself what it is to say.
func described(p *shopify.Product, l shopify.Listing) bool {
	return p.Title == l.Title && p.Item == l.Item && p.ConsignorID == l.ConsignorID && p.EventID == l.EventID && p.MarkdownEligible == l.MarkdownEligible
}

// priced says whether a variant is sold as it is to be.
func priced(v shopify.Variant, l shopify.Listing) bool {
	return v.Price == l.Price && v.CompareAt == l.CompareAt && v.Barcode == l.Item && (v.Tracked || l.TrackingUnmanaged) && !v.Oversold
}

// arrive gives those photos that were about to be sent, and turn out to have been, the
// numbers of the product's images: a product's images are numbered upwards, and those
// of one request come together.
func (w *want) arrive(p *shopify.Product) {
	var sending []int
	for i, photo := range w.photos {
		if photo.Sending {
			sending = append(sending, i)
		}
	}
	if len(sending) == 0 {
		return
	}
	newer := slices.DeleteFunc(slices.Clone(p.Images), func(image uint64) bool { return image <= w.photos[sending[0]].After })
	if len(newer) < len(sending) {
		return
	}
	for n, i := range sending {
		w.photos[i].MediaID = newer[n]
	}
}

// unsent are the photos that a product lacks. A product that nobody has recorded yet
// may have been made with the first of them.
func (w *want) unsent(p *shopify.Product) []ledger.ItemPhoto {
	if w.known.ProductID == 0 {
		return w.photos[min(len(p.Images), len(w.photos)):]
	}
	return slices.DeleteFunc(slices.Clone(w.photos), func(photo ledger.ItemPhoto) bool { return photo.MediaID != 0 })
}

// sent are the photos that a product turned out to have, with its numbers of them:
// those that arrived before, and those that were unsent, which are its last images.
func (w *want) sent(p *shopify.Product, unsent []ledger.ItemPhoto) []ledger.ItemPhoto {
	if w.known.ProductID == 0 {
		unsent = w.photos
	}
	n := min(len(unsent), len(p.Images))
	first := 0
	if w.known.ProductID != 0 {
		first = len(p.Images) - n
	}
	list := slices.Clone(unsent[:n])
	for i := range list {
		list[i].MediaID = p.Images[first+i]
	}
	if w.known.ProductID != 0 {
		for _, photo := range w.photos {
			if photo.Sending && photo.MediaID != 0 {
				list = append(list, photo)
			}
		}
	}
	return list
}
