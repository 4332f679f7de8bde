package simulator

import (
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// productDraft is a product on its way to be made or changed: what is refused
// leaves no trace.
type productDraft struct {
	r *request
	// old is the product as it is, nil for a new one.
	old      *Product
	product  Product
	variants []variantDraft
	// media are the images that it is to show; nil for those that it has.
	media []mediaDraft
	wrong []record
}

// variantDraft is a variant with its inventory item. Their ids are 0 where they
// are new.
type variantDraft struct {
	Variant

	item InventoryItem
	// stock is what is to be available, by location.
	stock map[uint64]int
}

// wrongField is a fault in one field of an input.
type wrongField struct {
	code, message string
	path          []string
}

func newDraft(r *request, old *Product) *productDraft {
	d := &productDraft{r: r, old: old}
	if old == nil {
		d.product = Product{Vendor: r.shop.Name, Status: productStatuses[0], Tags: []string{}}
		return d
	}
	d.product = clone(*old)
	for i, v := range variantsOf(r.shop, old) {
		d.variants = append(d.variants, variantDraft{Variant: d.product.Variants[i], item: clone(*v.item)})
	}
	return d
}

// refuse notes what is wrong, at a path into the arguments.
func (d *productDraft) refuse(code, message string, path ...string) {
	d.wrong = append(d.wrong, userError(code, message, path...))
}

// longTexts are the product's texts of 255 characters at most, by input field,
// and how Shopify calls them.
var longTexts = []struct{ field, label string }{{"vendor", "Vendor"}, {"productType", "Product type"}}

// describe changes what the input says of the product itself. at leads to the
// input. The sentences are those of public records.
func (d *productDraft) describe(in arguments, code string, at ...string) {
	below := func(field string) []string { return append(slices.Clip(at), field) }
	p := &d.product
	if in.given("title") || d.old == nil || in.cleared("title") {
		switch title := in.text("title"); {
		case strings.TrimSpace(title) == "":
			d.refuse(code, "Title can't be blank", below("title")...)
		case len([]rune(title)) > 255:
			d.refuse(code, "is too long (maximum is 255 characters)", below("title")...)
		default:
			p.Title = title
		}
	}
	for _, text := range longTexts {
		if len([]rune(in.text(text.field))) > 255 {
			d.refuse(code, text.label+" is too long (maximum is 255 characters)", at...)
		}
	}
	if in.given("vendor") {
		p.Vendor = in.text("vendor")
	}
	if in.given("productType") {
		p.Type = in.text("productType")
	}
	if _, said := in["descriptionHtml"]; said {
		p.BodyHTML = in.text("descriptionHtml")
	}
	if in.given("status") {
		p.Status = in.text("status")
	}
	if _, said := in["tags"]; said {
		p.Tags = tagsOf(in.texts("tags"))
	}
	d.rehandle(in, below("handle"))
}

// tagsOf are tags as Shopify keeps them: trimmed, once each, in alphabetical order.
func tagsOf(tags []string) []string {
	kept := []string{}
	for _, tag := range tags {
		tag = strings.TrimSpace(tag)
		if tag != "" && !slices.ContainsFunc(kept, func(have string) bool { return strings.EqualFold(have, tag) }) {
			kept = append(kept, tag)
		}
	}
	slices.SortFunc(kept, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return kept
}

// rehandle gives the product the handle that was asked for, which no other may
// have, or a new one its own.
func (d *productDraft) rehandle(in arguments, at []string) {
	wanted := in.text("handle")
	switch handle := handleOf(wanted); {
	case strings.TrimSpace(wanted) == "":
		if d.old == nil && d.product.Title != "" {
			d.product.Handle = d.r.shop.freeHandle(orDefault(handleOf(d.product.Title), "product"))
		}
	case handle == "":
		d.product.Handle = d.r.shop.freeHandle("product")
	case len([]rune(handle)) > 255:
		d.refuse("INVALID_PRODUCT", "Handle is too long (maximum is 255 characters)", at[:len(at)-1]...)
	default:
		if has := productByHandle(d.r.shop, handle); has != nil && has != d.old {
			d.refuse("HANDLE_NOT_UNIQUE", "Handle '"+wanted+"' already in use. Please provide a new handle.", at...)
			return
		}
		d.product.Handle = handle
	}
}

// change changes what an input says of a variant. The sentences are those of
// public records; that of a price below nothing is after that of a cost (?).
func (v *variantDraft) change(in arguments) (wrong []wrongField, err error) {
	below := func(label string, path ...string) {
		wrong = append(wrong, wrongField{"GREATER_THAN_OR_EQUAL_TO", label + " must be greater than or equal to 0", path})
	}
	for _, money := range []struct {
		field, label string
		to           *Cents
	}{{"price", "Price", &v.Price}, {"compareAtPrice", "Compare at price", &v.CompareAt}} {
		value, said := in[money.field]
		amount, ok := centsOf(value)
		switch {
		case !said:
		case !ok:
			return nil, failure(codeInvalidVariable, "invalid money '%v'", value)
		case amount < 0:
			below(money.label, money.field)
		default:
			*money.to = amount
		}
	}
	if _, said := in["barcode"]; said {
		v.Barcode = in.text("barcode")
	}
	if in.given("taxable") {
		v.Untaxed = !in.flag("taxable")
	}
	if in.given("inventoryPolicy") {
		v.InventoryPolicy = in.text("inventoryPolicy")
	}
	if in.given("inventoryItem") {
		faults, err := v.item.change(in.object("inventoryItem"))
		if err != nil {
			return nil, err
		}
		for _, f := range faults {
			wrong = append(wrong, wrongField{f.code, f.message, append([]string{"inventoryItem"}, f.path...)})
		}
	}
	if _, said := in["sku"]; said {
		v.item.SKU = in.text("sku")
	}
	return wrong, nil
}

// change changes what an InventoryItemInput says of the item.
func (i *InventoryItem) change(in arguments) ([]wrongField, error) {
	if err := in.only("InventoryItemInput", "sku", "tracked", "requiresShipping", "measurement", "cost"); err != nil {
		return nil, err
	}
	var wrong []wrongField
	if value, said := in["cost"]; said {
		cost, ok := centsOf(value)
		switch {
		case !ok:
			return nil, failure(codeInvalidVariable, "invalid decimal '%v'", value)
		case cost < 0:
			wrong = append(wrong, wrongField{"GREATER_THAN_OR_EQUAL_TO", "Cost per item must be greater than or equal to 0", []string{"cost"}})
		default:
			i.Cost = cost
		}
	}
	if _, said := in["sku"]; said {
		i.SKU = in.text("sku")
	}
	if in.given("tracked") {
		i.Tracked = in.flag("tracked")
	}
	if in.given("requiresShipping") {
		i.Unshipped = !in.flag("requiresShipping")
	}
	if in.given("measurement") {
		measurement := in.object("measurement")
		if err := measurement.only("InventoryItemMeasurementInput", "weight"); err != nil {
			return nil, err
		}
		if measurement.given("weight") {
			weight := measurement.object("weight")
			value, _ := strconv.ParseFloat(textOf(weight["value"]), 64)
			i.Weight = Weight{Value: value, Unit: weight.text("unit")}
		}
	}
	return wrong, nil
}

// centsOf reads money, a text or a number; null is nothing. Cents are rounded.
func centsOf(value any) (Cents, bool) {
	if value == nil {
		return 0, true
	}
	amount, err := strconv.ParseFloat(textOf(value), 64)
	if err != nil || math.Abs(amount) >= 1e15 || math.IsNaN(amount) {
		return 0, false
	}
	return Cents(math.Round(amount * 100)), true
}

// commit makes the draft the shop's state and tells apps of it.
func (d *productDraft) commit() *Product {
	r := d.r
	moves := stockMoves{shop: r.shop, now: r.now}
	changed := d.old == nil
	d.commitMedia()
	d.product.Variants = nil
	for i := range d.variants {
		v := &d.variants[i]
		if v.item.ID == 0 {
			v.item.complete(r.nextID, r.now)
			v.InventoryItemID = v.item.ID
			r.shop.InventoryItems = append(r.shop.InventoryItems, v.item)
			changed = true
		} else if item := inventoryItemByID(r.shop, v.item.ID); !same(*item, v.item) {
			v.item.UpdatedAt, v.UpdatedAt = r.now, r.now
			*item, changed = v.item, true
		}
		if d.old != nil {
			if had := d.old.variant(v.ID); had == nil || !same(*had, v.Variant) {
				v.UpdatedAt = r.now
			}
		}
		d.product.Variants = append(d.product.Variants, v.Variant)
	}
	d.product.complete(r.nextID, r.now)
	p := d.old
	if p == nil {
		// Recorded of products that apps made active: they were on publications, without a
		// date. Which publications those are is not (?).
		if d.product.Status == productStatuses[0] {
			d.product.autoPublish(r.shop, time.Time{})
		}
		r.shop.addProduct(d.product)
		p = &r.shop.Products[len(r.shop.Products)-1]
	} else {
		changed = changed || !same(*p, d.product)
		d.dropItems()
		if changed {
			d.product.UpdatedAt = r.now
		}
		*p = d.product
		r.shop.indexed().enter(r.shop, p)
	}
	for _, v := range d.variants {
		for location, available := range v.stock {
			item := inventoryItemByID(r.shop, v.item.ID)
			if level := item.levelAt(location); level == nil || level.Available != available {
				moves.set(item, location, available)
			}
		}
	}
	d.tell(p, changed, &moves)
	return p
}

// tell tells apps of the product and of its stock.
func (d *productDraft) tell(p *Product, changed bool, moves *stockMoves) {
	facts := moves.facts() // with products/update where stock has moved
	switch {
	case d.old == nil:
		facts = slices.DeleteFunc(facts, func(f fact) bool { return f.topic == "PRODUCTS_UPDATE" })
		facts = append([]fact{{"PRODUCTS_CREATE", ProductPayload(*d.r.shop, p.event(d.r.shop, nil))}}, facts...)
	case changed && len(facts) == 0:
		facts = []fact{p.updated(d.r.shop, nil)}
	}
	if len(facts) > 0 {
		d.r.tell(facts...)
	}
}

// dropItems removes the inventory items of the variants that the draft no longer has.
func (d *productDraft) dropItems() {
	var gone []uint64
	for _, v := range d.old.Variants {
		if d.product.variant(v.ID) == nil {
			gone = append(gone, v.InventoryItemID)
		}
	}
	if len(gone) > 0 {
		d.r.shop.InventoryItems = slices.DeleteFunc(d.r.shop.InventoryItems, func(i InventoryItem) bool { return slices.Contains(gone, i.ID) })
	}
}

// variant is the product's variant with an id, or nil.
func (p *Product) variant(id uint64) *Variant {
	i := slices.IndexFunc(p.Variants, func(v Variant) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Variants[i]
}

// same says whether two things are alike in all that the state knows of them.
func same[T any](a, b T) bool { return reflect.DeepEqual(clone(a), clone(b)) }
