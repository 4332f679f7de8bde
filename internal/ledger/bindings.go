package ledger

import (
	"errors"
	"fmt"
	"time"
)

// Binding says which Shopify shop a store is.
type Binding struct {
	ShopID     uint64
	ShopDomain string
	// Currency is the shop's, an ISO 4217 code; all amounts are in it.
	Currency string
	BoundAt  time.Time
}

// OtherShopError says that the ledger knows a store as another shop.
type OtherShopError struct{ Bound, Asked Binding }

func (e *OtherShopError) Error() string {
	return fmt.Sprintf("the ledger knows this store as shop %d (%s, %s), not %d (%s, %s): give the new shop another namespace or name",
		e.Bound.ShopID, e.Bound.ShopDomain, e.Bound.Currency, e.Asked.ShopID, e.Asked.ShopDomain, e.Asked.Currency)
}

// Binding reads what the store is bound to; ErrNotFound before it was connected.
func (t *Tx) Binding() (Binding, error) {
	return one(t, func(b *Binding) []any { return []any{&b.ShopID, &b.ShopDomain, &b.Currency, at{&b.BoundAt}} },
		"SELECT shop_id, shop_domain, currency, bound_at FROM store_bindings WHERE tenant = $1 AND store = $2")
}

// Bind ties the store to a shop for good: a namespace that is made anew never
// inherits a former client's ledger. A store that is bound to another shop, or
// to another currency, is an *OtherShopError. A shop may change its domain.
func (t *Tx) Bind(b Binding) error {
	bound, err := t.Binding()
	switch {
	case errors.Is(err, ErrNotFound):
		_, err = t.exec("INSERT INTO store_bindings (tenant, store, shop_id, shop_domain, currency, bound_at) VALUES ($1, $2, $3, $4, $5, $6)",
			number(b.ShopID), b.ShopDomain, b.Currency, micros(t.now))
		return err
	case err != nil:
		return err
	case bound.ShopID != b.ShopID || bound.Currency != b.Currency:
		return &OtherShopError{Bound: bound, Asked: b}
	case bound.ShopDomain != b.ShopDomain:
		_, err = t.exec("UPDATE store_bindings SET shop_domain = $3 WHERE tenant = $1 AND store = $2", b.ShopDomain)
		return err
	}
	return nil
}
