package orders

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// somebody is a claim on an item as it may occur.
func somebody(r *rand.Rand, line uint64) claim {
	statuses := []string{"", "PENDING", "AUTHORIZED", "PARTIALLY_PAID", "PAID", "PARTIALLY_REFUNDED", "REFUNDED", "VOIDED", "EXPIRED"}
	c := claim{
		order: ledger.Order{ID: 1 + r.Uint64N(4), FinancialStatus: statuses[r.IntN(len(statuses))], CreatedAt: time.UnixMicro(r.Int64N(3)), Currency: "CAD"},
		line:  ledger.OrderLine{ID: line, Quantity: 1, CurrentQuantity: r.IntN(2), OriginalCents: r.Int64N(20000), TaxCents: r.Int64N(900)},
	}
	if r.IntN(6) == 0 {
		c.order.CancelledAt = time.UnixMicro(9)
	}
	return c
}

func TestOneAtMostGetsTheItem(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	for range 5000 {
		var claims []claim
		for line := range r.Uint64N(6) {
			claims = append(claims, somebody(r, line+1))
		}
		states := decide(claims)
		byLine := map[uint64]State{}
		active, stand := 0, false
		for i, c := range claims {
			byLine[c.line.ID] = states[i]
			stand = stand || c.stands()
			if states[i].active() {
				active++
			}
			if c.stands() == (states[i] == Void) || (states[i] == Sold && !paid(c.order)) {
				t.Fatalf("%+v is %s", c, states[i])
			}
		}
		if active > 1 || stand != (active == 1) {
			t.Fatalf("%d have the item of %+v", active, claims)
		}
		r.Shuffle(len(claims), func(i, j int) { claims[i], claims[j] = claims[j], claims[i] })
		for i, state := range decide(claims) {
			if line := claims[i].line.ID; byLine[line] != state {
				t.Fatalf("line %d is %s or %s, as the claims come", line, byLine[line], state)
			}
		}
	}
}

func TestStateOf(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		was    catalog.State
		has    State
		end    ending
		open   bool
		want   catalog.State
	}{
		"ordered":            {"kept for the customer", catalog.Listed, Reserved, notEnded, true, catalog.Reserved},
		"paid":               {"the customer's", catalog.Reserved, Sold, notEnded, true, catalog.Sold},
		"restocked":          {"back on the shelf", catalog.Sold, "", restocked, true, catalog.Listed},
		"restocked, late":    {"the shelf is gone", catalog.Sold, "", restocked, false, catalog.CustomerReturned},
		"kept off":           {"not for sale", catalog.Reserved, "", keptOff, true, catalog.CustomerReturned},
		"wrong item":         {"it was on the shelf all along", catalog.Sold, "", wrongItem, true, catalog.Listed},
		"wrong item, late":   {"and nobody bought it", catalog.Sold, "", wrongItem, false, catalog.Unsold},
		"next in line":       {"a sale that ended leaves it to another", catalog.Sold, Reserved, restocked, true, catalog.Reserved},
		"sold elsewhere":     {"no sale ended, so nothing is undone", catalog.Sold, "", notEnded, true, catalog.Sold},
		"withdrawn meantime": {"what a person decided stays", catalog.Withdrawn, "", restocked, true, catalog.Withdrawn},
	} {
		t.Run(name, func(t *testing.T) {
			if got := stateOf(c.was, c.has, c.end, c.open); got != c.want {
				t.Errorf("%s: got %s, want %s", c.reason, got, c.want)
			}
		})
	}
}
