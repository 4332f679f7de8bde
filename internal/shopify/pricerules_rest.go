package shopify

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"
)

// restPriceRule is a price rule as REST has it. go-shopify's own leaves out what
// is empty, so that a limit or an end could not be taken away, and does not know
// all that limits a rule.
type restPriceRule struct {
	ID                uint64           `json:"id,omitempty"`
	Title             string           `json:"title"`
	ValueType         string           `json:"value_type"`
	Value             *decimal.Decimal `json:"value"`
	TargetType        string           `json:"target_type"`
	TargetSelection   string           `json:"target_selection"`
	AllocationMethod  string           `json:"allocation_method"`
	AllocationLimit   *int             `json:"allocation_limit"`
	CustomerSelection string           `json:"customer_selection"`
	OncePerCustomer   bool             `json:"once_per_customer"`
	UsageLimit        *int             `json:"usage_limit"`
	StartsAt          *time.Time       `json:"starts_at"`
	EndsAt            *time.Time       `json:"ends_at"`
	UpdatedAt         *time.Time       `json:"updated_at,omitempty"`

	EntitledProductIDs             []uint64 `json:"entitled_product_ids"`
	EntitledVariantIDs             []uint64 `json:"entitled_variant_ids"`
	EntitledCollectionIDs          []uint64 `json:"entitled_collection_ids"`
	EntitledCountryIDs             []uint64 `json:"entitled_country_ids"`
	PrerequisiteProductIDs         []uint64 `json:"prerequisite_product_ids"`
	PrerequisiteVariantIDs         []uint64 `json:"prerequisite_variant_ids"`
	PrerequisiteCollectionIDs      []uint64 `json:"prerequisite_collection_ids"`
	PrerequisiteCustomerIDs        []uint64 `json:"prerequisite_customer_ids"`
	CustomerSegmentPrerequisiteIDs []uint64 `json:"customer_segment_prerequisite_ids"`

	PrerequisiteSubtotalRange              *restSubtotalRange `json:"prerequisite_subtotal_range"`
	PrerequisiteQuantityRange              *restQuantityRange `json:"prerequisite_quantity_range"`
	PrerequisiteShippingPriceRange         *restPriceRange    `json:"prerequisite_shipping_price_range"`
	PrerequisiteToEntitlementQuantityRatio *restQuantityRatio `json:"prerequisite_to_entitlement_quantity_ratio,omitempty"`
	PrerequisiteToEntitlementPurchase      *restPurchase      `json:"prerequisite_to_entitlement_purchase,omitempty"`
}

type restPriceRuleBody struct {
	PriceRule restPriceRule `json:"price_rule"`
}

type restSubtotalRange struct {
	GreaterThanOrEqualTo *decimal.Decimal `json:"greater_than_or_equal_to"`
}

type restQuantityRange struct {
	GreaterThanOrEqualTo *int `json:"greater_than_or_equal_to"`
}

type restPriceRange struct {
	LessThanOrEqualTo *decimal.Decimal `json:"less_than_or_equal_to"`
}

type restQuantityRatio struct {
	PrerequisiteQuantity *int `json:"prerequisite_quantity"`
	EntitledQuantity     *int `json:"entitled_quantity"`
}

type restPurchase struct {
	PrerequisiteAmount *decimal.Decimal `json:"prerequisite_amount"`
}

// rule reads what REST says.
func (r *restPriceRule) rule() PriceRule {
	p := PriceRule{
		ID: priceRuleGID(strconv.FormatUint(r.ID, 10)), Title: r.Title, ValueType: ValueOther,
		StartsAt: inUTC(r.StartsAt), EndsAt: inUTC(r.EndsAt), UpdatedAt: inUTC(r.UpdatedAt),
		Usage: UsageUnlimited, Reach: ReachAll,
	}
	if value := r.Value; value != nil && r.TargetType == "line_item" {
		switch off := value.Neg(); {
		case r.ValueType == "percentage":
			p.ValueType, p.PercentOff = ValuePercentage, off.String()
		case r.ValueType == "fixed_amount" && wholeCents(off):
			p.ValueType, p.AmountOffCents = ValueFixedAmount, off.Shift(2).IntPart()
		}
	}
	if r.OncePerCustomer {
		p.Usage = UsageOncePerCustomer
	}
	if r.UsageLimit != nil {
		p.UsageLimit = *r.UsageLimit
	}
	limited := r.limited()
	if least := r.PrerequisiteSubtotalRange; least != nil && least.GreaterThanOrEqualTo != nil {
		p.MinimumSubtotalCents = least.GreaterThanOrEqualTo.Shift(2).IntPart()
		limited = limited || !wholeCents(*least.GreaterThanOrEqualTo)
	}
	if limited {
		p.Reach = ReachLimited
	}
	return p
}

// limited says that the rule is not for every item of every customer, or gives
// them the discount in another way than ours.
func (r *restPriceRule) limited() bool {
	for _, list := range [][]uint64{
		r.EntitledProductIDs, r.EntitledVariantIDs, r.EntitledCollectionIDs, r.EntitledCountryIDs, r.PrerequisiteProductIDs,
		r.PrerequisiteVariantIDs, r.PrerequisiteCollectionIDs, r.PrerequisiteCustomerIDs, r.CustomerSegmentPrerequisiteIDs,
	} {
		if len(list) > 0 {
			return true
		}
	}
	ratio, purchase := r.PrerequisiteToEntitlementQuantityRatio, r.PrerequisiteToEntitlementPurchase
	return r.TargetSelection != "all" || r.CustomerSelection != "all" || r.AllocationMethod != "across" || r.AllocationLimit != nil ||
		r.PrerequisiteQuantityRange != nil || r.PrerequisiteShippingPriceRange != nil ||
		ratio != nil && (ratio.PrerequisiteQuantity != nil || ratio.EntitledQuantity != nil) ||
		purchase != nil && purchase.PrerequisiteAmount != nil
}

// rest writes a rule in full: lists are empty and limits null, rather than left
// out, so that what somebody else has set goes.
func (p *PriceRule) rest() restPriceRule {
	r := restPriceRule{
		Title: p.Title, TargetType: "line_item", TargetSelection: "all", AllocationMethod: "across", CustomerSelection: "all",
		OncePerCustomer: p.Usage == UsageOncePerCustomer, StartsAt: &p.StartsAt,
		EntitledProductIDs: []uint64{}, EntitledVariantIDs: []uint64{}, EntitledCollectionIDs: []uint64{}, EntitledCountryIDs: []uint64{},
		PrerequisiteProductIDs: []uint64{}, PrerequisiteVariantIDs: []uint64{}, PrerequisiteCollectionIDs: []uint64{},
		PrerequisiteCustomerIDs: []uint64{}, CustomerSegmentPrerequisiteIDs: []uint64{},
		PrerequisiteToEntitlementQuantityRatio: &restQuantityRatio{}, PrerequisiteToEntitlementPurchase: &restPurchase{},
	}
	switch p.ValueType {
	case ValuePercentage:
		if percent, err := decimal.NewFromString(p.PercentOff); err == nil {
			off := percent.Neg()
			r.ValueType, r.Value = "percentage", &off
		}
	case ValueFixedAmount:
		off := decimal.New(p.AmountOffCents, -2).Neg()
		r.ValueType, r.Value = "fixed_amount", &off
	case ValueOther: // Shopify refuses a rule without a value
	}
	if !p.EndsAt.IsZero() {
		r.EndsAt = &p.EndsAt
	}
	if p.UsageLimit > 0 {
		r.UsageLimit = &p.UsageLimit
	}
	if p.MinimumSubtotalCents > 0 {
		least := decimal.New(p.MinimumSubtotalCents, -2)
		r.PrerequisiteSubtotalRange = &restSubtotalRange{&least}
	}
	return r
}

func wholeCents(amount decimal.Decimal) bool {
	cents := amount.Shift(2)
	return cents.Equal(cents.Truncate(0))
}

func inUTC(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}
