package schedule

import "time"

// Next is the first slot after a time, in UTC; zero if none comes within five
// years.
func (s *Schedule) Next(after time.Time) time.Time {
	from := after.Add(1) // the first instant that counts
	for {
		at := s.stretchOf(from)
		wall := at.wall(from)
		if again := at.shownBefore(); s.fixedHours() && wall.Before(again) {
			wall = again
		}
		slot := s.fields.Next(wall.Add(-1))
		if slot.IsZero() {
			return time.Time{}
		}
		if next := slot.Add(-at.offset); at.end.IsZero() || next.Before(at.end) {
			return next
		}
		// The clock is changed before. What the change leaves out is due then.
		if s.fixedHours() && slot.Before(s.stretchOf(at.end).wall(at.end)) {
			return at.end.UTC()
		}
		from = at.end
	}
}

// Last is the last slot after one time and not after another, in UTC; zero if
// there is none. Its cost grows with the logarithm of the time between them.
func (s *Schedule) Last(after, until time.Time) time.Time {
	last := s.Next(after)
	if last.IsZero() || last.After(until) {
		return time.Time{}
	}
	// No slot is after limit and not after until.
	for limit := until; last.Before(limit); {
		middle := last.Add(limit.Sub(last) / 2)
		if next := s.Next(middle); next.IsZero() || next.After(until) {
			limit = middle
		} else {
			last = next
		}
	}
	return last
}

// fixedHours says that the schedule leaves out some hours of the day.
func (s *Schedule) fixedHours() bool {
	const all = 1<<24 - 1
	return s.fields.Hour&all != all
}

// stretch is a time during which clocks are not changed.
type stretch struct {
	start, end time.Time // zero: without one
	offset     time.Duration
	before     time.Duration // the offset until start
}

func (s *Schedule) stretchOf(t time.Time) stretch {
	t = t.In(s.zone)
	at := stretch{offset: offset(t)}
	at.start, at.end = t.ZoneBounds()
	if at.before = at.offset; !at.start.IsZero() {
		at.before = offset(at.start.Add(-1))
	}
	return at
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// wall is what a clock on the wall shows, as if it were UTC.
func (at stretch) wall(t time.Time) time.Time { return t.UTC().Add(at.offset) }

// shownBefore is until when the clock on the wall shows what it showed already.
func (at stretch) shownBefore() time.Time { return at.start.UTC().Add(at.before) }
