package catalog

import (
	"context"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// By is who changes an item, and why, for the audit trail.
type By struct{ Actor, Reason string }

// Judge looks at an item and its product and decides what brings them together. It
// changes nothing. The error is ErrNotFound where the ledger has no such item.
func (s *Shop) Judge(ctx context.Context, id string, c Conflict) (v Verdict, err error) {
	p, err := s.Compare(ctx, id)
	if err != nil {
		return v, err
	}
	err = s.Ledger.View(ctx, s.Store, func(tx *ledger.Tx) error { v, err = p.judge(tx, c); return err })
	return v, err
}

// Reconcile looks at an item and its product, and has the item take over what the shop
// says by the policy. Where the verdict is to push, the product has to follow. The error
// is ErrNotFound where the ledger has no such item.
func (s *Shop) Reconcile(ctx context.Context, id string, c Conflict, by By) (v Verdict, err error) {
	p, err := s.Compare(ctx, id)
	if err != nil {
		return v, err
	}
	err = s.Ledger.Update(ctx, s.Store, func(tx *ledger.Tx) error {
		if v, err = p.judge(tx, c); err != nil {
			return err
		}
		if p.Newer() {
			if _, err := See(tx, p.Product, by.Reason); err != nil {
				return err
			}
		}
		return p.take(tx, v, by)
	})
	return v, err
}

// judge decides by what the ledger has of the item by now.
func (p *Pair) judge(tx *ledger.Tx, c Conflict) (v Verdict, err error) {
	product, variant := p.Product, p.Variant
	if *p, err = PairOf(tx, p.Item.ID); err != nil {
		return v, err
	}
	p.Product, p.Variant = product, variant
	if c.ItemChangedAt, err = tx.ItemChangedAt(p.Item.ID); err != nil {
		return v, err
	}
	c.Now = tx.Now()
	return p.Reconcile(c), nil
}

// take has the item take over what a verdict takes from the shop.
func (p *Pair) take(tx *ledger.Tx, v Verdict, by By) error {
	if v.Price != nil {
		if err := reprice(tx, p.Item.ID, *v.Price, by); err != nil {
			return err
		}
		p.want.listing.Price = *v.Price
	}
	if v.Unlisted != nil {
		if err := unlist(tx, p.Item.ID, *v.Unlisted, by); err != nil {
			return err
		}
		p.want.shelf = On
		if *v.Unlisted {
			p.want.shelf = Off
		}
	}
	return p.agree(tx)
}

// agreement is what item and product have in common, where that is not what they are
// known to have agreed on.
func (p *Pair) agreement() (price int64, status string, changed bool) {
	price, status = p.Known.AgreedPriceCents, p.Known.AgreedStatus
	if p.Product == nil || p.want.unhindered != On {
		return price, status, false
	}
	if p.Price() == p.Variant.Price {
		price = p.Variant.Price
	}
	if (p.want.shelf == On) == p.onSale() {
		status = p.Product.Status
	}
	return price, status, price != p.Known.AgreedPriceCents || status != p.Known.AgreedStatus
}

func (p *Pair) agree(tx *ledger.Tx) error {
	price, status, changed := p.agreement()
	if !changed {
		return nil
	}
	return tx.Agree(p.Item.ID, price, status)
}

// Agree records of pairs that are in order that they are, so that a later change is known
// to be one. Items that were changed since they were read are left out.
func Agree(tx *ledger.Tx, pairs []Pair) error {
	for _, p := range pairs {
		now, err := PairOf(tx, p.Item.ID)
		if err != nil {
			return err
		}
		if now.Item != p.Item || now.Known.AgreedPriceCents != p.Known.AgreedPriceCents || now.Known.AgreedStatus != p.Known.AgreedStatus {
			continue
		}
		if err := p.agree(tx); err != nil {
			return err
		}
	}
	return nil
}

// Agreed says whether what item and product have in common is recorded already.
func (p *Pair) Agreed() bool {
	_, _, changed := p.agreement()
	return !changed
}

// reprice changes what an item costs before any markdown, in cents.
func reprice(tx *ledger.Tx, id string, cents int64, by By) error {
	item, err := tx.Item(id)
	if err != nil || item.PriceCents == cents {
		return err
	}
	before := item.PriceCents
	item.PriceCents = cents
	if err := tx.PutItem(item); err != nil {
		return err
	}
	return tx.Record(ledger.TrailEntry{Actor: by.Actor, Action: "item price", Subject: "item/" + id, Before: money(before, 0), After: money(cents, 0), Reason: by.Reason})
}

// unlist takes an item off the shelf for now, or puts it there again.
func unlist(tx *ledger.Tx, id string, unlisted bool, by By) error {
	item, err := tx.Item(id)
	if err != nil || item.Unlisted == unlisted {
		return err
	}
	if err := tx.SetUnlisted(id, unlisted); err != nil {
		return err
	}
	words := map[bool]string{true: "off", false: "on"}
	return tx.Record(ledger.TrailEntry{Actor: by.Actor, Action: "item shelf", Subject: "item/" + id, Before: words[item.Unlisted], After: words[unlisted], Reason: by.Reason})
}
