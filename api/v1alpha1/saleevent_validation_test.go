package v1alpha1_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// eventTimes are those of an event in spring.
const eventTimes = `startsAt: "2027-04-10T09:00:00-04:00", endsAt: "2027-04-11T17:00:00-04:00", returnWindowEndsAt: "2027-04-25T00:00:00-04:00"`

func saleEvent(terms string) string {
	return "{id: spring-2027, name: Spring Sale 2027, " + eventTimes + ", terms: [" + terms + "]}"
}

func TestSaleEventValidation(t *testing.T) {
	terms := func(more string) string { return saleEvent(`{effectiveFrom: "2027-04-01T00:00:00-04:00"` + more + `}`) }
	from := func(times ...string) string {
		var list []string
		for _, at := range times {
			list = append(list, fmt.Sprintf("{effectiveFrom: %q}", at))
		}
		return saleEvent(strings.Join(list, ", "))
	}
	times := func(starts, ends, returns string) string {
		return fmt.Sprintf(`{id: a, name: A, startsAt: %q, endsAt: %q, returnWindowEndsAt: %q, terms: [{effectiveFrom: "2027-04-01T00:00:00Z"}]}`, starts, ends, returns)
	}
	marked := func(markdown string) string {
		return strings.Replace(terms(""), "terms:", "onEnd: Keep, markdown: {"+markdown+"}, terms:", 1)
	}
	var versions, events []string
	for i := range 21 {
		versions = append(versions, fmt.Sprintf("2027-03-%02dT00:00:00Z", i+1))
		events = append(events, strings.Replace(from(versions[:min(i+1, 20)]...), "spring-2027", fmt.Sprintf("event-%d", i), 1))
	}
	cases := map[string]struct {
		reason, events string
		want           string // in the refusal; empty where it is accepted
	}{
		"shortest":       {"the terms of a usual sale are the default", terms(""), ""},
		"in full":        {"every field", terms(`, regularConsignorPercent: "62.5", superConsignorPercent: "100.00", volunteerShiftPercent: "0.25", superItemBonusCents: 500, superItemThresholdCents: 10000, maxPercent: "100"`), ""},
		"no bonus":       {"zero is a bonus, too", terms(`, superItemBonusCents: 0, superItemThresholdCents: 0`), ""},
		"no id":          {"the id is the key", `{name: A, ` + eventTimes + `, terms: [{effectiveFrom: "2027-04-01T00:00:00Z"}]}`, "id"},
		"capitals":       {"items carry the id, and labels are lower case", strings.Replace(terms(""), "spring-2027", "Spring", 1), "an id holds lower-case letters"},
		"dash at end":    {"the id is a label's value", strings.Replace(terms(""), "spring-2027", "spring-", 1), "begins and ends with a letter or digit"},
		"63 characters":  {"as long as a label", strings.Replace(terms(""), "spring-2027", strings.Repeat("a", 63), 1), ""},
		"64 characters":  {"as long as a label", strings.Replace(terms(""), "spring-2027", strings.Repeat("a", 64), 1), "may not be more than 63"},
		"twice":          {"an id is one event", terms("") + ", " + terms(""), "Duplicate value"},
		"no name":        {"a statement names the event", strings.Replace(terms(""), "name: Spring Sale 2027, ", "", 1), "name"},
		"no end":         {"consignors are paid some day", `{id: a, name: A, startsAt: "2027-04-10T09:00:00Z", terms: [{effectiveFrom: "2027-04-01T00:00:00Z"}]}`, "endsAt"},
		"ends first":     {"the end comes after the start", times("2027-04-10T09:00:00Z", "2027-04-10T05:00:00-04:00", "2027-04-25T00:00:00Z"), "endsAt must come after startsAt"},
		"returns first":  {"what is sold on the last day may be returned", times("2027-04-10T09:00:00Z", "2027-04-11T09:00:00Z", "2027-04-11T08:59:59Z"), "returnWindowEndsAt must not come before endsAt"},
		"no returns":     {"all sales are final", times("2027-04-10T09:00:00Z", "2027-04-11T09:00:00Z", "2027-04-11T09:00:00Z"), ""},
		"no terms":       {"nobody knows what to pay", saleEvent(""), "at least 1 items"},
		"terms missing":  {"nobody knows what to pay", "{id: a, name: A, " + eventTimes + "}", "terms"},
		"terms at start": {"in effect when it opens", from("2027-04-10T09:00:00-04:00"), ""},
		"terms late":     {"the first orders would have none", from("2027-04-10T09:00:01-04:00"), "the first terms must be in effect when the event starts"},
		"markdown":       {"on the last afternoon", marked(`startsAt: "2027-04-11T13:00:00-04:00", percentOff: "33.33"`), ""},
		"at the start":   {"a sale of marked-down things", marked(`startsAt: "2027-04-10T09:00:00-04:00", percentOff: "50"`), ""},
		"too early":      {"nothing is sold yet", marked(`startsAt: "2027-04-10T08:59:59-04:00", percentOff: "50"`), "markdown.startsAt must lie between startsAt and endsAt"},
		"too late":       {"nothing is sold any more", marked(`startsAt: "2027-04-11T17:00:00-04:00", percentOff: "50"`), "markdown.startsAt must lie between startsAt and endsAt"},
		"no percentage":  {"by how much?", marked(`startsAt: "2027-04-11T13:00:00-04:00"`), "percentOff"},
		"dearer":         {"a markdown makes nothing dearer", marked(`startsAt: "2027-04-11T13:00:00-04:00", percentOff: "-5"`), "a percentage is a decimal from 0 to 100"},
		"other end":      {"what is not sold stays or goes", strings.Replace(terms(""), "terms:", "onEnd: Burn, terms:", 1), "Unsupported value"},
		"versions":       {"new terms while the event goes on", from("2027-04-01T00:00:00Z", "2027-04-11T00:00:00Z"), ""},
		"out of order":   {"a version ends where the next begins", from("2027-04-09T00:00:00Z", "2027-04-01T00:00:00Z"), "must come after that of the terms before"},
		"same time":      {"which of the two?", from("2027-04-01T00:00:00Z", "2027-03-31T20:00:00-04:00"), "must come after that of the terms before"},
		"no time":        {"a version holds from some time on", saleEvent(`{maxPercent: "85"}`), "effectiveFrom"},
		"101 percent":    {"more than there is", terms(`, regularConsignorPercent: "101"`), "a percentage is a decimal from 0 to 100"},
		"100.01 percent": {"more than there is", terms(`, superConsignorPercent: "100.01"`), "a percentage is a decimal from 0 to 100"},
		"three decimals": {"two are kept", terms(`, volunteerShiftPercent: "2.125"`), "a percentage is a decimal from 0 to 100"},
		"sign":           {"nobody pays for working a shift", terms(`, volunteerShiftPercent: "-1"`), "a percentage is a decimal from 0 to 100"},
		"blank":          {"not the same as 0", terms(`, maxPercent: ""`), "at least 1 chars long"},
		"a number":       {"an unquoted number would be a float", terms(`, maxPercent: 85`), "must be of type string"},
		"negative bonus": {"a bonus is no charge", terms(`, superItemBonusCents: -1`), "greater than or equal to 0"},
		"20 versions":    {"as many as may be", from(versions[:20]...), ""},
		"21 versions":    {"lists are bounded", from(versions...), "must have at most 20 items"},
		"20 events":      {"as many as may be, each with many terms", strings.Join(events[:20], ", "), ""},
		"21 events":      {"lists are bounded", strings.Join(events, ", "), "must have at most 20 items"},
		"unknown field":  {"a typing error must not pass in silence", terms(`, bonusCents: 5`), "unknown field"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := create(t, "sale-event-"+strings.ReplaceAll(name, " ", "-"), minimal+"saleEvents: ["+tc.events+"]")
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

func TestSaleEventDefaults(t *testing.T) {
	object, err := create(t, "sale-event-defaults", minimal+"saleEvents: ["+saleEvent(`{effectiveFrom: "2027-04-01T00:00:00-04:00"}`)+"]")
	if err != nil {
		t.Fatal(err)
	}
	var store v1alpha1.ShopifyStore
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(object), &store); err != nil {
		t.Fatal(err)
	}
	got := store.Spec.SaleEvents[0].Terms[0]
	if got.RegularConsignorPercent != "60" || got.SuperConsignorPercent != "70" || got.VolunteerShiftPercent != "0" || got.MaxPercent != "85" ||
		*got.SuperItemBonusCents != 0 || *got.SuperItemThresholdCents != 0 {
		t.Errorf("got %+v", got)
	}
}

// Who takes a store over from somebody else, such as Argo CD from kubectl, applies the
// same text: the defaults that were filled in meanwhile are no reason for a conflict.
func TestTheSameSaleEventsAppliedByTwo(t *testing.T) {
	var spec map[string]any
	if err := yaml.Unmarshal([]byte(minimal+"saleEvents: ["+saleEvent(`{effectiveFrom: "2027-04-01T00:00:00-04:00"}`)+"]"), &spec); err != nil {
		t.Fatal(err)
	}
	for _, owner := range []string{"kubectl", "argocd-controller"} {
		object := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
		object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("ShopifyStore"))
		object.SetName("sale-event-applied")
		object.SetNamespace("default")
		if err := api.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(object), client.FieldOwner(owner)); err != nil {
			t.Errorf("applied by %s: %v", owner, err)
		}
		t.Cleanup(func() { _ = api.Delete(context.WithoutCancel(t.Context()), object) })
	}
}
