package intake_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

func TestMain(m *testing.M) { ledgertest.Main(m) }

var (
	maple = ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}
	now   = time.Date(2027, time.April, 10, 12, 0, 0, 0, time.UTC)
)

// opened is a ledger with a bound store, an event that is on and one that is over.
func opened(t *testing.T, place ledgertest.Place) *ledger.Ledger {
	t.Helper()
	l := ledgertest.Open(t, place.Manager, func() time.Time { return now })
	update(t, l, func(tx *ledger.Tx) error {
		terms := []ledger.Terms{{EffectiveFrom: now.AddDate(-2, 0, 0), RegularPercent: 6000, SuperPercent: 7000, ShiftPercent: 250, MaxPercent: 8500}}
		return errors.Join(
			tx.Bind(ledger.Binding{ShopID: 7, ShopDomain: "maple-kids.myshopify.com", Currency: "CAD"}),
			tx.PutSaleEvent(ledger.SaleEvent{ID: "spring", StartsAt: now, EndsAt: now.AddDate(0, 0, 2), ReturnWindowEndsAt: now.AddDate(0, 0, 14)}),
			tx.PutSaleEvent(ledger.SaleEvent{ID: "fall", StartsAt: now.AddDate(0, -6, 0), EndsAt: now.AddDate(0, -6, 2), ReturnWindowEndsAt: now.AddDate(0, -5, 0)}),
			tx.PutTerms("spring", terms), tx.PutTerms("fall", terms))
	})
	return l
}

func update(t *testing.T, l *ledger.Ledger, f func(*ledger.Tx) error) {
	t.Helper()
	if err := l.Update(t.Context(), maple, f); err != nil {
		t.Fatal(err)
	}
}

const (
	consignorHeading = "consignor_id,name,class\n"
	shiftHeading     = "shift_id,event_id,consignor_id\n"
	itemHeading      = "item_id,consignor_id,event_id,title,price,markdown_eligible\n"
)

// files are the rows of each file; one without rows is not there.
func files(consignors, shifts, items string) intake.Files {
	file := func(name, heading, rows string) *intake.File {
		if rows == "" {
			return nil
		}
		return &intake.File{Name: name, Content: []byte(heading + rows)}
	}
	return intake.Files{
		Consignors: file("consignors.csv", consignorHeading, consignors),
		Shifts:     file("shifts.csv", shiftHeading, shifts), Items: file("items.csv", itemHeading, items),
	}
}

func imported(t *testing.T, l *ledger.Ledger, f intake.Files) (r intake.Result) {
	t.Helper()
	update(t, l, func(tx *ledger.Tx) (err error) { r, err = intake.Import(tx, f); return err })
	return r
}

// sold is a paid order of an item for 20 dollars.
func sold(t *testing.T, l *ledger.Ledger, id uint64, sku string, at time.Time) {
	t.Helper()
	order := &shopify.Order{
		ID: id, Name: fmt.Sprintf("#%d", id), CreatedAt: at, UpdatedAt: at, FinancialStatus: "PAID", Currency: "CAD",
		Lines: []shopify.OrderLine{{ID: id * 10, SKU: sku, Quantity: 1, CurrentQuantity: 1, Original: 2000}},
	}
	update(t, l, func(tx *ledger.Tx) error { _, err := orders.Apply(tx, order, now, "test"); return err })
}

// owed is what a consignor's entries of an event come to.
func owed(t *testing.T, l *ledger.Ledger, event, consignor string) (cents int64) {
	t.Helper()
	update(t, l, func(tx *ledger.Tx) error {
		entries, err := tx.EntriesOf(event, consignor)
		for _, e := range entries {
			cents += e.ConsignorCents
		}
		return err
	})
	return cents
}

func equal[T comparable](t *testing.T, got, want T, what string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}

func TestImport(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := opened(t, place)
		all := files("c1,Robin,\nc2,Zoë,super\n", "s1,spring,c2\n", "i1,c1,spring,\"Boots, red\",12.50,yes\ni2,c2,spring,Snowsuit,20,\n")
		equal(t, imported(t, l, all).Counts, intake.Counts{Consignors: intake.Count{New: 2}, Shifts: intake.Count{New: 1}, Items: intake.Count{New: 2}}, "first")
		update(t, l, func(tx *ledger.Tx) error {
			c, err := tx.Consignor("c1")
			equal(t, c, ledger.Consignor{ID: "c1", Name: "Robin", Class: "Regular"}, "consignor")
			i, itemErr := tx.Item("i1")
			equal(t, i, ledger.Item{ID: "i1", ConsignorID: "c1", EventID: "spring", Title: "Boots, red", PriceCents: 1250, MarkdownEligible: true, State: "ready"}, "item")
			n, shiftErr := tx.Shifts("spring", "c2")
			equal(t, n, 1, "shifts")
			return errors.Join(err, itemErr, shiftErr, tx.SetItemState("i1", "listed"), tx.SetUnlisted("i1", true))
		})

		before := dump(t, l)
		now = now.Add(time.Hour)
		equal(t, imported(t, l, all).Counts, intake.Counts{Consignors: intake.Count{Unchanged: 2}, Shifts: intake.Count{Unchanged: 1}, Items: intake.Count{Unchanged: 2}}, "again")
		equal(t, dump(t, l), before, "an import of the same writes nothing")

		some := files("c1,Robyn,\n", "", "i1,c2,spring,\"Boots, red\",10,no\ni3,c1,spring,Lamp,1,\ni2,c2,spring,Snowsuit,20.00,no\n")
		equal(t, imported(t, l, some).Counts, intake.Counts{Consignors: intake.Count{Changed: 1}, Items: intake.Count{New: 1, Changed: 1, Unchanged: 1}}, "some")
		update(t, l, func(tx *ledger.Tx) error {
			i, err := tx.Item("i1")
			equal(t, i, ledger.Item{ID: "i1", ConsignorID: "c2", EventID: "spring", Title: "Boots, red", PriceCents: 1000, State: "listed", Unlisted: true}, "changed item keeps its state")
			trail, trailErr := tx.Trail("i1")
			if len(trail) != 1 || !strings.Contains(trail[0].Before, "PriceCents:1250") || !strings.Contains(trail[0].After, "PriceCents:1000") || !strings.Contains(trail[0].After, "Unlisted:true") {
				t.Errorf("the trail says %+v", trail)
			}
			imports, importsErr := tx.Trail("import")
			if len(imports) != 2 || imports[0].After != "new: 2 consignors, 1 shifts, 2 items" || imports[1].After != "new: 0 consignors, 0 shifts, 1 items" {
				t.Errorf("the trail says of the imports %+v", imports)
			}
			return errors.Join(err, trailErr, importsErr)
		})
	})
}

// dump is all that an import writes, with when it was written.
func dump(t *testing.T, l *ledger.Ledger) string {
	t.Helper()
	var text strings.Builder
	update(t, l, func(tx *ledger.Tx) error {
		for _, query := range []string{
			"SELECT consignor_id || name || class, updated_at FROM consignors ORDER BY 1", "SELECT shift_id || event_id || consignor_id, recorded_at FROM volunteer_shifts ORDER BY 1",
			"SELECT item_id || title || state, updated_at FROM items ORDER BY 1", "SELECT trail_id, happened_at FROM audit_trail ORDER BY 1",
		} {
			rows, err := tx.SQL().QueryContext(t.Context(), query)
			if err != nil {
				return err
			}
			for rows.Next() {
				var what string
				var at int64
				if err := rows.Scan(&what, &at); err != nil {
					return errors.Join(err, rows.Close())
				}
				fmt.Fprintln(&text, what, at)
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
		}
		return nil
	})
	return text.String()
}

func TestNothingIsHalfImported(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := opened(t, place)
		imported(t, l, files("c1,Robin,\n", "", "i1,c1,spring,Boots,20,\ni2,c1,spring,Lamp,5,\n"))
		sold(t, l, 1, "i1", now)
		before := dump(t, l)
		err := l.Update(t.Context(), maple, func(tx *ledger.Tx) error {
			_, err := intake.Import(tx, files(
				"c2,Zoë,super\nc3,,super\n",
				"s1,summer,c2\ns2,spring,c4\n",
				"i1,c2,fall,Boots,21,yes\ni3,c3,spring,Hat,3,\ni4,c4,spring,Cap,x,\ni2,c9,spring,Lamp,6,\n"))
			return err
		})
		want := `consignors.csv:3: name: is empty: give a text of up to 255 characters
shifts.csv:2: event_id: there is no sale event "summer": add it to spec.saleEvents of the ShopifyStore and wait until it is Ready, or correct the id
shifts.csv:3: consignor_id: there is no consignor "c4": take them in first or in the same import, or correct the id
items.csv:2: consignor_id: the item is sold and cannot go from c1 to c2: put c1 back
items.csv:2: event_id: the item is sold and cannot go from spring to fall: put spring back
items.csv:2: price: the item is sold and cannot go from 20.00 to 21.00: put 20.00 back
items.csv:4: price: "x" is no price: give a number below 10 million with at most two decimals, such as 12.50
items.csv:5: consignor_id: there is no consignor "c9": take them in first or in the same import, or correct the id
nothing was imported: correct the files and import them again`
		if err == nil || err.Error() != want {
			t.Errorf("got\n%v\nwant\n%s", err, want)
		}
		equal(t, dump(t, l), before, "nothing was written")
		// The title of what is sold may be put right.
		equal(t, imported(t, l, files("", "", "i1,c1,spring,Red boots,20,yes\n")).Counts, intake.Counts{Items: intake.Count{Changed: 1}}, "title")
	})
}

func TestConsignorsThatCouldNotBeRead(t *testing.T) {
	l := opened(t, ledgertest.OnSQLite(t))
	f := files("c1,Robin,\n", "", "i1,c1,spring,Boots,20,\n")
	f.Consignors.Content = []byte("id,name\nc1,Robin\n")
	err := l.Update(t.Context(), maple, func(tx *ledger.Tx) error { _, err := intake.Import(tx, f); return err })
	if e, ok := errors.AsType[*intake.ProblemsError](err); !ok || strings.Contains(e.Error(), "items.csv") {
		t.Errorf("whose rows are not known, nobody is missed: %v", err)
	}
}

func TestAStoreThatNobodyKnows(t *testing.T) {
	l := opened(t, ledgertest.OnSQLite(t))
	typo := ledger.Store{Tenant: "client-maple-kids", Name: "mapel-kids"}
	err := l.Update(t.Context(), typo, func(tx *ledger.Tx) error {
		_, err := intake.Import(tx, files("c1,Robin,\n", "", ""))
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "the ledger knows no sale event of store client-maple-kids/mapel-kids") {
		t.Errorf("consignors of no store: %v", err)
	}
}

func TestWhatAnImportMeansForSales(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := opened(t, place)
		imported(t, l, files("c1,Robin,\n", "", "i0,c1,fall,Skates,20,\n"))
		sold(t, l, 1, "i0", now.AddDate(0, -6, 0))
		sold(t, l, 2, "i1", now) // which nobody knows yet
		for _, step := range []struct {
			what         string
			files        intake.Files
			spring, fall int64
		}{
			{"an item that was sold before it was imported", files("", "", "i1,c1,spring,Boots,20,\n"), 1200, 1200},
			{"a shift that is told of late", files("", "s1,spring,c1\n", ""), 1250, 1200},
			{"the same once more", files("c1,Robin,\n", "s1,spring,c1\n", "i1,c1,spring,Boots,20,\n"), 1250, 1200},
			{"the shift was for another event", files("", "s1,fall,c1\n", ""), 1200, 1250},
			{"the shift was another's", files("c2,Zoë,\n", "s1,spring,c2\n", ""), 1200, 1200},
			{"another class, for events that are not paid out", files("c1,Robin,super\n", "", ""), 1400, 1200},
		} {
			imported(t, l, step.files)
			equal(t, owed(t, l, "spring", "c1"), step.spring, step.what+": spring")
			equal(t, owed(t, l, "fall", "c1"), step.fall, step.what+": fall")
		}
	})
}
