package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

var may = metav1.Date(2027, 5, 1, 0, 0, 0, 0, time.FixedZone("", -4*3600))

// declared is what a spec says of a code, in comparable form.
func declared(code, percent string) plan.Object {
	spec := v1alpha1.ShopifyStoreSpec{PriceRules: []v1alpha1.PriceRule{{Code: code, Title: "Spring", PercentOff: percent, StartsAt: may}}}
	return plan.PriceRuleObject(code, plan.PriceRules(&spec)[0], v1alpha1.AdoptIfIdentical)
}

// inStore is a rule as the store has it.
func inStore(id int, percent string, codes ...string) plan.PriceRule {
	return plan.PriceRule{Codes: codes, PriceRule: shopify.PriceRule{
		ID: fmt.Sprintf("gid://shopify/PriceRule/%d", id), Title: "Spring", ValueType: shopify.ValuePercentage, PercentOff: percent,
		StartsAt: may.Time, Usage: shopify.UsageUnlimited, Reach: shopify.ReachAll,
	}}
}

// ruleEntry is the inventory's record of a rule last applied, or announced, with a percentage.
func ruleEntry(code string, id int, origin v1alpha1.InventoryOrigin, percent string) v1alpha1.InventoryEntry {
	e := v1alpha1.InventoryEntry{Kind: plan.KindPriceRule, Key: code, Origin: origin, Hash: declared(code, percent).Hash()}
	if id > 0 {
		e.ID = fmt.Sprintf("gid://shopify/PriceRule/%d", id)
	}
	return e
}

func TestPriceRuleFields(t *testing.T) {
	base := v1alpha1.PriceRule{Code: "MAY10", PercentOff: "10", StartsAt: may, Usage: v1alpha1.PriceRuleUsageUnlimited}
	june := metav1.NewTime(may.AddDate(0, 1, 0))
	cases := map[string]struct {
		reason string
		change func(*v1alpha1.PriceRule)
		path   string
		value  string
	}{
		"title":        {"the code where there is none", func(*v1alpha1.PriceRule) {}, "title", "MAY10"},
		"own title":    {"Shopify trims", func(r *v1alpha1.PriceRule) { r.Title = "May sale\n" }, "title", "May sale"},
		"percent":      {"a percentage has one form", func(r *v1alpha1.PriceRule) { r.PercentOff = "10.00" }, "value", "10"},
		"half percent": {"a decimal stays exact", func(r *v1alpha1.PriceRule) { r.PercentOff = "12.50" }, "value", "12.5"},
		"value type":   {"percent", func(*v1alpha1.PriceRule) {}, "valueType", "Percentage"},
		"amount":       {"cents", func(r *v1alpha1.PriceRule) { r.PercentOff, r.AmountOffCents = "", 1999 }, "value", "1999"},
		"amount type":  {"an amount off", func(r *v1alpha1.PriceRule) { r.PercentOff, r.AmountOffCents = "", 1999 }, "valueType", "FixedAmount"},
		"start":        {"an instant has one form", func(*v1alpha1.PriceRule) {}, "startsAt", "2027-05-01T04:00:00Z"},
		"no end":       {"none", func(*v1alpha1.PriceRule) {}, "endsAt", ""},
		"end":          {"an instant", func(r *v1alpha1.PriceRule) { r.EndsAt = &june }, "endsAt", "2027-06-01T04:00:00Z"},
		"subtotal":     {"cents", func(r *v1alpha1.PriceRule) { r.MinimumSubtotalCents = 5000 }, "minimumSubtotalCents", "5000"},
		"limit":        {"in all", func(r *v1alpha1.PriceRule) { r.UsageLimit = 3 }, "usageLimit", "3"},
		"usage":        {"by one customer", func(r *v1alpha1.PriceRule) { r.Usage = v1alpha1.PriceRuleUsageOncePerCustomer }, "usage", "OncePerCustomer"},
		"reach":        {"always for everything", func(*v1alpha1.PriceRule) {}, "reach", "All"},
		"codes":        {"the one", func(*v1alpha1.PriceRule) {}, "codes", "MAY10"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rule := base
			tc.change(&rule)
			p := plan.PriceRules(&v1alpha1.ShopifyStoreSpec{PriceRules: []v1alpha1.PriceRule{rule}})[0]
			o := plan.PriceRuleObject(rule.Code, p, "")
			i := slices.IndexFunc(o.Fields, func(f plan.Field) bool { return f.Path == tc.path })
			if i < 0 || o.Fields[i].Value != tc.value || o.Key != "MAY10" {
				t.Errorf("%s: got %+v, want %s=%q", tc.reason, o, tc.path, tc.value)
			}
		})
	}
}

func TestPriceRulePlans(t *testing.T) {
	type inventory = []v1alpha1.InventoryEntry
	want := declared("SPRING", "10")
	cases := map[string]struct {
		reason    string
		desired   []plan.Object
		rules     []plan.PriceRule // that may be ours
		foreign   []plan.PriceRule // found by our code
		inventory inventory
		actions   []string // verb key number cause paths
		conflicts int
		left      []string // key number origin
	}{
		"new": {
			reason: "announced, then made", desired: []plan.Object{want},
			actions: []string{"Create SPRING  SpecChanged []"}, left: []string{"SPRING  Pending"},
		},
		"in order": {
			reason: "recorded by its id; the case of a code does not matter", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(1, "10", "Spring")}, inventory: inventory{ruleEntry("SPRING", 1, created, "10")},
			left: []string{"SPRING 1 Created"},
		},
		"same title": {
			reason: "a rule that says the same is not ours", desired: []plan.Object{want}, rules: []plan.PriceRule{inStore(1, "10", "OTHER"), inStore(2, "10")},
			actions: []string{"Create SPRING  SpecChanged []"}, left: []string{"SPRING  Pending"},
		},
		"value changed in the store": {
			reason: "a discount of 90% gives money away", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(1, "90", "SPRING")}, inventory: inventory{ruleEntry("SPRING", 1, created, "10")},
			actions: []string{"Update SPRING 1 Drifted [value]"}, left: []string{"SPRING 1 Created"},
		},
		"code deleted in the store": {
			reason: "customers were told of the code", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(1, "10")}, inventory: inventory{ruleEntry("SPRING", 1, created, "10")},
			actions: []string{"Update SPRING 1 Drifted [codes]"}, left: []string{"SPRING 1 Created"},
		},
		"code added in the store": {
			reason: "nobody asked for another code", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(1, "10", "SPRING", "STAFF")}, inventory: inventory{ruleEntry("SPRING", 1, created, "10")},
			actions: []string{"Update SPRING 1 Drifted [codes]"}, left: []string{"SPRING 1 Created"},
		},
		"rule deleted in the store": {
			reason: "it is made again", desired: []plan.Object{want}, inventory: inventory{ruleEntry("SPRING", 1, created, "10")},
			actions: []string{"Create SPRING  Drifted []"}, left: []string{"SPRING 1 Pending"},
		},
		"crashed while it was made again": {
			reason: "a correction that is cut short stays one", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(2, "10")}, inventory: inventory{ruleEntry("SPRING", 1, pending, "10")},
			actions: []string{"Update SPRING 2 Drifted [codes]"}, left: []string{"SPRING 2 Created"},
		},
		"it came back by itself": {
			reason: "a list that lagged behind did not show it", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(1, "10", "SPRING"), inStore(2, "10")}, inventory: inventory{ruleEntry("SPRING", 1, pending, "10")},
			left: []string{"SPRING 1 Adopted"},
		},
		"crashed after both calls": {
			reason: "the whole intent was carried out", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(1, "10", "SPRING")}, inventory: inventory{ruleEntry("SPRING", 0, pending, "10")},
			left: []string{"SPRING 1 Created"},
		},
		"crashed between the calls": {
			reason: "the rule without a code is completed, which is no drift", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(1, "10")}, inventory: inventory{ruleEntry("SPRING", 0, pending, "10")},
			actions: []string{"Update SPRING 1 SpecChanged [codes]"}, left: []string{"SPRING 1 Created"},
		},
		"crashed, and the spec moved on": {
			reason: "what was announced is recognised by what it was to be", desired: []plan.Object{declared("SPRING", "20")},
			rules: []plan.PriceRule{inStore(1, "10")}, inventory: inventory{ruleEntry("SPRING", 0, pending, "10")},
			actions: []string{"Update SPRING 1 SpecChanged [value codes]"}, left: []string{"SPRING 1 Created"},
		},
		"crashed, and no longer wanted": {
			reason: "our own work is undone", rules: []plan.PriceRule{inStore(1, "10")}, inventory: inventory{ruleEntry("SPRING", 0, pending, "10")},
			actions: []string{"Delete SPRING 1 SpecChanged []"}, left: []string{"SPRING 1 Created"}, // until it is gone
		},
		"crashed beside a twin": {
			reason: "the newest without a code is ours, one with another code is not", desired: []plan.Object{want},
			rules:     []plan.PriceRule{inStore(9, "10"), inStore(11, "10", "STAFF"), inStore(10, "10")},
			inventory: inventory{ruleEntry("SPRING", 0, pending, "10")},
			actions:   []string{"Update SPRING 10 SpecChanged [codes]"}, left: []string{"SPRING 10 Created"},
		},
		"two intents, one rule": {
			reason: "one rule completes one intent", desired: []plan.Object{declared("FALL", "10"), want},
			rules: []plan.PriceRule{inStore(1, "10")}, inventory: inventory{ruleEntry("FALL", 0, pending, "10"), ruleEntry("SPRING", 0, pending, "10")},
			actions: []string{"Create SPRING  SpecChanged []", "Update FALL 1 SpecChanged [codes]"}, left: []string{"FALL 1 Created", "SPRING  Pending"},
		},
		"announced, and unlike": {
			reason: "a rule that differs from the intent was made by somebody else", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(1, "15")}, inventory: inventory{ruleEntry("SPRING", 0, pending, "10")},
			actions: []string{"Create SPRING  SpecChanged []"}, left: []string{"SPRING  Pending"},
		},
		"the code was taken meanwhile": {
			reason: "what we made of it goes; the policy decides about the other", desired: []plan.Object{want},
			rules: []plan.PriceRule{inStore(2, "10")}, foreign: []plan.PriceRule{inStore(1, "50", "SPRING")}, inventory: inventory{ruleEntry("SPRING", 0, pending, "10")},
			actions: []string{"Delete SPRING 2 SpecChanged []"}, conflicts: 1, left: []string{"SPRING 2 Created"}, // until it is gone
		},
		"foreign and identical": {
			reason: "it is taken over", desired: []plan.Object{want}, foreign: []plan.PriceRule{inStore(1, "10", "spring")}, left: []string{"SPRING 1 Adopted"},
		},
		"foreign and different": {
			reason: "it is not overwritten unasked", desired: []plan.Object{want}, foreign: []plan.PriceRule{inStore(1, "50", "SPRING")}, conflicts: 1,
		},
		"foreign with more codes": {
			reason: "nor are its other codes deleted", desired: []plan.Object{want}, foreign: []plan.PriceRule{inStore(1, "10", "SPRING", "STAFF")}, conflicts: 1,
		},
		"no longer wanted": {
			reason: "what we made goes", rules: []plan.PriceRule{inStore(1, "10", "SPRING")}, inventory: inventory{ruleEntry("SPRING", 1, created, "10")},
			actions: []string{"Delete SPRING 1 SpecChanged []"}, left: []string{"SPRING 1 Created"},
		},
		"adopted and no longer wanted": {
			reason: "what was there before us stays", rules: []plan.PriceRule{inStore(1, "10", "SPRING")}, inventory: inventory{ruleEntry("SPRING", 1, adopted, "10")},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var rules []plan.PriceRule
			for _, p := range tc.rules { // as the controller does, which reads codes for no others
				if plan.MayBeOurs(p.PriceRule, tc.inventory) {
					rules = append(rules, p)
				}
			}
			var observed []plan.Object
			for _, p := range tc.foreign {
				observed = append(observed, plan.PriceRuleObject("SPRING", p, v1alpha1.AdoptIfIdentical))
			}
			observed = append(observed, plan.OwnPriceRules(rules, tc.inventory, v1alpha1.AdoptIfIdentical)...)
			got := plan.Compute(tc.desired, observed, tc.inventory)
			number := func(id string) string { return id[min(len(id), len("gid://shopify/PriceRule/")):] }
			var actions, left []string
			for _, a := range got.Actions {
				actions = append(actions, fmt.Sprint(a.Verb, " ", a.Key, " ", number(a.ID), " ", a.Cause, " ", a.Paths))
			}
			for _, e := range got.Inventory {
				left = append(left, fmt.Sprint(e.Key, " ", number(e.ID), " ", e.Origin))
			}
			if !slices.Equal(actions, tc.actions) || !slices.Equal(left, tc.left) || len(got.Conflicts) != tc.conflicts {
				t.Errorf("%s:\ngot  actions %q, inventory %q, conflicts %v\nwant actions %q, inventory %q, %d conflicts",
					tc.reason, actions, left, got.Conflicts, tc.actions, tc.left, tc.conflicts)
			}
		})
	}
}

func TestACompletionIsNoDriftAfterAnotherCrash(t *testing.T) {
	want := declared("SPRING", "10")
	inventory := []v1alpha1.InventoryEntry{ruleEntry("SPRING", 0, pending, "10")}
	for range 2 { // the first run dies once its plan is recorded
		p := plan.Compute([]plan.Object{want}, plan.OwnPriceRules([]plan.PriceRule{inStore(1, "10")}, inventory, ""), inventory)
		if len(p.Actions) != 1 || p.Actions[0].Verb != plan.Update || p.Actions[0].Cause != plan.SpecChanged {
			t.Errorf("got %v", p.Actions)
		}
		inventory = p.Inventory
	}
}

func TestHoldsCode(t *testing.T) {
	o := plan.PriceRuleObject("SPRING", inStore(1, "10", "Spring", "STAFF"), "")
	if !o.HoldsCode("spring") || !o.HoldsCode("STAFF") || o.HoldsCode("STAF") {
		t.Errorf("codes of %+v", o)
	}
}
