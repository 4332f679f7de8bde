package shopify

import (
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// listPage is a page of a list, as genqlient types it.
type listPage[N comparable] interface {
	comparable
	GetNodes() []N
	GetPageInfo() *admin.PageInfo
}

// readAll reads a list to its end: its first page and those that next reads. A
// list that ends early is an error.
func readAll[N comparable, P listPage[N]](operation string, page P, next func(after *string) (P, error)) ([]N, error) {
	var all []N
	var none P
	var nothing N
	for {
		if page == none || page.GetPageInfo() == nil {
			return nil, missing(operation, "page of a list")
		}
		for _, n := range page.GetNodes() {
			if n == nothing {
				return nil, missing(operation, "entry of a list")
			}
			all = append(all, n)
		}
		info := page.GetPageInfo()
		if !info.HasNextPage {
			return all, nil
		}
		if text(info.EndCursor) == "" {
			return nil, missing(operation, "endCursor")
		}
		var err error
		if page, err = next(info.EndCursor); err != nil {
			return nil, err
		}
	}
}

// reading converts what a reply holds and keeps the first thing that is wrong
// with it.
type reading struct {
	operation string
	err       error
}

func (r *reading) failed(err error) {
	if r.err == nil {
		r.err = &Error{Kind: Unavailable, Operation: r.operation, Message: "the reply has an unexpected value", cause: err}
	}
}

func (r *reading) missed(part string) {
	if r.err == nil {
		r.err = missing(r.operation, part)
	}
}

// id is the number in a global id.
func (r *reading) id(kind, globalID string) uint64 {
	n, err := Number(kind, globalID)
	if err != nil {
		r.failed(err)
	}
	return n
}

// cents is an amount of money.
func (r *reading) cents(amount string) int64 {
	n, err := cents(amount)
	if err != nil {
		r.failed(err)
	}
	return n
}

// shopMoney is an amount in the shop's currency, in cents.
func (r *reading) shopMoney(bag *admin.MoneyBag) int64 {
	if bag == nil || bag.ShopMoney == nil {
		r.missed("shopMoney")
		return 0
	}
	return r.cents(bag.ShopMoney.Amount)
}

// noSuch reports that Shopify shows no such thing.
func noSuch(operation, what, name string) error {
	message := fmt.Sprintf("there is no %s %s, or the app may not see it", what, name)
	return &Error{Kind: NotFound, Operation: operation, Message: message, Fields: []FieldError{{Field: "id", Code: "NOT_FOUND", Message: message}}}
}

// changedMeanwhile reports that a thing changed between two pages of it.
func changedMeanwhile(operation, what string) error {
	return &Error{Kind: Unavailable, Operation: operation, Message: "the " + what + " changed while it was read; read it again"}
}
