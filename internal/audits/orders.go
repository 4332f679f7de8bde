package audits

import (
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// settled is how long after a change a read has shown all of the second that Shopify dates
// it by.
const settled = 2 * time.Second

// Lacks says whether the ledger lacks the latest change of an order that the shop lists.
// known is the zero order where it has none of it.
func Lacks(o shopify.OrderUpdate, known ledger.Order) bool {
	return known.UpdatedAt.Before(o.UpdatedAt)
}

// MayLack says the same, and also where the order was read so soon after its change that
// another one of the same second may have been missed: only to read it again tells.
func MayLack(o shopify.OrderUpdate, known ledger.Order) bool {
	return Lacks(o, known) || known.UpdatedAt.Equal(o.UpdatedAt) && known.ReadAt.Sub(o.UpdatedAt) < settled
}
