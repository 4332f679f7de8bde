package photos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Limit is how many photos an item may have, by its consignor's class.
func Limit(class commission.Class) int {
	if class == commission.Super {
		return 4
	}
	return 2
}

// LimitError says that an item has as many photos as it may.
type LimitError struct {
	Item  string
	Class commission.Class
	Limit int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("an item of a %s consignor has at most %d photos, and %s has as many: remove one first",
		strings.ToLower(string(e.Class)), e.Limit, e.Item)
}

// Add gives an item a photo that was taken in, behind those that it has, and says so
// in the audit trail. One that it has already stays where it is. One more than the
// item may have is a *LimitError; an item that is not there is ledger.ErrNotFound.
func Add(tx *ledger.Tx, item string, p Photo, actor, reason string) (ledger.ItemPhoto, error) {
	of, err := tx.Item(item)
	if err != nil {
		return ledger.ItemPhoto{}, err
	}
	consignor, err := tx.Consignor(of.ConsignorID)
	if err != nil {
		return ledger.ItemPhoto{}, err
	}
	has, err := tx.Photos(item)
	if err != nil {
		return ledger.ItemPhoto{}, err
	}
	if i := slices.IndexFunc(has, func(h ledger.ItemPhoto) bool { return h.Hash == p.Hash }); i >= 0 {
		return has[i], nil
	}
	class := commission.Class(consignor.Class)
	if limit := Limit(class); len(has) >= limit {
		return ledger.ItemPhoto{}, &LimitError{Item: item, Class: class, Limit: limit}
	}
	added, err := tx.PutPhoto(ledger.ItemPhoto{ItemID: item, Hash: p.Hash, Width: p.Width, Height: p.Height, Bytes: p.Bytes})
	if err != nil {
		return ledger.ItemPhoto{}, err
	}
	return added, record(tx, item, "", p.Hash, actor, reason)
}

// Remove takes a photo from an item, and says so in the audit trail. It returns the
// photo as it was, with what Shopify calls it; ledger.ErrNotFound where the item has
// none of that hash. The picture stays in the bucket: another item may have it, too.
func Remove(tx *ledger.Tx, item, hash, actor, reason string) (ledger.ItemPhoto, error) {
	removed, err := tx.RemovePhoto(item, hash)
	if err != nil {
		return ledger.ItemPhoto{}, err
	}
	return removed, record(tx, item, hash, "", actor, reason)
}

func record(tx *ledger.Tx, item, before, after, actor, reason string) error {
	return tx.Record(ledger.TrailEntry{Actor: actor, Action: "photo", Subject: "item/" + item, Before: before, After: after, Reason: reason})
}
