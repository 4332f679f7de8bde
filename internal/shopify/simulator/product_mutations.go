package simulator

import "strings"

// productMutations change products. The messages are those of public records.
var productMutations = map[string]fields{"Mutation": {"productSet": root(setProduct, "identifier", "input", "synchronous"),
	"productUpdate": root(updateProduct, "product")}}

// updateProduct changes title and status. That an update that changes nothing
// tells nobody is not on record (?).
func updateProduct(r *request, args arguments) (any, error) {
	in := args.object("product")
	if err := in.only("ProductUpdateInput", "id", "title", "status"); err != nil {
		return nil, err
	}
	if !in.given("id") {
		return nil, notModelled("productUpdate without product.id")
	}
	refuse := func(message, field string) (any, error) {
		return record{"product": nil, "userErrors": []any{userError("", message, field)}}, nil
	}
	id, ok, err := in.id("id", "Product")
	if err != nil {
		return nil, err
	}
	p := productByID(r.shop, id)
	switch {
	case !ok || p == nil:
		return refuse("Product does not exist", "id")
	case in.given("title") && strings.TrimSpace(in.text("title")) == "":
		return refuse("Title can't be blank", "title")
	}
	title, status := orDefault(in.text("title"), p.Title), orDefault(in.text("status"), p.Status)
	if title != p.Title || status != p.Status {
		p.Title, p.Status, p.UpdatedAt = title, status, r.now
		r.tell(p.updated(r.shop, nil))
	}
	return record{"product": p, "userErrors": []any{}}, nil
}
