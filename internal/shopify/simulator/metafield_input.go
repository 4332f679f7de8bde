package simulator

import (
	"fmt"
	"strings"
)

// wrongValue says what is wrong with a metafield that an app sends: a code of
// MetafieldsSetUserErrorCode, which may be empty, a sentence, and the field.
type wrongValue struct{ code, message, field string }

// notUnique says that another product has a custom id; the words are ours (?).
const notUnique = "Value must be unique among products."

// metafieldOf is what an input says about a product's metafield, held against
// its definition. had is the one that it would replace, or nil. An error is what
// is not modelled. Where there are several faults Shopify's order is not on
// record (?).
func metafieldOf(r *request, owner *Product, in arguments) (m Metafield, wrong []wrongValue, err error) {
	m = Metafield{Namespace: canonicalNamespace(r.app, in.text("namespace")), Key: in.text("key"), Type: in.text("type")}
	for _, e := range identityErrors(MetafieldDefinition{Namespace: m.Namespace, Key: m.Key}) {
		path := e["field"].([]string)
		wrong = append(wrong, wrongValue{e["code"].(string), e["message"].(string), path[len(path)-1]})
	}
	if len(wrong) > 0 {
		return m, wrong, nil
	}
	if foreignNamespace(r.app, m.Namespace) {
		return m, []wrongValue{{"APP_NOT_AUTHORIZED", "Access to this namespace and key on Metafields for this resource type is not allowed.", ""}}, nil // (?)
	}
	d := definitionOf(r.shop, "PRODUCT", m.Namespace, m.Key)
	if wrong := m.setType(d, owner.metafield(m.Namespace, m.Key)); wrong != nil {
		return m, wrong, nil
	}
	m.Value, err = formed(m.Type, in.text("value"))
	if err == nil && d != nil {
		err = obeys(m.Value, d)
	}
	if err != nil {
		if asGraphQL(err).code() == codeNotModelled {
			return m, nil, err
		}
		return m, []wrongValue{{"INVALID_VALUE", err.Error(), "value"}}, nil
	}
	if d != nil && d.UniqueValues {
		if m.Type != uniqueType {
			return m, nil, notModelled("unique values of the type %s", m.Type)
		}
		if has := productByUnique(r.shop, uniqueValue{m.Namespace, m.Key, m.Value}); has != nil && has.ID != owner.ID {
			return m, []wrongValue{{"CAPABILITY_VIOLATION", notUnique, "value"}}, nil
		}
	}
	return m, nil, nil
}

// setType fills in the type that the input leaves out: the definition's, or that of
// the metafield that was there (?).
func (m *Metafield) setType(d *MetafieldDefinition, had *Metafield) []wrongValue {
	switch {
	case m.Type == "" && d != nil:
		m.Type = d.Type
	case m.Type == "" && had != nil:
		m.Type = had.Type
	}
	switch {
	case strings.TrimSpace(m.Type) == "":
		return []wrongValue{{"BLANK", "Type can't be blank", "type"}}
	case d != nil && m.Type != d.Type:
		return []wrongValue{{"INVALID_TYPE", fmt.Sprintf("Type must be consistent with the definition's type: '%s'.", d.Type), "type"}} // (?)
	case d == nil && m.Type == uniqueType:
		return []wrongValue{{"INVALID_TYPE", "Metafield definition of type 'id' is required when using custom ids.", "type"}} // (?)
	}
	return nil
}

// keep puts a metafield in place of what has its name.
func (p *Product) keep(r *request, m Metafield) {
	had := p.metafield(m.Namespace, m.Key)
	switch {
	case had == nil:
		m.complete(r.nextID, r.now)
		p.Metafields = append(p.Metafields, m)
	case had.Type != m.Type || had.Value != m.Value:
		had.Type, had.Value, had.UpdatedAt = m.Type, m.Value, r.now
	}
}
