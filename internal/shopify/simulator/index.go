package simulator

import (
	"slices"
	"sort"
	"strings"
)

// index finds a shop's products by what names them, without a look at each. It
// holds ids, and whoever finds one there looks whether it still is what is looked
// for, so that only what is new or renamed has to be entered. It is made when
// it is first asked.
type index struct {
	ofVariant, ofItem map[uint64]uint64 // products, by the id of a variant and of its inventory item
	ofHandle          map[string][]uint64
	ofSKU             map[string][]uint64 // in lower case
	ofTag             map[string][]uint64 // in lower case
	ofUnique          map[uniqueValue][]uint64
	filenames         map[string]bool // that a file has or had
	// updates are the times at which products were written.
	updates updates
	// lastNumber is the latest number that was put behind a handle, by what is before it.
	lastNumber map[string]uint64
}

// uniqueValue is the value of a metafield of the type id.
type uniqueValue struct{ namespace, key, value string }

// indexed is the shop's index.
func (s *Shop) indexed() *index {
	if s.index == nil {
		s.index = &index{
			ofVariant: map[uint64]uint64{}, ofItem: map[uint64]uint64{},
			ofHandle: map[string][]uint64{}, ofSKU: map[string][]uint64{}, ofTag: map[string][]uint64{},
			ofUnique: map[uniqueValue][]uint64{}, filenames: map[string]bool{}, lastNumber: map[string]uint64{},
		}
		for i := range s.Products {
			s.index.enter(s, &s.Products[i])
		}
		for _, f := range s.Files {
			s.index.filenames[f.Filename] = true
		}
	}
	return s.index
}

// enter notes what names a product. It is called for each that is new or changed.
func (x *index) enter(shop *Shop, p *Product) {
	x.updates.add(p)
	note(x.ofHandle, p.Handle, p.ID)
	for _, tag := range p.Tags {
		note(x.ofTag, strings.ToLower(tag), p.ID)
	}
	for _, v := range p.Variants {
		x.ofVariant[v.ID], x.ofItem[v.InventoryItemID] = p.ID, p.ID
		if item := inventoryItemByID(shop, v.InventoryItemID); item != nil {
			note(x.ofSKU, strings.ToLower(item.SKU), p.ID)
		}
	}
	for _, m := range p.Metafields {
		if m.Type == uniqueType {
			note(x.ofUnique, uniqueValue{m.Namespace, m.Key, m.Value}, p.ID)
		}
	}
}

// note keeps ids in their order, so that a tag that all products have is as fast
// as one of its own.
func note[K comparable](ids map[K][]uint64, key K, id uint64) {
	if at, there := slices.BinarySearch(ids[key], id); !there {
		ids[key] = slices.Insert(ids[key], at, id)
	}
}

// thingByID is the thing with an id, or nil. Lists are in the order of their ids
// unless somebody put them there otherwise, and are then looked through.
func thingByID[T any](list []T, id uint64, of func(*T) uint64) *T {
	if at := sort.Search(len(list), func(i int) bool { return of(&list[i]) >= id }); at < len(list) && of(&list[at]) == id {
		return &list[at]
	}
	for i := range list {
		if of(&list[i]) == id {
			return &list[i]
		}
	}
	return nil
}

func productByID(shop *Shop, id uint64) *Product {
	return thingByID(shop.Products, id, func(p *Product) uint64 { return p.ID })
}

func inventoryItemByID(shop *Shop, id uint64) *InventoryItem {
	return thingByID(shop.InventoryItems, id, func(i *InventoryItem) uint64 { return i.ID })
}

func variantByID(shop *Shop, id uint64) *variant {
	return variantWhere(shop, shop.indexed().ofVariant[id], func(v *Variant) bool { return v.ID == id })
}

func variantOfItem(shop *Shop, item uint64) *variant {
	return variantWhere(shop, shop.indexed().ofItem[item], func(v *Variant) bool { return v.InventoryItemID == item })
}

// variantWhere is a product's variant of which something is true, or nil.
func variantWhere(shop *Shop, product uint64, is func(*Variant) bool) *variant {
	if product == 0 {
		return nil
	}
	p := productByID(shop, product)
	if p == nil {
		return nil
	}
	for i := range p.Variants {
		if v := &p.Variants[i]; is(v) {
			return &variant{v, p, inventoryItemByID(shop, v.InventoryItemID), i + 1}
		}
	}
	return nil
}

// variantsBySKU are the variants with a SKU, in whatever case.
func variantsBySKU(shop *Shop, sku string) []variant {
	var found []variant
	for _, id := range shop.indexed().ofSKU[strings.ToLower(sku)] {
		if p := productByID(shop, id); p != nil {
			for _, v := range variantsOf(shop, p) {
				if strings.EqualFold(v.item.SKU, sku) {
					found = append(found, v)
				}
			}
		}
	}
	return found
}

// mayHave are the products that may have one of some values, in lower case, of
// tag or sku: those that have it or had it.
func (x *index) mayHave(field string, values []string) []uint64 {
	var ids []uint64
	for _, value := range values {
		ids = append(ids, map[string]map[string][]uint64{"tag": x.ofTag, "sku": x.ofSKU}[field][value]...)
	}
	return ids
}

// productsByID are the products with some ids, each once, of those that are there.
func productsByID(shop *Shop, ids []uint64) []*Product {
	slices.Sort(ids)
	var found []*Product
	for _, id := range slices.Compact(ids) {
		if p := productByID(shop, id); p != nil {
			found = append(found, p)
		}
	}
	return found
}

func productByHandle(shop *Shop, handle string) *Product {
	for _, id := range shop.indexed().ofHandle[handle] {
		if p := productByID(shop, id); p != nil && p.Handle == handle {
			return p
		}
	}
	return nil
}

// productByUnique is the product that has a metafield of the type id with a value.
func productByUnique(shop *Shop, u uniqueValue) *Product {
	for _, id := range shop.indexed().ofUnique[u] {
		if p := productByID(shop, id); p != nil {
			if m := p.metafield(u.namespace, u.key); m != nil && m.Value == u.value {
				return p
			}
		}
	}
	return nil
}

// addProduct adds a product that is complete, whose inventory items are there.
func (s *Shop) addProduct(p Product) {
	x := s.indexed()
	s.Products = append(s.Products, p)
	x.enter(s, &s.Products[len(s.Products)-1])
}
