package v1alpha1_test

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// jobSpec is a SyncJob's spec, from YAML and merged with more YAML; null removes.
func jobSpec(t *testing.T, texts ...string) map[string]any {
	t.Helper()
	spec := map[string]any{"storeRef": map[string]any{"name": "maple-kids"}}
	for _, text := range texts {
		var part map[string]any
		if err := yaml.Unmarshal([]byte(text), &part); err != nil {
			t.Fatal(err)
		}
		for key, value := range part {
			if spec[key] = value; value == nil {
				delete(spec, key)
			}
		}
	}
	return spec
}

func createJob(t *testing.T, spec map[string]any) (*unstructured.Unstructured, error) {
	t.Helper()
	job := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	job.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("SyncJob"))
	job.SetGenerateName("job-")
	job.SetNamespace("default")
	return job, api.Create(t.Context(), job, client.FieldValidation("Strict"))
}

func TestSyncJobValidation(t *testing.T) {
	ids := func(n, length int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("i%0*d", length-1, i))
		}
		return strings.Join(list, ", ")
	}
	item := func(more string) string {
		return "{type: Correction, correction: {requestedBy: ann, reason: counted, items: [{itemID: i1" + more + "}]}}"
	}
	cases := map[string]struct {
		reason string
		spec   string
		want   string // part of the message; empty where it is accepted
	}{
		"products":   {"the type is all that it needs", `{type: Products}`, ""},
		"orders":     {"the type is all that it needs", `{type: Orders}`, ""},
		"inventory":  {"with a policy", `{type: Inventory, conflictPolicy: Manual}`, ""},
		"audit":      {"with its block", `{type: Audit, audit: {checks: [Stock], repair: Safe}}`, ""},
		"replay":     {"with its block, which may be empty: all that are dead", `{type: Replay, replay: {}}`, ""},
		"correction": {"with its block", item(", quantity: 0"), ""},

		"no store":      {"the store is named", `{type: Orders, storeRef: null}`, "storeRef"},
		"empty store":   {"the store is named", `{type: Orders, storeRef: {name: ""}}`, "at least 1 chars"},
		"no type":       {"a job does something", `{dryRun: true}`, "type"},
		"unknown type":  {"enumerations name their values", `{type: Everything}`, `supported values: "Products"`},
		"unknown field": {"a typing error must not pass in silence", `{type: Orders, dryrun: true}`, "unknown field"},

		"audit missing":        {"nothing would be compared", `{type: Audit}`, "audit belongs to type Audit"},
		"audit elsewhere":      {"it would have no effect", `{type: Orders, audit: {checks: [Stock]}}`, "audit belongs to type Audit"},
		"replay missing":       {"nothing is said of what to work again", `{type: Replay}`, "replay belongs to type Replay"},
		"replay elsewhere":     {"it would have no effect", `{type: Orders, replay: {}}`, "replay belongs to type Replay"},
		"correction missing":   {"who and why is asked for", `{type: Correction}`, "correction belongs to type Correction"},
		"correction with":      {"two blocks are two jobs", `{type: Correction, correction: {requestedBy: a, reason: b, items: [{itemID: i, quantity: 0}]}, replay: {}}`, "replay belongs to type Replay"},
		"policy elsewhere":     {"it would have no effect", `{type: Products, conflictPolicy: LocalWins}`, "conflictPolicy belongs to type Inventory"},
		"selector of replay":   {"a replay selects by itself", `{type: Replay, replay: {}, selector: {consignorID: c}}`, "leave selector out"},
		"selector, correct":    {"a correction selects by itself", `{type: Correction, correction: {requestedBy: a, reason: b, items: [{itemID: i, quantity: 0}]}, selector: {consignorID: c}}`, "leave selector out"},
		"unknown policy":       {"enumerations name their values", `{type: Inventory, conflictPolicy: Newest}`, `supported values: "MostRecent"`},
		"empty policy":         {"left out is not the same as empty", `{type: Inventory, conflictPolicy: ""}`, "supported values"},
		"selector":             {"what is given holds together", `{type: Orders, selector: {saleEventID: e, consignorID: c, itemIDs: [i], since: "2026-01-01T00:00:00Z", until: "2026-02-01T00:00:00Z"}}`, ""},
		"since after until":    {"nothing would be left", `{type: Orders, selector: {since: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z"}}`, "until must come after since"},
		"since is until":       {"nothing would be left", `{type: Orders, selector: {since: "2026-02-01T00:00:00Z", until: "2026-02-01T00:00:00Z"}}`, "until must come after since"},
		"since, other zone":    {"times are compared, not their text", `{type: Orders, selector: {since: "2026-02-01T00:00:00Z", until: "2026-01-31T20:00:00-05:00"}}`, ""},
		"since no time":        {"a day is no time", `{type: Orders, selector: {since: "2026-02-01"}}`, "date-time"},
		"no items":             {"left out is not the same as empty", `{type: Orders, selector: {itemIDs: []}}`, "at least 1 items"},
		"item twice":           {"items are a set", `{type: Orders, selector: {itemIDs: [a, a]}}`, "Duplicate value"},
		"250 items":            {"as many as fit", `{type: Orders, selector: {itemIDs: [` + ids(250, 63) + `]}}`, ""},
		"251 items":            {"lists are bounded", `{type: Orders, selector: {itemIDs: [` + ids(251, 10) + `]}}`, "at most 250 items"},
		"long item":            {"strings are bounded", `{type: Orders, selector: {itemIDs: [` + ids(1, 64) + `]}}`, "may not be more than 63"},
		"checks none":          {"nothing would be compared", `{type: Audit, audit: {checks: []}}`, "at least 1 items"},
		"check unknown":        {"enumerations name their values", `{type: Audit, audit: {checks: [Colour]}}`, `supported values: "Stock"`},
		"replay backwards":     {"nothing would be left", `{type: Replay, replay: {since: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z"}}`, "until must come after since"},
		"replay state":         {"what is under way is not worked again", `{type: Replay, replay: {state: Running}}`, `supported values: "Dead", "Done"`},
		"replay no topics":     {"left out is not the same as empty", `{type: Replay, replay: {topics: []}}`, "at least 1 items"},
		"nobody":               {"who asks is kept", `{type: Correction, correction: {reason: b, items: [{itemID: i, quantity: 0}]}}`, "requestedBy"},
		"no reason":            {"why is kept", `{type: Correction, correction: {requestedBy: a, reason: "", items: [{itemID: i, quantity: 0}]}}`, "at least 1 chars"},
		"no correction":        {"nothing would change", item(""), "set at least one of quantity, priceCents and status"},
		"quantity 2":           {"items are one of a kind", item(", quantity: 2"), "less than or equal to 1"},
		"quantity -1":          {"there is no less than none", item(", quantity: -1"), "greater than or equal to 0"},
		"price -1":             {"nobody is paid to take it", item(", priceCents: -1"), "greater than or equal to 0"},
		"price free":           {"a gift", item(", priceCents: 0"), ""},
		"price too high":       {"a million", item(", priceCents: 100000001"), "less than or equal to 100000000"},
		"price a float":        {"money is whole cents", item(", priceCents: 12.5"), "integer"},
		"status":               {"as a person says it", item(", status: Withdrawn"), ""},
		"status unknown":       {"a sale is no correction", item(", status: Sold"), `supported values: "Listed", "Unlisted", "Withdrawn"`},
		"item corrected twice": {"one item, one correction", `{type: Correction, correction: {requestedBy: a, reason: b, items: [{itemID: i, quantity: 0}, {itemID: i, quantity: 1}]}}`, "Duplicate value"},
		"backoff 0":            {"fails at once", `{type: Orders, backoffLimit: 0}`, ""},
		"backoff -1":           {"there is no less than none", `{type: Orders, backoffLimit: -1}`, "greater than or equal to 0"},
		"backoff 101":          {"an end is in sight", `{type: Orders, backoffLimit: 101}`, "less than or equal to 100"},
		"deadline 0":           {"it could not even begin", `{type: Orders, activeDeadlineSeconds: 0}`, "greater than or equal to 1"},
		"deadline of weeks":    {"a week at most", `{type: Orders, activeDeadlineSeconds: 604801}`, "less than or equal to 604800"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := createJob(t, jobSpec(t, tc.spec))
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.want)
			}
		})
	}
}

func TestSyncJobIsImmutable(t *testing.T) {
	const (
		full    = `{type: Inventory, dryRun: true, selector: {consignorID: c, itemIDs: [a, b], since: "2026-01-01T00:00:00Z"}, conflictPolicy: Manual, suspend: true, backoffLimit: 3, activeDeadlineSeconds: 60}`
		bare    = `{type: Inventory}`
		audit   = `{type: Audit, audit: {checks: [Stock, Price]}}`
		replay  = `{type: Replay, replay: {topics: [ORDERS_PAID]}}`
		correct = `{type: Correction, correction: {requestedBy: ann, reason: counted, items: [{itemID: a, quantity: 0}, {itemID: b, quantity: 0}]}}`
		refused = "cannot change, but for suspend"
	)
	cases := map[string]struct {
		reason       string
		spec, change string
		want         string // part of the message; empty where it is accepted
	}{
		"resumed":        {"suspend is what may change", full, `{suspend: false}`, ""},
		"suspend gone":   {"absent is false", full, `{suspend: null}`, ""},
		"suspended":      {"suspend is what may change", bare, `{suspend: true}`, ""},
		"dry run said":   {"absent is false, and Go's clients leave false out", bare, `{dryRun: false}`, ""},
		"same, reversed": {"a set has no order", full, `{selector: {consignorID: c, itemIDs: [b, a], since: "2026-01-01T00:00:00Z"}}`, ""},
		"same, zone":     {"the same time in other words", full, `{selector: {consignorID: c, itemIDs: [a, b], since: "2025-12-31T19:00:00-05:00"}}`, ""},

		"store":           {"another store is another run", full, `{storeRef: {name: other}}`, refused},
		"type":            {"another type is another run", bare, `{type: Orders}`, refused},
		"dry run off":     {"a rehearsal must not become real", full, `{dryRun: false}`, refused},
		"dry run gone":    {"a rehearsal must not become real", full, `{dryRun: null}`, refused},
		"dry run on":      {"what ran is not to look like a rehearsal", bare, `{dryRun: true}`, refused},
		"selector":        {"a checkpoint speaks of one selection", full, `{selector: {consignorID: d}}`, refused},
		"selector gone":   {"everything is another selection", full, `{selector: null}`, refused},
		"selector new":    {"and the other way round", bare, `{selector: {consignorID: d}}`, refused},
		"selector part":   {"deep down too", full, `{selector: {consignorID: c, itemIDs: [a, b]}}`, refused},
		"selector wider":  {"deep down too", full, `{selector: {consignorID: c, itemIDs: [a, b, c], since: "2026-01-01T00:00:00Z"}}`, refused},
		"policy":          {"the winner is settled", full, `{conflictPolicy: LocalWins}`, refused},
		"policy gone":     {"the winner is settled", full, `{conflictPolicy: null}`, refused},
		"policy new":      {"the winner is settled", bare, `{conflictPolicy: MostRecent}`, refused},
		"backoff":         {"the end is settled", full, `{backoffLimit: 4}`, refused},
		"backoff gone":    {"the default is another number", full, `{backoffLimit: null}`, refused},
		"backoff new":     {"the default was another number", bare, `{backoffLimit: 3}`, refused},
		"deadline":        {"the end is settled", full, `{activeDeadlineSeconds: 61}`, refused},
		"deadline gone":   {"the end is settled", full, `{activeDeadlineSeconds: null}`, refused},
		"deadline new":    {"the end is settled", bare, `{activeDeadlineSeconds: 60}`, refused},
		"audit":           {"what is compared is settled", audit, `{audit: {checks: [Stock]}}`, refused},
		"audit repair":    {"a report must not begin to mend", audit, `{audit: {checks: [Stock, Price], repair: Safe}}`, refused},
		"audit gone":      {"with its type", audit, `{type: Orders, audit: null}`, refused},
		"replay":          {"what is worked again is settled", replay, `{replay: {topics: [ORDERS_CREATE]}}`, refused},
		"replay wider":    {"what is worked again is settled", replay, `{replay: {}}`, refused},
		"replay new":      {"with its type", bare, `{type: Replay, replay: {}}`, refused},
		"correction by":   {"the trail names one person", correct, `{correction: {requestedBy: bob, reason: counted, items: [{itemID: a, quantity: 0}, {itemID: b, quantity: 0}]}}`, refused},
		"correction item": {"the trail names what was changed", correct, `{correction: {requestedBy: ann, reason: counted, items: [{itemID: a, quantity: 0}, {itemID: b, quantity: 1}]}}`, refused},
		"correction less": {"the trail names what was changed", correct, `{correction: {requestedBy: ann, reason: counted, items: [{itemID: a, quantity: 0}]}}`, refused},
		"correction new":  {"with its type", bare, `{type: Correction, correction: {requestedBy: ann, reason: counted, items: [{itemID: a, quantity: 0}]}}`, refused},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			job, err := createJob(t, jobSpec(t, tc.spec))
			if err != nil {
				t.Fatal(err)
			}
			job.Object["spec"] = jobSpec(t, tc.spec, tc.change)
			err = api.Update(t.Context(), job)
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.want)
			}
		})
	}
}

// A client that knows the Go types drops what is empty when it writes back what
// it read.
func TestSyncJobSurvivesGo(t *testing.T) {
	job, err := createJob(t, jobSpec(t, `{type: Orders, dryRun: false, suspend: false, selector: {}}`))
	if err != nil {
		t.Fatal(err)
	}
	var typed v1alpha1.SyncJob
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(job), &typed); err != nil {
		t.Fatal(err)
	}
	if typed.Status.ObservedGeneration != -1 || *typed.Spec.BackoffLimit != 6 {
		t.Errorf("defaults: %+v", typed)
	}
	typed.Spec.Suspend = true
	if err := api.Update(t.Context(), &typed); err != nil {
		t.Errorf("a job that a Go client suspends: %v", err)
	}
}
