package simulator

import "strconv"

// productMutations change products. The messages are those of public records.
var productMutations = map[string]fields{"Mutation": {
	"productSet":                root(setProduct, "identifier", "input", "synchronous"),
	"productCreate":             root(createProduct, "product", "media"),
	"productUpdate":             root(updateProduct, "product", "media"),
	"productVariantsBulkUpdate": root(updateVariants, "productId", "variants", "allowPartialUpdates"),
	"productDelete":             root(deleteProduct, "input", "synchronous"),
}}

// describedFields are what productCreate and productUpdate say of a product.
var describedFields = []string{"title", "handle", "descriptionHtml", "vendor", "productType", "tags", "status", "metafields"}

// createProduct makes a product of one form, whose price and SKU are to be set
// by productVariantsBulkUpdate.
func createProduct(r *request, args arguments) (any, error) {
	in := args.object("product")
	if err := in.only("ProductCreateInput", describedFields...); err != nil {
		return nil, err
	}
	d := newDraft(r, nil)
	d.variants = []variantDraft{d.newVariant(onlyVariant)}
	return d.described(in, args)
}

// updateProduct changes what the input names and no more. That an update that changes
// nothing tells nobody is not on record (?).
func updateProduct(r *request, args arguments) (any, error) {
	in := args.object("product")
	if err := in.only("ProductUpdateInput", append(describedFields, "id")...); err != nil {
		return nil, err
	}
	if !in.given("id") {
		return nil, notModelled("productUpdate without product.id")
	}
	p, err := productFrom(r, in)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return record{"product": nil, "userErrors": []any{userError("", "Product does not exist", "id")}}, nil
	}
	return newDraft(r, p).described(in, args)
}

// described changes the product as the input says and adds the media of args,
// unless something is wrong.
func (d *productDraft) described(in, args arguments) (any, error) {
	d.describe(in, "")
	if err := d.addMedia(args); err != nil {
		return nil, err
	}
	if _, err := d.keepMetafields(in, ""); err != nil {
		return nil, err
	}
	payload := record{"product": nil, "userErrors": anys(d.wrong)}
	if len(d.wrong) == 0 {
		payload["product"] = d.commit()
	}
	return payload, nil
}

// updateVariants changes variants of one product: all of them, or with
// allowPartialUpdates those with which nothing is wrong.
func updateVariants(r *request, args arguments) (any, error) {
	payload := record{"product": nil, "productVariants": nil}
	id, ok, err := args.id("productId", "Product")
	if err != nil {
		return nil, err
	}
	p := productByID(r.shop, id)
	if !ok || p == nil {
		payload["userErrors"] = []any{userError("PRODUCT_DOES_NOT_EXIST", "Product does not exist", "productId")}
		return payload, nil
	}
	d := newDraft(r, p)
	var changed []uint64
	for i, in := range args.objects("variants") {
		id, err := d.changeVariant(in, "variants", strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		if id != 0 {
			changed = append(changed, id)
		}
	}
	payload["product"], payload["userErrors"] = p, anys(d.wrong)
	if len(changed) > 0 && (len(d.wrong) == 0 || args.flag("allowPartialUpdates")) {
		d.commit()
		var shown []any
		for _, id := range changed {
			shown = append(shown, *variantByID(r.shop, id))
		}
		payload["productVariants"] = shown
	}
	return payload, nil
}

// changeVariant changes one of the draft's variants and says which; 0 where
// something is wrong with the input, to which at leads.
func (d *productDraft) changeVariant(in arguments, at ...string) (uint64, error) {
	if in.given("inventoryQuantities") {
		d.refuse("NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE", "Inventory quantities can only be provided during create. To update inventory for existing variants, use inventoryAdjustQuantities.", append(at, "inventoryQuantities")...)
		return 0, nil
	}
	if err := in.only("ProductVariantsBulkInput", "id", "price", "compareAtPrice", "barcode", "taxable", "inventoryPolicy", "inventoryItem"); err != nil {
		return 0, err
	}
	if !in.given("id") {
		d.refuse("PRODUCT_VARIANT_ID_MISSING", "Product variant is missing ID attribute", append(at, "id")...)
		return 0, nil
	}
	id, _, err := in.id("id", "ProductVariant")
	if err != nil {
		return 0, err
	}
	for i := range d.variants {
		if d.variants[i].ID != id {
			continue
		}
		draft := d.variants[i]
		wrong, err := draft.change(in)
		if err != nil {
			return 0, err
		}
		for _, w := range wrong {
			d.refuse(w.code, w.message, append(at, w.path...)...)
		}
		if len(wrong) > 0 {
			return 0, nil
		}
		d.variants[i] = draft
		return id, nil
	}
	d.refuse("PRODUCT_VARIANT_DOES_NOT_EXIST", "Product variant does not exist", append(at, "id")...)
	return 0, nil
}

// deleteProduct removes a product with its variants and their inventory items.
func deleteProduct(r *request, args arguments) (any, error) {
	if args["synchronous"] == false {
		return nil, notModelled("productDelete in the background")
	}
	payload := record{"deletedProductId": nil, "productDeleteOperation": nil, "shop": r.shop, "userErrors": []any{}}
	p, err := productFrom(r, args.object("input"))
	switch {
	case err != nil:
		return nil, err
	case p == nil:
		payload["userErrors"] = []any{userError("", "Product does not exist", "id")}
	default:
		id := p.ID
		r.shop.dropProduct(id)
		payload["deletedProductId"] = gid("Product", id)
		r.tell(fact{"PRODUCTS_DELETE", ProductDeletePayload(id)})
	}
	return payload, nil
}
