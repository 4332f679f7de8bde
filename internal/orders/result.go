package orders

import (
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Read says what the ledger learnt from a read of an order.
type Read string

// What a read may tell.
const (
	Stale   Read = "Stale"   // the ledger knows a newer one; nothing was changed
	Known   Read = "Known"   // nothing that the ledger did not hold
	Changed Read = "Changed" // the order is another than the ledger held
	New     Read = "New"     // an order that the ledger did not hold
)

// Result is what a call changed, and what is left to be done.
type Result struct {
	// Read is empty where no order was applied.
	Read Read
	// Zero are the items whose stock has to be zero at every location, and their
	// products DRAFT.
	Zero []string
	// Shelf are the items that are for sale again: their stock is set to 1 at one
	// location, never added to, and their products are made ACTIVE.
	Shelf []string
	// Found are the findings that are new, or stand again: what to alert about.
	Found []ledger.Finding
}

// Push are the items whose products have to follow.
func (r Result) Push() []string { return slices.Concat(r.Zero, r.Shelf) }

// Recovered says that the read told what the ledger did not know. Where a routine
// check finds that, it has recovered what no webhook brought.
func (r Result) Recovered() bool { return r.Read == New || r.Read == Changed }
