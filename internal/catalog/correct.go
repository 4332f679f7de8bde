package catalog

import (
	"fmt"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Correction is what a person changes of an item by hand. What is nil or empty stays as
// it is.
type Correction struct {
	// PriceCents is what it costs before any markdown.
	PriceCents *int64
	// Pieces is how many there are, 0 or 1.
	Pieces *int
	Status Availability
}

// Availability says whether an item is for sale.
type Availability string

// What a correction can make of an item.
const (
	ForSale Availability = "Listed"    // on the shelf
	NotNow  Availability = "Unlisted"  // off the shelf for now
	NoMore  Availability = "Withdrawn" // out of the event, for good
)

// RefusedError says why an item cannot be corrected as a person asks.
type RefusedError struct{ Why string }

func (e *RefusedError) Error() string { return e.Why }

func refuse(format string, args ...any) error {
	return &RefusedError{Why: fmt.Sprintf(format, args...)}
}

// Correct changes an item on behalf of a person: all that is asked for, or nothing. Its
// product has to follow, by PushCounted where the pieces are given. The error is a
// *RefusedError where the item stands where it cannot be changed so, and ErrNotFound
// where the ledger has no such item.
func Correct(tx *ledger.Tx, id string, c Correction, by By) error {
	p, err := PairOf(tx, id)
	if err != nil {
		return err
	}
	if err := c.Check(tx, &p, 0); err != nil {
		return err
	}
	if c.PriceCents != nil {
		if err := reprice(tx, id, *c.PriceCents, by); err != nil {
			return err
		}
	}
	switch c.Status {
	case ForSale:
		if p.Deleted() && p.want.state == Listed {
			err = makeAnew(tx, id, by)
		}
		if err != nil {
			return err
		}
		return unlist(tx, id, false, by)
	case NotNow:
		return unlist(tx, id, true, by)
	case NoMore:
		_, err = Withdraw(tx, id, by)
	}
	return err
}

// makeAnew has the product of an item made once more that a person deleted.
func makeAnew(tx *ledger.Tx, id string, by By) error {
	if err := tx.SetItemState(id, string(Ready)); err != nil {
		return err
	}
	if err := tx.Record(ledger.TrailEntry{Actor: by.Actor, Action: "item state", Subject: "item/" + id, Before: string(Listed), After: string(Ready), Reason: by.Reason}); err != nil {
		return err
	}
	return tx.Resolve(FindingProductDeleted, "item/"+id)
}

// Check says whether an item may be corrected so: nil, or a *RefusedError, or ErrSoldTwice
// where the pair has a product. location is where stock is put.
func (c Correction) Check(tx *ledger.Tx, p *Pair, location uint64) error {
	if err := c.checkStatus(p); err != nil {
		return err
	}
	if c.Pieces == nil || *c.Pieces == 0 {
		return nil
	}
	sales, err := tx.SalesFor(p.Item.ID)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(sales, func(s ledger.Sale) bool { return s.Active() }); i >= 0 {
		return refuse("order %d has it, so there is none to put into stock: cancel or refund that order in Shopify first", sales[i].OrderID)
	}
	if shelf := c.shelf(p); shelf != On {
		return refuse("an item that is not on the shelf has no stock (%s): list it with the same correction, or see what became of it", p.standing())
	}
	if p.Product != nil && soldTwice(p.Variant, location) {
		return ErrSoldTwice
	}
	return nil
}

// shelf is where an item belongs once it is corrected.
func (c Correction) shelf(p *Pair) Shelf {
	switch c.Status {
	case ForSale:
		return p.want.unhindered
	case NotNow, NoMore:
		return Off
	}
	return p.want.shelf
}

func (c Correction) checkStatus(p *Pair) error {
	switch c.Status {
	case ForSale:
		if p.want.unhindered != On {
			return refuse("it cannot be listed: %s, and listed are items that are ready while their event is on", p.standing())
		}
	case NotNow:
		if !p.want.state.MayHaveStock() {
			return refuse("it is off the shelf already: %s", p.standing())
		}
	case NoMore:
		if err := Check(p.want.state, Withdrawn); err != nil {
			return refuse("%v", err)
		}
	}
	return nil
}

// standing says where an item stands, for people to read.
func (p *Pair) standing() string {
	text := "it is " + string(p.want.state)
	if p.Item.Unlisted {
		text += " and unlisted"
	}
	if p.want.state.MayHaveStock() && p.want.unhindered == Off {
		text += ", and its event is over"
	}
	return text
}

// Told are the changes that a correction makes of an item and its product, for people to
// read; none where both are so already.
func (c Correction) Told(p *Pair) (list []string) {
	differ := func(what, from, to string) {
		if from != to {
			list = append(list, fmt.Sprintf("%s %s → %s", what, from, to))
		}
	}
	if c.PriceCents != nil {
		differ("price", money(p.Item.PriceCents, 0), money(*c.PriceCents, 0))
	}
	is := string(p.want.state)
	if p.Item.Unlisted {
		is = "unlisted"
	}
	switch c.Status {
	case ForSale:
		if p.Item.Unlisted || p.want.state == Ready || p.Deleted() {
			differ("status", is, "listed")
		}
	case NotNow:
		differ("status", is, "unlisted")
	case NoMore:
		differ("status", is, string(Withdrawn))
	}
	if c.Pieces != nil {
		differ("stock", fmt.Sprint(available(p.Variant)), fmt.Sprint(*c.Pieces))
	}
	return list
}
