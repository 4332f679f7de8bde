package orders_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

func TestMain(m *testing.M) { ledgertest.Main(m) }

var (
	opens   = time.Date(2027, time.April, 1, 0, 0, 0, 0, time.UTC)
	ordered = opens.Add(9*24*time.Hour + 15*time.Hour)
	raised  = opens.Add(16 * 24 * time.Hour) // better terms hold from here
	ends    = opens.Add(30 * 24 * time.Hour)
)

var versions = []ledger.Terms{
	{EffectiveFrom: opens, RegularPercent: 6000, SuperPercent: 7000, ShiftPercent: 250, MaxPercent: 8500},
	{EffectiveFrom: raised, RegularPercent: 6500, SuperPercent: 7500, ShiftPercent: 250, MaxPercent: 8500, SuperItemBonusCents: 500, SuperItemThresholdCents: 10000},
}

// stock puts into a store an event with terms, two consignors and their items. The
// event autumn is known to nobody.
func stock(tx *ledger.Tx) error {
	errs := []error{
		tx.Bind(ledger.Binding{ShopID: 7, ShopDomain: "maple-kids.myshopify.com", Currency: "CAD"}),
		tx.PutSaleEvent(ledger.SaleEvent{ID: "spring", StartsAt: opens, EndsAt: ends, ReturnWindowEndsAt: ends.Add(time.Hour)}),
		tx.PutTerms("spring", versions),
		tx.PutConsignor(ledger.Consignor{ID: "robin", Class: "Regular"}),
		tx.PutConsignor(ledger.Consignor{ID: "kim", Class: "Super"}),
	}
	for _, i := range []ledger.Item{
		{ID: "snowsuit", ConsignorID: "robin", EventID: "spring", State: "listed"},
		{ID: "boots", ConsignorID: "kim", EventID: "spring", State: "listed"},
		{ID: "stroller", ConsignorID: "kim", EventID: "spring", State: "withdrawn"},
		{ID: "lamp", ConsignorID: "robin", EventID: "autumn", State: "listed"},
	} {
		errs = append(errs, tx.PutItem(i))
	}
	return errors.Join(errs...)
}

// step is something that happens in a store, in a transaction of its own.
type step func(*ledger.Tx) (orders.Result, error)

// read applies an order as it was a minute after its last change.
func read(o *shopify.Order) step {
	return func(tx *ledger.Tx) (orders.Result, error) {
		return orders.Apply(tx, o, o.UpdatedAt.Add(time.Minute), "orders/paid webhook")
	}
}

// then only changes the ledger.
func then(f func(*ledger.Tx) error) step {
	return func(tx *ledger.Tx) (orders.Result, error) { return orders.Result{}, f(tx) }
}

// change is what makes an order another.
type change func(*shopify.Order)

// order is a paid order for a snowsuit, with a line of ten times its number and one.
func order(id uint64, changes ...change) *shopify.Order {
	o := &shopify.Order{ID: id, Name: fmt.Sprintf("#%d", id), CreatedAt: ordered, UpdatedAt: ordered, FinancialStatus: "PAID", Currency: "CAD",
		Lines: []shopify.OrderLine{{ID: id*10 + 1, SKU: "snowsuit", Quantity: 1, CurrentQuantity: 1, Original: 2499, Taxes: []int64{325}}}}
	for _, c := range changes {
		c(o)
	}
	return o
}

func status(s string) change  { return func(o *shopify.Order) { o.FinancialStatus = s } }
func isTest(o *shopify.Order) { o.Test = true }
func isUSD(o *shopify.Order)  { o.Currency = "USD" }

// owing says what is still to be paid.
func owing(cents int64) change { return func(o *shopify.Order) { o.Outstanding = cents } }

// updated says how many minutes after it was made the order last changed.
func updated(minutes int) change {
	return func(o *shopify.Order) { o.UpdatedAt = o.CreatedAt.Add(time.Duration(minutes) * time.Minute) }
}

func made(at time.Time) change { return func(o *shopify.Order) { o.CreatedAt, o.UpdatedAt = at, at } }

// with changes the first line.
func with(f func(*shopify.OrderLine)) change { return func(o *shopify.Order) { f(&o.Lines[0]) } }

func sku(s string) change      { return with(func(l *shopify.OrderLine) { l.SKU = s }) }
func price(cents int64) change { return with(func(l *shopify.OrderLine) { l.Original = cents }) }
func pieces(n, left int) change {
	return with(func(l *shopify.OrderLine) { l.Quantity, l.CurrentQuantity = n, left })
}
func also(s string, line uint64) change {
	return func(o *shopify.Order) {
		o.Lines = append(o.Lines, shopify.OrderLine{ID: line, SKU: s, Quantity: 1, CurrentQuantity: 1, Original: 1000})
	}
}

// refunded gives a line back, whole.
func refunded(line uint64, restock string) change {
	return func(o *shopify.Order) {
		for i := range o.Lines {
			if o.Lines[i].ID == line {
				o.Lines[i].CurrentQuantity = 0
			}
		}
		o.Refunds = append(o.Refunds, shopify.Refund{ID: line * 100, Lines: []shopify.RefundLine{{LineID: line, Quantity: 1, RestockType: restock}}})
	}
}

func cancelled(o *shopify.Order) { o.CancelledAt = new(o.UpdatedAt) }

func given(cents int64) change {
	return func(o *shopify.Order) {
		o.Refunds = append(o.Refunds, shopify.Refund{ID: 900, TotalRefunded: max(-cents, 0), Adjustments: []int64{cents}})
	}
}

// outcome is what a store came to, in words: sales "line State", items "id state"
// of those that are not as they were, owed "consignor share/shop's share", findings
// "Kind subject", and what the last step left to do.
type outcome struct{ sales, items, owed, findings, todo string }

func outcomeOf(tx *ledger.Tx, last orders.Result) (outcome, error) {
	var got [5][]string
	for _, event := range []string{"spring", "autumn"} {
		sales, err := tx.SalesOf(event)
		if err != nil {
			return outcome{}, err
		}
		for _, s := range sales {
			got[0] = append(got[0], fmt.Sprintf("%d %s", s.LineID, s.State))
		}
		for _, consignor := range []string{"kim", "robin"} {
			items, err := tx.ItemsOf(event, consignor)
			if err != nil {
				return outcome{}, err
			}
			for _, i := range items {
				if i.State != "listed" && i.ID != "stroller" || i.ID == "stroller" && i.State != "withdrawn" {
					got[1] = append(got[1], i.ID+" "+i.State)
				}
			}
			entries, err := tx.EntriesOf(event, consignor)
			if err != nil {
				return outcome{}, err
			}
			var share, shop int64
			for _, e := range entries {
				share, shop = share+e.ConsignorCents, shop+e.ShopCents
			}
			if len(entries) > 0 {
				got[2] = append(got[2], fmt.Sprintf("%s %d/%d", consignor, share, shop))
			}
		}
	}
	findings, err := tx.Findings()
	for _, f := range findings {
		got[3] = append(got[3], f.Kind+" "+f.Subject)
	}
	for _, item := range last.Zero {
		got[4] = append(got[4], "zero "+item)
	}
	for _, item := range last.Shelf {
		got[4] = append(got[4], "shelf "+item)
	}
	var text [5]string
	for i, list := range got {
		slices.Sort(list)
		text[i] = strings.Join(list, ", ")
	}
	return outcome{text[0], text[1], text[2], text[3], text[4]}, err
}

// example is a table's row: what happens, and what that comes to.
type example struct {
	reason string
	steps  []step
	want   outcome
	// late is the clock, where it is not just after the order.
	late time.Time
}

// run runs the rows of a table on each database, each in a store of its own.
func run(t *testing.T, examples map[string]example) {
	t.Helper()
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		t.Helper()
		var now time.Time
		l := ledgertest.Open(t, place.Manager, func() time.Time { return now })
		for name, c := range examples {
			t.Run(name, func(t *testing.T) {
				now = cmp.Or(c.late, ordered.Add(time.Hour))
				store := ledger.Store{Tenant: "client", Name: name}
				if err := l.Update(t.Context(), store, stock); err != nil {
					t.Fatal(err)
				}
				var last orders.Result
				for i, step := range c.steps {
					now = now.Add(time.Second)
					if err := l.Update(t.Context(), store, func(tx *ledger.Tx) (err error) { last, err = step(tx); return err }); err != nil {
						t.Fatalf("step %d: %v", i+1, err)
					}
				}
				err := l.View(t.Context(), store, func(tx *ledger.Tx) error {
					got, err := outcomeOf(tx, last)
					if got != c.want {
						t.Errorf("%s:\ngot  %+v\nwant %+v", c.reason, got, c.want)
					}
					if name == "another's shift" {
						return err // which leaves robin's to be settled
					}
					return errors.Join(err, agrees(t, tx))
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

// agrees checks that what was settled is what the lines say.
func agrees(t *testing.T, tx *ledger.Tx) error {
	t.Helper()
	for _, item := range []string{"snowsuit", "boots", "stroller", "lamp"} {
		problems, err := orders.Check(tx, item)
		if err != nil {
			return err
		}
		for _, p := range problems {
			t.Errorf("item %s: %s", item, p)
		}
	}
	return nil
}
