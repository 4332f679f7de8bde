package shopify

import (
	"math/big"
	"testing"
)

func TestCents(t *testing.T) {
	cases := map[string]struct {
		reason string
		amount string
		want   int64
		ok     bool
	}{
		"two decimals":    {"as Shopify writes money", "12.50", 1250, true},
		"one decimal":     {"as it writes round amounts", "12.5", 1250, true},
		"whole":           {"currencies without decimals", "1200", 120000, true},
		"zero":            {"a line given away", "0.0", 0, true},
		"negative":        {"an adjustment", "-3.07", -307, true},
		"below a unit":    {"the sign is not the unit's", "-0.05", -5, true},
		"zeros behind":    {"they say nothing", "12.5000", 1250, true},
		"largest":         {"all of an int64", "92233720368547758.07", 1<<63 - 1, true},
		"too large":       {"it would turn negative", "92233720368547758.08", 0, false},
		"three decimals":  {"a part of a cent is never dropped", "12.345", 0, false},
		"exponent":        {"not a plain decimal", "1e3", 0, false},
		"no unit":         {"not how Shopify writes it", ".5", 0, false},
		"nothing behind":  {"not how Shopify writes it", "5.", 0, false},
		"thousands":       {"not how Shopify writes it", "1,000.00", 0, false},
		"sign alone":      {"no amount", "-", 0, false},
		"two signs":       {"no amount", "--1", 0, false},
		"plus":            {"not how Shopify writes it", "+1", 0, false},
		"empty":           {"no amount", "", 0, false},
		"sign behind":     {"no amount", "1.-5", 0, false},
		"other digits":    {"no amount", "١٢", 0, false},
		"space":           {"no amount", " 1", 0, false},
		"several points":  {"no amount", "1.2.3", 0, false},
		"currency in it":  {"no amount", "12.50 CAD", 0, false},
		"long by zeros":   {"no more than it says", "000000000000000000000000012.50", 1250, true},
		"three are zeros": {"exact all the same", "1.230", 123, true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := cents(tc.amount)
			if got != tc.want || (err == nil) != tc.ok {
				t.Errorf("%s: got %d, %v, want %d", tc.reason, got, err, tc.want)
			}
		})
	}
}

// Whatever is accepted is exact.
func FuzzCents(f *testing.F) {
	for _, amount := range []string{"12.50", "-0.05", "1e9", "0.001", "92233720368547758.07", "12.340"} {
		f.Add(amount)
	}
	f.Fuzz(func(t *testing.T, amount string) {
		got, err := cents(amount)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(amount)
		if !ok || exact.Mul(exact, big.NewRat(100, 1)).Cmp(new(big.Rat).SetInt64(got)) != 0 {
			t.Errorf("%q read as %d cents", amount, got)
		}
	})
}
