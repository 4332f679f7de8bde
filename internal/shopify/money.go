package shopify

import (
	"fmt"
	"math"
	"strings"
)

// decimalOf writes cents as Shopify reads an amount, such as 12.50.
func decimalOf(cents int64) *string {
	return new(fmt.Sprintf("%d.%02d", cents/100, cents%100))
}

// cents reads an amount of money as Shopify writes it, such as 12.50, 12.5 or
// -3: an exact number of hundredths of the currency's unit. An amount that is no
// whole number of them is refused, as is one beyond an int64.
func cents(amount string) (int64, error) {
	digits, negative := strings.CutPrefix(amount, "-")
	whole, fraction, pointed := strings.Cut(digits, ".")
	kept := strings.TrimRight(fraction, "0")
	if whole == "" || pointed && fraction == "" {
		return 0, fmt.Errorf("amount %q: want a decimal such as 12.50", amount)
	}
	if len(kept) > 2 {
		return 0, fmt.Errorf("amount %q is no whole number of cents", amount)
	}
	var n int64
	for _, c := range whole + (kept + "00")[:2] {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("amount %q: want a decimal such as 12.50", amount)
		}
		digit := int64(c - '0')
		if n > (math.MaxInt64-digit)/10 {
			return 0, fmt.Errorf("amount %q is too large", amount)
		}
		n = n*10 + digit
	}
	if negative {
		n = -n
	}
	return n, nil
}
