package simulator

import (
	"slices"
	"strconv"
)

// The lists of ProductSetInput are complete: what they leave out is deleted, and
// a list that is not there stays as it is (schema, description of productSet).
var productSetFields = []string{
	"id", "title", "handle", "descriptionHtml", "vendor", "productType", "tags", "status", "productOptions", "variants", "metafields", "files",
}

// setProduct makes a product or changes the one that is identified. Sentences
// are those of public records, codes where those have none the schema's.
func setProduct(r *request, args arguments) (any, error) {
	in := args.object("input")
	if args["synchronous"] == false {
		return nil, notModelled("productSet in the background")
	}
	if err := in.only("ProductSetInput", productSetFields...); err != nil {
		return nil, err
	}
	old, custom, wrong, err := identified(r, args, in)
	if err != nil {
		return nil, err
	}
	d := newDraft(r, old)
	d.wrong = wrong
	if len(d.wrong) == 0 {
		d.describe(in, "INVALID_PRODUCT", "input")
		err = firstError(
			func() error { return d.setVariants(in) },
			func() error { return d.setMetafields(in, custom) },
			func() error { return d.setFiles(in) },
		)
	}
	if err != nil {
		return nil, err
	}
	payload := record{"product": nil, "productSetOperation": nil, "userErrors": anys(d.wrong)}
	switch {
	case len(d.wrong) == 0:
		payload["product"] = d.commit()
	case old != nil:
		payload["product"] = old // as it is
	}
	return payload, nil
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// identified finds the product that is to be changed: nil for a new one. custom
// is the custom id that it was looked for by, or nil. Where a field of the input
// must be as the identifier says is in the schema's descriptions of the codes;
// which field an error names is not (?).
func identified(r *request, args, in arguments) (p *Product, custom *uniqueValue, wrong []record, err error) {
	by := args.object("identifier")
	switch {
	case args.given("identifier") && in.given("id"):
		return nil, nil, []record{userError("ID_NOT_ALLOWED", "The id field is not allowed if identifier is provided.", "input")}, nil
	case by.given("customId"):
		custom, err = customID(r, by.object("customId"))
		if err != nil {
			return nil, nil, nil, err
		}
		return productByUnique(r.shop, *custom), custom, nil, nil
	case by.given("handle"):
		switch handle := by.text("handle"); {
		case !in.given("handle"):
			return nil, nil, []record{userError("MISSING_FIELD_REQUIRED", "The input field corresponding to the identifier is required.", "input")}, nil
		case in.text("handle") != handle:
			return nil, nil, []record{userError("INPUT_MISMATCH", "The identifier value does not match the value of the corresponding field in the input.", "input")}, nil
		default:
			return productByHandle(r.shop, handle), nil, nil, nil
		}
	case by.given("id"):
		if p, err = productFrom(r, by); p == nil && err == nil {
			wrong = []record{userError("NOT_FOUND", "Resource matching the identifier was not found.", "identifier")}
		}
		return p, nil, wrong, err
	case in.given("id"):
		if p, err = productFrom(r, in); p == nil && err == nil {
			wrong = []record{userError("PRODUCT_DOES_NOT_EXIST", "Product does not exist", "input", "id")}
		}
		return p, nil, wrong, err
	}
	return nil, nil, nil, nil
}

// productFrom is the product whose id an input has; nil where there is none.
func productFrom(r *request, in arguments) (*Product, error) {
	id, ok, err := in.id("id", "Product")
	if err != nil || !ok {
		return nil, err
	}
	return productByID(r.shop, id), nil
}

// customID is the value of a custom id, which takes a definition. The refusal is
// that of public records of customers and locations.
func customID(r *request, in arguments) (*uniqueValue, error) {
	u := &uniqueValue{canonicalNamespace(r.app, in.text("namespace")), in.text("key"), in.text("value")}
	if d := definitionOf(r.shop, "PRODUCT", u.namespace, u.key); d == nil || d.Type != uniqueType || foreignNamespace(r.app, u.namespace) {
		return nil, failure("NOT_FOUND", "Metafield definition of type 'id' is required when using custom ids.")
	}
	return u, nil
}

// setMetafields makes the product's metafields those of the input, and keeps the
// custom id that it was looked for by.
func (d *productDraft) setMetafields(in arguments, custom *uniqueValue) error {
	kept, err := d.keepMetafields(in, "INVALID_METAFIELD", "input")
	if err != nil {
		return err
	}
	if custom != nil {
		held := d.product.metafield(custom.namespace, custom.key)
		listed := slices.Contains(kept, custom.namespace+"."+custom.key)
		switch {
		case in["metafields"] != nil && (!listed || held.Value != custom.value):
			d.refuse("METAFIELD_MISMATCH", "The input argument `metafields` (if present) must contain the `customId` value.", "input", "metafields")
		case !listed:
			made, wrong, err := metafieldOf(d.r, &d.product, arguments{"namespace": custom.namespace, "key": custom.key, "value": custom.value})
			if err != nil {
				return err
			}
			for _, w := range wrong {
				d.refuse("INVALID_METAFIELD", w.message, "identifier", "customId", orDefault(w.field, "namespace"))
			}
			d.product.keep(d.r, made)
		}
	}
	if in["metafields"] != nil {
		d.product.Metafields = slices.DeleteFunc(d.product.Metafields, func(m Metafield) bool {
			return !slices.Contains(kept, m.Namespace+"."+m.Key) && !foreignNamespace(d.r.app, m.Namespace)
		})
	}
	return nil
}

// keepMetafields adds the input's metafields or puts them in place of those with
// their names, and says which they are, by namespace and key. at leads to the input.
func (d *productDraft) keepMetafields(in arguments, code string, at ...string) (kept []string, err error) {
	for i, m := range in.objects("metafields") {
		if err := m.only("MetafieldInput", "namespace", "key", "type", "value"); err != nil {
			return nil, err
		}
		made, wrong, err := metafieldOf(d.r, &d.product, m)
		if err != nil {
			return nil, err
		}
		for _, w := range wrong {
			of := code
			if w.code == "CAPABILITY_VIOLATION" {
				of = w.code
			}
			d.refuse(of, w.message, append(slices.Clip(at), "metafields", strconv.Itoa(i), orDefault(w.field, "namespace"))...)
		}
		if len(wrong) == 0 {
			d.product.keep(d.r, made)
			kept = append(kept, made.Namespace+"."+made.Key)
		}
	}
	return kept, nil
}
