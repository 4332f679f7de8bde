package shopify_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

var december = time.Date(2026, 12, 1, 5, 0, 0, 0, time.UTC)

var tenPercent = shopify.PriceRule{
	Title: "SPRING10", ValueType: shopify.ValuePercentage, PercentOff: "10", StartsAt: december,
	Usage: shopify.UsageUnlimited, Reach: shopify.ReachAll,
}

// changed is a rule that differs from tenPercent.
func changed(change func(*shopify.PriceRule)) shopify.PriceRule {
	p := tenPercent
	change(&p)
	return p
}

// merchantRule is a rule as the simulator has it, such as a merchant makes.
func merchantRule(title string, change func(*simulator.PriceRule)) simulator.PriceRule {
	p := simulator.PriceRule{
		Title: title, ValueType: "percentage", Value: "-10.0", TargetType: "line_item", TargetSelection: "all",
		AllocationMethod: "across", CustomerSelection: "all", StartsAt: december,
	}
	change(&p)
	return p
}

// newShop is a client of a shop with price rules.
func newShop(t *testing.T, rules ...simulator.PriceRule) *faultyWorld {
	t.Helper()
	return newFaultyWorld(t, operation{shop: func(s *simulator.Shop) { s.PriceRules = rules }})
}

func TestPriceRulesComeBackAsTheyWereWritten(t *testing.T) {
	cases := map[string]struct {
		reason string
		rule   shopify.PriceRule
		value  simulator.DecimalText // in the shop
	}{
		"percent":       {"a plain percentage", tenPercent, "-10.0"},
		"exact percent": {"decimals are exact", changed(func(p *shopify.PriceRule) { p.PercentOff = "12.35" }), "-12.35"},
		"amount": {"cents are exact", changed(func(p *shopify.PriceRule) {
			p.ValueType, p.PercentOff, p.AmountOffCents = shopify.ValueFixedAmount, "", 1005
		}), "-10.05"},
		"large amount": {"beyond what a float holds", changed(func(p *shopify.PriceRule) {
			p.ValueType, p.PercentOff, p.AmountOffCents = shopify.ValueFixedAmount, "", 90071992547409931
		}), "-900719925474099.31"},
		"limits": {"with everything that limits it", changed(func(p *shopify.PriceRule) {
			p.EndsAt, p.MinimumSubtotalCents, p.UsageLimit, p.Usage = december.AddDate(0, 1, 0), 4999, 3, shopify.UsageOncePerCustomer
		}), "-10.0"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newShop(t)
			id := must[string](t)(w.client.CreatePriceRule(t.Context(), tc.rule))
			w.expect(tc.reason, id, tc.rule)
			if shop, _ := w.sim.Shop(faultyShop); shop.PriceRules[0].Value != tc.value {
				t.Errorf("%s: the shop has %s, want %s", tc.reason, shop.PriceRules[0].Value, tc.value)
			}
			// An update takes away what the rule no longer says.
			update := tenPercent
			update.ID = id
			if err := w.client.UpdatePriceRule(t.Context(), update); err != nil {
				t.Fatal(err)
			}
			w.expect(tc.reason+" (taken back)", id, tenPercent)
		})
	}
}

// expect compares the shop's only rule.
func (w *faultyWorld) expect(reason, id string, want shopify.PriceRule) {
	w.t.Helper()
	rules := must[[]shopify.PriceRule](w.t)(w.client.PriceRules(w.t.Context()))
	want.ID, want.UpdatedAt = id, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	if len(rules) != 1 || rules[0] != want {
		w.t.Errorf("%s: got %+v, want %+v", reason, rules, want)
	}
}

func TestForeignPriceRulesAreReadForWhatTheyAre(t *testing.T) {
	seven, amount := 7, simulator.DecimalText("20.0")
	cases := map[string]struct {
		reason string
		change func(*simulator.PriceRule)
		want   func(*shopify.PriceRule)
	}{
		"some products": {"a choice of items limits it", func(p *simulator.PriceRule) { p.TargetSelection, p.EntitledProductIDs = "entitled", []uint64{1} },
			func(p *shopify.PriceRule) { p.Reach = shopify.ReachLimited }},
		"some customers": {"a choice of customers limits it", func(p *simulator.PriceRule) {
			p.CustomerSelection, p.PrerequisiteCustomerIDs = "prerequisite", []uint64{1}
		},
			func(p *shopify.PriceRule) { p.Reach = shopify.ReachLimited }},
		"each": {"an amount off each item is more than one off the order", func(p *simulator.PriceRule) { p.AllocationMethod = "each" },
			func(p *shopify.PriceRule) { p.Reach = shopify.ReachLimited }},
		"quantity": {"so does a quantity", func(p *simulator.PriceRule) {
			p.PrerequisiteQuantityRange = &simulator.PriceRuleQuantityRange{GreaterThanOrEqualTo: 2}
		}, func(p *shopify.PriceRule) { p.Reach = shopify.ReachLimited }},
		"buy x": {"so does a purchase", func(p *simulator.PriceRule) {
			p.PrerequisiteToEntitlementQuantityRatio.PrerequisiteQuantity, p.PrerequisiteToEntitlementPurchase.PrerequisiteAmount = &seven, &amount
		}, func(p *shopify.PriceRule) { p.Reach = shopify.ReachLimited }},
		"shipping": {"free shipping is no discount of ours", func(p *simulator.PriceRule) {
			p.TargetType, p.AllocationMethod, p.Value = "shipping_line", "each", "-100.0"
		}, func(p *shopify.PriceRule) {
			p.ValueType, p.PercentOff, p.Reach = shopify.ValueOther, "", shopify.ReachLimited
		}},
		"fraction of a cent": {"never rounded", func(p *simulator.PriceRule) { p.ValueType, p.Value = "fixed_amount", "-0.005" },
			func(p *shopify.PriceRule) { p.ValueType, p.PercentOff = shopify.ValueOther, "" }},
		"fraction of a subtotal": {"never rounded", func(p *simulator.PriceRule) {
			p.PrerequisiteSubtotalRange = &simulator.PriceRuleSubtotalRange{GreaterThanOrEqualTo: "1.005"}
		}, func(p *shopify.PriceRule) { p.MinimumSubtotalCents, p.Reach = 100, shopify.ReachLimited }},
		"another zone": {"times are compared as instants", func(p *simulator.PriceRule) { p.StartsAt = december.In(time.FixedZone("", -5*3600)) }, func(*shopify.PriceRule) {}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newShop(t, merchantRule("SPRING10", tc.change))
			shop, _ := w.sim.Shop(faultyShop)
			id := fmt.Sprintf("gid://shopify/PriceRule/%d", shop.PriceRules[0].ID)
			w.expect(tc.reason, id, changed(tc.want))
			update := tenPercent
			update.ID = id
			if err := w.client.UpdatePriceRule(t.Context(), update); err != nil {
				t.Fatal(err)
			}
			w.expect(tc.reason+" (brought in line)", id, tenPercent)
		})
	}
}

func TestPriceRulesArePaged(t *testing.T) {
	var rules []simulator.PriceRule
	for i := range 501 {
		rules = append(rules, merchantRule(fmt.Sprint("rule ", i), func(p *simulator.PriceRule) {
			for j := range 300 * (1 - min(1, i)) { // the first has many codes
				p.DiscountCodes = append(p.DiscountCodes, simulator.DiscountCode{Code: fmt.Sprint("CODE", j)})
			}
		}))
	}
	w := newShop(t, rules...)
	all := must[[]shopify.PriceRule](t)(w.client.PriceRules(t.Context()))
	if len(all) != 501 || w.requests() != 3 {
		t.Errorf("%d rules in %d requests", len(all), w.requests())
	}
	codes := must[[]shopify.DiscountCode](t)(w.client.DiscountCodes(t.Context(), all[0].ID))
	if len(codes) != 300 || codes[299].Code != "CODE299" || w.requests() != 5 {
		t.Errorf("%d codes in %d requests", len(codes), w.requests())
	}
}

func TestDiscountCodes(t *testing.T) {
	w := newShop(t)
	ctx := t.Context()
	id := must[string](t)(w.client.CreatePriceRule(ctx, tenPercent))
	other := must[string](t)(w.client.CreatePriceRule(ctx, tenPercent))
	if err := w.client.CreateDiscountCode(ctx, id, "SPRING10"); err != nil {
		t.Fatal(err)
	}
	if found := must[string](t)(w.client.FindDiscountCode(ctx, "spring10")); found != id {
		t.Errorf("the code is found at %q, want %q", found, id)
	}
	if found := must[string](t)(w.client.FindDiscountCode(ctx, "SPRING11")); found != "" {
		t.Errorf("a code that is not there is found at %q", found)
	}
	err := w.client.CreateDiscountCode(ctx, other, "Spring10")
	refused, ok := errors.AsType[*shopify.Error](err)
	if !ok || refused.Kind != shopify.Invalid || !refused.Taken() ||
		!slices.Equal(refused.Fields, []shopify.FieldError{{Field: "code", Message: "must be unique. Please try a different code."}}) {
		t.Errorf("a code that is taken: %v", err)
	}
	codes := must[[]shopify.DiscountCode](t)(w.client.DiscountCodes(ctx, id))
	if len(codes) != 1 || codes[0].Code != "SPRING10" {
		t.Fatalf("codes %+v", codes)
	}
	if err := w.client.DeleteDiscountCode(ctx, id, codes[0].ID); err != nil {
		t.Error(err)
	}
	if err := w.client.DeletePriceRule(ctx, id); err != nil {
		t.Error(err)
	}
	for operation, err := range map[string]error{
		"DeleteDiscountCode": w.client.DeleteDiscountCode(ctx, id, codes[0].ID),
		"DeletePriceRule":    w.client.DeletePriceRule(ctx, id),
		"CreateDiscountCode": w.client.CreateDiscountCode(ctx, id, "A"),
		"UpdatePriceRule":    w.client.UpdatePriceRule(ctx, changed(func(p *shopify.PriceRule) { p.ID = id })),
		"no id":              w.client.DeletePriceRule(ctx, "../shop"),
	} {
		if e, ok := errors.AsType[*shopify.Error](err); !ok || !e.Gone() || e.Kind != shopify.Conflict {
			t.Errorf("%s of what is gone: %v", operation, err)
		}
	}
	if _, err := w.client.DiscountCodes(ctx, id); shopify.KindOf(err) != shopify.Conflict {
		t.Errorf("the codes of a rule that is gone: %v", err)
	}
}

func TestPriceRuleRefusals(t *testing.T) {
	w := newShop(t)
	_, err := w.client.CreatePriceRule(t.Context(), shopify.PriceRule{ValueType: shopify.ValuePercentage, PercentOff: "101", StartsAt: december, EndsAt: december})
	refused, _ := errors.AsType[*shopify.Error](err)
	if refused == nil || refused.Kind != shopify.Invalid ||
		refused.Message != "Shopify refuses the input: ends_at: must be after starts_at; title: can't be blank; value: must be between -100 and 0" {
		t.Errorf("got %v", err)
	}
}
