package commission_test

import (
	"math/big"
	"math/rand" //nolint:depguard // testing/quick hands it out
	"reflect"
	"testing"
	"testing/quick"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
)

// sale is a line of an order and all that its split depends on, as they may occur.
type sale struct {
	line   commission.Line
	class  commission.Class
	shifts int
	terms  commission.Terms
}

// Generate makes a sale whose discounts may exceed its price.
func (sale) Generate(r *rand.Rand, _ int) reflect.Value {
	percent := func() commission.Percent { return commission.Percent(r.Intn(10001)) }
	quantity := r.Intn(4)
	return reflect.ValueOf(sale{
		line: commission.Line{
			OriginalCents: r.Int63n(50000), DiscountCents: []int64{r.Int63n(20000), r.Int63n(2000)},
			TaxCents: []int64{r.Int63n(5000)}, TaxesIncluded: r.Intn(2) == 0,
			Quantity: quantity, CurrentQuantity: r.Intn(quantity + 1),
		},
		class:  []commission.Class{commission.Regular, commission.Super}[r.Intn(2)],
		shifts: r.Intn(20),
		terms: commission.Terms{
			RegularPercent: percent(), SuperPercent: percent(), ShiftPercent: percent() / 10, MaxPercent: percent(),
			SuperItemBonusCents: r.Int63n(2000), SuperItemThresholdCents: r.Int63n(20000),
		},
	})
}

func (s sale) split() commission.Share {
	return commission.Split(s.line.Net(), s.class, s.shifts, s.terms)
}

func TestProperties(t *testing.T) {
	cases := map[string]struct {
		reason string
		holds  func(sale) bool
	}{
		"sum": {"no cent is lost or made", func(s sale) bool {
			share := s.split()
			return share.NetCents == s.line.Net() && share.ConsignorCents+share.ShopCents == share.NetCents
		}},
		"bounds": {"neither of the two pays for a sale", func(s sale) bool {
			share := s.split()
			return share.ConsignorCents >= 0 && share.ShopCents >= 0 && share.BonusCents >= 0 && share.BonusCents <= share.ConsignorCents
		}},
		"cap": {"class and shifts come to no more than the cap", func(s sale) bool {
			share := s.split()
			return share.Percent <= s.terms.MaxPercent && share.BonusCents <= s.terms.SuperItemBonusCents
		}},
		"refund": {"what was refunded in full is nobody's", func(s sale) bool {
			s.line.CurrentQuantity = 0
			share := s.split()
			return share.NetCents == 0 && share.ConsignorCents == 0 && share.ShopCents == 0 && share.BonusCents == 0
		}},
		"one of a kind": {"pieces that nobody had earn nothing", func(s sale) bool {
			one := s.line
			one.CurrentQuantity = min(one.CurrentQuantity, 1)
			return s.line.Net() == one.Net()
		}},
		"monotone in net": {"a higher price is never worse for the consignor", func(s sale) bool {
			more := commission.Split(s.line.Net()+1, s.class, s.shifts, s.terms)
			return more.ConsignorCents >= s.split().ConsignorCents
		}},
		"monotone in shifts": {"one more shift never costs", func(s sale) bool {
			more := s
			more.shifts++
			return more.split().ConsignorCents >= s.split().ConsignorCents
		}},
		"exact": {"as with numbers of any size", func(s sale) bool {
			share := s.split()
			// half-up(n × p / 10000) = ⌊(2np + 10000) / 20000⌋
			exact := new(big.Int).Mul(big.NewInt(2*share.NetCents), big.NewInt(int64(share.Percent)))
			exact.Add(exact, big.NewInt(10000)).Div(exact, big.NewInt(20000))
			return exact.Int64() == share.ConsignorCents-share.BonusCents
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if err := quick.Check(tc.holds, &quick.Config{MaxCount: 5000}); err != nil {
				t.Errorf("%s: %v", tc.reason, err)
			}
		})
	}
}
