package simulator

import "strconv"

// maxMetafields is how many metafieldsSet takes (schema, its description).
const maxMetafields = 25

var metafieldMutations = map[string]fields{"Mutation": {"metafieldsSet": root(setMetafields, "metafields")}}

// setMetafields sets all of the metafields or none. The schema does not say which
// scope it takes; it is that of the owner's type (?). That a product's metafields
// date the product and are told by products/update is not on record (?).
func setMetafields(r *request, args arguments) (any, error) {
	inputs := args.objects("metafields")
	s := metafieldSetting{r: r, drafts: map[uint64]*productDraft{}, unique: map[uniqueValue]uint64{}}
	if !r.granted["write_products"] {
		return nil, accessDenied("metafieldsSet", "`write_products` access scope.")
	}
	if len(inputs) > maxMetafields {
		s.refuse(-1, "LESS_THAN_OR_EQUAL_TO", "Exceeded the maximum metafields input limit of 25.")
	} else {
		for i, in := range inputs {
			if err := s.add(i, in); err != nil {
				return nil, err
			}
		}
	}
	if len(s.wrong) > 0 {
		return record{"metafields": nil, "userErrors": anys(s.wrong)}, nil
	}
	for _, id := range s.order {
		s.drafts[id].commit()
	}
	shown := []any{}
	for _, m := range s.set {
		p := productByID(r.shop, m.product)
		shown = append(shown, metafield{p.metafield(m.namespace, m.key), p})
	}
	return record{"metafields": shown, "userErrors": []any{}}, nil
}

// metafieldSetting is a call of metafieldsSet on its way.
type metafieldSetting struct {
	r      *request
	drafts map[uint64]*productDraft
	order  []uint64 // the products, as they came
	// unique are the owners of the custom ids of this call.
	unique map[uniqueValue]uint64
	set    []metafieldName
	wrong  []record
}

type metafieldName struct {
	product        uint64
	namespace, key string
}

// refuse notes what is wrong with the input at an index; -1 for all of them.
func (s *metafieldSetting) refuse(i int, code, message string, field ...string) {
	path := []string{"metafields"}
	if i >= 0 {
		path = append(append(path, strconv.Itoa(i)), field...)
	}
	s.wrong = append(s.wrong, userError(code, message, path...))
}

func (s *metafieldSetting) add(i int, in arguments) error {
	owner, isProduct, err := in.id("ownerId", "Product")
	if err != nil {
		return err
	}
	if !isProduct {
		return notModelled("metafields of %s", in.text("ownerId"))
	}
	p := productByID(s.r.shop, owner)
	if p == nil {
		s.refuse(i, "INVALID", "Owner does not exist.", "ownerId") // (?)
		return nil
	}
	d := s.drafts[owner]
	if d == nil {
		d = newDraft(s.r, p)
		s.drafts[owner], s.order = d, append(s.order, owner)
	}
	made, wrong, err := metafieldOf(s.r, &d.product, in)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		s.refuse(i, w.code, w.message, orDefault(w.field, "namespace"))
	}
	if made.Type == uniqueType {
		u := uniqueValue{made.Namespace, made.Key, made.Value}
		if other, taken := s.unique[u]; taken && other != owner {
			s.refuse(i, "CAPABILITY_VIOLATION", notUnique, "value")
		}
		s.unique[u] = owner
	}
	if digest, said := in["compareDigest"]; said && !d.product.holds(made, digest) {
		s.refuse(i, "STALE_OBJECT", "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.", "compareDigest") // (?)
	}
	if len(s.wrong) == 0 {
		d.product.keep(s.r, made)
		s.set = append(s.set, metafieldName{owner, made.Namespace, made.Key})
	}
	return nil
}

// holds says whether the product has the metafield with a digest, or for null has none.
func (p *Product) holds(m Metafield, digest any) bool {
	had := p.metafield(m.Namespace, m.Key)
	if had == nil || digest == nil {
		return had == nil && digest == nil
	}
	return had.digest() == digest
}
