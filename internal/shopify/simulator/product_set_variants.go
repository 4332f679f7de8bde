package simulator

import (
	"slices"
	"strconv"
)

// titleOption is the option of a product that comes in one form.
const titleOption = "Title"

// setVariants makes the product's option and variants those of the input. A new
// product without any gets one.
func (d *productDraft) setVariants(in arguments) error {
	options, variants := in.objects("productOptions"), in.objects("variants")
	switch {
	case in["productOptions"] == nil && in["variants"] == nil:
		if d.old == nil {
			d.variants = []variantDraft{d.newVariant(onlyVariant)}
		}
		return nil
	case in["variants"] == nil:
		d.refuse("VARIANTS_INPUT_MISSING", "Variants input is required when updating product options", "input", "variants")
		return nil
	case in["productOptions"] == nil:
		d.refuse("PRODUCT_OPTIONS_INPUT_MISSING", "Product options input is required when updating variants", "input", "productOptions") // (?)
		return nil
	case len(options) != 1 || len(variants) == 0:
		return notModelled("productSet with %d options and %d variants", len(options), len(variants))
	}
	values, err := d.setOption(options[0])
	if err != nil || len(d.wrong) > 0 {
		return err
	}
	var next []variantDraft
	for i, v := range variants {
		at := []string{"input", "variants", strconv.Itoa(i)}
		made, err := d.setVariant(v, values, at)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(next, func(o variantDraft) bool { return o.Title == made.Title }) {
			d.refuse("INVALID_VARIANT", "The variant '"+made.Title+"' already exists. Please change at least one option value.", at...)
			continue
		}
		next = append(next, made)
	}
	d.variants = next
	return nil
}

// setOption reads the one option and its values.
func (d *productDraft) setOption(in arguments) (values []string, err error) {
	if err := in.only("OptionSetInput", "name", "position", "values"); err != nil {
		return nil, err
	}
	d.product.Option = orDefault(in.text("name"), titleOption)
	for i, v := range in.objects("values") {
		if err := v.only("OptionValueSetInput", "name"); err != nil {
			return nil, err
		}
		if slices.Contains(values, v.text("name")) {
			d.refuse("DUPLICATED_OPTION_VALUE", "Duplicated option value.", "input", "productOptions", "0", "values", strconv.Itoa(i)) // (?)
		}
		values = append(values, v.text("name"))
	}
	if len(values) == 0 {
		d.refuse("OPTION_VALUES_MISSING", "Each option must have at least one option value specified.", "input", "productOptions", "0", "values") // (?)
	}
	return values, nil
}

// setVariant reads one variant: that with its id or else with its option value,
// or a new one.
func (d *productDraft) setVariant(in arguments, values, at []string) (variantDraft, error) {
	if err := in.only("ProductVariantSetInput", "id", "optionValues", "sku", "barcode", "price", "compareAtPrice", "taxable", "position",
		"inventoryPolicy", "inventoryItem", "inventoryQuantities"); err != nil {
		return variantDraft{}, err
	}
	title, ok := "", false
	for _, value := range in.objects("optionValues") {
		if err := value.only("VariantOptionValueInput", "optionName", "name"); err != nil {
			return variantDraft{}, err
		}
		title, ok = value.text("name"), value.text("optionName") == d.product.Option
	}
	switch {
	case len(in.objects("optionValues")) != 1:
		return variantDraft{}, notModelled("a variant with %d option values", len(in.objects("optionValues")))
	case !ok:
		d.refuse("OPTION_DOES_NOT_EXIST", "Option does not exist", append(at, "optionValues", "0")...)
	case !slices.Contains(values, title):
		d.refuse("OPTION_VALUE_DOES_NOT_EXIST", "Option value does not exist", append(at, "optionValues", "0")...) // (?)
	}
	v := d.newVariant(title)
	byID := in.given("id")
	i := slices.IndexFunc(d.variants, func(had variantDraft) bool {
		return byID && gid("ProductVariant", had.ID) == in.text("id") || !byID && had.Title == title
	})
	switch {
	case i >= 0:
		v = d.variants[i]
		v.Title = title
	case byID:
		d.refuse("PRODUCT_VARIANT_DOES_NOT_EXIST", "Product variant does not exist", append(at, "id")...)
	}
	wrong, err := v.change(in)
	if err != nil {
		return variantDraft{}, err
	}
	for _, w := range wrong {
		d.refuse("INVALID_VARIANT", w.message, append(at, w.path...)...)
	}
	err = d.setStock(&v, in.objects("inventoryQuantities"), at)
	return v, err
}

// newVariant is a variant that is stocked where the shop is, as new ones are (?),
// and counted, as those that apps make are not unless they say so.
func (d *productDraft) newVariant(title string) variantDraft {
	v := variantDraft{Variant: Variant{Title: title}}
	if at := primaryID(d.r.shop); at != 0 {
		v.item.Levels = []InventoryLevel{{LocationID: at}}
	}
	return v
}

// setStock reads what is to be available: of a new variant anywhere and nowhere
// else, of another where it is stocked.
func (d *productDraft) setStock(v *variantDraft, quantities []arguments, at []string) error {
	for i, q := range quantities {
		path := append(slices.Clip(at), "inventoryQuantities", strconv.Itoa(i))
		id, ok, err := q.id("locationId", "Location")
		if err != nil {
			return err
		}
		location := locationByID(d.r.shop, id)
		n, _ := q.whole("quantity")
		switch {
		case !ok || location == nil || !location.Active:
			d.refuse("INVALID_INPUT", "The specified location could not be found.", append(path, "locationId")...) // (?)
		case q.text("name") != "available" || v.sets(id):
			return notModelled("inventoryQuantities of %s, or two of a location", q.text("name"))
		case v.ID == 0:
			if v.stock == nil {
				v.stock, v.item.Levels = map[uint64]int{}, nil
			}
			v.item.Levels = append(v.item.Levels, InventoryLevel{LocationID: id})
			v.stock[id] = n
		case v.item.levelAt(id) == nil:
			d.refuse("INVALID_VARIANT", "The inventory item is not stocked at the location.", append(path, "locationId")...) // (?)
		default:
			if v.stock == nil {
				v.stock = map[uint64]int{}
			}
			v.stock[id] = n
		}
	}
	return nil
}

// sets says whether a quantity is to be set at a location.
func (v *variantDraft) sets(location uint64) bool {
	_, there := v.stock[location]
	return there
}
