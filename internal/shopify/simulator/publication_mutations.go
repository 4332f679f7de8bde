package simulator

import (
	"slices"
	"strconv"
	"time"
)

// publicationMutations publish products. The sentence is that of Shopify's own
// examples.
var publicationMutations = map[string]fields{"Mutation": {
	"publishablePublish":   root(publishing((*Product).publish), "id", "input"),
	"publishableUnpublish": root(publishing((*Product).unpublish), "id", "input"),
}}

// unpublish takes the product off a publication; see publish.
func (p *Product) unpublish(id uint64, _, _ time.Time) bool {
	before := len(p.Publishings)
	p.Publishings = slices.DeleteFunc(slices.Clone(p.Publishings), func(in Publishing) bool { return in.PublicationID == id })
	return len(p.Publishings) != before
}

// publishing changes where a product is published: all of it or nothing (?). That
// a change dates the product and is told by products/update is not on record (?).
func publishing(change func(p *Product, publication uint64, at, now time.Time) bool) func(*request, arguments) (any, error) {
	return func(r *request, args arguments) (any, error) {
		payload := record{"publishable": nil, "shop": r.shop, "userErrors": []any{}}
		id, isProduct, err := args.id("id", "Product")
		if err != nil {
			return nil, err
		}
		if !isProduct {
			return nil, notModelled("the publication of %s", args.text("id"))
		}
		p := productByID(r.shop, id)
		if p == nil {
			payload["userErrors"] = []any{userError("", "Resource does not exist", "id")} // (?)
			return payload, nil
		}
		payload["publishable"] = typed{"Product", p}
		places, errors, err := placesOf(r, args)
		if err != nil {
			return nil, err
		}
		if len(errors) > 0 {
			payload["userErrors"] = anys(errors)
			return payload, nil
		}
		changed := false
		for _, in := range places {
			changed = change(p, in.PublicationID, in.At, r.now) || changed
		}
		if changed {
			r.tellOf([]*Product{p})
		}
		return payload, nil
	}
}

func placesOf(r *request, args arguments) (places []Publishing, errors []record, err error) {
	for i, in := range args.objects("input") {
		if err := in.only("PublicationInput", "publicationId", "publishDate"); err != nil {
			return nil, nil, err
		}
		id, isPublication := uint64(0), false
		if in.given("publicationId") {
			if id, isPublication, err = in.id("publicationId", "Publication"); err != nil {
				return nil, nil, err
			}
		}
		place := publicationByID(r.shop, id)
		if !isPublication || place == nil {
			errors = append(errors, userError("", "Publication does not exist or is not publishable", "input", strconv.Itoa(i), "publicationId"))
			continue
		}
		at := r.now
		if in.given("publishDate") {
			if at, err = time.Parse(time.RFC3339, in.text("publishDate")); err != nil {
				return nil, nil, failure(codeInvalidVariable, "invalid date '%s'", in.text("publishDate"))
			}
			if at.After(r.now) && !place.OnlineStore {
				errors = append(errors, userError("", "Future publishing is only supported for online store", "input", strconv.Itoa(i), "publishDate")) // (?)
			}
		}
		places = append(places, Publishing{id, at.UTC()})
	}
	return places, errors, nil
}
