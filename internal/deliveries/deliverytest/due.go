package deliverytest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// Due is what each item of a shop should have earned by now, in words such as
// "robin 1499/1000": the consignor's cents and the shop's. It knows nothing of how
// the ledger comes to that. Of two orders for one item the earlier that was paid
// has it. Lines are of one piece, and taxes on top.
func Due(shop simulator.Shop) map[string]string {
	orders := slices.Clone(shop.Orders)
	slices.SortFunc(orders, func(a, b simulator.Order) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	due := map[string]string{}
	for _, o := range orders {
		for _, l := range o.Lines {
			if _, gone := due[l.SKU]; gone || l.SKU == "" || l.Current == 0 || !o.CancelledAt.IsZero() || o.Test || !paid(o) {
				continue
			}
			net := int64(l.Price)
			for _, a := range l.Allocations {
				net -= int64(a.Amount)
			}
			percent := int64(robinPercent)
			if consignorOf(l.SKU) == Kim {
				percent = kimPercent
			}
			share := (net*percent + 50) / 100
			due[l.SKU] = fmt.Sprintf("%s %d/%d", consignorOf(l.SKU), share, net-share)
		}
	}
	return due
}

// paid says whether all that is left of an order is paid for.
func paid(o simulator.Order) bool {
	var owed simulator.Cents
	for _, l := range o.Lines {
		if l.Current == 0 {
			continue
		}
		owed += l.Price
		for _, a := range l.Allocations {
			owed -= a.Amount
		}
		for _, t := range l.Taxes {
			owed += t.Amount
		}
	}
	for _, t := range o.Transactions {
		if t.Kind == "SALE" {
			owed -= t.Amount
		} else {
			owed += t.Amount
		}
	}
	return owed <= 0
}

// Earned is what each item has earned in the ledger, in the words of Due: the sum
// of all its entries. Items that earned nothing are left out.
func Earned(ctx context.Context, l *ledger.Ledger, store ledger.Store) (map[string]string, error) {
	earned := map[string]string{}
	err := l.View(ctx, store, func(tx *ledger.Tx) error {
		for _, consignor := range []string{Robin, Kim} {
			entries, err := tx.EntriesOf(Event, consignor)
			if err != nil {
				return err
			}
			sums := map[string][2]int64{}
			for _, e := range entries {
				sum := sums[e.ItemID]
				sums[e.ItemID] = [2]int64{sum[0] + e.ConsignorCents, sum[1] + e.ShopCents}
			}
			for item, sum := range sums {
				if sum != [2]int64{} {
					earned[item] = fmt.Sprintf("%s %d/%d", consignor, sum[0], sum[1])
				}
			}
		}
		return nil
	})
	return earned, err
}
