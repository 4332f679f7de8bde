package commission

import "time"

// Terms are what a sale event promised its consignors from a time on. They do not
// change: another promise is another version.
type Terms struct {
	// EffectiveFrom is the first moment at which the version holds.
	EffectiveFrom time.Time
	// RegularPercent and SuperPercent are what consignors of the class get.
	RegularPercent, SuperPercent Percent
	// ShiftPercent is what each volunteer shift adds.
	ShiftPercent Percent
	// MaxPercent is the most that class and shifts come to. The bonus is beside it.
	MaxPercent Percent
	// SuperItemBonusCents goes to the consignor of a sale whose net is at least
	// SuperItemThresholdCents.
	SuperItemBonusCents, SuperItemThresholdCents int64
}

// Class is what a consignor's share begins with.
type Class string

const (
	// Regular is every consignor's class, unless they have another.
	Regular Class = "Regular"
	// Super is the class of those with the better share.
	Super Class = "Super"
)

// base is the share of a class. A class that is not known is Regular.
func (t Terms) base(class Class) Percent {
	if class == Super {
		return t.SuperPercent
	}
	return t.RegularPercent
}

// percent is the share of a consignor of the class who worked the shifts.
func (t Terms) percent(class Class, shifts int) Percent {
	// More shifts than hundredths of a percent change nothing, and do not overflow.
	earned := int64(t.base(class)) + int64(min(max(shifts, 0), int(whole)))*int64(t.ShiftPercent)
	return Percent(min(earned, int64(t.MaxPercent), int64(whole))) //nolint:gosec // at most 100%
}

// TermsAt returns the version that holds at a time: of those that are effective, the
// latest, whatever their order in the list; of two with one time, the one further
// back. What is older than all of them falls under the first, because somebody who
// orders before the event opens is promised what the event began with. It is false
// only where there are no terms.
func TermsAt(list []Terms, at time.Time) (Terms, bool) {
	if len(list) == 0 {
		return Terms{}, false
	}
	held := list[0]
	for _, t := range list[1:] {
		if supersedes(t, held, at) {
			held = t
		}
	}
	return held, true
}

// supersedes tells whether a version that stands further back in the list holds
// rather than the one that was found.
func supersedes(t, held Terms, at time.Time) bool {
	begun, heldBegun := !t.EffectiveFrom.After(at), !held.EffectiveFrom.After(at)
	switch {
	case begun != heldBegun:
		return begun
	case begun:
		return !t.EffectiveFrom.Before(held.EffectiveFrom)
	default:
		return !t.EffectiveFrom.After(held.EffectiveFrom)
	}
}
