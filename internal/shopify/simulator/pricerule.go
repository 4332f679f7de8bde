package simulator

import (
	"fmt"
	"strings"
	"time"

	exact "github.com/shopspring/decimal"
)

// PriceRule is a discount with the codes that give it. Its JSON is that of
// Shopify's REST API, which alone has it, and the codes
// (https://shopify.dev/docs/api/admin-rest/latest/resources/pricerule).
type PriceRule struct {
	ID    uint64 `json:"id"`
	Title string `json:"title"`
	// ValueType is fixed_amount, then Value is an amount in the shop's currency, or
	// percentage.
	ValueType string `json:"value_type"`
	// Value is negative, such as -10.0.
	Value DecimalText `json:"value"`
	// TargetType is line_item or shipping_line, TargetSelection all or entitled,
	// AllocationMethod each or across, CustomerSelection all or prerequisite.
	TargetType        string `json:"target_type"`
	TargetSelection   string `json:"target_selection"`
	AllocationMethod  string `json:"allocation_method"`
	CustomerSelection string `json:"customer_selection"`
	// AllocationLimit, UsageLimit and EndsAt are nil for no limit and no end.
	AllocationLimit *int       `json:"allocation_limit"`
	UsageLimit      *int       `json:"usage_limit"`
	OncePerCustomer bool       `json:"once_per_customer"`
	StartsAt        time.Time  `json:"starts_at"`
	EndsAt          *time.Time `json:"ends_at"`
	CreatedAt       time.Time  `json:"created_at"`
	UpdatedAt       time.Time  `json:"updated_at"`

	EntitledProductIDs             []uint64 `json:"entitled_product_ids"`
	EntitledVariantIDs             []uint64 `json:"entitled_variant_ids"`
	EntitledCollectionIDs          []uint64 `json:"entitled_collection_ids"`
	EntitledCountryIDs             []uint64 `json:"entitled_country_ids"`
	PrerequisiteProductIDs         []uint64 `json:"prerequisite_product_ids"`
	PrerequisiteVariantIDs         []uint64 `json:"prerequisite_variant_ids"`
	PrerequisiteCollectionIDs      []uint64 `json:"prerequisite_collection_ids"`
	PrerequisiteCustomerIDs        []uint64 `json:"prerequisite_customer_ids"`
	CustomerSegmentPrerequisiteIDs []uint64 `json:"customer_segment_prerequisite_ids"`

	PrerequisiteSubtotalRange              *PriceRuleSubtotalRange      `json:"prerequisite_subtotal_range"`
	PrerequisiteQuantityRange              *PriceRuleQuantityRange      `json:"prerequisite_quantity_range"`
	PrerequisiteShippingPriceRange         *PriceRuleShippingPriceRange `json:"prerequisite_shipping_price_range"`
	PrerequisiteToEntitlementQuantityRatio PriceRuleQuantityRatio       `json:"prerequisite_to_entitlement_quantity_ratio"`
	PrerequisiteToEntitlementPurchase      PriceRulePurchase            `json:"prerequisite_to_entitlement_purchase"`

	AdminGraphQLAPIID string `json:"admin_graphql_api_id"`
	// DiscountCodes are no part of the rule in the REST API.
	DiscountCodes []DiscountCode `json:"discount_codes,omitempty"`
}

// PriceRuleSubtotalRange is the least subtotal of an order, in the shop's currency.
type PriceRuleSubtotalRange struct {
	GreaterThanOrEqualTo DecimalText `json:"greater_than_or_equal_to"`
}

// PriceRuleQuantityRange is the least number of items.
type PriceRuleQuantityRange struct {
	GreaterThanOrEqualTo int `json:"greater_than_or_equal_to"`
}

// PriceRuleShippingPriceRange is the highest price of shipping, in the shop's currency.
type PriceRuleShippingPriceRange struct {
	LessThanOrEqualTo DecimalText `json:"less_than_or_equal_to"`
}

// PriceRuleQuantityRatio is how many items must be bought to get how many.
type PriceRuleQuantityRatio struct {
	PrerequisiteQuantity *int `json:"prerequisite_quantity"`
	EntitledQuantity     *int `json:"entitled_quantity"`
}

// PriceRulePurchase is how much must be spent to get the discount.
type PriceRulePurchase struct {
	PrerequisiteAmount *DecimalText `json:"prerequisite_amount"`
}

// DiscountCode is what a customer types to get a discount.
type DiscountCode struct {
	ID          uint64    `json:"id"`
	PriceRuleID uint64    `json:"price_rule_id"`
	Code        string    `json:"code"`
	UsageCount  int       `json:"usage_count"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// DecimalText is a decimal as Shopify's REST API writes it: a text with one
// digit after the point at least. It is read from a number too.
type DecimalText string

// UnmarshalJSON reads a text or a number; what is no decimal is kept as it is.
func (d *DecimalText) UnmarshalJSON(text []byte) error {
	given := strings.Trim(string(text), `"`)
	if given == "null" {
		given = ""
	}
	*d = DecimalText(given)
	value, err := exact.NewFromString(given)
	if err != nil {
		return nil //nolint:nilerr // kept as it is for the rules to refuse
	}
	*d = DecimalText(value.String())
	if value.Equal(value.Truncate(0)) {
		*d += ".0"
	}
	return nil
}

// number is the value, and whether the text is one.
func (d DecimalText) number() (exact.Decimal, bool) {
	value, err := exact.NewFromString(string(d))
	return value, err == nil
}

// complete fills in what may be left out.
func (p *PriceRule) complete(next func() uint64, now time.Time) {
	assign(&p.ID, next)
	p.AdminGraphQLAPIID = gid("PriceRule", p.ID)
	stamp(&p.CreatedAt, now)
	stamp(&p.UpdatedAt, now)
	for _, list := range []*[]uint64{
		&p.EntitledProductIDs, &p.EntitledVariantIDs, &p.EntitledCollectionIDs, &p.EntitledCountryIDs, &p.PrerequisiteProductIDs,
		&p.PrerequisiteVariantIDs, &p.PrerequisiteCollectionIDs, &p.PrerequisiteCustomerIDs, &p.CustomerSegmentPrerequisiteIDs,
	} {
		notNil(list)
	}
	for i := range p.DiscountCodes {
		c := &p.DiscountCodes[i]
		assign(&c.ID, next)
		c.PriceRuleID = p.ID
		stamp(&c.CreatedAt, now)
		stamp(&c.UpdatedAt, now)
	}
}

// priceRuleDefaults are those of a rule that the control API adds: what a rule
// needs besides a title and a value.
func priceRuleDefaults(shop *Shop, p *PriceRule) {
	for _, part := range []struct {
		of    *string
		value string
	}{
		{&p.ValueType, "percentage"}, {&p.TargetType, "line_item"}, {&p.TargetSelection, "all"},
		{&p.AllocationMethod, "across"}, {&p.CustomerSelection, "all"},
	} {
		if *part.of == "" {
			*part.of = part.value
		}
	}
	stamp(&p.StartsAt, shop.CreatedAt)
}

func checkPriceRules(shop *Shop) error {
	codes := map[string]bool{}
	for i := range shop.PriceRules {
		p := &shop.PriceRules[i]
		if wrong := p.faults(); len(wrong) > 0 {
			return fmt.Errorf("priceRules: %q: %v", p.Title, wrong)
		}
		for _, c := range p.DiscountCodes {
			folded := strings.ToLower(c.Code)
			if folded == "" || codes[folded] {
				return fmt.Errorf("priceRules: the code %q is empty or there twice", c.Code)
			}
			codes[folded] = true
		}
	}
	return nil
}
