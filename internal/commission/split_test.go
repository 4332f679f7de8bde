package commission_test

import (
	"math"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
)

func TestSplit(t *testing.T) {
	terms := commission.Terms{RegularPercent: 6000, SuperPercent: 7000, ShiftPercent: 250, MaxPercent: 8500}
	bonus := terms
	bonus.SuperItemBonusCents, bonus.SuperItemThresholdCents = 500, 10000
	always := commission.Terms{RegularPercent: 6000, MaxPercent: 8500, SuperItemBonusCents: 500}
	cases := map[string]struct {
		reason string
		net    int64
		class  commission.Class
		shifts int
		terms  commission.Terms
		want   commission.Share
	}{
		"regular":          {"the usual sale", 2500, commission.Regular, 0, terms, commission.Share{NetCents: 2500, ConsignorCents: 1500, ShopCents: 1000, Percent: 6000}},
		"super":            {"the better share", 2500, commission.Super, 0, terms, commission.Share{NetCents: 2500, ConsignorCents: 1750, ShopCents: 750, Percent: 7000}},
		"unknown class":    {"nobody gets more by a typing error", 2500, "super", 0, terms, commission.Share{NetCents: 2500, ConsignorCents: 1500, ShopCents: 1000, Percent: 6000}},
		"shifts":           {"each adds", 2000, commission.Regular, 2, terms, commission.Share{NetCents: 2000, ConsignorCents: 1300, ShopCents: 700, Percent: 6500}},
		"cap":              {"and the cap ends it", 2000, commission.Super, 7, terms, commission.Share{NetCents: 2000, ConsignorCents: 1700, ShopCents: 300, Percent: 8500}},
		"base above cap":   {"the cap holds for the base, too", 2000, commission.Super, 0, commission.Terms{SuperPercent: 9000, MaxPercent: 8500}, commission.Share{NetCents: 2000, ConsignorCents: 1700, ShopCents: 300, Percent: 8500}},
		"more shifts":      {"than a number holds", 2000, commission.Super, math.MaxInt, terms, commission.Share{NetCents: 2000, ConsignorCents: 1700, ShopCents: 300, Percent: 8500}},
		"negative shifts":  {"take nothing away", 2000, commission.Regular, -3, terms, commission.Share{NetCents: 2000, ConsignorCents: 1200, ShopCents: 800, Percent: 6000}},
		"half a cent":      {"goes to the consignor", 1, commission.Regular, 0, commission.Terms{RegularPercent: 5000, MaxPercent: 8500}, commission.Share{NetCents: 1, ConsignorCents: 1, ShopCents: 0, Percent: 5000}},
		"less than half":   {"goes to the shop", 1999, commission.Regular, 0, terms, commission.Share{NetCents: 1999, ConsignorCents: 1199, ShopCents: 800, Percent: 6000}},
		"bonus":            {"at the threshold", 10000, commission.Regular, 0, bonus, commission.Share{NetCents: 10000, ConsignorCents: 6500, ShopCents: 3500, Percent: 6000, BonusCents: 500}},
		"no bonus":         {"below it", 9999, commission.Regular, 0, bonus, commission.Share{NetCents: 9999, ConsignorCents: 5999, ShopCents: 4000, Percent: 6000}},
		"bonus above cap":  {"the cap is on the percentage", 10000, commission.Super, 9, bonus, commission.Share{NetCents: 10000, ConsignorCents: 9000, ShopCents: 1000, Percent: 8500, BonusCents: 500}},
		"bonus above net":  {"never more than was paid", 600, commission.Regular, 0, always, commission.Share{NetCents: 600, ConsignorCents: 600, ShopCents: 0, Percent: 6000, BonusCents: 240}},
		"nothing, a bonus": {"nothing was sold", 0, commission.Regular, 0, always, commission.Share{Percent: 6000}},
		"below zero":       {"counts as zero", -100, commission.Regular, 0, always, commission.Share{Percent: 6000}},
		"much":             {"does not overflow", math.MaxInt64, commission.Regular, 0, commission.Terms{RegularPercent: 10000, MaxPercent: 10000}, commission.Share{NetCents: math.MaxInt64, ConsignorCents: math.MaxInt64, Percent: 10000}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := commission.Split(tc.net, tc.class, tc.shifts, tc.terms); got != tc.want {
				t.Errorf("%s: got %+v, want %+v", tc.reason, got, tc.want)
			}
		})
	}
}
