package catalog

import (
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Price is what an item costs in the shop at a time, in cents, and what it cost
// before it was marked down; 0 where it was not. A markdown is rounded half up.
func Price(item ledger.Item, event ledger.SaleEvent, now time.Time) (cents, before int64) {
	if !markedDown(item, event, now) {
		return item.PriceCents, 0
	}
	const whole = 100_00 // hundredths of a percent
	cents = (item.PriceCents*(whole-int64(event.MarkdownPercent)) + whole/2) / whole
	if cents == item.PriceCents {
		return cents, 0
	}
	return cents, item.PriceCents
}

// markedDown says whether a markdown is in effect for an item.
func markedDown(item ledger.Item, event ledger.SaleEvent, now time.Time) bool {
	from := event.MarkdownStartsAt
	return item.MarkdownEligible && !from.IsZero() && !now.Before(from)
}
