package api

import (
	"net/http"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// Sale is an item that was sold at the till.
type Sale struct {
	Item           Item   `json:"item" doc:"The item, as it is now"`
	Order          string `json:"order" doc:"What the sale is called on statements" example:"till-1"`
	NetCents       int64  `json:"netCents" doc:"What the sale brought: consignorCents and shopCents" example:"12000"`
	ConsignorCents int64  `json:"consignorCents" doc:"What the consignor earns" example:"8400"`
	ShopCents      int64  `json:"shopCents" doc:"What the shop keeps" example:"3600"`
}

func (s Sale) etag() string { return s.Item.etag() }

type sellItem struct {
	ItemPath
	Once
	IfMatch

	Body struct {
		PaidCents int64 `json:"paidCents" minimum:"0" maximum:"999999999" doc:"What the customer paid for it, without tax, in cents of the shop's currency" example:"12000"`
	}
}

type returnItem struct {
	ItemPath
	Once
	IfMatch

	Body struct {
		To string `json:"to" enum:"Shelf,Aside" doc:"Where the item goes: on the shelf again, which it does while its event is open, or aside" example:"Shelf"`
	}
}

type withdrawItem struct {
	ItemPath
	Once
	IfMatch
}

func (a *API) addSales() {
	refusals := append([]int{http.StatusPreconditionFailed}, bodyRefusals...)
	changes(a, operation{
		id: "sell-item", method: http.MethodPost, path: "/items/{item}:sell", summary: "Sell an item at the till",
		description: "Sells an item outside of Shopify, and takes it off the shelf there. Only one that is listed or ready is sold: of two tills that sell it at a time, one is answered 409. It earns as an order in the shop does. Where an order in the shop was faster than its webhook, that order becomes a DoubleSale to refund.",
		needs:       []access.Permission{{Verb: access.Create, On: access.Sales}}, refusals: refusals,
	}, func(v *visit, in *sellItem) (Sale, error) {
		if err := v.seen(in.Item, in.IfMatch); err != nil {
			return Sale{}, err
		}
		order, result, err := orders.Sell(v.Tx, in.Item, in.Body.PaidCents, v.person)
		if err != nil {
			return Sale{}, err
		}
		v.push = append(v.push, result.Push()...)
		return v.sale(in.Item, order)
	})
	changes(a, operation{
		id: "return-item", method: http.MethodPost, path: "/items/{item}:return", summary: "Take back an item that was sold at the till",
		description: "Undoes a sale at the till when the customer brings the item back. What was sold by an order in the shop is refunded in Shopify, and answered 409 here.",
		needs:       []access.Permission{{Verb: access.Update, On: access.Sales}}, refusals: refusals,
	}, func(v *visit, in *returnItem) (Item, error) {
		if err := v.seen(in.Item, in.IfMatch); err != nil {
			return Item{}, err
		}
		result, err := orders.TakeBack(v.Tx, in.Item, orders.Restock(in.Body.To), v.person)
		if err != nil {
			return Item{}, err
		}
		v.push = append(v.push, result.Push()...)
		i, err := v.Item(in.Item)
		return itemOf(i), err
	})
	changes(a, operation{
		id: "withdraw-item", method: http.MethodPost, path: "/items/{item}:withdraw", summary: "Withdraw an item",
		description: "Takes an item out of its event before it is sold, and off the shelf in the shop. It does not come back.",
		needs:       []access.Permission{{Verb: access.Update, On: access.Items}}, refusals: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, func(v *visit, in *withdrawItem) (Item, error) {
		if err := v.seen(in.Item, in.IfMatch); err != nil {
			return Item{}, err
		}
		i, err := catalog.Withdraw(v.Tx, in.Item, catalog.By{Actor: v.person, Reason: "withdrawn"})
		v.push = append(v.push, in.Item)
		return itemOf(i), err
	})
}

// seen says whether an item is the one that the caller has seen.
func (v *visit) seen(id string, m IfMatch) error {
	i, err := v.Item(id)
	if err != nil {
		return err
	}
	return m.allow(i)
}

// sale is what a sale at the till came to.
func (v *visit) sale(id string, order ledger.Order) (Sale, error) {
	i, err := v.Item(id)
	if err != nil {
		return Sale{}, err
	}
	entries, err := v.EntriesFor(order.ID) // its line has the same number
	s := Sale{Item: itemOf(i), Order: order.Name}
	for _, e := range entries {
		s.NetCents += e.NetCents
		s.ConsignorCents += e.ConsignorCents
		s.ShopCents += e.ShopCents
	}
	return s, err
}
