package simulator

import (
	"fmt"
	"slices"
	"time"
)

// onlyVariant is the title of a product's only variant.
const onlyVariant = "Default Title"

func (p *Product) complete(nextID func() uint64, now time.Time) {
	assign(&p.ID, nextID)
	stamp(&p.CreatedAt, now)
	stamp(&p.UpdatedAt, now)
	notNil(&p.Variants)
	for i := range p.Metafields {
		p.Metafields[i].complete(nextID, now)
	}
	for i := range p.Variants {
		v := &p.Variants[i]
		assign(&v.ID, nextID)
		v.Title = orDefault(v.Title, onlyVariant)
		stamp(&v.CreatedAt, now)
		stamp(&v.UpdatedAt, now)
	}
}

func (o *Order) complete(nextID func() uint64, now time.Time) {
	assign(&o.ID, nextID)
	for i := range o.Lines {
		assign(&o.Lines[i].ID, nextID)
	}
	for i := range o.Transactions {
		assign(&o.Transactions[i].ID, nextID)
	}
	for i := range o.Refunds {
		assign(&o.Refunds[i].ID, nextID)
		for j := range o.Refunds[i].Lines {
			assign(&o.Refunds[i].Lines[j].ID, nextID)
		}
	}
	notNil(&o.Lines)
	stamp(&o.CreatedAt, now)
	stamp(&o.UpdatedAt, now)
}

func (p *Product) highestID() uint64 {
	highest := p.ID
	for _, v := range p.Variants {
		highest = max(highest, v.ID)
	}
	for _, m := range p.Metafields {
		highest = max(highest, m.ID)
	}
	return highest
}

func (o *Order) highestID() uint64 {
	highest := o.ID
	for _, l := range o.Lines {
		highest = max(highest, l.ID)
	}
	for _, t := range o.Transactions {
		highest = max(highest, t.ID)
	}
	for _, r := range o.Refunds {
		highest = max(highest, r.ID)
		for _, l := range r.Lines {
			highest = max(highest, l.ID)
		}
	}
	return highest
}

var productStatuses = []string{"ACTIVE", "ARCHIVED", "DRAFT", "UNLISTED"}

func checkProducts(shop *Shop) error {
	ids, items := map[uint64]bool{}, map[uint64]bool{}
	for _, p := range shop.Products {
		if p.Title == "" || !slices.Contains(productStatuses, p.Status) {
			return fmt.Errorf("products: want a title, and a status that is ACTIVE, ARCHIVED, DRAFT or UNLISTED, not %q", p.Status)
		}
		if p.ID != 0 && ids[p.ID] {
			return fmt.Errorf("products: the id %d is there twice", p.ID)
		}
		ids[p.ID] = true
		if err := checkMetafields(p.Metafields); err != nil {
			return fmt.Errorf("products: %w", err)
		}
		for _, v := range p.Variants {
			if inventoryItemByID(shop, v.InventoryItemID) == nil || items[v.InventoryItemID] {
				return fmt.Errorf("products: no inventory item has the id %d, or two variants have it; add products through /__sim/shops/{domain}/products, which makes their items", v.InventoryItemID)
			}
			items[v.InventoryItemID] = true
			if v.Price < 0 || v.CompareAt < 0 {
				return fmt.Errorf("products: a price is less than nothing")
			}
		}
	}
	return nil
}

func checkOrders(shop *Shop) error {
	ids := map[uint64]bool{}
	for _, o := range shop.Orders {
		if o.ID != 0 && ids[o.ID] {
			return fmt.Errorf("orders: the id %d is there twice", o.ID)
		}
		ids[o.ID] = true
		for _, l := range o.Lines {
			if l.Quantity < 1 || l.Current < 0 || l.Current > l.Quantity || l.Price < 0 {
				return fmt.Errorf("orders: a line has %d things, %d of them left, at %s; want 1 or more, no more left than there were, and no price below nothing", l.Quantity, l.Current, l.Price)
			}
			for _, a := range l.Allocations {
				if a.Discount < 0 || a.Discount >= len(o.Discounts) {
					return fmt.Errorf("orders: a line has a share in discount %d, which the order does not have", a.Discount)
				}
			}
		}
	}
	return nil
}
