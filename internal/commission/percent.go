package commission

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Percent is a share in hundredths of a percent: 60% is 6000.
type Percent int32

// whole is 100%.
const whole Percent = 100_00

var percentForm = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,2})?$`)

// ParsePercent reads a percentage from 0 to 100 with at most two decimals, without
// the sign: "60", "62.5". Anything else is an error that says so.
func ParsePercent(text string) (Percent, error) {
	units, decimals, _ := strings.Cut(text, ".")
	hundredths, err := strconv.ParseInt(units+(decimals + "00")[:2], 10, 32)
	if !percentForm.MatchString(text) || err != nil || hundredths > int64(whole) {
		return 0, fmt.Errorf("%q is no percentage: give a number from 0 to 100 with at most two decimals, such as 62.5", text)
	}
	return Percent(hundredths), nil
}

// String writes the percentage as ParsePercent reads it, without decimals that say
// nothing: "60", "62.5".
func (p Percent) String() string {
	text := fmt.Sprintf("%d.%02d", p/100, p%100)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// of is the percentage of an amount that is not negative, half a cent rounded up. It
// is exact for every amount and percentages up to 100%.
func (p Percent) of(cents int64) int64 {
	// An amount times the percentage may not fit; its parts do.
	hundreds, rest := cents/int64(whole), cents%int64(whole)
	return hundreds*int64(p) + halfUp(rest*int64(p), int64(whole))
}

// halfUp divides what is not negative and rounds half up.
func halfUp(amount, by int64) int64 {
	quotient, rest := amount/by, amount%by
	if rest >= by-rest {
		quotient++
	}
	return quotient
}
