package v1alpha1_test

import (
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

func TestPriceRuleValidation(t *testing.T) {
	const start = `, startsAt: "2027-04-01T00:00:00-04:00"`
	cases := map[string]struct {
		reason, rules string
		want          string // in the refusal; empty where it is accepted
	}{
		"percent":       {"the usual one", `{code: SPRING10, percentOff: "10"` + start + `}`, ""},
		"half percent":  {"decimals are texts, and exact", `{code: A, percentOff: "12.5"` + start + `}`, ""},
		"everything":    {"one hundred percent is the most", `{code: A, percentOff: "100.00"` + start + `}`, ""},
		"amount":        {"in cents", `{code: A-1_B, title: Ten off, amountOffCents: 1000, minimumSubtotalCents: 5000, usageLimit: 3, usage: OncePerCustomer` + start + `, endsAt: "2027-04-02T00:00:00-04:00"}`, ""},
		"small letters": {"Shopify takes both for the same, so there is one form", `{code: spring10, percentOff: "10"` + start + `}`, "capital letters"},
		"blank":         {"a code is one word", `{code: "SPRING 10", percentOff: "10"` + start + `}`, "capital letters"},
		"no code":       {"the code is the key", `{percentOff: "10"` + start + `}`, "code"},
		"same code":     {"a code is there once", `{code: A, percentOff: "10"` + start + `}, {code: A, percentOff: "20"` + start + `}`, "Duplicate value"},
		"no worth":      {"a discount of what?", `{code: A` + start + `}`, "either percentOff or amountOffCents"},
		"two worths":    {"which of the two?", `{code: A, percentOff: "10", amountOffCents: 100` + start + `}`, "either percentOff or amountOffCents"},
		"zero percent":  {"nothing off is no discount", `{code: A, percentOff: "0.00"` + start + `}`, "above 0 and up to 100"},
		"101 percent":   {"nobody is paid to buy", `{code: A, percentOff: "101"` + start + `}`, "above 0 and up to 100"},
		"a number":      {"an unquoted number would be a float", `{code: A, percentOff: 10` + start + `}`, "must be of type string"},
		"exact":         {"two decimals are enough", `{code: A, percentOff: "9.999"` + start + `}`, "above 0 and up to 100"},
		"zero cents":    {"nothing off is no discount", `{code: A, amountOffCents: 0` + start + `}`, "greater than or equal to 1"},
		"no start":      {"a code that works by mistake costs money", `{code: A, percentOff: "10"}`, "startsAt"},
		"end":           {"the end comes after the start", `{code: A, percentOff: "10"` + start + `, endsAt: "2027-04-01T04:00:00Z"}`, "endsAt must come after startsAt"},
		"usage":         {"enumerations name their values", `{code: A, percentOff: "10", usage: Once` + start + `}`, `supported values: "Unlimited", "OncePerCustomer"`},
		"limit":         {"a limit of none is no offer", `{code: A, percentOff: "10", usageLimit: 0` + start + `}`, "greater than or equal to 1"},
		"many":          {"twenty at most", strings.TrimSuffix(strings.Repeat(`{code: A, percentOff: "10"`+start+`},`, 21), ","), "must have at most 20 items"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := create(t, "price-rule-"+strings.ReplaceAll(name, " ", "-"), minimal+"priceRules: ["+tc.rules+"]")
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("%s: refused: %v", tc.reason, err)
			case tc.want != "" && err == nil:
				t.Errorf("%s: accepted, want %q", tc.reason, tc.want)
			case err != nil && !strings.Contains(err.Error(), tc.want):
				t.Errorf("%s: got %q, want %q in it", tc.reason, err, tc.want)
			}
		})
	}
}

func TestPriceRuleDefaults(t *testing.T) {
	object, err := create(t, "price-rule-defaults", minimal+`priceRules: [{code: A, percentOff: "10", startsAt: "2027-04-01T00:00:00-04:00"}]`)
	if err != nil {
		t.Fatal(err)
	}
	var store v1alpha1.ShopifyStore
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(object), &store); err != nil {
		t.Fatal(err)
	}
	if r := store.Spec.PriceRules[0]; r.Usage != v1alpha1.PriceRuleUsageUnlimited || r.UsageLimit != 0 || r.EndsAt != nil {
		t.Errorf("got %+v", r)
	}
}
