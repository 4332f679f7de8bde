package orders

import (
	"fmt"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// Kinds of findings. docs/ledger.md tells what to do about each.
const (
	UnknownItem            = "UnknownItem"
	DoubleSale             = "DoubleSale"
	UnexpectedSale         = "UnexpectedSale"
	OverQuantity           = "OverQuantity"
	RefundWithoutLines     = "RefundWithoutLines"
	OtherCurrency          = "OtherCurrency"
	CancelledWithMoneyKept = "CancelledWithMoneyKept"
	OrderMissing           = "OrderMissing"
	OrderDiffers           = "OrderDiffers"
	TermsMissing           = "TermsMissing"
)

// OrderRecovered is a change of an order of which no webhook told. Once it is found nothing
// stands: it is counted.
const OrderRecovered = "OrderRecovered"

const (
	warning  = "Warning"
	critical = "Critical"
)

// verdict says whether a finding stands.
type verdict struct {
	ledger.Finding
	stands bool
}

// ofOrder and ofLine are the subjects of findings. A name alone may come twice: a
// shop can change how its orders are numbered.
func ofOrder(o ledger.Order) string { return fmt.Sprintf("%s order %d", o.Name, o.ID) }

// ofUnknown is the subject of an order of which no more than its number is known.
func ofUnknown(order uint64) string { return fmt.Sprintf("order %d", order) }

func ofLine(o ledger.Order, line uint64) string { return fmt.Sprintf("%s line %d", o.Name, line) }

// Differs is the finding that the ledger does not have an order as the shop has it. It goes
// when the order is read.
func Differs(order uint64, detail string) ledger.Finding {
	return ledger.Finding{Kind: OrderDiffers, Subject: ofUnknown(order), Severity: warning, Detail: detail}
}

// aboutOrder judges an order that was just read, in a shop of a currency.
func aboutOrder(o ledger.Order, currency string) []verdict {
	subject := ofOrder(o)
	kept := o.FinancialStatus == "PAID" || o.FinancialStatus == "PARTIALLY_PAID" || o.FinancialStatus == "PARTIALLY_REFUNDED"
	return []verdict{{
		Finding: ledger.Finding{Kind: OrderMissing, Subject: subject}, // it has just been read
	}, {
		Finding: ledger.Finding{Kind: OrderMissing, Subject: ofUnknown(o.ID)},
	}, {
		Finding: ledger.Finding{Kind: OrderDiffers, Subject: ofUnknown(o.ID)},
	}, {
		Finding: ledger.Finding{Kind: OtherCurrency, Subject: subject, Severity: warning,
			Detail: fmt.Sprintf("The order is in %s and the ledger in %s, so its sales earn nothing: settle them by hand.", o.Currency, currency)},
		stands: o.Currency != currency && counts(o),
	}, {
		Finding: ledger.Finding{Kind: CancelledWithMoneyKept, Subject: subject, Severity: warning,
			Detail: "The order was cancelled and what the customer paid was not given back in full. Nobody earns by it: refund it in Shopify, or settle it by hand."},
		stands: kept && !o.Test && !o.CancelledAt.IsZero(),
	}}
}

// aboutRefunds are the refunds of an order that gave money back without a line.
func aboutRefunds(o *shopify.Order) []ledger.Finding {
	var list []ledger.Finding
	for _, refund := range o.Refunds {
		var loose int64
		for _, amount := range refund.Adjustments {
			loose -= min(amount, 0)
		}
		if loose == 0 || o.Test {
			continue
		}
		list = append(list, ledger.Finding{Kind: RefundWithoutLines, Subject: fmt.Sprintf("%s refund %d", o.Name, refund.ID), Severity: warning,
			Detail: fmt.Sprintf("%d.%02d %s was given back without naming a line. The shop bears it; no consignor is charged.", loose/100, loose%100, o.Currency)})
	}
	return list
}

// aboutItemOf judges whether a line's item is known.
func aboutItemOf(o ledger.Order, l ledger.OrderLine) verdict {
	detail := fmt.Sprintf("No item has the SKU %q, so nobody earns by this line: import the item, or assign the line to the item that was sold.", l.SKU)
	if l.SKU == "" {
		detail = "The line has no SKU, so nobody earns by it: assign it to the item that was sold."
	}
	return verdict{
		Finding: ledger.Finding{Kind: UnknownItem, Subject: ofLine(o, l.ID), Severity: warning, Detail: detail},
		stands:  l.ItemID == "" && (claim{o, l}).stands(),
	}
}

// aboutQuantity judges whether an item was sold more often than it exists in one line.
func aboutQuantity(c claim) verdict {
	return verdict{
		Finding: ledger.Finding{Kind: OverQuantity, Subject: ofLine(c.order, c.line.ID), Severity: warning,
			Detail: fmt.Sprintf("%d of item %s, of which there is one. One earns: refund the others in Shopify.", c.line.CurrentQuantity, c.line.ItemID)},
		stands: c.line.CurrentQuantity > 1 && c.stands(),
	}
}

// aboutSales judges an item's sales, given the state that it was in.
func aboutSales(item string, was catalog.State, claims []claim, states []State) []verdict {
	var winner string
	var others []string
	unexpected := false
	for i, c := range claims {
		switch states[i] {
		case Reserved, Sold:
			winner = ofLine(c.order, c.line.ID)
			unexpected = catalog.Check(was, stateOf(was, states[i], notEnded, false)) != nil
		case Double:
			others = append(others, ofLine(c.order, c.line.ID))
		case Void:
		}
	}
	return []verdict{{
		Finding: ledger.Finding{Kind: DoubleSale, Subject: item, Severity: critical,
			Detail: fmt.Sprintf("There is one, and it is sold by %s. Also sold, and not to be had, by %s: tell those customers and refund them in Shopify.",
				winner, strings.Join(others, ", "))},
		stands: len(others) > 0,
	}, {
		Finding: ledger.Finding{Kind: UnexpectedSale, Subject: item, Severity: warning,
			Detail: fmt.Sprintf("Sold by %s while it is %s. It earns, as the customer paid for it: find out where the item is, and refund the customer if it is not to be had.", winner, was)},
		stands: unexpected,
	}}
}

// aboutTerms judges whether an event with sales lacks its terms.
func aboutTerms(event string, stands bool) verdict {
	return verdict{
		Finding: ledger.Finding{Kind: TermsMissing, Subject: event, Severity: warning,
			Detail: fmt.Sprintf("Items of event %s were sold and the ledger has no terms for it, so they earn nothing yet: add the event to spec.saleEvents of the ShopifyStore.", event)},
		stands: stands,
	}
}
