package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

const actorShopkeeper = "shopkeeper"

// Push brings an item's product in line with the item, and returns what to record in
// the ledger. Where the item is for sale and has no product, it makes one. key names
// the push: who comes again with it changes nothing twice. It reads before it writes,
// so a push that has nothing left to do writes nothing; and killed at any point and
// made again, it comes to the same.
func (s *Shop) Push(ctx context.Context, item, key string) (record func(*ledger.Tx) error, err error) {
	b, err := s.begin(ctx, item, key)
	if b == nil {
		return nothing, err
	}
	return b.bring(ctx)
}

// PushCounted pushes an item that a person counted: there are so many of it, 0 or 1. It
// is the one push that puts stock on what is on sale, and it does so by compare-and-set.
// The error is ErrOffShelf or ErrSoldTwice where one cannot be put there.
func (s *Shop) PushCounted(ctx context.Context, item, key string, pieces int) (record func(*ledger.Tx) error, err error) {
	b, err := s.begin(ctx, item, key)
	switch {
	case err != nil:
		return nil, err
	case pieces > 0 && (b == nil || b.want.shelf != On):
		return nil, ErrOffShelf
	case b == nil:
		return nothing, nil
	}
	b.counted = &pieces
	return b.bring(ctx)
}

var (
	// ErrOffShelf says that an item is not on the shelf, so that there is none in the shop.
	ErrOffShelf = errors.New("the item is not on the shelf: list it with the same correction, or see what became of it")
	// ErrSoldTwice says that the shop's stock of an item is below zero.
	ErrSoldTwice = errors.New("the shop has less than none of the item, or stocks it nowhere: it was sold more often than it was there, so settle its orders in the shop first")
)

// begin looks at an item and its product, which it makes where there is to be one; nil
// where there is nothing to do.
func (s *Shop) begin(ctx context.Context, item, key string) (*bringing, error) {
	w, err := s.wanted(ctx, item)
	if err != nil || w.shelf == AsIs {
		return nil, err
	}
	var place Place
	if w.shelf == On {
		if place, err = s.Place(ctx); err != nil {
			return nil, err
		}
		w.listing.TrackingUnmanaged = place.TrackingUnmanaged
	}
	p, err := s.find(ctx, w)
	made := false
	if shopify.KindOf(err) == shopify.NotFound {
		if !w.mayMake() {
			return nil, nil
		}
		made = true
		p, err = s.make(ctx, w, place)
	}
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.Variants, func(v shopify.Variant) bool { return v.SKU == item })
	if i < 0 {
		return nil, nil
	}
	b := &bringing{Shop: s, want: w, place: place, key: key, p: p, v: p.Variants[i], changed: made}
	if !made && b.alone() {
		b.want.arrive(p)
		b.unsent = b.want.unsent(p)
	}
	return b, nil
}

func nothing(*ledger.Tx) error { return nil }

// mayMake says whether a product may be made where there is none. One that was there
// and is gone is a finding, and a person's to decide about.
func (w *want) mayMake() bool {
	return w.shelf == On && (w.known.Status != statusDeleted || w.state == Ready)
}

// find reads the product of an item: by its number where that is known, else by the
// item that it names, or by the SKU where a person made it. A NotFound where there is none.
func (s *Shop) find(ctx context.Context, w want) (*shopify.Product, error) {
	if w.known.ProductID != 0 && w.known.Status != statusDeleted {
		p, err := s.Client.Product(ctx, w.known.ProductID)
		if shopify.KindOf(err) != shopify.NotFound {
			return p, err
		}
		// It may have been deleted and made anew.
	}
	p, err := s.Client.ProductByItem(ctx, w.listing.Item)
	if shopify.KindOf(err) != shopify.NotFound {
		return p, err
	}
	return s.Client.ProductBySKU(ctx, w.listing.Item)
}

// make makes an item's product, with its photos, as a draft without stock.
func (s *Shop) make(ctx context.Context, w want, place Place) (*shopify.Product, error) {
	sources, err := s.upload(ctx, w.photos)
	if err != nil {
		return nil, err
	}
	var p *shopify.Product
	err = s.defining(ctx, func() (err error) {
		p, err = s.Client.CreateProduct(ctx, w.listing, place.Location, sources)
		return err
	})
	return p, err
}

// ErrNoPhotos is what a push of an item with photos fails with where they are not kept.
var ErrNoPhotos = errors.New("the item has photos, and this process does not know where they are: run the manager with --photos")

func (s *Shop) upload(ctx context.Context, photos []ledger.ItemPhoto) ([]string, error) {
	if len(photos) > 0 && s.Photos == nil {
		return nil, ErrNoPhotos
	}
	var images []shopify.Image
	for _, photo := range photos {
		jpeg, err := s.Photos.Read(ctx, s.Store, photo.Hash)
		if err != nil {
			return nil, fmt.Errorf("photo %d of item %s: %w", photo.Position, photo.ItemID, err)
		}
		images = append(images, shopify.Image{Name: fmt.Sprintf("%s-%d.jpg", photo.ItemID, photo.Position), JPEG: jpeg})
	}
	return s.Client.Upload(ctx, images)
}

// bringing is a product on its way to what it is to be.
type bringing struct {
	*Shop
	want    want
	place   Place
	key     string
	p       *shopify.Product
	v       shopify.Variant
	unsent  []ledger.ItemPhoto
	changed bool
	// counted is how many a person said there are; nil where nobody did.
	counted *int
	// stocked says that its stock was changed together with that of others.
	stocked bool
	// hidden says that the app may not put the product before customers, and shown that
	// it did so without the right to publish.
	hidden, shown bool
}

// bring makes all steps of a push. What is taken off the shelf loses its stock first: a
// product that is active for a moment longer can be seen, but not bought. What is put
// there is seen last, when all else is right.
func (b *bringing) bring(ctx context.Context) (record func(*ledger.Tx) error, err error) {
	for _, step := range []func(context.Context) error{b.dress, b.stock, b.show} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return b.record, nil
}

// dress brings in line what a product is like.
func (b *bringing) dress(ctx context.Context) error {
	if b.want.shelf != On {
		return nil
	}
	for _, step := range []func(context.Context) error{b.describe, b.price, b.illustrate} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// show brings in line whether customers see a product, and reads it as it is then: what is
// told of that moment is our own echo.
func (b *bringing) show(ctx context.Context) error {
	if err := b.status(ctx); err != nil {
		return err
	}
	if b.want.shelf == On {
		if err := b.publish(ctx); err != nil {
			return err
		}
	}
	if !b.changed {
		return nil
	}
	p, err := b.Client.Product(ctx, b.p.ID)
	if err == nil {
		b.p = p
	}
	return err
}

// alone says that the product is the item's, and no other's.
func (b *bringing) alone() bool { return len(b.p.Variants) == 1 }

func (b *bringing) describe(ctx context.Context) error {
	if !b.alone() || described(b.p, b.want.listing) {
		return nil
	}
	b.changed = true
	return b.defining(ctx, func() error { return b.Client.DescribeProduct(ctx, b.p.ID, b.want.listing) })
}

func (b *bringing) price(ctx context.Context) error {
	if priced(b.v, b.want.listing) {
		return nil
	}
	b.changed = true
	return b.Client.PriceVariant(ctx, b.p.ID, b.v.ID, b.want.listing)
}

func (b *bringing) illustrate(ctx context.Context) error {
	if !b.alone() || len(b.unsent) == 0 {
		return nil
	}
	sources, err := b.upload(ctx, b.unsent)
	if err != nil {
		return err
	}
	if err := b.sending(ctx); err != nil {
		return err
	}
	b.changed = true
	return b.Client.AddImages(ctx, b.p.ID, sources, b.want.listing.Title)
}

// sending notes which photos are about to be sent. A product that is not known yet shows
// itself which it has.
func (b *bringing) sending(ctx context.Context) error {
	if b.want.known.ProductID == 0 {
		return nil
	}
	var newest uint64
	if len(b.p.Images) > 0 {
		newest = slices.Max(b.p.Images)
	}
	return b.Ledger.Update(ctx, b.Store, func(tx *ledger.Tx) error {
		for _, photo := range b.unsent {
			// One that was removed meanwhile is shown once all the same.
			if err := tx.SendPhoto(photo.ItemID, photo.Hash, newest); err != nil && !errors.Is(err, ledger.ErrNotFound) {
				return err
			}
		}
		return nil
	})
}

func (b *bringing) stock(ctx context.Context) error {
	if b.stocked {
		return nil
	}
	changes := changesFor(b.p, b.v, b.want.shelf, b.place.Location)
	switch {
	case b.counted == nil:
	case *b.counted == 0:
		changes = takeOff(b.v)
	case soldTwice(b.v, b.place.Location):
		return ErrSoldTwice
	default:
		changes = putOn(b.v, true, b.place.Location)
	}
	for _, c := range changes {
		// One by one: an item is at few places, and a stale one keeps no other from
		// being emptied. A change that is another than last time has another key.
		if err := b.Client.SetQuantities(ctx, fmt.Sprintf("%s-%s-%d-%d", b.key, c.LocationID, c.From, c.To), []shopify.QuantityChange{c}); err != nil {
			return err
		}
		b.changed = true
	}
	return nil
}

func (b *bringing) status(ctx context.Context) error {
	status := statusFor(b.p, b.v, b.want.shelf)
	if b.want.shelf == On && !b.p.Published && b.place.Publication == "" {
		return b.publishOverREST(ctx, status)
	}
	if status == b.p.Status {
		return nil
	}
	b.changed = true
	return b.Client.SetProductStatus(ctx, b.p.ID, status)
}

// publishOverREST puts a product before customers where the app may not publish, in the one way
// that is left. Where Shopify refuses that, the product stays as it is, and others are
// not tried before the app may publish or a person does.
func (b *bringing) publishOverREST(ctx context.Context, status string) error {
	err := b.Ledger.View(ctx, b.Store, func(tx *ledger.Tx) (err error) {
		b.hidden, err = Unpublishable(tx)
		return err
	})
	if err != nil || b.hidden {
		return err
	}
	err = b.Client.PublishOverREST(ctx, b.p.ID, status)
	switch shopify.KindOf(err) {
	case shopify.ScopeMissing, shopify.NotFound, shopify.Invalid:
		b.hidden = true
		return nil
	case shopify.Throttled, shopify.CredentialsRejected, shopify.Frozen, shopify.Conflict, shopify.Unavailable:
		return err
	}
	b.shown, b.changed = err == nil, true
	return err
}

func (b *bringing) publish(ctx context.Context) error {
	if b.p.Published || b.hidden || b.shown {
		return nil
	}
	b.changed = true
	return b.Client.PublishProduct(ctx, b.p.ID, b.place.Publication)
}
