package simulator

import (
	"errors"
	"fmt"
)

// Where orders come from.
const (
	sourceWeb  = "web"
	sourceTill = "pos"
)

// How a checkout ends.
const (
	CheckoutPaid   = "PAID"
	CheckoutUnpaid = "UNPAID"
)

// Checkout is what a customer buys.
type Checkout struct {
	Lines     []CheckoutLine `json:"lines"`
	Discounts []Discount     `json:"discounts,omitempty"`
	// Payment is PAID, also if empty, or UNPAID.
	Payment string `json:"payment,omitempty"`
	// Source is web, also if empty, or pos: a till, which sells what is not in stock
	// and whatever the product's status is.
	Source string `json:"source,omitempty"`
	// LocationID is where the stock comes from; the primary location if 0.
	LocationID uint64 `json:"locationID,omitempty"`
	// Oversell sells what is gone, as to the later of two customers who check out at
	// the same moment.
	Oversell bool `json:"oversell,omitempty"`
	// Test makes an order that moves no money.
	Test bool `json:"test,omitempty"`
	// TaxTitle and TaxRate are of lines that have none of their own; if empty, those of
	// the shop's own province in its shipping zones.
	TaxTitle string   `json:"taxTitle,omitempty"`
	TaxRate  *float64 `json:"taxRate,omitempty"`
}

// CheckoutLine is some of a thing: by SKU or by variant, or with a title and a
// price something that the shop does not know.
type CheckoutLine struct {
	SKU       string `json:"sku,omitempty"`
	VariantID uint64 `json:"variantID,omitempty"`
	Title     string `json:"title,omitempty"`
	// Quantity is 1 if 0.
	Quantity int `json:"quantity,omitempty"`
	// Price is of one; the variant's if nil.
	Price *Cents `json:"priceCents,omitempty"`
	// TaxRate is such as 0.05 for children's clothing in Ontario, 0 for none.
	TaxRate *float64 `json:"taxRate,omitempty"`
}

// Checkout makes an order of a shop: orders/create, orders/paid where it is paid,
// and what follows from the stock. The error says why the shop would not sell.
func (s *Simulator) Checkout(domain string, c Checkout) (Order, error) {
	return s.trade(domain, func(t *trade) (*Order, error) {
		o, err := t.newOrder(c)
		if err != nil {
			return nil, err
		}
		sales, err := t.pick(c.Lines, c.taxes(t.shop))
		if err != nil {
			return nil, err
		}
		if err := t.takeStock(o.LocationID, sales, c.Oversell || o.Source == sourceTill); err != nil {
			return nil, err
		}
		o.ID = t.nextID()
		t.add(o, sales, c.Discounts)
		t.tell("ORDERS_CREATE", nil)
		if c.Payment != CheckoutUnpaid {
			t.pay(o, o.outstanding())
			t.tell("ORDERS_PAID", nil)
		}
		t.shop.Orders = append(t.shop.Orders, *o)
		return &t.shop.Orders[len(t.shop.Orders)-1], nil
	})
}

// newOrder is the order without its lines.
func (t *trade) newOrder(c Checkout) (*Order, error) {
	o := &Order{
		Number: 1001, Source: orDefault(c.Source, sourceWeb), LocationID: orDefault(c.LocationID, primaryID(t.shop)), Test: c.Test, Currency: t.shop.Currency,
		TaxesIncluded: t.shop.TaxesIncluded, Discounts: clone(c.Discounts), CreatedAt: t.now, UpdatedAt: t.now,
	}
	for _, other := range t.shop.Orders {
		o.Number = max(o.Number, other.Number+1)
	}
	switch {
	case o.Source != sourceWeb && o.Source != sourceTill:
		return nil, fmt.Errorf("source %q: want web or pos", o.Source)
	case c.Payment != "" && c.Payment != CheckoutPaid && c.Payment != CheckoutUnpaid:
		return nil, fmt.Errorf("payment %q: want PAID or UNPAID", c.Payment)
	case len(c.Lines) == 0:
		return nil, errors.New("lines: want one or more")
	}
	if err := t.checkLocation(o.LocationID); err != nil {
		return nil, err
	}
	for _, d := range c.Discounts {
		if err := d.check(); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (d Discount) check() error {
	switch {
	case d.Method != AllocateEach && d.Method != AllocateAcross && d.Method != AllocateOne:
		return fmt.Errorf("discount: method %q: want EACH, ACROSS or ONE", d.Method)
	case d.Percent < 0 || d.Percent > 100 || d.Amount < 0 || (d.Percent == 0) == (d.Amount == 0):
		return errors.New("discount: want a percent up to 100 or an amountCents, above nothing")
	}
	return nil
}

// taxes are what a checkout's lines bear where they do not say: what it says, or
// what the shop charges in its own province.
func (c Checkout) taxes(shop *Shop) TaxLine {
	tax := TaxLine{Title: c.TaxTitle}
	if c.TaxRate != nil {
		tax.Rate, tax.Title = *c.TaxRate, orDefault(tax.Title, "HST")
		return tax
	}
	for _, z := range shop.ShippingZones {
		for _, country := range z.Countries {
			for _, p := range country.Provinces {
				if country.Code == shop.Address.CountryCode && p.Code == shop.Address.ProvinceCode {
					tax.Rate, tax.Title = p.TaxPercentage/100, orDefault(tax.Title, p.TaxName)
				}
			}
		}
	}
	return tax
}
