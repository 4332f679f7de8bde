// Package plan compares what a store should be with what it is and decides what
// to do. It is pure: no I/O, no clock.
package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// Object is a thing of a store's configuration, desired or observed, in a form
// that can be compared.
type Object struct {
	// Kind and Key identify the thing; Key is unique within its Kind.
	Kind string
	Key  string
	// Label is what people call the thing; the Key where it is empty.
	Label string
	// ID is Shopify's global id of an observed thing.
	ID string
	// Fields are compared one by one, in order.
	Fields []Field
	// Adoption says what to do with a desired thing that exists in the store
	// and is not in the inventory.
	Adoption v1alpha1.AdoptionPolicy
	// Setting says of a desired thing that it always exists, so that it is
	// brought in line and neither made, taken over nor removed.
	Setting bool
	// Owned says of an observed thing that it proves by itself to be ours, so
	// that it may be deleted whatever the inventory says.
	Owned bool
}

// Field is one property of an Object.
type Field struct {
	Path  string
	Value string
	// Immutable properties cannot be updated in the store.
	Immutable bool
}

// Verb is what is done to a thing.
type Verb string

// The verbs, in the order in which actions are carried out: what is new comes
// before what is old goes, so that no webhook falls between two subscriptions.
const (
	Create Verb = "Create"
	Update Verb = "Update"
	Delete Verb = "Delete"
)

// Cause says why a thing differs from the spec.
type Cause string

const (
	// SpecChanged: the spec asks for something else than was applied last.
	SpecChanged Cause = "SpecChanged"
	// Drifted: the store was changed behind our back.
	Drifted Cause = "Drifted"
)

// Action is one change to the store.
type Action struct {
	Verb  Verb
	Kind  string
	Key   string
	Label string
	ID    string // of the thing to update or delete
	Cause Cause
	// Paths are the properties that an update changes.
	Paths []string
	// Hash is a digest of the desired properties.
	Hash string
}

// String describes the action, such as "update WebhookSubscription ORDERS_PAID
// (includeFields)".
func (a Action) String() string {
	s := strings.ToLower(string(a.Verb)) + " " + a.Kind + " " + a.Label
	if len(a.Paths) > 0 {
		s += " (" + strings.Join(a.Paths, ", ") + ")"
	}
	return s
}

// Conflict is a thing in the store that stands in the way of the spec.
type Conflict struct {
	Kind    string
	Key     string
	Message string
	// Line describes the action that is not taken, where there is one.
	Line string
}

// Plan is what to do, and the inventory that is true once nothing of it but the
// recording has been done: what is about to be created is in it as Pending.
type Plan struct {
	Actions   []Action
	Conflicts []Conflict
	// Loops lists the drift that was corrected too often and is left alone.
	Loops     []Conflict
	Inventory []v1alpha1.InventoryEntry
	// Adopted lists the things that the plan takes over, such as
	// "MetafieldDefinition consignment.event_id".
	Adopted []string
}

// Compute decides how to get from the observed to the desired things. The
// inventory is what the last run recorded; observed are all things that are
// candidates, which may be more than the desired ones.
func Compute(desired, observed []Object, inventory []v1alpha1.InventoryEntry) Plan {
	entries := map[string]v1alpha1.InventoryEntry{}
	for _, e := range inventory {
		entries[e.Kind+"/"+e.Key] = e
	}
	found := map[string][]Object{}
	for _, o := range observed {
		found[o.name()] = append(found[o.name()], o)
	}

	var p Plan
	for _, want := range desired {
		entry, recorded := entries[want.name()]
		have, spare := pick(found[want.name()], entry.ID)
		delete(found, want.name())
		delete(entries, want.name())
		if have == nil {
			p.create(want, entry, recorded)
		} else {
			p.keep(want, *have, entry, recorded)
		}
		p.remove(spare, v1alpha1.InventoryEntry{})
	}
	for name, surplus := range found {
		p.remove(surplus, entries[name])
	}
	p.spareLooping(inventory)
	p.sort()
	return p
}

// pick chooses among things with the same key the one that is recorded, or the
// first, and returns the rest.
func pick(candidates []Object, id string) (*Object, []Object) {
	if len(candidates) == 0 {
		return nil, nil
	}
	i := max(0, slices.IndexFunc(candidates, func(o Object) bool { return o.ID == id }))
	rest := slices.Concat(candidates[:i], candidates[i+1:])
	return &candidates[i], rest
}

func (p *Plan) create(want Object, entry v1alpha1.InventoryEntry, recorded bool) {
	a := want.action(Create, SpecChanged)
	pending := v1alpha1.InventoryEntry{Kind: want.Kind, Key: want.Key, Origin: v1alpha1.OriginPending, Hash: a.Hash}
	if recorded && entry.ID != "" && entry.Hash == a.Hash {
		a.Cause = Drifted // it was there, and nobody asked for it to go
		if looping(entry, a) {
			p.loop(want, entry, a)
			return
		}
		// With the id, so that a correction that fails stays one the next time.
		pending.ID, pending.Corrections, pending.CorrectedPaths = entry.ID, entry.Corrections, entry.CorrectedPaths
	}
	p.Actions = append(p.Actions, a)
	p.Inventory = append(p.Inventory, pending)
}

func (p *Plan) keep(want, have Object, entry v1alpha1.InventoryEntry, recorded bool) {
	differing := want.differsFrom(have)
	origin, refusal := originOf(want, have, entry, recorded)
	if refusal != "" {
		p.conflict(want, refusal)
		return
	}
	if origin == "" {
		origin = v1alpha1.OriginAdopted
		p.Adopted = append(p.Adopted, want.Kind+" "+want.label())
	}
	if entry.Origin == v1alpha1.OriginPending && entry.ID == "" {
		entry.Hash = "" // announced, and not applied in full: what is missing is no drift
	}
	kept := v1alpha1.InventoryEntry{Kind: want.Kind, Key: want.Key, ID: have.ID, Origin: origin, Hash: entry.Hash}
	update := want.action(Update, SpecChanged)
	update.ID, update.Paths = have.ID, differing
	fixed := want.immutableDifferences(have)
	switch {
	case len(fixed) > 0:
		p.conflict(want, fmt.Sprintf("has another %s in the store, which Shopify cannot change: choose another key, or remove it from the store", strings.Join(fixed, ", ")))
	case len(differing) == 0:
		kept.Hash = want.Hash()
	case entry.Hash == update.Hash && looping(entry, update):
		p.loop(want, entry, update)
		return
	case entry.Hash == update.Hash:
		update.Cause = Drifted
		kept.Corrections, kept.CorrectedPaths = entry.Corrections, entry.CorrectedPaths
		p.Actions = append(p.Actions, update)
	default:
		p.Actions = append(p.Actions, update)
	}
	p.Inventory = append(p.Inventory, kept)
}

// originOf says how a wanted thing that is there comes, or came, under
// management: "" where it is only now taken over. A refusal says why it does not.
func originOf(want, have Object, entry v1alpha1.InventoryEntry, recorded bool) (origin v1alpha1.InventoryOrigin, refusal string) {
	differing := want.differsFrom(have)
	switch {
	case recorded && entry.Origin != v1alpha1.OriginPending && entry.ID == have.ID:
		return entry.Origin, ""
	case have.Owned:
		return v1alpha1.OriginCreated, "" // the record was lost, or a crash came before it
	case recorded && entry.ID == have.ID:
		return v1alpha1.OriginAdopted, "" // back by itself, and whose it was is forgotten
	case want.Setting:
		return v1alpha1.OriginAdopted, "" // it was there before us
	case recorded && entry.Origin == v1alpha1.OriginPending && entry.Hash == have.Hash():
		return v1alpha1.OriginCreated, "" // made just before a crash
	case want.Adoption == v1alpha1.AdoptNever:
		return "", "exists in the store and adoptionPolicy is Never: remove it from the store or from the spec, or set adoptionPolicy"
	case want.Adoption != v1alpha1.AdoptAlways && len(differing) > 0:
		return "", fmt.Sprintf("exists in the store and differs in %s: make both equal, or set adoptionPolicy: Always to overwrite it", strings.Join(differing, ", "))
	default:
		return "", ""
	}
}

// remove deletes what is ours and no longer wanted; what was adopted is let go.
func (p *Plan) remove(surplus []Object, entry v1alpha1.InventoryEntry) {
	for _, o := range surplus {
		made := entry.Origin == v1alpha1.OriginCreated && entry.ID == o.ID ||
			entry.Origin == v1alpha1.OriginPending && entry.Hash == o.Hash()
		if !o.Owned && !made {
			continue
		}
		p.Actions = append(p.Actions, o.action(Delete, SpecChanged))
		switch { // until it is gone
		case made:
			p.Inventory = append(slices.DeleteFunc(p.Inventory, func(e v1alpha1.InventoryEntry) bool { return e.Kind == entry.Kind && e.Key == entry.Key }), entry)
		case !p.lists(o):
			// Such as a subscription whose address somebody changed: only its id tells
			// that it is ours.
			p.record(o, o.ID, v1alpha1.OriginCreated, o.Hash())
		}
	}
}

func (p *Plan) lists(o Object) bool {
	return slices.ContainsFunc(p.Inventory, func(e v1alpha1.InventoryEntry) bool { return e.Kind == o.Kind && e.Key == o.Key })
}

func (p *Plan) conflict(o Object, message string) {
	p.Conflicts = append(p.Conflicts, Conflict{Kind: o.Kind, Key: o.Key, Message: o.Kind + " " + o.label() + " " + message})
}

func (p *Plan) record(o Object, id string, origin v1alpha1.InventoryOrigin, hash string) {
	p.Inventory = append(p.Inventory, v1alpha1.InventoryEntry{Kind: o.Kind, Key: o.Key, ID: id, Origin: origin, Hash: hash})
}

func (p *Plan) sort() {
	order := map[Verb]int{Create: 0, Update: 1, Delete: 2}
	slices.SortStableFunc(p.Actions, func(a, b Action) int {
		return cmp.Or(cmp.Compare(order[a.Verb], order[b.Verb]), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(p.Inventory, func(a, b v1alpha1.InventoryEntry) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
	})
}

// Of returns the plan's actions on one kind of thing.
func (p *Plan) Of(kind string) []Action {
	var actions []Action
	for _, a := range p.Actions {
		if a.Kind == kind {
			actions = append(actions, a)
		}
	}
	return actions
}

// Drift lists the actions that correct changes made in the store.
func (p *Plan) Drift() []string {
	var lines []string
	for _, a := range p.Actions {
		if a.Cause == Drifted {
			lines = append(lines, a.String())
		}
	}
	return lines
}

func (o Object) action(verb Verb, cause Cause) Action {
	return Action{Verb: verb, Kind: o.Kind, Key: o.Key, Label: o.label(), ID: o.ID, Cause: cause, Hash: o.Hash()}
}

func (o Object) label() string { return cmp.Or(o.Label, o.Key) }

func (o Object) name() string { return o.Kind + "/" + o.Key }

// Hash is a digest of the properties.
func (o Object) Hash() string {
	h := sha256.New()
	for _, f := range o.Fields {
		fmt.Fprintf(h, "%q=%q\n", f.Path, f.Value)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (o Object) differsFrom(other Object) []string {
	var paths []string
	for i, f := range o.Fields {
		if f.Value != other.Fields[i].Value {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

func (o Object) immutableDifferences(other Object) []string {
	var paths []string
	for i, f := range o.Fields {
		if f.Immutable && f.Value != other.Fields[i].Value {
			paths = append(paths, f.Path)
		}
	}
	return paths
}
