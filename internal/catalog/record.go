package catalog

import (
	"errors"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// FindingNotPublishable says that items wait because the app may not put products
// before customers.
const FindingNotPublishable = "NotPublishable"

// findingStore is the subject of findings about the store as a whole.
const findingStore = "store"

// Unpublishable says whether items of a store wait because its app may not publish.
func Unpublishable(tx *ledger.Tx) (bool, error) {
	return tx.Stands(FindingNotPublishable, findingStore)
}

// record puts what a push came to into the ledger: the product as it was read after it.
func (b *bringing) record(tx *ledger.Tx) error {
	const reason = "in line with the item"
	item, p := b.want.listing.Item, b.p
	i := slices.IndexFunc(p.Variants, func(v shopify.Variant) bool { return v.SKU == item })
	if i < 0 {
		return nil
	}
	v := p.Variants[i]
	seen := ledger.Product{ItemID: item, ProductID: p.ID, VariantID: v.ID, InventoryItemID: v.InventoryItemID, Status: p.Status, PriceCents: v.Price, SeenAt: p.UpdatedAt}
	known, err := tx.Product(item)
	if errors.Is(err, ledger.ErrNotFound) {
		known.AgreedPriceCents, err = neverAgreed, nil
	}
	if err != nil {
		return err
	}
	switch {
	case !b.changed:
		seen.AppliedAt = known.AppliedAt
	case known.SeenAt.Before(p.UpdatedAt) && b.asLeft(p, v):
		// Otherwise the echo may have come before, or this is somebody else's moment.
		seen.AppliedAt = p.UpdatedAt
	}
	if _, err := tx.PutProduct(seen); err != nil {
		return err
	}
	if err := b.agree(tx, p, known.AgreedPriceCents); err != nil {
		return err
	}
	if err := move(tx, item, v.InventoryItemID, v.Levels, actorShopkeeper, reason); err != nil {
		return err
	}
	if b.want.shelf == On {
		if err := b.recordListing(tx, p, reason); err != nil {
			return err
		}
	}
	if !b.changed {
		return nil
	}
	return tx.Record(ledger.TrailEntry{Actor: actorShopkeeper, Action: "product", Subject: "item/" + item, After: p.Status, Reason: reason})
}

// agree records what both sides have now. What somebody else made of the product since is
// not what both had, and neither is the price of what is off the shelf: there it stays as
// it was in the shop.
func (b *bringing) agree(tx *ledger.Tx, p *shopify.Product, price int64) error {
	status := statusFor(p, b.v, b.want.shelf)
	if b.hidden {
		status = p.Status
	}
	if b.want.shelf == On {
		price = b.want.listing.Price
	}
	return tx.Agree(b.want.listing.Item, price, status)
}

// recordListing notes what Shopify calls the photos, and lists the item.
func (b *bringing) recordListing(tx *ledger.Tx, p *shopify.Product, reason string) error {
	var sent []ledger.ItemPhoto
	if b.alone() {
		sent = b.want.sent(p, b.unsent)
	}
	for _, photo := range sent {
		// One that was removed meanwhile is none of ours any more.
		if err := tx.SetPhotoMedia(photo.ItemID, photo.Hash, photo.MediaID); err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return err
		}
	}
	if b.hidden || b.shown && !p.Published {
		_, err := tx.Find(ledger.Finding{
			Kind: FindingNotPublishable, Subject: findingStore, Severity: "Warning",
			Detail: "items are in the shop as drafts, for the app may not publish: grant it read_publications and write_publications and run a SyncJob of type Products, or publish them by hand",
		})
		return err
	}
	item, err := tx.Item(b.want.listing.Item)
	if err != nil {
		return err
	}
	if _, err := appear(tx, item, p, actorShopkeeper, reason); err != nil {
		return err
	}
	if b.place.Publication == "" && !b.shown {
		return nil // a person published this one, and others may wait
	}
	return tx.Resolve(FindingNotPublishable, findingStore)
}

// asLeft says whether nobody has changed a product since it was brought in line.
func (b *bringing) asLeft(p *shopify.Product, v shopify.Variant) bool {
	shelf := b.want.shelf
	if len(changesFor(p, v, shelf, b.place.Location)) > 0 || !b.hidden && statusFor(p, v, shelf) != p.Status {
		return false
	}
	return shelf == Off || priced(v, b.want.listing) && (!b.alone() || described(p, b.want.listing))
}
