package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/schedule"
)

func parse(t *testing.T, fields, zone string) *schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(fields, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestParse(t *testing.T) {
	cases := map[string]struct {
		reason, fields, zone string
		want                 string // part of the message; empty where it is accepted
	}{
		"five fields":     {"the usual form", "*/15 * * * *", "UTC", ""},
		"shorthand":       {"readable", "@hourly", "America/Toronto", ""},
		"names":           {"as in cron", "0 9 * MAR-JUN mon-FRI", "", ""},
		"leap day":        {"comes within five years", "0 0 29 2 *", "UTC", ""},
		"six fields":      {"seconds are not cron's", "0 0 * * * *", "UTC", "expected exactly 5 fields"},
		"minute 60":       {"minutes end at 59", "60 * * * *", "UTC", "above maximum (59)"},
		"sunday as 7":     {"CronJob does not take it either; the message says what to write", "0 0 * * 7", "UTC", "0 is Sunday"},
		"words":           {"not a sentence", "every hour", "UTC", `such as "*/15 * * * *"`},
		"step 0":          {"would never end", "*/0 * * * *", "UTC", "step of range should be a positive number"},
		"every":           {"would start anew with each process", "@every 15m", "UTC", "@every counts from the operator's start"},
		"reboot":          {"no machine is meant", "@reboot", "UTC", "cannot be read"},
		"zone inside":     {"one place for the zone", "CRON_TZ=America/Toronto 0 3 * * *", "UTC", "the time zone goes into timeZone"},
		"zone alone":      {"must not take the process down", "TZ=UTC", "UTC", "the time zone goes into timeZone"},
		"never":           {"a typing error that would pass in silence", "0 0 30 2 *", "UTC", "never comes"},
		"unknown zone":    {"the message names the form", "@daily", "Toronto", `timeZone "Toronto" is unknown: give a name of the IANA database, such as America/Toronto`},
		"machine zone":    {"would differ from pod to pod", "@daily", "Local", "is unknown"},
		"path as zone":    {"no way to other files", "@daily", "../../etc/passwd", "is unknown"},
		"offset, no zone": {"the form is asked for", "@daily", "-05:00", "is unknown"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := schedule.Parse(tc.fields, tc.zone)
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.want)
			}
		})
	}
}

// In Toronto clocks go from 2:00 to 3:00 on 14 March 2027 at 07:00Z, and from
// 2:00 back to 1:00 on 7 November 2027 at 06:00Z.
func TestNext(t *testing.T) {
	const toronto = "America/Toronto"
	cases := map[string]struct {
		reason, fields, zone string
		after                string
		want                 []string // the slots that follow
	}{
		"quarter hours": {"a slot itself is not after itself", "*/15 * * * *", "UTC", "2026-11-23T12:00:00Z",
			[]string{"2026-11-23T12:15:00Z", "2026-11-23T12:30:00Z", "2026-11-23T12:45:00Z", "2026-11-23T13:00:00Z"}},
		"just before": {"part of a second counts", "0 * * * *", "UTC", "2026-11-23T11:59:59.5Z", []string{"2026-11-23T12:00:00Z"}},
		"in a zone": {"three o'clock in Toronto", "0 3 * * *", toronto, "2026-11-23T12:00:00Z",
			[]string{"2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z"}},
		"day or weekday": {"either, as in cron", "0 0 1 * MON", "UTC", "2026-11-24T00:00:00Z",
			[]string{"2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z", "2026-12-07T00:00:00Z"}},
		"leap day":  {"years ahead", "0 0 29 2 *", toronto, "2026-11-24T00:00:00Z", []string{"2028-02-29T05:00:00Z", "2032-02-29T05:00:00Z"}},
		"half zone": {"offsets need not be hours", "0 * * * *", "Asia/Kolkata", "2026-11-23T12:00:00Z", []string{"2026-11-23T12:30:00Z", "2026-11-23T13:30:00Z"}},

		"gap, fixed": {"the slot that is left out runs when the clock goes on", "30 2 * * *", toronto, "2027-03-13T12:00:00Z",
			[]string{"2027-03-14T07:00:00Z", "2027-03-15T06:30:00Z"}},
		"gap, several": {"all that are left out run once", "*/15 2 * * *", toronto, "2027-03-13T12:00:00Z",
			[]string{"2027-03-14T07:00:00Z", "2027-03-15T06:00:00Z", "2027-03-15T06:15:00Z"}},
		"gap, and a slot at its end": {"one run, not two", "0 2,3 * * *", toronto, "2027-03-13T12:00:00Z",
			[]string{"2027-03-14T07:00:00Z", "2027-03-15T06:00:00Z", "2027-03-15T07:00:00Z"}},
		"gap, every hour": {"an hour that does not pass is not run", "30 * * * *", toronto, "2027-03-14T06:00:00Z",
			[]string{"2027-03-14T06:30:00Z", "2027-03-14T07:30:00Z"}},
		"gap, quarters": {"evenly", "*/15 * * * *", toronto, "2027-03-14T06:30:00Z",
			[]string{"2027-03-14T06:45:00Z", "2027-03-14T07:00:00Z", "2027-03-14T07:15:00Z"}},
		"gap, another day": {"the slot that is left out is on that day only", "30 2 15 3 *", toronto, "2027-03-13T12:00:00Z", []string{"2027-03-15T06:30:00Z"}},
		"gap at midnight":  {"the day begins at one", "0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", []string{"2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"}},

		"overlap, fixed": {"the first of two", "30 1 * * *", toronto, "2027-11-06T12:00:00Z",
			[]string{"2027-11-07T05:30:00Z", "2027-11-08T06:30:00Z"}},
		"overlap, asked between": {"nor the second later", "30 1 * * *", toronto, "2027-11-07T05:45:00Z", []string{"2027-11-08T06:30:00Z"}},
		"overlap, asked within":  {"nor in the second hour", "30 1 * * *", toronto, "2027-11-07T06:10:00Z", []string{"2027-11-08T06:30:00Z"}},
		"overlap, its end":       {"two o'clock is there once", "0 2 * * *", toronto, "2027-11-06T12:00:00Z", []string{"2027-11-07T07:00:00Z", "2027-11-08T07:00:00Z"}},
		"overlap, every hour": {"both hours pass", "30 * * * *", toronto, "2027-11-07T05:00:00Z",
			[]string{"2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z", "2027-11-07T07:30:00Z"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := parse(t, tc.fields, tc.zone)
			slot := at(t, tc.after)
			for _, want := range tc.want {
				if slot = s.Next(slot); !slot.Equal(at(t, want)) {
					t.Fatalf("%s: got %s, want %s", tc.reason, slot.Format(time.RFC3339), want)
				}
			}
		})
	}
}

// The slots that come one by one are those that are found by halves.
func TestLast(t *testing.T) {
	for _, fields := range []string{"*/15 * * * *", "0 3 * * *", "*/7 1,2 * * *", "0 0 1 * MON"} {
		s := parse(t, fields, "America/Toronto")
		after := at(t, "2027-10-30T12:00:00Z")
		want, next := time.Time{}, s.Next(after)
		for until := after; until.Before(after.AddDate(0, 0, 12)); until = until.Add(13 * time.Minute) {
			for !next.After(until) {
				want, next = next, s.Next(next)
			}
			if got := s.Last(after, until); !got.Equal(want) {
				t.Fatalf("%s: last until %s: got %s, want %s", fields, until, got, want)
			}
		}
	}
}

func TestOffset(t *testing.T) {
	cases := map[string]struct {
		reason, fields string
		below          time.Duration
	}{
		"every minute": {"runs must not be late by a sensible part of a minute", "* * * * *", 6 * time.Second},
		"quarters":     {"a tenth", "*/15 * * * *", 90 * time.Second},
		"uneven":       {"the shortest counts", "0,5 * * * *", 30 * time.Second},
		"hourly":       {"five minutes at most", "@hourly", 5 * time.Minute},
		"yearly":       {"five minutes at most", "@yearly", 5 * time.Minute},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := parse(t, tc.fields, "UTC")
			different := map[time.Duration]bool{}
			var least, most time.Duration = time.Hour, 0
			for i := range 50 {
				key := fmt.Sprintf("client-%d/store/audit", i)
				offset := s.Offset(key)
				if offset < 0 || offset >= tc.below || offset%time.Second != 0 {
					t.Errorf("%s: offset %s, want whole seconds below %s", tc.reason, offset, tc.below)
				}
				if again := parse(t, tc.fields, "America/Toronto").Offset(key); again != offset {
					t.Errorf("%s: %s, then %s", key, offset, again)
				}
				different[offset], least, most = true, min(least, offset), max(most, offset)
			}
			if want := min(30, int(tc.below/time.Second)*2/3); len(different) < want {
				t.Errorf("%d offsets for 50 stores, want %d", len(different), want)
			}
			if least > tc.below/5 || most < tc.below*4/6 {
				t.Errorf("offsets lie between %s and %s only", least, most)
			}
		})
	}
}

func TestDecide(t *testing.T) {
	const minute = time.Minute
	cases := map[string]struct {
		reason           string
		fields           string
		now, since, last string
		offset           time.Duration
		active           int
		act              schedule.Act
		slot, due, next  string
	}{
		"new": {"slots before a schedule was seen are nobody's", "*/15 * * * *", "2026-11-23T12:07:00Z", "2026-11-23T12:07:00Z", "", 0, 0,
			schedule.Wait, "", "", "2026-11-23T12:15:00Z"},
		"new, offset": {"even if they are due after", "*/15 * * * *", "2026-11-23T12:00:30Z", "2026-11-23T12:00:30Z", "", minute, 0,
			schedule.Wait, "", "", "2026-11-23T12:16:00Z"},
		"not due": {"the offset has not passed", "*/15 * * * *", "2026-11-23T12:15:59Z", "2026-11-20T00:00:00Z", "2026-11-23T12:01:00Z", minute, 0,
			schedule.Wait, "", "", "2026-11-23T12:16:00Z"},
		"due": {"to the second", "*/15 * * * *", "2026-11-23T12:16:00Z", "2026-11-20T00:00:00Z", "2026-11-23T12:01:00Z", minute, 0,
			schedule.Run, "2026-11-23T12:15:00Z", "2026-11-23T12:16:00Z", "2026-11-23T12:31:00Z"},
		"done": {"a slot is run once", "*/15 * * * *", "2026-11-23T12:16:00Z", "2026-11-20T00:00:00Z", "2026-11-23T12:16:00Z", minute, 0,
			schedule.Wait, "", "", "2026-11-23T12:31:00Z"},
		"first": {"the first slot after it was seen", "*/15 * * * *", "2026-11-23T12:15:00Z", "2026-11-23T12:07:00Z", "", 0, 0,
			schedule.Run, "2026-11-23T12:15:00Z", "2026-11-23T12:15:00Z", "2026-11-23T12:30:00Z"},
		"380 missed": {"one run for all of them", "*/15 * * * *", "2026-11-23T12:07:00Z", "2026-11-01T00:00:00Z", "2026-11-19T13:00:00Z", 0, 0,
			schedule.Run, "2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z", "2026-11-23T12:15:00Z"},
		"active": {"two runs would be in each other's way", "*/15 * * * *", "2026-11-23T12:15:00Z", "2026-11-20T00:00:00Z", "2026-11-23T12:00:00Z", 0, 1,
			schedule.Skip, "2026-11-23T12:15:00Z", "2026-11-23T12:15:00Z", "2026-11-23T12:30:00Z"},
		"active, not due": {"nothing to skip", "*/15 * * * *", "2026-11-23T12:14:00Z", "2026-11-20T00:00:00Z", "2026-11-23T12:00:00Z", 0, 1,
			schedule.Wait, "", "", "2026-11-23T12:15:00Z"},
		"changed": {"a schedule that was changed begins anew", "0 * * * *", "2026-11-23T12:30:00Z", "2026-11-23T12:30:00Z", "2026-11-20T03:00:00Z", 0, 0,
			schedule.Wait, "", "", "2026-11-23T13:00:00Z"},
		"clock set back": {"no slot twice", "0 * * * *", "2026-11-23T11:59:00Z", "2026-11-20T03:00:00Z", "2026-11-23T12:00:00Z", 0, 0,
			schedule.Wait, "", "", "2026-11-23T13:00:00Z"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			time0 := func(text string) time.Time {
				if text == "" {
					return time.Time{}
				}
				return at(t, text)
			}
			got := parse(t, tc.fields, "UTC").Decide(schedule.State{
				Now: time0(tc.now), Since: time0(tc.since), Last: time0(tc.last), Offset: tc.offset, Active: tc.active,
			})
			want := schedule.Decision{Act: tc.act, Slot: time0(tc.slot), Due: time0(tc.due), Next: time0(tc.next)}
			if got != want {
				t.Errorf("%s: got %+v, want %+v", tc.reason, got, want)
			}
		})
	}
}

// FuzzParse holds that nothing that a client writes takes the operator down or
// makes it turn in circles.
func FuzzParse(f *testing.F) {
	f.Add("*/15 * * * *", "America/Toronto")
	f.Add("TZ=UTC", "")
	f.Add("0 0 31 2,4 *", "Australia/Lord_Howe")
	f.Fuzz(func(t *testing.T, fields, zone string) {
		s, err := schedule.Parse(fields, zone)
		if err != nil {
			return
		}
		now := time.Date(2027, 11, 7, 5, 0, 0, 0, time.UTC)
		next := s.Next(now)
		if !next.After(now) {
			t.Errorf("Next(%s) is %s", now, next)
		}
		if last := s.Last(now, next); !last.Equal(next) {
			t.Errorf("Last is %s, want %s", last, next)
		}
		s.Offset("key")
	})
}
