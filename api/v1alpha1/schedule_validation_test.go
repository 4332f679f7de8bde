package v1alpha1_test

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

func TestScheduleValidation(t *testing.T) {
	orders := func(more string) string {
		return "{name: orders, schedule: \"*/15 * * * *\", type: Orders" + more + "}"
	}
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprintf("{name: s%d, schedule: '@daily', type: Orders}", i))
	}
	cases := map[string]struct {
		reason   string
		schedule string
		want     string // part of the message; empty where it is accepted
	}{
		"orders":         {"name, time and type are all it needs", orders(""), ""},
		"audit":          {"an audit says what it compares", `{name: a, schedule: "@hourly", type: Audit, audit: {checks: [Stock, Price]}}`, ""},
		"zone":           {"whether it exists is the operator's to say", orders(", timeZone: Nowhere"), ""},
		"no name":        {"SyncJobs are named by it", `{schedule: "@hourly", type: Orders}`, "name"},
		"no schedule":    {"it must run some time", `{name: a, type: Orders}`, "schedule"},
		"no type":        {"it must do something", `{name: a, schedule: "@hourly"}`, "type"},
		"capitals":       {"names of objects are lower case", `{name: Orders, schedule: "@hourly", type: Orders}`, "a name holds lower-case letters"},
		"dot":            {"the name is a part between dashes", `{name: a.b, schedule: "@hourly", type: Orders}`, "a name holds lower-case letters"},
		"dash at end":    {"the name is a label's value", `{name: a-, schedule: "@hourly", type: Orders}`, "begins and ends with a letter or digit"},
		"52 characters":  {"as with CronJob", `{name: ` + strings.Repeat("a", 52) + `, schedule: "@hourly", type: Orders}`, ""},
		"53 characters":  {"as with CronJob", `{name: ` + strings.Repeat("a", 53) + `, schedule: "@hourly", type: Orders}`, "may not be more than 52"},
		"long schedule":  {"strings are bounded", `{name: a, schedule: "` + strings.Repeat("1,", 51) + `1 * * * *", type: Orders}`, "may not be more than 100"},
		"replay":         {"a replay is asked for by a person", `{name: a, schedule: "@hourly", type: Replay}`, "replays and corrections are asked for by a person"},
		"correction":     {"a correction is asked for by a person", `{name: a, schedule: "@hourly", type: Correction}`, "replays and corrections are asked for by a person"},
		"audit, no what": {"nothing would be compared", `{name: a, schedule: "@hourly", type: Audit}`, "audit belongs to type Audit"},
		"orders, audit":  {"it would have no effect", orders(", audit: {checks: [Stock]}"), "audit belongs to type Audit"},
		"no history":     {"none need be kept", orders(", successfulRunsHistoryLimit: 0, failedRunsHistoryLimit: 0"), ""},
		"history -1":     {"there is no less than none", orders(", successfulRunsHistoryLimit: -1"), "greater than or equal to 0"},
		"history 101":    {"etcd is no archive", orders(", failedRunsHistoryLimit: 101"), "less than or equal to 100"},
		"twice":          {"a name is one schedule", orders("") + ", " + orders(""), "Duplicate value"},
		"unknown field":  {"a typing error must not pass in silence", orders(", timezone: UTC"), "unknown field"},
		"21":             {"the list is bounded", strings.Join(many, ", "), "must have at most 20 items"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := create(t, "schedule-"+strings.NewReplacer(" ", "-", ",", "").Replace(name), minimal+"schedules: ["+tc.schedule+"]")
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.want)
			}
		})
	}
}

func TestScheduleDefaults(t *testing.T) {
	object, err := create(t, "schedule-defaults", minimal+`schedules: [{name: a, schedule: "@hourly", type: Audit, audit: {checks: [Stock]}}]`)
	if err != nil {
		t.Fatal(err)
	}
	var store v1alpha1.ShopifyStore
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(object), &store); err != nil {
		t.Fatal(err)
	}
	s := store.Spec.Schedules[0]
	if s.TimeZone != "UTC" || *s.SuccessfulRunsHistoryLimit != 3 || *s.FailedRunsHistoryLimit != 1 || s.Audit.Repair != v1alpha1.AuditRepairNone {
		t.Errorf("defaults: %+v", s)
	}
}
