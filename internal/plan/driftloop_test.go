package plan_test

import (
	"slices"
	"strings"
	"testing"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
)

func TestDriftLoop(t *testing.T) {
	type look struct {
		store string // the value found; "gone" where the thing is not there
		spec  string
		// done is what the look corrects; "loop" where it leaves the thing alone.
		done string
	}
	drift, deleted, fine := look{"2", "1", "Update"}, look{"gone", "1", "Create"}, look{"1", "1", ""}
	leave := look{"2", "1", "loop"}
	cases := map[string]struct {
		reason string
		looks  []look
	}{
		"three times":         {"the fourth time it is left alone, and the fifth", []look{drift, drift, drift, leave, leave}},
		"with a pause":        {"once in order, the count starts anew", []look{drift, drift, drift, fine, drift, drift, drift, leave}},
		"undone by hand":      {"found in order again, it is kept in line again", []look{drift, drift, drift, leave, fine, drift}},
		"deleted each time":   {"that it is there is a property too", []look{deleted, deleted, deleted, {"gone", "1", "loop"}}},
		"different each time": {"only the same property counts", []look{drift, deleted, drift, deleted, drift}},
		"the spec changes":    {"to what the other wants: there is nothing to correct", []look{drift, drift, drift, leave, {"2", "2", ""}, {"1", "2", "Update"}}},
		"the spec differs":    {"another wish is applied, however often the former was undone", []look{drift, drift, drift, leave, {"2", "3", "Update"}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inventory := []v1alpha1.InventoryEntry{entry("a", "A", v1alpha1.OriginCreated, "1")}
			for i, l := range tc.looks {
				var found []plan.Object
				if l.store != "gone" {
					found = append(found, thing("a", "A", l.store))
				}
				p := plan.Compute([]plan.Object{thing("a", "", l.spec)}, found, inventory)
				done := ""
				inventory = p.Inventory
				for _, a := range p.Actions {
					done += string(a.Verb)
					e := &inventory[0]
					if a.Verb == plan.Create {
						e.ID, e.Origin = "A", v1alpha1.OriginCreated
					}
					if a.Cause == plan.Drifted {
						*e = plan.Corrected(*e, a)
					}
					e.Hash = a.Hash
				}
				for _, l := range p.Loops {
					done += "loop"
					if !strings.Contains(l.Message, "after 3 corrections in a row") {
						t.Errorf("message: %s", l.Message)
					}
				}
				if done != l.done {
					t.Fatalf("%s: look %d: did %q, want %q", tc.reason, i+1, done, l.done)
				}
			}
		})
	}
}

func TestForgive(t *testing.T) {
	e := entry("a", "A", v1alpha1.OriginCreated, "1")
	e.Corrections, e.CorrectedPaths = 3, []string{"value"}
	before := []v1alpha1.InventoryEntry{e}
	p := plan.Compute([]plan.Object{thing("a", "", "1")}, []plan.Object{thing("a", "A", "2")}, plan.Forgive(before))
	if len(p.Actions) != 1 || len(p.Loops) != 0 {
		t.Errorf("it is corrected as if for the first time: %+v", p)
	}
	if before[0].Corrections != 3 {
		t.Error("the inventory that was given is changed")
	}
}

func TestWaiting(t *testing.T) {
	var desired []plan.Object
	for key := range strings.SplitSeq("abcdefghijklmnopqrstuvwxy", "") {
		desired = append(desired, thing(key, "", "1"))
	}
	was := []v1alpha1.InventoryEntry{entry("a", "A", v1alpha1.OriginCreated, "1")}
	p := plan.Compute(desired, nil, was)
	w := p.Waiting()
	if w.Total != 25 || len(w.Changes) != 20 {
		t.Errorf("%d changes, %d of them shown: want 25 and 20", w.Total, len(w.Changes))
	}
	if want := "create Thing a: changed in the store"; w.Changes[0] != want {
		t.Errorf("got %q, want %q", w.Changes[0], want)
	}
	slices.Reverse(desired)
	again := plan.Compute(desired, nil, was)
	if again.Waiting().Hash != w.Hash {
		t.Error("the order of the spec changes the hash")
	}
	other := plan.Compute(desired[:24], nil, was)
	if other.Waiting().Hash == w.Hash {
		t.Error("another plan has the same hash")
	}
	empty := plan.Compute(nil, nil, nil)
	if empty.Waiting() != nil {
		t.Error("nothing to do is no plan")
	}
}
