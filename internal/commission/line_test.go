package commission_test

import (
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
)

func TestNet(t *testing.T) {
	cases := map[string]struct {
		reason string
		line   commission.Line
		want   int64
	}{
		"plain":              {"a price, nothing else", commission.Line{OriginalCents: 2500, Quantity: 1, CurrentQuantity: 1}, 2500},
		"discounts":          {"every allocation counts, the order's own too", commission.Line{OriginalCents: 2500, DiscountCents: []int64{500, 1}, Quantity: 1, CurrentQuantity: 1}, 1999},
		"taxes on top":       {"are the state's and no part of the price", commission.Line{OriginalCents: 2500, TaxCents: []int64{325}, Quantity: 1, CurrentQuantity: 1}, 2500},
		"taxes included":     {"are part of the price and not to be shared", commission.Line{OriginalCents: 2825, TaxCents: []int64{125, 200}, TaxesIncluded: true, Quantity: 1, CurrentQuantity: 1}, 2500},
		"all of it":          {"discount and included taxes", commission.Line{OriginalCents: 2825, DiscountCents: []int64{565}, TaxCents: []int64{260}, TaxesIncluded: true, Quantity: 1, CurrentQuantity: 1}, 2000},
		"refunded":           {"nothing is left", commission.Line{OriginalCents: 2500, Quantity: 1}, 0},
		"refunded, several":  {"nothing is left", commission.Line{OriginalCents: 5000, Quantity: 2}, 0},
		"two of one item":    {"there was one item", commission.Line{OriginalCents: 5000, Quantity: 2, CurrentQuantity: 2}, 2500},
		"one of two is left": {"it earns as it did", commission.Line{OriginalCents: 5000, Quantity: 2, CurrentQuantity: 1}, 2500},
		"half a cent":        {"is rounded up", commission.Line{OriginalCents: 5001, Quantity: 2, CurrentQuantity: 1}, 2501},
		"a third of a cent":  {"is rounded down", commission.Line{OriginalCents: 1000, Quantity: 3, CurrentQuantity: 3}, 333},
		"two thirds":         {"are rounded up", commission.Line{OriginalCents: 1001, Quantity: 3, CurrentQuantity: 1}, 334},
		"given away":         {"a discount of all", commission.Line{OriginalCents: 2500, DiscountCents: []int64{2500}, Quantity: 1, CurrentQuantity: 1}, 0},
		"more than given":    {"costs neither consignor nor shop", commission.Line{OriginalCents: 2500, DiscountCents: []int64{2600}, Quantity: 1, CurrentQuantity: 1}, 0},
		"no quantity":        {"what was never ordered", commission.Line{OriginalCents: 2500, CurrentQuantity: 1}, 0},
		"nothing":            {"the zero value", commission.Line{}, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := tc.line.Net(); got != tc.want {
				t.Errorf("%s: got %d, want %d", tc.reason, got, tc.want)
			}
		})
	}
}
