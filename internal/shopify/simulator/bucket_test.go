package simulator

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestRateLimitOfPlans(t *testing.T) {
	cases := map[string]struct {
		reason string
		shop   Shop
		want   RateLimit
	}{
		"basic":      {"the standard plan's is on record", Shop{Plan: "Basic"}, RateLimit{2000, 100, 40, 2}},
		"other":      {"so is that of plans by other names", Shop{Plan: "Grow"}, RateLimit{2000, 100, 40, 2}},
		"advanced":   {"twice the standard", Shop{Plan: "Advanced"}, RateLimit{4000, 200, 80, 4}},
		"plus":       {"ten times the standard", Shop{Plan: "Shopify Plus"}, RateLimit{20000, 1000, 400, 20}},
		"enterprise": {"twenty times the standard", Shop{Plan: "Enterprise"}, RateLimit{40000, 2000, 800, 40}},
		"older": {"a shop's own figures go before the plan's", Shop{Plan: "Basic", RateLimit: RateLimit{Maximum: 1000, RestoreRate: 50}},
			RateLimit{1000, 50, 40, 2}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(rateLimit(&tc.shop)).To(Equal(tc.want), tc.reason)
		})
	}
}

func TestRateLimitIsChecked(t *testing.T) {
	w := newWorld(t)
	w.Expect(w.sim.Update(maple, func(s *Shop) { s.RateLimit.RestoreRate = -1 })).To(MatchError(ContainSubstring("rateLimit")))
	a := w.control("PATCH", "/shops/"+maple, `{"rateLimit": {"maximum": 1000, "restoreRate": 50}}`)
	w.Expect(a.at("rateLimit")).To(Equal(map[string]any{"maximum": 1000.0, "restoreRate": 50.0}), a.text)
	w.Expect(w.ask(`{ shop { id } }`, nil).at("extensions.cost.throttleStatus")).To(Equal(
		map[string]any{"maximumAvailable": 1000.0, "currentlyAvailable": 999.0, "restoreRate": 50.0}))
}

// FuzzBucket spends, refunds and waits in any order. Each byte is an operation
// and its amount.
func FuzzBucket(f *testing.F) {
	f.Add(uint16(2000), uint16(100), []byte{0x7f, 0x80, 0xff, 0x01})
	f.Add(uint16(40), uint16(2), []byte{0x01, 0x01, 0xc1, 0x81})
	f.Add(uint16(0), uint16(0), []byte{0x3f, 0xbf, 0xff})
	f.Fuzz(func(t *testing.T, size, rate uint16, operations []byte) {
		var b bucket
		now, most := time.Unix(0, 0), float64(size)
		for i, operation := range operations {
			amount := float64(operation & 0x3f)
			before := b.available(most)
			switch operation >> 6 {
			case 0:
				if taken := b.take(amount, most); taken && before-b.available(most) > amount+1 {
					t.Fatalf("step %d: %v taken and %v gone", i, amount, before-b.available(most))
				}
			case 1:
				b.refund(amount)
			case 2:
				now = now.Add(time.Duration(amount) * 37 * time.Millisecond)
				b.refill(now, most, float64(rate))
				if b.available(most) < before {
					t.Fatalf("step %d: waiting made %v of %v", i, b.available(most), before)
				}
			case 3: // the clock goes back, or the plan changes
				most = float64(size) / (1 + amount)
				b.refill(now.Add(-time.Hour), most, float64(rate))
			}
			if left := b.available(most); left < 0 || left > most || b.used < 0 || b.used > most {
				t.Fatalf("step %d: %v left and %v used of %v", i, left, b.used, most)
			}
		}
	})
}
