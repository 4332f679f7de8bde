package plan

import (
	"fmt"
	"slices"
	"strings"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// maxCorrections is how often in a row the same change in the store is
// corrected. Whoever makes it once more is a program or a person that does not
// give up, and correcting it for ever would spend the API budget and tell nobody.
const maxCorrections = 3

// presence stands for a property where the whole thing was gone.
const presence = "presence"

// drifted lists the properties that the action corrects.
func (a Action) drifted() []string {
	if a.Verb == Create {
		return []string{presence}
	}
	return a.Paths
}

// looping says that all of the corrections of an entry were undone, and so would
// this one be.
func looping(e v1alpha1.InventoryEntry, a Action) bool {
	return e.Corrections >= maxCorrections && len(common(e.CorrectedPaths, a.drifted())) > 0
}

// Corrected returns the entry with the action counted, which must be a
// correction that was carried out. What was corrected each time counts on.
func Corrected(e v1alpha1.InventoryEntry, a Action) v1alpha1.InventoryEntry {
	if again := common(e.CorrectedPaths, a.drifted()); len(again) > 0 {
		e.Corrections++
		e.CorrectedPaths = again
		return e
	}
	e.Corrections, e.CorrectedPaths = 1, a.drifted()
	return e
}

// Forgive returns the inventory without its counts of corrections: after a
// change of the spec, drift is corrected as if for the first time.
func Forgive(inventory []v1alpha1.InventoryEntry) []v1alpha1.InventoryEntry {
	forgiven := slices.Clone(inventory)
	for i := range forgiven {
		forgiven[i].Corrections, forgiven[i].CorrectedPaths = 0, nil
	}
	return forgiven
}

// loop leaves a thing as somebody made it, and keeps the entry as it is.
func (p *Plan) loop(o Object, entry v1alpha1.InventoryEntry, a Action) {
	p.Inventory = append(p.Inventory, entry)
	p.Loops = append(p.Loops, Conflict{Kind: o.Kind, Key: o.Key, Line: a.String(), Message: fmt.Sprintf(
		"%s %s was changed in the store again (%s) after %d corrections in a row, and is left as it is: find out who changes it; undo the change in the store, or change the spec, to have it kept in line again",
		o.Kind, o.label(), strings.Join(common(entry.CorrectedPaths, a.drifted()), ", "), entry.Corrections)})
}

// spareLooping takes back the deletion of what is left as somebody made it: a
// subscription whose address is changed each time has another key then, and so
// is surplus.
func (p *Plan) spareLooping(inventory []v1alpha1.InventoryEntry) {
	left := map[string]bool{}
	for _, l := range p.Loops {
		for _, e := range inventory {
			if e.Kind == l.Kind && e.Key == l.Key {
				left[e.Kind+"/"+e.ID] = true
			}
		}
	}
	p.Actions = slices.DeleteFunc(p.Actions, func(a Action) bool { return a.Verb == Delete && left[a.Kind+"/"+a.ID] })
}

func common(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}
