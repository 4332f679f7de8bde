package simulator

import "strings"

// updated is what products/update tells of the product. before is what its
// inventory items had in stock until now, of those whose stock has changed.
func (p *Product) updated(shop *Shop, before map[uint64]int) fact {
	return fact{"PRODUCTS_UPDATE", ProductPayload(*shop, p.event(shop, before))}
}

// metafields are those of the product that a fact tells of; none of another.
func (f fact) metafields(shop *Shop) []EventMetafield {
	payload, _ := f.payload.(map[string]any)
	id, _ := payload["id"].(uint64)
	if !strings.HasPrefix(f.topic, "PRODUCTS_") {
		return nil
	}
	p := productByID(shop, id)
	if p == nil {
		return nil
	}
	var all []EventMetafield
	for _, m := range p.Metafields {
		all = append(all, EventMetafield{ID: m.ID, Namespace: m.Namespace, Key: m.Key, Type: m.Type, Value: m.Value})
	}
	return all
}

func (p *Product) event(shop *Shop, before map[uint64]int) EventProduct {
	e := EventProduct{
		ID: p.ID, Title: p.Title, Handle: p.Handle, BodyHTML: p.BodyHTML, Option: p.option(), Vendor: p.Vendor, Type: p.Type, Tags: p.Tags,
		Status: strings.ToLower(p.Status), CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, PublishedAt: p.publishedAt(shop),
	}
	for _, v := range variantsOf(shop, p) {
		out := EventVariant{
			ID: v.ID, InventoryItem: v.InventoryItemID, Title: v.Title, SKU: v.item.SKU, Barcode: v.Barcode, Price: v.Price, CompareAt: v.CompareAt,
			Untaxed: v.Untaxed, Oversold: v.InventoryPolicy == "CONTINUE", Quantity: v.item.total(), UpdatedAt: v.UpdatedAt,
		}
		out.Before = out.Quantity
		if had, changed := before[v.InventoryItemID]; changed {
			out.Before = had
		}
		e.Variants = append(e.Variants, out)
	}
	return e
}
