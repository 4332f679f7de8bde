package plan_test

import (
	"fmt"
	"slices"
	"testing"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
)

const (
	created = v1alpha1.OriginCreated
	adopted = v1alpha1.OriginAdopted
	pending = v1alpha1.OriginPending
)

// thing is an object of one mutable and one immutable property.
func thing(key, id, value string) plan.Object {
	return plan.Object{
		Kind: "Thing", Key: key, ID: id, Adoption: v1alpha1.AdoptIfIdentical,
		Fields: []plan.Field{{Path: "type", Value: "t", Immutable: true}, {Path: "value", Value: value}},
	}
}

func with(o plan.Object, change func(*plan.Object)) plan.Object {
	o.Fields = slices.Clone(o.Fields)
	change(&o)
	return o
}

func owned(o plan.Object) plan.Object {
	return with(o, func(o *plan.Object) { o.Owned = true })
}

func policy(o plan.Object, p v1alpha1.AdoptionPolicy) plan.Object {
	return with(o, func(o *plan.Object) { o.Adoption = p })
}

func retyped(o plan.Object) plan.Object {
	return with(o, func(o *plan.Object) { o.Fields[0].Value = "u" })
}

// entry is the inventory's record of a thing last applied with a value.
func entry(key, id string, origin v1alpha1.InventoryOrigin, value string) v1alpha1.InventoryEntry {
	return v1alpha1.InventoryEntry{Kind: "Thing", Key: key, ID: id, Origin: origin, Hash: thing(key, "", value).Hash()}
}

func TestCompute(t *testing.T) {
	type inventory = []v1alpha1.InventoryEntry
	type objects = []plan.Object
	cases := map[string]struct {
		reason    string
		desired   objects
		observed  objects
		inventory inventory
		actions   []string // verb key id cause paths
		conflicts int
		adopted   int
		left      []string // key id origin
	}{
		"nothing": {reason: "an empty spec and an empty store agree"},
		"new": {
			reason:  "what is asked for and missing is created, its intent recorded before",
			desired: objects{thing("a", "", "1")},
			actions: []string{"Create a  SpecChanged []"}, left: []string{"a  Pending"},
		},
		"in order": {
			reason:  "what is as recorded needs nothing",
			desired: objects{thing("a", "", "1")}, observed: objects{thing("a", "A", "1")}, inventory: inventory{entry("a", "A", created, "1")},
			left: []string{"a A Created"},
		},
		"deleted behind our back": {
			reason:  "it was applied, nobody changed the spec, and it is gone: that is drift",
			desired: objects{thing("a", "", "1")}, inventory: inventory{entry("a", "A", created, "1")},
			actions: []string{"Create a  Drifted []"}, left: []string{"a A Pending"},
		},
		"a correction failed": {
			reason:  "what was deleted behind our back and could not be made again is drift still",
			desired: objects{thing("a", "", "1")}, inventory: inventory{entry("a", "A", pending, "1")},
			actions: []string{"Create a  Drifted []"}, left: []string{"a A Pending"},
		},
		"the spec changed before the correction": {
			reason:  "what is created then is something new",
			desired: objects{thing("a", "", "2")}, inventory: inventory{entry("a", "A", pending, "1")},
			actions: []string{"Create a  SpecChanged []"}, left: []string{"a  Pending"},
		},
		"back by itself": {
			reason:  "it was made before the correction, and by whom is not recorded any more: it is never deleted",
			desired: objects{thing("a", "", "1")}, observed: objects{thing("a", "A", "1")}, inventory: inventory{entry("a", "A", pending, "1")},
			left: []string{"a A Adopted"},
		},
		"corrected and made again": {
			reason:  "a thing of another id that equals the intent is our correction, made before a crash",
			desired: objects{thing("a", "", "1")}, observed: objects{thing("a", "B", "1")}, inventory: inventory{entry("a", "A", pending, "1")},
			left: []string{"a B Created"},
		},
		"changed behind our back": {
			reason:  "it was applied, nobody changed the spec, and it differs: that is drift",
			desired: objects{thing("a", "", "1")}, observed: objects{thing("a", "A", "2")}, inventory: inventory{entry("a", "A", created, "1")},
			actions: []string{"Update a A Drifted [value]"}, left: []string{"a A Created"},
		},
		"spec changed": {
			reason:  "the spec asks for something else than was applied: no drift",
			desired: objects{thing("a", "", "2")}, observed: objects{thing("a", "A", "1")}, inventory: inventory{entry("a", "A", created, "1")},
			actions: []string{"Update a A SpecChanged [value]"}, left: []string{"a A Created"},
		},
		"crashed before the create": {
			reason:  "a pending thing that is not there is created, and is no drift",
			desired: objects{thing("a", "", "1")}, inventory: inventory{entry("a", "", pending, "1")},
			actions: []string{"Create a  SpecChanged []"}, left: []string{"a  Pending"},
		},
		"crashed after the create": {
			reason:  "a pending thing that is there in full is our own work",
			desired: objects{thing("a", "", "1")}, observed: objects{thing("a", "A", "1")}, inventory: inventory{entry("a", "", pending, "1")},
			left: []string{"a A Created"},
		},
		"pending, but another's": {
			reason:  "a thing that differs from the pending intent was made by somebody else",
			desired: objects{thing("a", "", "1")}, observed: objects{thing("a", "A", "2")}, inventory: inventory{entry("a", "", pending, "1")},
			conflicts: 1,
		},
		"adopt identical": {
			reason:  "a thing that equals the spec is taken over",
			desired: objects{thing("a", "", "1")}, observed: objects{thing("a", "A", "1")},
			adopted: 1, left: []string{"a A Adopted"},
		},
		"adopt differing": {
			reason:  "a thing that differs is not overwritten unasked",
			desired: objects{thing("a", "", "1")}, observed: objects{thing("a", "A", "2")},
			conflicts: 1,
		},
		"adopt always": {
			reason:  "with Always it is taken over and brought in line",
			desired: objects{policy(thing("a", "", "1"), v1alpha1.AdoptAlways)}, observed: objects{thing("a", "A", "2")},
			actions: []string{"Update a A SpecChanged [value]"}, adopted: 1, left: []string{"a A Adopted"},
		},
		"adopt never": {
			reason:  "with Never even an identical thing is a conflict",
			desired: objects{policy(thing("a", "", "1"), v1alpha1.AdoptNever)}, observed: objects{thing("a", "A", "1")},
			conflicts: 1,
		},
		"owned": {
			reason:  "what proves to be ours is taken over whatever the policy",
			desired: objects{policy(thing("a", "", "1"), v1alpha1.AdoptNever)}, observed: objects{owned(thing("a", "A", "2"))},
			actions: []string{"Update a A SpecChanged [value]"}, left: []string{"a A Created"},
		},
		"setting": {
			reason:  "a setting is brought in line whatever the policy, and is not taken over",
			desired: objects{with(thing("a", "", "1"), func(o *plan.Object) { o.Setting = true })}, observed: objects{thing("a", "A", "2")},
			actions: []string{"Update a A SpecChanged [value]"}, left: []string{"a A Adopted"},
		},
		"setting changed behind our back": {
			reason:  "it was as the spec wants it",
			desired: objects{with(thing("a", "", "1"), func(o *plan.Object) { o.Setting = true })}, observed: objects{thing("a", "A", "2")}, inventory: inventory{entry("a", "A", adopted, "1")},
			actions: []string{"Update a A Drifted [value]"}, left: []string{"a A Adopted"},
		},
		"replaced behind our back": {
			reason:  "a thing of another id is not the one that we made",
			desired: objects{thing("a", "", "1")}, observed: objects{thing("a", "B", "2")}, inventory: inventory{entry("a", "A", created, "1")},
			conflicts: 1,
		},
		"immutable": {
			reason:  "what Shopify cannot change is a conflict, and stays ours",
			desired: objects{retyped(thing("a", "", "1"))}, observed: objects{thing("a", "A", "1")}, inventory: inventory{entry("a", "A", created, "1")},
			conflicts: 1, left: []string{"a A Created"},
		},
		"no longer wanted": {
			reason:   "what we made is deleted, and recorded until it is gone",
			observed: objects{thing("a", "A", "1")}, inventory: inventory{entry("a", "A", created, "1")},
			actions: []string{"Delete a A SpecChanged []"}, left: []string{"a A Created"},
		},
		"adopted and no longer wanted": {
			reason:   "what was there before us is let go",
			observed: objects{thing("a", "A", "1")}, inventory: inventory{entry("a", "A", adopted, "1")},
		},
		"foreign": {
			reason:   "what we never had to do with is left alone",
			observed: objects{thing("a", "A", "1")},
		},
		"owned and not wanted": {
			reason:   "what proves to be ours goes without a record",
			observed: objects{owned(thing("a", "A", "1"))},
			actions:  []string{"Delete a A SpecChanged []"}, left: []string{"a A Created"},
		},
		"pending and no longer wanted": {
			reason:   "an intent that was carried out before a crash is undone",
			observed: objects{thing("a", "A", "1")}, inventory: inventory{entry("a", "", pending, "1")},
			actions: []string{"Delete a A SpecChanged []"}, left: []string{"a  Pending"},
		},
		"another's instead of the pending": {
			reason:   "a thing that differs from the intent is not ours to delete",
			observed: objects{thing("a", "A", "2")}, inventory: inventory{entry("a", "", pending, "1")},
		},
		"duplicates of our own": {
			reason:  "of several that are ours, the recorded one stays",
			desired: objects{thing("a", "", "1")}, observed: objects{owned(thing("a", "B", "1")), owned(thing("a", "A", "1"))}, inventory: inventory{entry("a", "A", created, "1")},
			actions: []string{"Delete a B SpecChanged []"}, left: []string{"a A Created"},
		},
		"several of one key that are ours, and not wanted": {
			reason:   "each goes, and the inventory has a key once",
			observed: objects{owned(thing("a", "B", "1")), owned(thing("a", "A", "1"))}, inventory: inventory{entry("a", "A", created, "1")},
			actions: []string{"Delete a A SpecChanged []", "Delete a B SpecChanged []"}, left: []string{"a A Created"},
		},
		"gone and not wanted": {
			reason:    "a record of what neither side has is dropped",
			inventory: inventory{entry("a", "A", created, "1")},
		},
		"order": {
			reason:   "new comes before old goes",
			desired:  objects{thing("b", "", "1"), thing("c", "", "2")},
			observed: objects{thing("a", "A", "1"), thing("c", "C", "1")}, inventory: inventory{entry("a", "A", created, "1"), entry("c", "C", created, "1")},
			actions: []string{"Create b  SpecChanged []", "Update c C SpecChanged [value]", "Delete a A SpecChanged []"},
			left:    []string{"a A Created", "b  Pending", "c C Created"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := plan.Compute(tc.desired, tc.observed, tc.inventory)
			var actions, left []string
			for _, a := range p.Actions {
				actions = append(actions, fmt.Sprint(a.Verb, " ", a.Key, " ", a.ID, " ", a.Cause, " ", a.Paths))
			}
			for _, e := range p.Inventory {
				left = append(left, fmt.Sprint(e.Key, " ", e.ID, " ", e.Origin))
			}
			if !slices.Equal(actions, tc.actions) || !slices.Equal(left, tc.left) || len(p.Conflicts) != tc.conflicts || len(p.Adopted) != tc.adopted {
				t.Errorf("%s:\ngot  actions %q, inventory %q, %d conflicts %v, %d adopted\nwant actions %q, inventory %q, %d conflicts, %d adopted",
					tc.reason, actions, left, len(p.Conflicts), p.Conflicts, len(p.Adopted), tc.actions, tc.left, tc.conflicts, tc.adopted)
			}
		})
	}
}
