package controllers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

var springStart = time.Date(2027, 4, 1, 4, 0, 0, 0, time.UTC)

// springRule is a code for 10% off.
func springRule() v1alpha1.PriceRule {
	return v1alpha1.PriceRule{Code: "SPRING10", Title: "Spring sale", PercentOff: "10", StartsAt: metav1.NewTime(springStart)}
}

// declare makes the spec ask for price rules.
func declare(rules ...v1alpha1.PriceRule) func(*v1alpha1.ShopifyStoreSpec) {
	return func(s *v1alpha1.ShopifyStoreSpec) { s.PriceRules = rules }
}

// merchants is a rule that the merchant made, which says the same as springRule.
func merchants(codes ...string) simulator.PriceRule {
	p := simulator.PriceRule{
		Title: "Spring sale", ValueType: "percentage", Value: "-10.0", TargetType: "line_item", TargetSelection: "all",
		AllocationMethod: "across", CustomerSelection: "all", StartsAt: springStart,
	}
	for _, code := range codes {
		p.DiscountCodes = append(p.DiscountCodes, simulator.DiscountCode{Code: code})
	}
	return p
}

// offers lists the discounts in the shop, such as "SPRING10 -10.0 Spring sale".
func offers(shop simulator.Shop) []string {
	list := []string{}
	for _, p := range shop.PriceRules {
		var codes []string
		for _, c := range p.DiscountCodes {
			codes = append(codes, c.Code)
		}
		list = append(list, strings.Join(codes, "+")+" "+string(p.Value)+" "+p.Title)
	}
	slices.Sort(list)
	return list
}

func (b *bed) expectOffers(reason string, want ...string) {
	b.t.Helper()
	if got := offers(b.inShop()); !slices.Equal(got, want) {
		b.t.Errorf("%s: in the shop %q, want %q", reason, got, want)
	}
}

// ruleCalls are the requests about price rules since the last look, without ids.
func (b *bed) ruleCalls() []string {
	var list []string
	for _, c := range b.calls() {
		if method, path, rest := strings.Cut(c, " /admin/api/2026-07/"); rest {
			for _, p := range b.inShop().PriceRules {
				path = strings.ReplaceAll(path, fmt.Sprint(p.ID), "1")
			}
			list = append(list, method+" "+strings.TrimSuffix(path, ".json"))
		}
	}
	return slices.DeleteFunc(list, func(c string) bool { return strings.Contains(c, "shipping_zones") })
}

// onSale is a bed whose store has the spring rule.
func onSale(t *testing.T) *bed {
	t.Helper()
	b := newBed(t)
	declare(springRule())(&b.store.Spec)
	b.apply()
	b.ready()
	return b
}

func TestPriceRuleLifecycle(t *testing.T) {
	b := onSale(t)
	b.expectOffers("declared", "SPRING10 -10.0 Spring sale")
	if c := b.condition(v1alpha1.PriceRulesAppliedCondition); c.Reason != v1alpha1.ReasonApplied {
		t.Errorf("got %s", c)
	}
	id := b.inShop().PriceRules[0].ID

	end := metav1.NewTime(springStart.AddDate(0, 0, 7))
	b.change(declare(v1alpha1.PriceRule{
		Code: "SPRING10", Title: "Spring sale", AmountOffCents: 1005, StartsAt: metav1.NewTime(springStart), EndsAt: &end,
		MinimumSubtotalCents: 5000, UsageLimit: 3, Usage: v1alpha1.PriceRuleUsageOncePerCustomer,
	}))
	b.ready()
	b.expectOffers("changed", "SPRING10 -10.05 Spring sale")
	p := b.inShop().PriceRules[0]
	if p.ID != id || p.ValueType != "fixed_amount" || !p.OncePerCustomer || p.UsageLimit == nil || *p.UsageLimit != 3 || p.EndsAt == nil || !p.EndsAt.Equal(end.Time) ||
		p.PrerequisiteSubtotalRange == nil || p.PrerequisiteSubtotalRange.GreaterThanOrEqualTo != "50.0" {
		t.Errorf("updated in place: %+v", p)
	}
	b.change(declare(springRule()))
	b.ready()
	if p := b.inShop().PriceRules[0]; p.ID != id || p.OncePerCustomer || p.UsageLimit != nil || p.EndsAt != nil || p.PrerequisiteSubtotalRange != nil {
		t.Errorf("limits are taken away again: %+v", p)
	}

	fall := springRule()
	fall.Code = "FALL10"
	b.change(declare(fall))
	b.ready()
	b.expectOffers("renamed", "FALL10 -10.0 Spring sale")
	b.change(declare())
	b.ready()
	b.expectOffers("removed")
	b.ruleCalls()
	b.ready()
	if calls := b.ruleCalls(); len(calls) > 0 {
		t.Errorf("a store without price rules asks for them: %v", calls)
	}
}

func TestPriceRuleCost(t *testing.T) {
	b := onSale(t)
	b.ready() // reads the codes
	version := b.store.ResourceVersion
	b.ruleCalls()
	for range 3 {
		b.now = b.now.Add(10 * time.Minute)
		b.ready()
	}
	if calls := b.ruleCalls(); !slices.Equal(calls, []string{"GET price_rules", "GET price_rules", "GET price_rules"}) || b.store.ResourceVersion != version {
		t.Errorf("an idle store: %v", calls)
	}
	b.now = b.now.Add(codesLifetime)
	b.ready()
	if calls := b.ruleCalls(); !slices.Equal(calls, []string{"GET price_rules", "GET price_rules/1/discount_codes"}) {
		t.Errorf("after %s: %v", codesLifetime, calls)
	}
	b.shop(func(s *simulator.Shop) { s.PriceRules[0].UpdatedAt = b.now })
	b.ready()
	if calls := b.ruleCalls(); !slices.Equal(calls, []string{"GET price_rules", "GET price_rules/1/discount_codes"}) {
		t.Errorf("after the rule moved: %v", calls)
	}
	b.restart()
	b.ready()
	if calls := b.ruleCalls(); !slices.Equal(calls, []string{"GET price_rules", "GET price_rules/1/discount_codes"}) {
		t.Errorf("a new process: %v", calls)
	}
}

func TestPriceRuleDriftIsCorrected(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*simulator.PriceRule)
		says   string
	}{
		"value":        {"a merchant's 90% is not the spec's", func(p *simulator.PriceRule) { p.Value = "-90.0" }, "update PriceRule SPRING10 (value)"},
		"limit":        {"customers would be turned away", func(p *simulator.PriceRule) { p.UsageLimit = new(1) }, "update PriceRule SPRING10 (usageLimit)"},
		"products":     {"the discount is for everything", func(p *simulator.PriceRule) { p.TargetSelection, p.EntitledProductIDs = "entitled", []uint64{7} }, "update PriceRule SPRING10 (reach)"},
		"code deleted": {"customers were told of the code", func(p *simulator.PriceRule) { p.DiscountCodes = nil }, "update PriceRule SPRING10 (codes)"},
		"code added": {"nobody asked for it", func(p *simulator.PriceRule) {
			p.DiscountCodes = append(p.DiscountCodes, simulator.DiscountCode{Code: "STAFF"})
		}, "update PriceRule SPRING10 (codes)"},
		"code replaced": {"customers were told of the code", func(p *simulator.PriceRule) { p.DiscountCodes[0].Code = "STAFF" }, "update PriceRule SPRING10 (codes)"},
		"rule deleted":  {"the whole offer is gone", nil, "create PriceRule SPRING10"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := onSale(t)
			b.ready()
			b.happened()
			b.now = b.now.Add(codesLifetime) // a change of a code alone need not show earlier
			b.shop(func(s *simulator.Shop) {
				if tc.change == nil {
					s.PriceRules = nil
					return
				}
				tc.change(&s.PriceRules[0])
			})
			b.ready()
			b.expectOffers(tc.reason, "SPRING10 -10.0 Spring sale")
			if p := b.inShop().PriceRules[0]; p.UsageLimit != nil || len(p.EntitledProductIDs) > 0 {
				t.Errorf("%s: %+v", tc.reason, p)
			}
			if c := b.condition(v1alpha1.InSyncCondition); c.Reason != v1alpha1.ReasonCorrected || !strings.Contains(c.Message, tc.says) {
				t.Errorf("%s: %s", tc.reason, c)
			}
			b.ready() // forgets that it was corrected once
			version := b.store.ResourceVersion
			b.ready()
			if b.store.ResourceVersion != version {
				t.Errorf("%s: the correction is told twice", tc.reason)
			}
		})
	}
}

func TestPriceRuleScopesMissing(t *testing.T) {
	optional := func(s *v1alpha1.ShopifyStoreSpec) {
		s.Scopes = []string{"read_products", "write_products", "read_orders", "write_orders", "read_inventory", "write_inventory", "read_locations"}
		s.OptionalScopes = []string{"read_price_rules", "write_price_rules", "write_shipping"}
	}
	b := newBed(t)
	optional(&b.store.Spec)
	revoke := func(s *simulator.Shop) {
		s.Apps[0].Scopes = slices.DeleteFunc(s.Apps[0].Scopes, func(scope string) bool { return strings.HasSuffix(scope, "price_rules") })
	}
	b.shop(revoke)
	b.apply()
	b.ready()
	b.change(declare(springRule()))
	b.settle()
	if c := b.condition(v1alpha1.PriceRulesAppliedCondition); c.Status != metav1.ConditionFalse || c.Reason != v1alpha1.ReasonScopeMissing || !conditions.IsStalled(b.store) {
		t.Errorf("declared: %s", c)
	}
	b.shop(func(s *simulator.Shop) { s.Apps[0].Scopes = append(s.Apps[0].Scopes, "write_price_rules") })
	b.ready()
	b.expectOffers("granted", "SPRING10 -10.0 Spring sale")
	b.shop(revoke)
	b.change(declare())
	b.settle()
	if c := b.condition(v1alpha1.PriceRulesAppliedCondition); c.Status != metav1.ConditionFalse || !strings.Contains(c.Message, "SPRING10") || !conditions.IsStalled(b.store) {
		t.Errorf("no longer declared, and it still works: %s", c)
	}
	b.shop(func(s *simulator.Shop) { s.Apps[0].Scopes = append(s.Apps[0].Scopes, "write_price_rules") })
	b.ready()
	b.expectOffers("the record was kept")
}

func TestPriceRulesAmongMany(t *testing.T) {
	b := newBed(t)
	declare(springRule())(&b.store.Spec)
	b.shop(func(s *simulator.Shop) {
		for i := range 260 {
			s.PriceRules = append(s.PriceRules, merchants(fmt.Sprint("OTHER", i)))
		}
	})
	b.apply()
	b.ready()
	b.ready()
	b.ruleCalls()
	b.ready()
	if calls := b.ruleCalls(); !slices.Equal(calls, []string{"GET price_rules", "GET price_rules"}) {
		t.Errorf("%v", calls)
	}
	b.shop(func(s *simulator.Shop) { s.PriceRules[260].Value = "-90.0" })
	b.ready()
	if p := b.inShop().PriceRules[260]; p.Value != "-10.0" || len(b.inShop().PriceRules) != 261 {
		t.Errorf("the rule on the second page: %+v", p)
	}
}

func TestPriceRulesAreUnavailable(t *testing.T) {
	b := onSale(t)
	_, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultStatus, Status: 503, Operation: "GET /admin/api/2026-07/price_rules.json"})
	b.must(err)
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.MetafieldDefinitions[0].Name = "Seller" })
	b.settle()
	if !conditions.IsReconciling(b.store) || b.condition(v1alpha1.PriceRulesAppliedCondition).Reason != v1alpha1.ReasonShopifyUnavailable {
		t.Errorf("it may pass: %+v", b.store.Status.Conditions)
	}
	if b.inShop().MetafieldDefinitions[0].Name != "Seller" {
		t.Error("the other groups wait for price rules")
	}
	b.sim.ClearFaults()
	b.ready()
	b.expectOffers("the record was kept", "SPRING10 -10.0 Spring sale")
}

func TestPriceRulesAreObserved(t *testing.T) {
	b := newBed(t)
	declare(springRule())(&b.store.Spec)
	b.store.Spec.Mode = v1alpha1.ModeObserve
	b.shop(func(s *simulator.Shop) { s.PriceRules = []simulator.PriceRule{merchants("OTHER")} })
	b.apply()
	b.settle()
	b.expectOffers("nothing is written", "OTHER -10.0 Spring sale")
	if b.store.Status.Plan == nil || !slices.Contains(b.store.Status.Plan.Changes, "create PriceRule SPRING10") {
		t.Errorf("status.plan: %+v", b.store.Status.Plan)
	}
	if c := b.condition(v1alpha1.PriceRulesAppliedCondition); c.Reason != v1alpha1.ReasonPlanWaits {
		t.Errorf("got %s", c)
	}
}

// A code that is not wanted any more goes, whatever becomes of a new one.
func TestARemovedCodeGoesWhateverBecomesOfAnother(t *testing.T) {
	b := onSale(t)
	_, err := b.sim.AddFault(simulator.Fault{
		Kind: simulator.FaultUserErrors, Operation: "POST /admin/api/2026-07/price_rules.json",
		UserErrors: []simulator.FaultUserError{{Field: []string{"value"}, Message: "is refused"}},
	})
	b.must(err)
	autumn := springRule()
	autumn.Code, autumn.Title = "AUTUMN10", "Autumn sale"
	b.change(declare(autumn))
	b.settle()
	b.expectOffers("SPRING10 is not in the spec any more")
}
