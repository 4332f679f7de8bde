package deliveries

import (
	"context"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// kind is what a webhook may be about.
type kind struct {
	name string
	// known returns what follows where the ledger has already what a webhook tells
	// of, and nil where it does not. Where it is nil, the ledger never has.
	known func(*ledger.Tx, *work) (effect, error)
	// look reads what a webhook is about from the shop, and says what follows.
	look func(*Queue, context.Context, *work) (found, error)
}

var (
	anOrder      = &kind{"order", orderKnown, (*Queue).order}
	aProduct     = &kind{"product", productKnown, (*Queue).product}
	aProductsEnd = &kind{"product", nil, (*Queue).productGone}
	someStock    = &kind{"stock", stockKnown, (*Queue).stock}
	theAppItself = &kind{"app", nil, (*Queue).uninstalled}
)

// topics are those that are understood: the five critical ones, the four additional
// ones of a ShopifyStore's defaults, and those that tell of the same things.
var topics = map[string]*kind{
	"orders/create":           anOrder,
	"orders/paid":             anOrder,
	"orders/cancelled":        anOrder,
	"orders/updated":          anOrder,
	"orders/edited":           anOrder,
	"refunds/create":          anOrder,
	"products/create":         aProduct,
	"products/update":         aProduct,
	"products/delete":         aProductsEnd,
	"inventory_levels/update": someStock,
	"app/uninstalled":         theAppItself,
}
