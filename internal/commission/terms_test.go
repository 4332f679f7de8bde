package commission_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
)

func TestTermsAt(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2027, time.April, d, 9, 0, 0, 0, time.UTC) }
	from := func(d int, regular commission.Percent) commission.Terms {
		return commission.Terms{EffectiveFrom: day(d), RegularPercent: regular}
	}
	versions := []commission.Terms{from(1, 6000), from(10, 6500), from(20, 5000)}
	cases := map[string]struct {
		reason string
		list   []commission.Terms
		at     time.Time
		want   commission.Percent // of regular consignors; 0 where there are none
	}{
		"none":               {"an event without terms splits nothing", nil, day(5), 0},
		"first":              {"in effect since the first", versions, day(5), 6000},
		"at the moment":      {"a version holds from its moment on", versions, day(10), 6500},
		"just before":        {"and not before it", versions, day(10).Add(-time.Microsecond), 6000},
		"last":               {"nothing ends the last", versions, day(300), 5000},
		"before all":         {"who orders before the event opens is promised what it began with", versions, day(1).Add(-time.Hour), 6000},
		"before, mixed":      {"the first is the earliest, wherever it stands", []commission.Terms{versions[2], versions[0], versions[1]}, day(0), 6000},
		"in any order":       {"a database returns them as it likes", []commission.Terms{versions[2], versions[0], versions[1]}, day(15), 6500},
		"another zone":       {"a moment is the same everywhere", versions, day(10).In(time.FixedZone("EST", -5*3600)), 6500},
		"twice one time":     {"the one further back is the correction", []commission.Terms{from(1, 6000), from(1, 6100)}, day(5), 6100},
		"twice, to come":     {"which holds then, too", []commission.Terms{from(1, 6000), from(1, 6100)}, day(0), 6100},
		"one, in the future": {"there is no other", []commission.Terms{from(20, 5000)}, day(5), 5000},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			given := slices.Clone(tc.list)
			got, ok := commission.TermsAt(tc.list, tc.at)
			if got.RegularPercent != tc.want || ok != (tc.want != 0) {
				t.Errorf("%s: got %v, %t, want %v", tc.reason, got.RegularPercent, ok, tc.want)
			}
			if !slices.Equal(given, tc.list) {
				t.Error("the list was changed")
			}
		})
	}
}
