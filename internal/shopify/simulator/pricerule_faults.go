package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	exact "github.com/shopspring/decimal"
)

// restFaults say what is wrong with an input, by field.
type restFaults map[string][]string

func (f restFaults) add(field, message string) { f[field] = append(f[field], message) }

// refusal is the reply to an input with faults; nil where there are none.
func (f restFaults) refusal() *reply {
	if len(f) == 0 {
		return nil
	}
	return refuse(http.StatusUnprocessableEntity, f)
}

// maxTitle is how long titles and codes may be
// (https://shopify.dev/docs/api/admin-rest/latest/resources/discountcode).
const maxTitle = 255

// text judges a text that must be there.
func (f restFaults) text(field, value string) {
	switch {
	case strings.TrimSpace(value) == "":
		f.add(field, "can't be blank")
	case len([]rune(value)) > maxTitle:
		f.add(field, fmt.Sprintf("is too long (maximum is %d characters)", maxTitle))
	}
}

// priceRuleChoices are the values of the fields that have a few.
var priceRuleChoices = []struct {
	field  string
	of     func(*PriceRule) string
	values []string
}{
	{"value_type", func(p *PriceRule) string { return p.ValueType }, []string{"fixed_amount", "percentage"}},
	{"target_type", func(p *PriceRule) string { return p.TargetType }, []string{"line_item", "shipping_line"}},
	{"target_selection", func(p *PriceRule) string { return p.TargetSelection }, []string{"all", "entitled"}},
	{"allocation_method", func(p *PriceRule) string { return p.AllocationMethod }, []string{"each", "across"}},
	{"customer_selection", func(p *PriceRule) string { return p.CustomerSelection }, []string{"all", "prerequisite"}},
}

// faults say what Shopify would refuse about a rule. The rules are documented
// (https://shopify.dev/docs/api/admin-rest/latest/resources/pricerule), their
// words are those of Rails (?).
func (p *PriceRule) faults() restFaults {
	wrong := restFaults{}
	wrong.text("title", p.Title)
	for _, choice := range priceRuleChoices {
		switch value := choice.of(p); {
		case value == "":
			wrong.add(choice.field, "can't be blank")
		case !slices.Contains(choice.values, value):
			wrong.add(choice.field, "is not included in the list")
		}
	}
	p.judgeValue(wrong)
	if p.TargetType == "shipping_line" && p.AllocationMethod == "across" {
		wrong.add("allocation_method", "must be each for shipping lines")
	}
	if p.StartsAt.IsZero() {
		wrong.add("starts_at", "can't be blank")
	}
	if p.EndsAt != nil && !p.EndsAt.After(p.StartsAt) {
		wrong.add("ends_at", "must be after starts_at")
	}
	if p.UsageLimit != nil && *p.UsageLimit <= 0 {
		wrong.add("usage_limit", "must be greater than 0")
	}
	if least := p.PrerequisiteSubtotalRange; least != nil {
		if amount, ok := least.GreaterThanOrEqualTo.number(); !ok || amount.IsNegative() {
			wrong.add("prerequisite_subtotal_range", "is invalid")
		}
	}
	return wrong
}

func (p *PriceRule) judgeValue(wrong restFaults) {
	value, ok := p.Value.number()
	all := exact.NewFromInt(-100)
	switch {
	case p.Value == "":
		wrong.add("value", "can't be blank")
	case !ok:
		wrong.add("value", "is not a number")
	case !value.IsNegative():
		wrong.add("value", "must be negative")
	case p.ValueType == "percentage" && value.LessThan(all):
		wrong.add("value", "must be between -100 and 0")
	case p.TargetType == "shipping_line" && !value.Equal(all):
		wrong.add("value", "must be -100 for shipping lines")
	}
}
