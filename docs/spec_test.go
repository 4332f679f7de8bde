// Package docs holds that the references under spec say of the API what is there:
// each field, condition and reason, and nothing else.
package docs

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

func TestTheReferencesAreComplete(t *testing.T) {
	ofStores, ofJobs := constants(t)
	references := map[string]struct {
		crd       string
		constants apiConstants
	}{
		"shopifystore.md": {"shopify.shopkeeper.dev_shopifystores.yaml", ofStores},
		"syncjob.md":      {"shopify.shopkeeper.dev_syncjobs.yaml", ofJobs},
	}
	for file, r := range references {
		t.Run(file, func(t *testing.T) {
			fields, err := testenv.Fields(filepath.Join(testenv.CRDs(), r.crd))
			if err != nil {
				t.Fatal(err)
			}
			api := contract{
				fields: shown(fields), conditions: slices.Concat(r.constants.conditions, kstatus), reasons: r.constants.reasons,
				otherReasons: slices.Concat(ofStores.reasons, ofJobs.reasons),
			}
			for _, problem := range check(readFile(t, filepath.Join("spec", file)), api) {
				t.Error(problem)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	api := contract{
		fields:       map[string][]string{"spec.mode": {"Enforce", "Observe"}, "spec.rules[].code": nil},
		conditions:   []string{"Ready"},
		reasons:      []string{"Drifted", "Applied"},
		otherReasons: []string{"Released"},
	}
	const whole = "| field | |\n|---|---|\n| `spec.mode` | `Enforce` (default), `Observe` |\n| `spec.rules[].code` | a code |\n" +
		"## Conditions\n### `Ready`\n| reason | |\n|---|---|\n| `Drifted` | x |\n## Events\n| `Applied` | x |\n## Other\n| `Retain` | x |\n"
	without := func(part string) string { return strings.Replace(whole, part, "", 1) }
	cases := map[string]struct {
		reason, text string
		want         []string
	}{
		"whole":            {"all is there, and other tables are free", whole, nil},
		"field missing":    {"a field nobody wrote about", without("| `spec.rules[].code` | a code |\n"), []string{"spec.rules[].code is not documented"}},
		"field in prose":   {"a mention is no documentation", without("| `spec.rules[].code` | a code |\n") + "See `spec.rules[].code`.\n", []string{"spec.rules[].code is not documented"}},
		"parent only":      {"a path is not part of another", strings.Replace(whole, "spec.rules[].code", "spec.rules", 1), []string{"spec.rules is documented and does not exist", "spec.rules[].code is not documented"}},
		"field of before":  {"a field that was removed", whole + "| `spec.colour` | red |\n", []string{"spec.colour is documented and does not exist"}},
		"field twice":      {"two rows would come to differ", whole + "| `spec.rules[].code` | again |\n", []string{"spec.rules[].code is documented twice"}},
		"value missing":    {"an enumeration's new value", strings.Replace(whole, ", `Observe`", "", 1), []string{"spec.mode does not tell of Observe"}},
		"condition gone":   {"a condition nobody wrote about", without("### `Ready`\n"), []string{"condition Ready is not documented"}},
		"condition made":   {"a condition that was removed", strings.Replace(whole, "## Events", "### `Odd`\n## Events", 1), []string{"condition Odd is documented and does not exist"}},
		"reason missing":   {"a reason nobody wrote about", without("| `Drifted` | x |\n"), []string{"reason Drifted is not documented"}},
		"reason elsewhere": {"only the sections Conditions and Events tell reasons", without("| `Drifted` | x |\n") + "| `Drifted` | x |\n", []string{"reason Drifted is not documented"}},
		"reason made":      {"a reason that was renamed", strings.Replace(whole, "## Events", "## Events\n| `Adrift` | x |", 1), []string{"reason Adrift is documented and does not exist"}},
		"other's reason":   {"another kind's reasons may be shared", strings.Replace(whole, "## Events", "## Events\n| `Released` | x |", 1), nil},
		"reasons repeat":   {"several conditions may have one reason", strings.Replace(whole, "## Events", "## Events\n| `Drifted` | x |", 1), nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := check(tc.text, api); !slices.Equal(got, tc.want) {
				t.Errorf("%s: got %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}
