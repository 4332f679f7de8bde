package simulator

import (
	"fmt"
	"slices"
	"strings"
)

// NewProduct is a product to be added. Status is ACTIVE if empty.
type NewProduct struct {
	Title    string       `json:"title"`
	Handle   string       `json:"handle,omitempty"`
	BodyHTML string       `json:"bodyHTML,omitempty"`
	Vendor   string       `json:"vendor,omitempty"`
	Type     string       `json:"type,omitempty"`
	Tags     []string     `json:"tags,omitempty"`
	Status   string       `json:"status,omitempty"`
	Variants []NewVariant `json:"variants"`
}

// NewVariant is a variant of a NewProduct, with its stock.
type NewVariant struct {
	Title     string `json:"title,omitempty"`
	SKU       string `json:"sku,omitempty"`
	Barcode   string `json:"barcode,omitempty"`
	Price     Cents  `json:"priceCents"`
	CompareAt Cents  `json:"compareAtCents,omitempty"`
	Untaxed   bool   `json:"untaxed,omitempty"`
	// Untracked stock is not counted.
	Untracked bool `json:"untracked,omitempty"`
	Available int  `json:"available,omitempty"`
	// LocationID is where it is; the primary location if 0.
	LocationID uint64 `json:"locationID,omitempty"`
}

// AddProduct adds a product with an inventory item for each variant, as a merchant
// does: products/create.
func (s *Simulator) AddProduct(domain string, n NewProduct) (Product, error) {
	st := s.store(domain)
	if st == nil {
		return Product{}, noShopError(domain)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	shop, now := &st.shop, s.clock()
	status := orDefault(n.Status, productStatuses[0])
	if n.Title == "" || len(n.Variants) == 0 || !slices.Contains(productStatuses, status) {
		return Product{}, fmt.Errorf("product: want a title, variants, and a status of %s", strings.Join(productStatuses, ", "))
	}
	var items []InventoryItem
	p := Product{
		Title: n.Title, Handle: orDefault(n.Handle, strings.ToLower(strings.ReplaceAll(n.Title, " ", "-"))), BodyHTML: n.BodyHTML,
		Vendor: orDefault(n.Vendor, shop.Name), Type: n.Type, Tags: n.Tags, Status: status,
	}
	for _, v := range n.Variants {
		item := InventoryItem{SKU: v.SKU, Tracked: !v.Untracked}
		if location := orDefault(v.LocationID, primaryID(shop)); location != 0 {
			if !slices.ContainsFunc(shop.Locations, func(l Location) bool { return l.ID == location }) {
				return Product{}, fmt.Errorf("locationID %d: the shop has no such location", location)
			}
			item.Levels = []InventoryLevel{{LocationID: location, Available: v.Available}}
		}
		if v.Price < 0 || v.CompareAt < 0 {
			return Product{}, fmt.Errorf("product: a price is less than nothing")
		}
		items = append(items, item)
		p.Variants = append(p.Variants, Variant{Title: v.Title, Barcode: v.Barcode, Price: v.Price, CompareAt: v.CompareAt, Untaxed: v.Untaxed})
	}
	for i := range items {
		items[i].complete(st.nextID, now)
		p.Variants[i].InventoryItemID = items[i].ID
	}
	if p.Status == productStatuses[0] {
		p.autoPublish(shop, now)
	}
	p.complete(st.nextID, now)
	p = clone(p) // its tags are the caller's
	shop.InventoryItems = append(shop.InventoryItems, items...)
	shop.addProduct(p)
	s.tell(st, []fact{{"PRODUCTS_CREATE", ProductPayload(*shop, p.event(shop, nil))}})
	return clone(p), nil
}

// DeleteProduct removes a product with its inventory items: products/delete.
func (s *Simulator) DeleteProduct(domain string, id uint64) error {
	st := s.store(domain)
	if st == nil {
		return noShopError(domain)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if productByID(&st.shop, id) == nil {
		return notThereError(fmt.Sprintf("products has no id %d", id))
	}
	st.shop.dropProduct(id)
	s.tell(st, []fact{{"PRODUCTS_DELETE", ProductDeletePayload(id)}})
	return nil
}

// dropProduct removes a product that is there, with its inventory items.
func (s *Shop) dropProduct(id uint64) {
	items := map[uint64]bool{}
	p := productByID(s, id)
	s.dropMedia(p)
	for _, v := range p.Variants {
		items[v.InventoryItemID] = true
	}
	s.InventoryItems = slices.DeleteFunc(s.InventoryItems, func(i InventoryItem) bool { return items[i.ID] })
	s.Products = slices.DeleteFunc(s.Products, func(p Product) bool { return p.ID == id })
}

// primaryID is the number of the shop's primary location; 0 where there is none.
func primaryID(shop *Shop) uint64 {
	if l := primary(shop); l != nil {
		return l.ID
	}
	return 0
}
