package statements

import (
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// Statement is what a consignor is owed for a sale event, in cents of the shop's
// money. It tells all that was posted since the statement before it was closed.
type Statement struct {
	// ID is empty until it is closed. Number counts a consignor's statements of an
	// event from 1.
	ID     string `json:"id,omitempty"`
	Number int    `json:"number"`
	// Tenant and Store say whose it is.
	Tenant    string    `json:"tenant"`
	Store     string    `json:"store"`
	Event     Event     `json:"event"`
	Consignor Consignor `json:"consignor"`
	// Currency is empty before the store was first connected.
	Currency string `json:"currency"`
	// At is when it was built; of one that is closed, when it was closed.
	At    time.Time `json:"at"`
	Items []Item    `json:"items"`
	// OpeningCents is what the statement before left: negative where the consignor
	// had been paid more than was theirs in the end, or zero.
	OpeningCents int64 `json:"openingCents"`
	// Sales are the first entries of sales, Adjustments what made them what they
	// should be since, and Payouts what was paid but for this statement.
	Sales       []Line   `json:"sales"`
	Adjustments []Line   `json:"adjustments"`
	Payouts     []Payout `json:"payouts"`
	// BalanceCents is OpeningCents and the shares of all lines and payouts.
	BalanceCents int64    `json:"balanceCents"`
	Closing      *Closing `json:"closing,omitempty"`
}

// Event is the sale event. Nothing is paid before PayableFrom, the end of its
// return window.
type Event struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	PayableFrom time.Time `json:"payableFrom"`
}

// Consignor is who is owed, with what their share begins with.
type Consignor struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Class  string `json:"class"`
	Shifts int    `json:"shifts"`
}

// Item is an item that the consignor brought to the event.
type Item struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	PriceCents int64  `json:"priceCents"`
	State      string `json:"state"`
}

// Line is an entry for a sale. ConsignorCents and ShopCents add up to NetCents.
type Line struct {
	Key      string    `json:"key"`
	PostedAt time.Time `json:"postedAt"`
	// Order is the order's name, such as #1001.
	Order          string `json:"order"`
	ItemID         string `json:"item"`
	Title          string `json:"title"`
	NetCents       int64  `json:"netCents"`
	ConsignorCents int64  `json:"consignorCents"`
	ShopCents      int64  `json:"shopCents"`
	// Inputs are what the sale as a whole came to, and from what.
	Inputs orders.Inputs `json:"inputs"`
}

// Payout is money that the consignor got. Cents is negative.
type Payout struct {
	Key      string    `json:"key"`
	PostedAt time.Time `json:"postedAt"`
	Cents    int64     `json:"cents"`
}

// Closing is how a statement ended. PaidCents and CarriedCents add up to its
// balance: what is owed is paid, what was paid too much is carried to the next.
type Closing struct {
	By           string `json:"by"`
	PaidCents    int64  `json:"paidCents"`
	CarriedCents int64  `json:"carriedCents"`
}
