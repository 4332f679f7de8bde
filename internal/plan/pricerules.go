package plan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// KindPriceRule is a discount with its code, by which it is known: a shop has a
// code once, in whatever case.
const KindPriceRule = "PriceRule"

// CodesPath is the path of a price rule's codes, which are written one by one; all
// the rest of a rule is written at once.
const CodesPath = "codes"

// PriceRule is a price rule with its codes.
type PriceRule struct {
	shopify.PriceRule
	Codes []string
}

// PriceRules returns the price rules that a spec asks for, each with one code.
func PriceRules(spec *v1alpha1.ShopifyStoreSpec) []PriceRule {
	var list []PriceRule
	for _, r := range spec.PriceRules {
		p := PriceRule{Codes: []string{r.Code}, PriceRule: shopify.PriceRule{
			Title: cmp.Or(strings.TrimSpace(r.Title), r.Code), StartsAt: r.StartsAt.UTC(),
			ValueType: shopify.ValueFixedAmount, AmountOffCents: r.AmountOffCents,
			MinimumSubtotalCents: r.MinimumSubtotalCents, UsageLimit: int(r.UsageLimit),
			Usage: shopify.UsageUnlimited, Reach: shopify.ReachAll,
		}}
		if percent, err := decimal.NewFromString(r.PercentOff); err == nil {
			p.ValueType, p.PercentOff = shopify.ValuePercentage, percent.String()
		}
		if r.EndsAt != nil {
			p.EndsAt = r.EndsAt.UTC()
		}
		if r.Usage == v1alpha1.PriceRuleUsageOncePerCustomer {
			p.Usage = shopify.UsageOncePerCustomer
		}
		list = append(list, p)
	}
	return list
}

// PriceRuleObject puts a price rule into comparable form, under one of its codes
// or the one that it is to have.
func PriceRuleObject(code string, p PriceRule, adoption v1alpha1.AdoptionPolicy) Object {
	value := p.PercentOff
	if p.ValueType == shopify.ValueFixedAmount {
		value = strconv.FormatInt(p.AmountOffCents, 10)
	}
	return Object{
		Kind: KindPriceRule, Key: strings.ToUpper(code), ID: p.ID,
		Fields: []Field{
			{Path: "title", Value: p.Title},
			{Path: "valueType", Value: string(p.ValueType)},
			{Path: "value", Value: value},
			{Path: "startsAt", Value: instant(p.StartsAt)},
			{Path: "endsAt", Value: instant(p.EndsAt)},
			{Path: "minimumSubtotalCents", Value: strconv.FormatInt(p.MinimumSubtotalCents, 10)},
			{Path: "usageLimit", Value: strconv.Itoa(p.UsageLimit)},
			{Path: "usage", Value: string(p.Usage)},
			{Path: "reach", Value: string(p.Reach)},
			{Path: CodesPath, Value: strings.Join(foldedCodes(p.Codes), " ")},
		},
		Adoption: adoption,
	}
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func foldedCodes(codes []string) []string {
	var folded []string
	for _, code := range codes {
		folded = append(folded, strings.ToUpper(code))
	}
	slices.Sort(folded)
	return folded
}

// MayBeOurs says whether a rule may be ours, so that its codes have to be read: it
// is recorded by its id, or it equals a pending intent in all but the codes. A
// title never makes a rule ours.
func MayBeOurs(p shopify.PriceRule, inventory []v1alpha1.InventoryEntry) bool {
	return slices.ContainsFunc(inventory, func(e v1alpha1.InventoryEntry) bool {
		return e.Kind == KindPriceRule && (recordedAs(e, p.ID) || intended(e, p))
	})
}

// recordedAs says so of a rule that went missing and came back, too.
func recordedAs(e v1alpha1.InventoryEntry, id string) bool { return e.ID != "" && e.ID == id }

// intended says that a rule with the entry's code would be the one that the entry
// announced.
func intended(e v1alpha1.InventoryEntry, p shopify.PriceRule) bool {
	return e.Origin == v1alpha1.OriginPending &&
		e.Hash == PriceRuleObject(e.Key, PriceRule{PriceRule: p, Codes: []string{e.Key}}, "").Hash()
}

// OwnPriceRules are those of the rules that are ours, in comparable form. A rule
// is made in two calls, so that a crash leaves one that has no code yet: it is the
// newest that equals the pending intent in everything else.
func OwnPriceRules(rules []PriceRule, inventory []v1alpha1.InventoryEntry, adoption v1alpha1.AdoptionPolicy) []Object {
	rules = slices.SortedFunc(slices.Values(rules), func(a, b PriceRule) int {
		return cmp.Or(cmp.Compare(len(b.ID), len(a.ID)), cmp.Compare(b.ID, a.ID)) // the newest first
	})
	claimed := map[string]bool{}
	var own []Object
	claim := func(e v1alpha1.InventoryEntry, codes []string, fits func(PriceRule) bool) bool {
		i := slices.IndexFunc(rules, func(p PriceRule) bool {
			return !claimed[p.ID] && fits(p) && (codes == nil || slices.Equal(foldedCodes(p.Codes), codes))
		})
		if i < 0 {
			return false
		}
		claimed[rules[i].ID] = true
		o := PriceRuleObject(e.Key, rules[i], adoption)
		o.Owned = codes != nil && len(codes) == 0
		own = append(own, o)
		return true
	}
	var announced []v1alpha1.InventoryEntry
	for _, e := range inventory {
		if e.Kind == KindPriceRule && !claim(e, nil, func(p PriceRule) bool { return recordedAs(e, p.ID) }) {
			announced = append(announced, e)
		}
	}
	for _, e := range announced {
		made := func(p PriceRule) bool { return intended(e, p.PriceRule) }
		_ = claim(e, []string{e.Key}, made) || claim(e, []string{}, made)
	}
	return own
}

// HoldsCode says whether a price rule in comparable form has a code.
func (o Object) HoldsCode(code string) bool {
	i := slices.IndexFunc(o.Fields, func(f Field) bool { return f.Path == CodesPath })
	return i >= 0 && slices.Contains(strings.Fields(o.Fields[i].Value), strings.ToUpper(code))
}
