package catalog_test

import (
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

func TestPrice(t *testing.T) {
	from := time.Date(2027, 4, 11, 13, 0, 0, 0, time.UTC)
	half := ledger.SaleEvent{MarkdownStartsAt: from, MarkdownPercent: 50_00}
	third := ledger.SaleEvent{MarkdownStartsAt: from, MarkdownPercent: 33_33}
	item := func(cents int64) ledger.Item { return ledger.Item{PriceCents: cents, MarkdownEligible: true} }
	cases := map[string]struct {
		reason        string
		item          ledger.Item
		event         ledger.SaleEvent
		now           time.Time
		cents, before int64
	}{
		"no markdown":    {"the event has none", item(2499), ledger.SaleEvent{}, from, 2499, 0},
		"not eligible":   {"its consignor did not agree", ledger.Item{PriceCents: 2499}, half, from, 2499, 0},
		"a moment early": {"it begins at that time, and not before", item(2499), half, from.Add(-time.Nanosecond), 2499, 0},
		"at that time":   {"half a cent goes up", item(2499), half, from, 1250, 2499},
		"even":           {"half", item(2500), half, from, 1250, 2500},
		"a third":        {"to the cent: 6.667", item(10), third, from.Add(time.Hour), 7, 10},
		"free":           {"nothing gets no cheaper", item(0), half, from, 0, 0},
		"one cent":       {"half a cent goes up, so it costs what it did", item(1), half, from, 1, 0},
		"all of it":      {"it is given away", item(2499), ledger.SaleEvent{MarkdownStartsAt: from, MarkdownPercent: 100_00}, from, 0, 2499},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if cents, before := catalog.Price(tc.item, tc.event, tc.now); cents != tc.cents || before != tc.before {
				t.Errorf("%s: got %d, before %d; want %d, before %d", tc.reason, cents, before, tc.cents, tc.before)
			}
		})
	}
}
