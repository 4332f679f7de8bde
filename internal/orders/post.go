package orders

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Inputs are what an entry's target was computed from. An entry holds them as JSON.
type Inputs struct {
	// State is the sale's. One that is not Sold comes to nothing.
	State State `json:"state"`
	// ItemID, ConsignorID and EventID say whose the sale is. Where they are not the
	// entry's own, the entry takes back what another had for it.
	ItemID      string `json:"item"`
	ConsignorID string `json:"consignor"`
	EventID     string `json:"event"`
	// NetCents, ConsignorCents and ShopCents are what all entries of the sale come to.
	NetCents       int64 `json:"netCents"`
	ConsignorCents int64 `json:"consignorCents"`
	ShopCents      int64 `json:"shopCents"`
	// Percent is what class and shifts came to, BonusCents what was added to that.
	Percent    string           `json:"percent"`
	Class      commission.Class `json:"class"`
	Shifts     int              `json:"shifts"`
	BonusCents int64            `json:"bonusCents"`
	// TermsFrom is the version of the terms; zero where there are none.
	TermsFrom       time.Time `json:"termsEffectiveFrom,omitzero"`
	OriginalCents   int64     `json:"originalCents"`
	DiscountCents   int64     `json:"discountCents"`
	TaxCents        int64     `json:"taxCents"`
	TaxesIncluded   bool      `json:"taxesIncluded"`
	Quantity        int       `json:"quantity"`
	CurrentQuantity int       `json:"currentQuantity"`
	OrderedAt       time.Time `json:"orderedAt"`
	OrderUpdatedAt  time.Time `json:"orderUpdatedAt"`
}

// basis is all that decides what an item's sale earns.
type basis struct {
	item   ledger.Item
	class  commission.Class
	shifts int
	// settled says that the event's return window has ended, or that the consignor was
	// handed a statement of it.
	settled bool
	terms   []commission.Terms
	// currency is the shop's.
	currency string
}

// as is the basis for a line with entries: what was settled stands under the class that
// the consignor had then, whatever they become for the next event.
func (b basis) as(posted []ledger.Entry) (basis, error) {
	if !b.settled {
		return b, nil
	}
	for _, e := range slices.Backward(posted) {
		var in Inputs
		if err := json.Unmarshal([]byte(e.Inputs), &in); err != nil {
			return b, fmt.Errorf("inputs of entry %s: %w", e.Key, err)
		}
		if in.ConsignorID == b.item.ConsignorID && in.EventID == b.item.EventID {
			b.class = in.Class
			return b, nil
		}
	}
	return b, nil
}

// target is what the entries of a line should come to.
func (b basis) target(c claim, state State) Inputs {
	in := Inputs{
		State: state, ItemID: b.item.ID, ConsignorID: b.item.ConsignorID, EventID: b.item.EventID,
		Class: b.class, Shifts: b.shifts, OriginalCents: c.line.OriginalCents, DiscountCents: c.line.DiscountCents,
		TaxCents: c.line.TaxCents, TaxesIncluded: c.order.TaxesIncluded, Quantity: c.line.Quantity, CurrentQuantity: c.line.CurrentQuantity,
		OrderedAt: c.order.CreatedAt, OrderUpdatedAt: c.order.UpdatedAt,
	}
	var share commission.Share
	terms, promised := commission.TermsAt(b.terms, c.order.CreatedAt)
	if state == Sold && promised && c.order.Currency == b.currency {
		line := commission.Line{
			OriginalCents: c.line.OriginalCents, DiscountCents: []int64{c.line.DiscountCents}, TaxCents: []int64{c.line.TaxCents},
			TaxesIncluded: c.order.TaxesIncluded, Quantity: c.line.Quantity, CurrentQuantity: c.line.CurrentQuantity,
		}
		share = commission.Split(line.Net(), b.class, b.shifts, terms)
	}
	in.TermsFrom, in.Percent = terms.EffectiveFrom, share.Percent.String()
	in.NetCents, in.ConsignorCents, in.ShopCents, in.BonusCents = share.NetCents, share.ConsignorCents, share.ShopCents, share.BonusCents
	return in
}

// account is what a line's entries are summed by.
type account struct{ item, consignor, event string }

// differences are the entries that bring those of a line to their target. What
// others than the sale's own consignor had for the line is taken back first.
func differences(c claim, target Inputs, posted []ledger.Entry) ([]ledger.Entry, error) {
	own := account{target.ItemID, target.ConsignorID, target.EventID}
	sums := map[account]ledger.Entry{}
	accounts := []account{}
	for _, e := range posted {
		a := account{e.ItemID, e.ConsignorID, e.EventID}
		if _, ok := sums[a]; !ok && a != own {
			accounts = append(accounts, a)
		}
		total := sums[a]
		total.NetCents += e.NetCents
		total.ConsignorCents += e.ConsignorCents
		total.ShopCents += e.ShopCents
		sums[a] = total
	}
	inputs, err := json.Marshal(target)
	if err != nil {
		return nil, fmt.Errorf("inputs of line %d: %w", c.line.ID, err)
	}
	var entries []ledger.Entry
	for _, a := range append(slices.Clip(accounts), own) {
		e := ledger.Entry{
			Kind: ledger.Accrual, ConsignorID: a.consignor, EventID: a.event, ItemID: a.item, LineID: c.line.ID, OrderID: c.order.ID, Inputs: string(inputs),
			NetCents: -sums[a].NetCents, ConsignorCents: -sums[a].ConsignorCents, ShopCents: -sums[a].ShopCents,
		}
		if a == own {
			e.NetCents += target.NetCents
			e.ConsignorCents += target.ConsignorCents
			e.ShopCents += target.ShopCents
		}
		if e.NetCents == 0 && e.ConsignorCents == 0 && e.ShopCents == 0 {
			continue
		}
		n := len(posted) + len(entries) + 1
		if n > 1 {
			e.Kind = ledger.Adjustment
		}
		e.Key = fmt.Sprintf("%d/%d", c.line.ID, n)
		entries = append(entries, e)
	}
	return entries, nil
}
