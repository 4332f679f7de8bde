package orders_test

import (
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

func TestShares(t *testing.T) {
	discounts := func(cents ...int64) change { return with(func(l *shopify.OrderLine) { l.Discounts = cents }) }
	included := func(o *shopify.Order) { o.TaxesIncluded = true }
	shift := then(func(tx *ledger.Tx) error {
		return tx.PutShift(ledger.Shift{ID: "s1", EventID: "spring", ConsignorID: "robin"})
	})
	settle := func(consignor string) step {
		return func(tx *ledger.Tx) (orders.Result, error) {
			return orders.SettleConsignor(tx, "spring", consignor, "shift s1")
		}
	}
	sold := func(owed string) outcome { return outcome{"11 Sold", "snowsuit sold", owed, "", "zero snowsuit"} }
	later := func(owed string) outcome { return outcome{"11 Sold", "snowsuit sold", owed, "", ""} }
	run(t, map[string]example{
		"taxes on top":      {"are no part of the price", []step{read(order(1))}, sold("robin 1499/1000"), time.Time{}},
		"taxes included":    {"are taken out of it", []step{read(order(1, included))}, sold("robin 1304/870"), time.Time{}},
		"discounts":         {"of the line and of the order, by whatever method they were allocated", []step{read(order(1, discounts(499, 1)))}, sold("robin 1199/800"), time.Time{}},
		"discount of all":   {"nobody earns by what was given away", []step{read(order(1, discounts(2499)))}, sold(""), time.Time{}},
		"before the terms":  {"the first hold", []step{read(order(1, made(opens.Add(-time.Hour))))}, sold("robin 1499/1000"), time.Time{}},
		"by the new terms":  {"from their first moment", []step{read(order(1, made(raised)))}, sold("robin 1624/875"), time.Time{}},
		"by the old terms":  {"until their last, whenever it is read", []step{read(order(1, made(raised.Add(-time.Microsecond))))}, sold("robin 1499/1000"), ends},
		"bonus":             {"for what brings enough", []step{read(order(1, made(raised), price(10000)))}, sold("robin 7000/3000"), time.Time{}},
		"shift before":      {"counts from the first", []step{shift, read(order(1))}, sold("robin 1562/937"), time.Time{}},
		"shift after":       {"is an adjustment", []step{read(order(1)), shift, settle("robin")}, later("robin 1562/937"), time.Time{}},
		"shift, twice":      {"settled again, nothing is posted", []step{read(order(1)), shift, settle("robin"), settle("robin")}, later("robin 1562/937"), time.Time{}},
		"another's shift":   {"changes nothing", []step{read(order(1)), shift, settle("kim")}, later("robin 1499/1000"), time.Time{}},
		"another class":     {"counts for all that was sold", []step{read(order(1)), then(func(tx *ledger.Tx) error { return tx.PutConsignor(ledger.Consignor{ID: "robin", Class: "Super"}) }), settle("robin")}, later("robin 1749/750"), time.Time{}},
		"price was changed": {"what an edit leaves counts", []step{read(order(1)), read(order(1, updated(1), price(2000)))}, sold("robin 1200/800"), time.Time{}},
		"another currency": {"cents of which nobody knows what they are worth", []step{read(order(1, isUSD))},
			outcome{"11 Sold", "snowsuit sold", "", "OtherCurrency #1 order 1", "zero snowsuit"}, time.Time{}},
		"no terms": {"nothing yet, and a finding", []step{read(order(1, sku("lamp")))},
			outcome{"11 Sold", "lamp sold", "", "TermsMissing autumn", "zero lamp"}, time.Time{}},
		"terms arrive": {"all that was sold earns", []step{read(order(1, sku("lamp"))), then(func(tx *ledger.Tx) error { return tx.PutTerms("autumn", versions) }),
			func(tx *ledger.Tx) (orders.Result, error) { return orders.SettleEvent(tx, "autumn", "terms") }},
			outcome{"11 Sold", "lamp sold", "robin 1499/1000", "", ""}, time.Time{}},
		"no terms needed": {"nothing is sold there any more", []step{read(order(1, sku("lamp"))), read(order(1, sku("lamp"), updated(1), refunded(11, "RETURN")))},
			outcome{"11 Void", "lamp customerReturned", "", "", "zero lamp"}, time.Time{}},
		"to another consignor": {"what the first had is taken back", []step{read(order(1)),
			then(func(tx *ledger.Tx) error {
				return tx.PutItem(ledger.Item{ID: "snowsuit", ConsignorID: "kim", EventID: "spring"})
			}), settle("robin")},
			later("kim 1749/750, robin 0/0"), time.Time{}},
	})
}

func TestItems(t *testing.T) {
	bring := func(id string) step {
		return then(func(tx *ledger.Tx) error {
			return tx.PutItem(ledger.Item{ID: id, ConsignorID: "robin", EventID: "spring", State: "listed"})
		})
	}
	recognise := func(id string) step {
		return func(tx *ledger.Tx) (orders.Result, error) { return orders.Recognise(tx, id, "import") }
	}
	assign := func(line uint64, item string) step {
		return func(tx *ledger.Tx) (orders.Result, error) { return orders.Assign(tx, line, item, "ana", "wrong label") }
	}
	missing := func(tx *ledger.Tx) (orders.Result, error) { return orders.Missing(tx, 1) }
	run(t, map[string]example{
		"unknown": {"nobody earns, and a person is told", []step{read(order(1, sku("hat")))}, outcome{"", "", "", "UnknownItem #1 line 11", ""}, time.Time{}},
		"no SKU":  {"the same", []step{read(order(1, sku("")))}, outcome{"", "", "", "UnknownItem #1 line 11", ""}, time.Time{}},
		"unknown, refunded": {"nobody misses it", []step{read(order(1, sku("hat"))), read(order(1, sku("hat"), updated(1), refunded(11, "RETURN")))},
			outcome{"", "", "", "", ""}, time.Time{}},
		"imported later": {"the order is taken up as it is", []step{read(order(1, sku("hat"))), bring("hat"), recognise("hat")},
			outcome{"11 Sold", "hat sold", "robin 1499/1000", "", "zero hat"}, time.Time{}},
		"imported, then read": {"a read looks for the item as well", []step{read(order(1, sku("hat"))), bring("hat"), read(order(1, sku("hat")))},
			outcome{"11 Sold", "hat sold", "robin 1499/1000", "", "zero hat"}, time.Time{}},
		"not complete": {"a draft is in no shop: it earns, stays a draft and is out of stock", []step{
			then(func(tx *ledger.Tx) error {
				return tx.PutItem(ledger.Item{ID: "hat", ConsignorID: "robin", EventID: "spring", State: "draft"})
			}), read(order(1, sku("hat")))},
			outcome{"11 Sold", "hat draft", "robin 1499/1000", "UnexpectedSale hat", "zero hat"}, time.Time{}},
		"imported, unsold": {"nothing to do", []step{bring("hat"), recognise("hat")}, outcome{"", "", "", "", ""}, time.Time{}},
		"assigned": {"a person says what was sold", []step{read(order(1, sku("hat"))), assign(11, "boots")},
			outcome{"11 Sold", "boots sold", "kim 1749/750", "", "zero boots"}, time.Time{}},
		"assigned and read": {"the person's word stays", []step{read(order(1, sku("hat"))), assign(11, "boots"), bring("hat"), read(order(1, sku("hat"), updated(1)))},
			outcome{"11 Sold", "boots sold", "kim 1749/750", "", ""}, time.Time{}},
		"assigned anew": {"the first item was never sold: its consignor's entries are taken back, and it goes on the shelf", []step{read(order(1)), assign(11, "boots")},
			outcome{"11 Sold", "boots sold", "kim 1749/750, robin 0/0", "", "shelf snowsuit, zero boots"}, time.Time{}},
		"assigned anew, late": {"there is no shelf any more", []step{read(order(1)), assign(11, "boots")},
			outcome{"11 Sold", "boots sold, snowsuit unsold", "kim 1749/750, robin 0/0", "", "zero boots, zero snowsuit"}, ends},
		"assigned, double": {"the first item goes to who else ordered it", []step{read(order(1)), read(order(2)), assign(11, "boots")},
			outcome{"11 Sold, 21 Sold", "boots sold, snowsuit sold", "kim 1749/750, robin 1499/1000", "", "zero boots, zero snowsuit"}, time.Time{}},
		"assigned to what it is": {"nothing changes", []step{read(order(1)), assign(11, "snowsuit")},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "", ""}, time.Time{}},
		"assigned, test": {"a test stays one", []step{read(order(1, sku("hat"), isTest)), assign(11, "boots")}, outcome{"", "", "", "", ""}, time.Time{}},
		"order gone": {"nothing is taken back; a person decides", []step{read(order(1)), missing},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "OrderMissing #1 order 1", ""}, time.Time{}},
		"order there again": {"the finding goes", []step{read(order(1)), missing, read(order(1))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "", ""}, time.Time{}},
		"order never known": {"it may be a sale that nobody is paid for", []step{missing}, outcome{"", "", "", "OrderMissing order 1", ""}, time.Time{}},
		"order shown at last": {"the finding goes", []step{missing, read(order(1))},
			outcome{"11 Sold", "snowsuit sold", "robin 1499/1000", "", "zero snowsuit"}, time.Time{}},
	})
}
