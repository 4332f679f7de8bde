package orders_test

import (
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

func TestSales(t *testing.T) {
	early, late := made(ordered), made(ordered.Add(time.Minute))
	run(t, map[string]example{
		"ordered": {"not paid: the item is kept for the customer, nobody earns", []step{read(order(1, status("PENDING")))},
			outcome{"11 Reserved", "snowsuit reserved", "", "", "zero snowsuit"}, time.Time{}},
		"authorized": {"money that was not taken is none", []step{read(order(1, status("AUTHORIZED")))},
			outcome{"11 Reserved", "snowsuit reserved", "", "", "zero snowsuit"}, time.Time{}},
		"in part": {"sold when all is paid", []step{read(order(1, status("PARTIALLY_PAID")))},
			outcome{"11 Reserved", "snowsuit reserved", "", "", "zero snowsuit"}, time.Time{}},
		"paid at once": {"the first that is read of an order may be its payment", []step{read(order(1))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "", "zero snowsuit"}, time.Time{}},
		"paid later": {"reserved, then sold", []step{read(order(1, status("PENDING"))), read(order(1, updated(1)))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "", "zero snowsuit"}, time.Time{}},
		"read again": {"nothing new, nothing to do", []step{read(order(1)), read(order(1))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "", ""}, time.Time{}},
		"read late": {"what is older than the ledger's changes nothing", []step{read(order(1, updated(1))), read(order(1, status("PENDING")))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "", ""}, time.Time{}},
		"two items": {"each to its consignor", []step{read(order(1, also("boots", 12)))},
			outcome{"11 Sold, 12 Sold", "boots sold, snowsuit sold", "kim 700/300, robin 1499/1000", "", "zero boots, zero snowsuit"}, time.Time{}},
		"test": {"is recorded, earns nothing and keeps nothing", []step{read(order(1, isTest, also("mystery", 12)))},
			outcome{"", "", "", "", ""}, time.Time{}},

		"second order": {"who ordered first has it; the second earns nothing and is told",
			[]step{read(order(1, early)), read(order(2, late))},
			outcome{"11 Sold, 21 Double", "snowsuit sold", "robin 1499/1000", "DoubleSale snowsuit", "zero snowsuit"}, time.Time{}},
		"second order read first": {"reads come in any order; the entry moves to who was first",
			[]step{read(order(2, late)), read(order(1, early))},
			outcome{"11 Sold, 21 Double", "snowsuit sold", "robin 1499/1000", "DoubleSale snowsuit", "zero snowsuit"}, time.Time{}},
		"second order paid": {"who has paid goes before who has only ordered",
			[]step{read(order(1, early, status("PENDING"))), read(order(2, late))},
			outcome{"11 Double, 21 Sold", "snowsuit sold", "robin 1499/1000", "DoubleSale snowsuit", "zero snowsuit"}, time.Time{}},
		"same moment": {"the order's number decides", []step{read(order(2)), read(order(1))},
			outcome{"11 Sold, 21 Double", "snowsuit sold", "robin 1499/1000", "DoubleSale snowsuit", "zero snowsuit"}, time.Time{}},
		"twice in one order": {"two lines are two sales of one item", []step{read(order(1, also("snowsuit", 12)))},
			outcome{"11 Sold, 12 Double", "snowsuit sold", "robin 1499/1000", "DoubleSale snowsuit", "zero snowsuit"}, time.Time{}},
		"double refunded": {"the finding goes with its cause; what Shopify restocked is not there",
			[]step{read(order(1, early)), read(order(2, late)), read(order(2, late, updated(9), status("REFUNDED"), refunded(21, "RETURN")))},
			outcome{"11 Sold, 21 Void", "snowsuit sold", "robin 1499/1000", "", "zero snowsuit"}, time.Time{}},
		"winner refunded": {"the item goes to who is left, not to the shelf",
			[]step{read(order(1, early)), read(order(2, late, status("PENDING"))), read(order(1, early, updated(9), status("REFUNDED"), refunded(11, "RETURN")))},
			outcome{"11 Void, 21 Reserved", "snowsuit reserved", "robin 0/0", "", "zero snowsuit"}, time.Time{}},
		"three pieces": {"of an item of which there is one, one earns", []step{read(order(1, pieces(3, 3), price(7497)))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "OverQuantity #1 line 11", "zero snowsuit"}, time.Time{}},
		"three, two refunded": {"one is left, and all is well", []step{read(order(1, pieces(3, 3), price(7497))), read(order(1, updated(1), status("PARTIALLY_REFUNDED"), pieces(3, 1), price(7497)))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "", "zero snowsuit"}, time.Time{}},

		"withdrawn": {"it earns, as somebody paid for it; a person finds out", []step{read(order(1, sku("stroller")))},
			outcome{"11 Sold", "", "kim 1749/750", "UnexpectedSale stroller", "zero stroller"}, time.Time{}},
		"withdrawn, refunded": {"it stays withdrawn, out of stock", []step{read(order(1, sku("stroller"))), read(order(1, sku("stroller"), updated(1), refunded(11, "RETURN")))},
			outcome{"11 Void", "", "kim 0/0", "", "zero stroller"}, time.Time{}},
	})
}

func TestUndone(t *testing.T) {
	gone := func(o *shopify.Order) { o.Lines = nil }
	run(t, map[string]example{
		"refunded, restocked": {"zero again, and back on the shelf", []step{read(order(1)), read(order(1, updated(1), status("REFUNDED"), refunded(11, "RETURN")))},
			outcome{"11 Void", "", "robin 0/0", "", "shelf snowsuit"}, time.Time{}},
		"refunded, kept": {"it came back and is not for sale", []step{read(order(1)), read(order(1, updated(1), status("REFUNDED"), refunded(11, "NO_RESTOCK")))},
			outcome{"11 Void", "snowsuit customerReturned", "robin 0/0", "", "zero snowsuit"}, time.Time{}},
		"refunded too late": {"nothing goes on the shelf of an event that ended", []step{read(order(1)), read(order(1, updated(1), status("REFUNDED"), refunded(11, "RETURN")))},
			outcome{"11 Void", "snowsuit customerReturned", "robin 0/0", "", "zero snowsuit"}, ends},
		"refunded, no event": {"an event that is not known has ended", []step{read(order(1, sku("lamp"))), read(order(1, sku("lamp"), updated(1), refunded(11, "RETURN")))},
			outcome{"11 Void", "lamp customerReturned", "", "", "zero lamp"}, time.Time{}},
		"one of two lines": {"the other earns as before", []step{read(order(1, also("boots", 12))), read(order(1, also("boots", 12), updated(1), status("PARTIALLY_REFUNDED"), refunded(12, "RETURN")))},
			outcome{"11 Sold, 12 Void", "snowsuit sold", "kim 0/0, robin 1499/1000", "", "shelf boots"}, time.Time{}},
		"one of two pieces kept off": {"nobody knows which piece the item was", []step{read(order(1, pieces(2, 2))),
			read(order(1, updated(1), refunded(11, "NO_RESTOCK"), refunded(11, "RETURN"), pieces(2, 0)))},
			outcome{"11 Void", "snowsuit customerReturned", "robin 0/0", "", "zero snowsuit"}, time.Time{}},
		"refund before payment is read": {"only the end counts", []step{read(order(1, updated(1), status("REFUNDED"), refunded(11, "RETURN"))), read(order(1))},
			outcome{"11 Void", "", "", "", ""}, time.Time{}},
		"money without a line": {"the shop bears it, and a person is told", []step{read(order(1)), read(order(1, updated(1), status("PARTIALLY_REFUNDED"), given(-500)))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "RefundWithoutLines #1 refund 900", ""}, time.Time{}},
		"money held back": {"nothing was given without a line", []step{read(order(1, updated(1), status("PARTIALLY_REFUNDED"), given(500)))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "", "zero snowsuit"}, time.Time{}},

		"over before it is read": {"it comes to the same as if it had been read in between", []step{read(order(1, status("REFUNDED"), refunded(11, "NO_RESTOCK")))},
			outcome{"11 Void", "snowsuit customerReturned", "", "", "zero snowsuit"}, time.Time{}},
		"over and put back": {"it is on the shelf, where Shopify put it", []step{read(order(1, status("VOIDED"), cancelled, refunded(11, "CANCEL")))},
			outcome{"11 Void", "", "", "", ""}, time.Time{}},
		"over and put back, late": {"there is no shelf any more", []step{read(order(1, status("VOIDED"), cancelled, refunded(11, "CANCEL")))},
			outcome{"11 Void", "snowsuit customerReturned", "", "", "zero snowsuit"}, ends},
		"cancelled before payment": {"Shopify restocked what was reserved", []step{read(order(1, status("PENDING"))), read(order(1, status("VOIDED"), updated(1), cancelled, refunded(11, "CANCEL")))},
			outcome{"11 Void", "", "", "", "shelf snowsuit"}, time.Time{}},
		"cancelled, not restocked": {"where the item is, nobody says", []step{read(order(1, status("PENDING"))), read(order(1, status("VOIDED"), updated(1), cancelled))},
			outcome{"11 Void", "snowsuit customerReturned", "", "", "zero snowsuit"}, time.Time{}},
		"cancelled after payment": {"zero again", []step{read(order(1)), read(order(1, status("REFUNDED"), updated(1), cancelled, refunded(11, "CANCEL")))},
			outcome{"11 Void", "", "robin 0/0", "", "shelf snowsuit"}, time.Time{}},
		"cancelled, money kept": {"a customer paid for nothing", []step{read(order(1)), read(order(1, updated(1), cancelled, refunded(11, "CANCEL")))},
			outcome{"11 Void", "", "robin 0/0", "CancelledWithMoneyKept #1 order 1", "shelf snowsuit"}, time.Time{}},
		"cancelled, money given back later": {"the finding goes with its cause", []step{read(order(1, updated(1), cancelled)), read(order(1, updated(2), status("REFUNDED"), cancelled))},
			outcome{"11 Void", "snowsuit customerReturned", "", "", ""}, time.Time{}},
		"cancelled, then created": {"webhooks overtake one another", []step{read(order(1, updated(1), status("VOIDED"), cancelled)), read(order(1, status("PENDING")))},
			outcome{"11 Void", "snowsuit customerReturned", "", "", ""}, time.Time{}},
		"cancelled, pieces left": {"nothing of a cancelled order is sold", []step{read(order(1)), read(order(1, updated(1), status("REFUNDED"), cancelled))},
			outcome{"11 Void", "snowsuit customerReturned", "robin 0/0", "", "zero snowsuit"}, time.Time{}},

		"edited out": {"a line of none", []step{read(order(1, also("boots", 12))), read(order(1, also("boots", 12), updated(1), refunded(11, "CANCEL")))},
			outcome{"11 Void, 12 Sold", "boots sold", "kim 700/300, robin 0/0", "", "shelf snowsuit"}, time.Time{}},
		"vanished": {"a line that the order no longer has", []step{read(order(1, also("boots", 12))), read(order(1, gone, also("boots", 12), updated(1)))},
			outcome{"11 Void, 12 Sold", "boots sold, snowsuit customerReturned", "kim 700/300, robin 0/0", "", "zero snowsuit"}, time.Time{}},
		"edited in": {"a line more, to be paid: the order is no longer paid in full", []step{read(order(1)), read(order(1, status("PARTIALLY_PAID"), also("boots", 12), updated(1)))},
			outcome{"11 Reserved, 12 Reserved", "boots reserved, snowsuit reserved", "robin 0/0", "", "zero boots, zero snowsuit"}, time.Time{}},
		"edited in after a refund": {"Shopify tells of the refund, and not that some is still to be paid", []step{read(order(1, also("boots", 12))), read(order(1, also("boots", 12), updated(1), status("PARTIALLY_REFUNDED"), refunded(12, "NO_RESTOCK"))),
			read(order(1, also("boots", 12), refunded(12, "NO_RESTOCK"), also("hat", 13), updated(2), status("PARTIALLY_REFUNDED"), owing(1000)))},
			outcome{"11 Reserved, 12 Void", "boots customerReturned, snowsuit reserved", "kim 0/0, robin 0/0", "UnknownItem #1 line 13", "zero snowsuit"}, time.Time{}},
		"edited in after all was given back": {"what is new is not paid", []step{read(order(1)), read(order(1, updated(1), refunded(11, "NO_RESTOCK"), also("boots", 12), status("REFUNDED"), owing(1000)))},
			outcome{"11 Void, 12 Reserved", "boots reserved, snowsuit customerReturned", "robin 0/0", "", "zero boots, zero snowsuit"}, time.Time{}},
		"edited out and in": {"the item is sold by another line of the order", []step{read(order(1)), read(order(1, refunded(11, "NO_RESTOCK"), also("snowsuit", 12), updated(1)))},
			outcome{"11 Void, 12 Sold", "snowsuit sold", "robin 600/400", "", "zero snowsuit"}, time.Time{}},
		"sold again": {"from the shelf, to another", []step{read(order(1)), read(order(1, updated(1), refunded(11, "RETURN"))), read(order(2, made(ordered.Add(time.Hour))))},
			outcome{"11 Void, 21 Sold", "snowsuit sold", "robin 1499/1000", "", "zero snowsuit"}, time.Time{}},
	})
}
