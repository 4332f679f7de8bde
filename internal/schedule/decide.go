package schedule

import "time"

// Act is what to do about a schedule.
type Act int

const (
	// Wait until the schedule is due.
	Wait Act = iota
	// Run for the slot.
	Run
	// Skip the slot: an earlier run has not ended.
	Skip
)

// State is how far a schedule has come.
type State struct {
	Now time.Time
	// Since is when the schedule was first seen as it is. Slots up to then are
	// nobody's.
	Since time.Time
	// Last is the time at which the last run, or the last one that was skipped,
	// was due; zero before the first.
	Last time.Time
	// Offset is how much later than its slots the schedule is due.
	Offset time.Duration
	// Active counts the runs that have not ended.
	Active int
}

// Decision is what to do now, and when to decide again.
type Decision struct {
	Act Act
	// Slot is the slot that is due, and Due when it was; zero for Wait.
	Slot, Due time.Time
	// Next is when the next slot is due; zero if none comes.
	Next time.Time
}

// Decide says what to do. However many slots were missed, the last of them
// stands for all: there is one run, never one for each.
func (s *Schedule) Decide(at State) Decision {
	// In terms of slots: which ones were dealt with, and which ones are due.
	done, due := latest(at.Since, at.Last.Add(-at.Offset)), at.Now.Add(-at.Offset)
	d := Decision{Slot: s.Last(done, due), Next: later(s.Next(latest(done, due)), at.Offset)}
	d.Due = later(d.Slot, at.Offset)
	switch {
	case d.Slot.IsZero():
		d.Act = Wait
	case at.Active > 0:
		d.Act = Skip
	default:
		d.Act = Run
	}
	return d
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// later moves a slot, if there is one.
func later(slot time.Time, offset time.Duration) time.Time {
	if slot.IsZero() {
		return slot
	}
	return slot.Add(offset)
}
