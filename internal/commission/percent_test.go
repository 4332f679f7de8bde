package commission_test

import (
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
)

func TestParsePercent(t *testing.T) {
	cases := map[string]struct {
		reason, text string
		want         commission.Percent
		written      string // empty where it is refused
	}{
		"whole":          {"the usual form", "60", 6000, "60"},
		"one decimal":    {"half a percent", "62.5", 6250, "62.5"},
		"two decimals":   {"the finest there is", "62.05", 6205, "62.05"},
		"zeros":          {"say nothing", "060.10", 6010, "60.1"},
		"nothing":        {"the shop keeps all", "0", 0, "0"},
		"all":            {"the shop gives all", "100.00", 10000, "100"},
		"small":          {"a zero before the point stays", "0.5", 50, "0.5"},
		"three decimals": {"would be rounded without anybody knowing", "62.505", 0, ""},
		"above":          {"more than there is", "100.01", 0, ""},
		"negative":       {"no consignor pays for a sale", "-1", 0, ""},
		"sign":           {"one way to write it", "+1", 0, ""},
		"percent sign":   {"the name of the field says it", "60%", 0, ""},
		"comma":          {"means thousands elsewhere", "62,5", 0, ""},
		"no decimals":    {"half of a number", "62.", 0, ""},
		"no units":       {"half of a number", ".5", 0, ""},
		"empty":          {"not the same as 0", "", 0, ""},
		"large":          {"does not wrap around", strings.Repeat("9", 40), 0, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := commission.ParsePercent(tc.text)
			if tc.written == "" {
				if err == nil || !strings.Contains(err.Error(), "give a number from 0 to 100") {
					t.Errorf("%s: got %v, %v", tc.reason, got, err)
				}
				return
			}
			if err != nil || got != tc.want || got.String() != tc.written {
				t.Errorf("%s: got %d (%s), %v, want %d (%s)", tc.reason, got, got, err, tc.want, tc.written)
			}
		})
	}
}

func TestEveryPercentIsReadAsItIsWritten(t *testing.T) {
	for p := commission.Percent(0); p <= 10000; p++ {
		if got, err := commission.ParsePercent(p.String()); err != nil || got != p {
			t.Fatalf("%d is written %q and read as %d, %v", p, p, got, err)
		}
	}
}
