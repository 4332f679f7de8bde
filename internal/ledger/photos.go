package ledger

import (
	"fmt"
	"time"
)

// ItemPhoto is a photo of an item. What it shows is in a bucket, under its hash.
type ItemPhoto struct {
	ItemID string
	// Hash is the SHA-256 of the stored file, in hex.
	Hash string
	// Position counts from 1. The first is the one that a shop shows in lists.
	Position int
	// Width and Height are in pixels, Bytes is the size of the stored file.
	Width, Height, Bytes int
	// MediaID is Shopify's; 0 until it was uploaded.
	MediaID uint64
	// Sending says that it was about to be sent to a product whose newest image was
	// After, 0 for none, and nobody has noted yet what became of it.
	Sending   bool
	After     uint64
	CreatedAt time.Time
}

// media reads media_id: below zero it says what Sending and After do, as -1 - After.
type media struct{ photo *ItemPhoto }

// Scan implements sql.Scanner.
func (m media) Scan(value any) error {
	n, ok := value.(int64)
	switch {
	case !ok:
		return fmt.Errorf("media_id is a %T", value)
	case n < 0:
		m.photo.Sending, m.photo.After = true, uint64(-1-n)
	default:
		m.photo.MediaID = uint64(n)
	}
	return nil
}

const photoColumns = "item_id, hash, position, width, height, bytes, media_id, created_at"

func (p *ItemPhoto) columns() []any {
	return []any{&p.ItemID, &p.Hash, &p.Position, &p.Width, &p.Height, &p.Bytes, media{p}, at{&p.CreatedAt}}
}

// PutPhoto records a photo behind those that the item has, and returns it with its
// position. One that the item has already is an error: who puts reads first, and
// changes of a store follow one another.
func (t *Tx) PutPhoto(p ItemPhoto) (ItemPhoto, error) {
	return one(t, (*ItemPhoto).columns, `INSERT INTO item_photos (tenant, store, `+photoColumns+`) VALUES ($1, $2, $3, $4,
(SELECT COALESCE(MAX(position), 0) + 1 FROM item_photos WHERE tenant = $1 AND store = $2 AND item_id = $3), $5, $6, $7, $8, $9) RETURNING `+photoColumns,
		p.ItemID, p.Hash, p.Width, p.Height, p.Bytes, number(p.MediaID), micros(t.now))
}

// Photos reads the photos of an item in their order.
func (t *Tx) Photos(item string) ([]ItemPhoto, error) {
	return collect(t, (*ItemPhoto).columns, "SELECT "+photoColumns+" FROM item_photos WHERE tenant = $1 AND store = $2 AND item_id = $3 ORDER BY position", item)
}

// RemovePhoto removes a photo of an item, and returns it as it was; ErrNotFound
// where the item has none of that hash. Those behind it move up.
func (t *Tx) RemovePhoto(item, hash string) (ItemPhoto, error) {
	removed, err := one(t, (*ItemPhoto).columns, "DELETE FROM item_photos WHERE tenant = $1 AND store = $2 AND item_id = $3 AND hash = $4 RETURNING "+photoColumns, item, hash)
	if err != nil {
		return ItemPhoto{}, err
	}
	// One by one, each onto the place that was just left: two are never in one place.
	for position := removed.Position + 1; ; position++ {
		n, err := t.exec("UPDATE item_photos SET position = position - 1 WHERE tenant = $1 AND store = $2 AND item_id = $3 AND position = $4", item, position)
		if err != nil || n == 0 {
			return removed, err
		}
	}
}

// SetPhotoMedia notes what Shopify calls a photo, or by 0 that it has none of it
// any more. ErrNotFound where the item has no photo of that hash.
func (t *Tx) SetPhotoMedia(item, hash string, media uint64) error {
	return t.setMedia(item, hash, number(media))
}

// SendPhoto notes that a photo is about to be sent to a product whose newest image is
// after, 0 for none. Whoever finds the note looks whether it arrived. ErrNotFound where
// the item has no photo of that hash.
func (t *Tx) SendPhoto(item, hash string, after uint64) error {
	return t.setMedia(item, hash, -1-number(after))
}

func (t *Tx) setMedia(item, hash string, value int64) error {
	n, err := t.exec("UPDATE item_photos SET media_id = $5 WHERE tenant = $1 AND store = $2 AND item_id = $3 AND hash = $4", item, hash, value)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}
