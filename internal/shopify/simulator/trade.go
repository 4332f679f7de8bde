package simulator

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// trade is one act of a customer or a merchant. It looks before it changes
// anything, so that one that fails has changed nothing.
type trade struct {
	shop   *Shop
	now    time.Time
	nextID func() uint64
	stock  stockMoves
	told   []fact
}

// trade does an act that concerns an order, tells apps of it with one event id,
// and returns the order as it is then.
func (s *Simulator) trade(domain string, act func(*trade) (*Order, error)) (Order, error) {
	st := s.store(domain)
	if st == nil {
		return Order{}, noShopError(domain)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	t := &trade{shop: &st.shop, now: s.clock(), nextID: st.nextID}
	t.stock = stockMoves{shop: t.shop, now: t.now}
	o, err := act(t)
	if err != nil {
		return Order{}, err
	}
	o.UpdatedAt = t.now
	t.tell("ORDERS_UPDATED", nil)
	for i := range t.told {
		if t.told[i].payload == nil {
			t.told[i].payload = o.payload(t.shop)
		}
	}
	s.tell(st, append(t.told, t.stock.facts()...))
	return clone(*o), nil
}

// tell notes an event; without a payload of its own it shows the order as it is
// when the act is done.
func (t *trade) tell(topic string, payload any) { t.told = append(t.told, fact{topic, payload}) }

// order finds the order that an act is about.
func (t *trade) order(id uint64) (*Order, error) {
	o := orderByID(t.shop, id)
	if o == nil {
		return nil, notThereError(fmt.Sprintf("orders has no id %d", id))
	}
	return o, nil
}

func (t *trade) checkLocation(id uint64) error {
	if !slices.ContainsFunc(t.shop.Locations, func(l Location) bool { return l.ID == id }) {
		return fmt.Errorf("locationID %d: the shop has no such location", id)
	}
	return nil
}

func (t *trade) pay(o *Order, amount Cents) {
	if amount > 0 {
		o.Transactions = append(o.Transactions, Transaction{ID: t.nextID(), Kind: "SALE", Amount: amount, At: t.now})
	}
}

// sale is a line on its way into an order; variant is nil for a thing that the
// shop does not know.
type sale struct {
	variant *variant
	line    OrderLine
	tax     TaxLine
}

// pick finds what is asked for. tax is that of things that have none of their own.
func (t *trade) pick(lines []CheckoutLine, tax TaxLine) ([]sale, error) {
	var sales []sale
	for _, want := range lines {
		sold, err := t.find(want)
		if err != nil {
			return nil, err
		}
		sold.tax = tax
		if want.TaxRate != nil {
			sold.tax.Rate = *want.TaxRate
		} else if sold.variant != nil && sold.variant.Untaxed {
			sold.tax.Rate = 0
		}
		sales = append(sales, sold)
	}
	return sales, nil
}

func (t *trade) find(want CheckoutLine) (sale, error) {
	quantity := orDefault(want.Quantity, 1)
	if quantity < 1 || want.Price != nil && *want.Price < 0 {
		return sale{}, errors.New("line: want a quantity of 1 or more and a price that is not below nothing")
	}
	if want.SKU == "" && want.VariantID == 0 {
		if want.Title == "" || want.Price == nil {
			return sale{}, errors.New("line: want a sku, a variantID, or a title with a priceCents")
		}
		return sale{line: OrderLine{Title: want.Title, Quantity: quantity, Current: quantity, Price: *want.Price}}, nil
	}
	v := t.variant(want)
	if v == nil {
		return sale{}, fmt.Errorf("line: no product of the shop has the SKU %q or the variant %d", want.SKU, want.VariantID)
	}
	sold := sale{variant: v, line: OrderLine{
		ProductID: v.product.ID, VariantID: v.ID, Title: v.product.Title, SKU: v.item.SKU, Vendor: v.product.Vendor,
		Quantity: quantity, Current: quantity, Price: v.Price,
	}}
	if v.Title != onlyVariant {
		sold.line.VariantTitle = v.Title
	}
	if want.Price != nil {
		sold.line.Price = *want.Price
	}
	return sold, nil
}

func (t *trade) variant(want CheckoutLine) *variant {
	if want.VariantID != 0 {
		return variantByID(t.shop, want.VariantID)
	}
	for _, v := range variantsBySKU(t.shop, want.SKU) {
		if v.item.SKU == want.SKU {
			return &v
		}
	}
	return nil
}

// takeStock lowers what is available of what is sold, all of it or nothing. Unless
// anything may be sold, there must be enough, of products that are on sale.
func (t *trade) takeStock(location uint64, sales []sale, anything bool) error {
	wanted := map[uint64]int{}
	for _, sold := range sales {
		if sold.variant == nil {
			continue
		}
		item, why := sold.variant.item, sold.variant.product.offSale(t.shop, t.now)
		wanted[item.ID] += sold.line.Quantity
		there := available(item.levelAt(location))
		switch {
		case anything:
		case why != "":
			return fmt.Errorf("%s is %s, so nobody can check it out", item.SKU, why)
		case item.Tracked && there < wanted[item.ID]:
			return fmt.Errorf("%d of %s available, %d wanted; oversell sells it all the same", there, item.SKU, wanted[item.ID])
		}
	}
	for _, sold := range sales {
		if sold.variant != nil {
			t.move(sold.variant.item, location, -sold.line.Quantity)
		}
	}
	return nil
}

// move changes what is available of an item, if anybody counts it.
func (t *trade) move(item *InventoryItem, location uint64, by int) {
	if item.Tracked {
		t.stock.set(item, location, available(item.levelAt(location))+by)
	}
}

// restock puts some of a line's things back, unless the shop knows them no more.
func (t *trade) restock(l *OrderLine, quantity int, location uint64) {
	if v := variantByID(t.shop, l.VariantID); v != nil {
		t.move(v.item, location, quantity)
	}
}

// add adds what is sold to an order. Discounts are those of a new order.
func (t *trade) add(o *Order, sales []sale, discounts []Discount) {
	var lines []OrderLine
	for _, sold := range sales {
		sold.line.ID = t.nextID()
		lines = append(lines, sold.line)
	}
	allocate(lines, discounts)
	for i, sold := range sales {
		lines[i].bearTax(sold.tax.Title, sold.tax.Rate, o.TaxesIncluded)
	}
	o.Lines = append(o.Lines, lines...)
}
