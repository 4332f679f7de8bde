package orders

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// TestPostedIsTheTarget holds that whatever a line goes through, and whoever its
// consignor turns out to be, its entries come to its last target, and to nothing
// for all others.
func TestPostedIsTheTarget(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 4))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for range 2000 {
		var posted []ledger.Entry
		keys := map[string]bool{}
		for range 1 + r.IntN(8) {
			c := somebody(r, 7)
			b := basis{
				item:  ledger.Item{ID: pick("snowsuit", "boots"), ConsignorID: pick("robin", "kim"), EventID: pick("spring", "autumn")},
				class: commission.Class(pick("Regular", "Super")), shifts: r.IntN(4), currency: pick("CAD", "CAD", "USD"),
				terms: []commission.Terms{{EffectiveFrom: time.UnixMicro(1), RegularPercent: 6000, SuperPercent: 7000, ShiftPercent: 250, MaxPercent: 8500}}[:r.IntN(2)],
			}
			target := b.target(c, decide([]claim{c})[0])
			entries, err := differences(c, target, posted)
			if err != nil {
				t.Fatal(err)
			}
			posted = append(posted, entries...)
			for i, e := range posted {
				if (e.Kind == ledger.Accrual) != (i == 0) || e.NetCents != e.ConsignorCents+e.ShopCents {
					t.Fatalf("entry %d: %+v", i+1, e)
				}
			}
			for _, e := range entries {
				if keys[e.Key] {
					t.Fatalf("%s is posted twice", e.Key)
				}
				keys[e.Key] = true
			}
			holds(t, target, posted)
			if again, err := differences(c, target, posted); len(again) > 0 || err != nil {
				t.Fatalf("what is posted is posted again: %+v, %v", again, err)
			}
		}
	}
}

func holds(t *testing.T, target Inputs, posted []ledger.Entry) {
	t.Helper()
	sums := map[account][3]int64{{target.ItemID, target.ConsignorID, target.EventID}: {-target.NetCents, -target.ConsignorCents, -target.ShopCents}}
	for _, e := range posted {
		a := account{e.ItemID, e.ConsignorID, e.EventID}
		s := sums[a]
		sums[a] = [3]int64{s[0] + e.NetCents, s[1] + e.ConsignorCents, s[2] + e.ShopCents}
	}
	for a, s := range sums {
		if s != [3]int64{} {
			t.Fatalf("%+v is off by %v", a, s)
		}
	}
}
