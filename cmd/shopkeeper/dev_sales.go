package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/internal/statements"
)

// market has customers buy in the simulated shops what was imported, and holds the
// statements against what the shops sold.
type market struct {
	sim   *simulator.Simulator
	books *ledger.Ledger
	out   io.Writer
}

// run imports what the consignors of each store bring, sells, and waits for the
// statements. A store without files sells nothing.
func (m *market) run(ctx context.Context, files fs.FS, stores []v1alpha1.ShopifyStore, timeout time.Duration) error {
	var selling []v1alpha1.ShopifyStore
	for _, store := range stores {
		brought, err := readFiles(files, store.Name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := m.importInto(ctx, store, brought); err != nil {
			return fmt.Errorf("importing into %s: %w", storeOf(store), err)
		}
		if err := m.hold(ctx, store); err != nil {
			return err
		}
		selling = append(selling, store)
	}
	return m.reckonAll(ctx, selling, timeout)
}

// reckonAll waits for the statements, has one item given back in each shop, and
// prints the statements that come of it.
func (m *market) reckonAll(ctx context.Context, stores []v1alpha1.ShopifyStore, timeout time.Duration) error {
	for _, store := range stores {
		if _, err := m.settled(ctx, store, timeout); err != nil {
			return err
		}
		if err := m.giveBack(store.Spec.ShopDomain); err != nil {
			return err
		}
	}
	for _, store := range stores {
		r, err := m.settled(ctx, store, timeout)
		if err != nil {
			return err
		}
		if err := m.print(storeOf(store), r); err != nil {
			return err
		}
	}
	return nil
}

func readFiles(files fs.FS, directory string) (intake.Files, error) {
	var all [3]*intake.File
	for i, name := range []string{"consignors.csv", "shifts.csv", "items.csv"} {
		content, err := fs.ReadFile(files, path.Join(directory, name))
		if err != nil {
			return intake.Files{}, err
		}
		all[i] = &intake.File{Name: name, Content: content}
	}
	return intake.Files{Consignors: all[0], Shifts: all[1], Items: all[2]}, nil
}

func (m *market) importInto(ctx context.Context, store v1alpha1.ShopifyStore, files intake.Files) error {
	var result intake.Result
	err := m.books.Update(ctx, storeOf(store), func(tx *ledger.Tx) (err error) {
		if result, err = intake.Import(tx, files); err != nil {
			return err
		}
		return deliveries.Push(tx, result.Push)
	})
	if err == nil {
		_, _ = fmt.Fprintf(m.out, "\n%s: imported %d consignors, %d shifts and %d items from CSV\n", storeOf(store), result.Consignors.New, result.Shifts.New, result.Items.New)
	}
	return err
}

// hold runs the market for a store: its items become products, customers buy some
// of them, and one gives something back.
func (m *market) hold(ctx context.Context, store v1alpha1.ShopifyStore) error {
	items, err := m.items(ctx, storeOf(store))
	if err != nil {
		return err
	}
	if len(items) < 11 {
		return fmt.Errorf("%s: %d items were imported, and the demo picks from 11", storeOf(store), len(items))
	}
	for _, item := range items {
		if _, err := m.sim.AddProduct(store.Spec.ShopDomain, simulator.NewProduct{
			Title: item.Title, Status: "ACTIVE",
			Variants: []simulator.NewVariant{{SKU: item.ID, Barcode: item.ID, Price: simulator.Cents(item.PriceCents), Available: 1}},
		}); err != nil {
			return err
		}
	}
	return m.sell(store.Spec.ShopDomain, items)
}

func (m *market) sell(shop string, items []ledger.Item) error {
	line := func(i int) simulator.CheckoutLine { return simulator.CheckoutLine{SKU: items[i].ID} }
	if _, err := m.sim.Checkout(shop, simulator.Checkout{Lines: []simulator.CheckoutLine{line(0), line(3)}}); err != nil {
		return err
	}
	if _, err := m.sim.Checkout(shop, simulator.Checkout{Lines: []simulator.CheckoutLine{line(6), line(9)},
		Discounts: []simulator.Discount{{Code: "SPRING10", Percent: 10, Method: simulator.AllocateAcross}}}); err != nil {
		return err
	}
	later, err := m.sim.Checkout(shop, simulator.Checkout{Lines: []simulator.CheckoutLine{line(10)}, Payment: "UNPAID"})
	if err != nil {
		return err
	}
	_, err = m.sim.Pay(shop, later.ID, 0)
	return err
}

// giveBack refunds the second item of the first order, which goes on the shelf again.
func (m *market) giveBack(domain string) error {
	shop, _ := m.sim.Shop(domain)
	o := shop.Orders[0]
	_, err := m.sim.RefundOrder(domain, o.ID, simulator.RefundRequest{Lines: []simulator.RefundRequestLine{{LineID: o.Lines[1].ID, RestockType: "RETURN"}}})
	return err
}

func storeOf(store v1alpha1.ShopifyStore) ledger.Store {
	return ledger.Store{Tenant: store.Namespace, Name: store.Name}
}

// items are those that were imported, of all events.
func (m *market) items(ctx context.Context, store ledger.Store) (items []ledger.Item, err error) {
	err = m.books.View(ctx, store, func(tx *ledger.Tx) error {
		return eachConsignor(tx, func(event, consignor string) error {
			more, err := tx.ItemsOf(event, consignor)
			items = append(items, more...)
			return err
		})
	})
	return items, err
}

func eachConsignor(tx *ledger.Tx, f func(event, consignor string) error) error {
	events, err := tx.SaleEvents()
	if err != nil {
		return err
	}
	for _, event := range events {
		consignors, err := tx.ConsignorsOf(event.ID)
		if err != nil {
			return err
		}
		for _, c := range consignors {
			if err := f(event.ID, c.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// sold is what a shop sold, as its customers still have it, net of discounts and of
// taxes that the prices hold.
type sold struct {
	lines int
	net   int64
}

// soldIn reads what was sold from the shop itself.
func (m *market) soldIn(domain string) (total sold) {
	shop, _ := m.sim.Shop(domain)
	for _, o := range shop.Orders {
		if o.Test || !o.CancelledAt.IsZero() || !paid(o) {
			continue
		}
		for _, l := range o.Lines {
			if l.Current == 0 {
				continue
			}
			total.lines++
			total.net += netOf(o, l)
		}
	}
	return total
}

func paid(o simulator.Order) bool {
	for _, t := range o.Transactions {
		if t.Kind == "SALE" {
			return true
		}
	}
	return false
}

func netOf(o simulator.Order, l simulator.OrderLine) int64 {
	net := int64(l.Price) * int64(l.Quantity)
	for _, a := range l.Allocations {
		net -= int64(a.Amount)
	}
	for _, t := range l.Taxes {
		if o.TaxesIncluded {
			net -= int64(t.Amount)
		}
	}
	return net
}

// reckoning is what the statements of a store come to.
type reckoning struct {
	statements           []statements.Statement
	lines                int
	net, consignor, shop int64
}

func (m *market) reckon(ctx context.Context, store ledger.Store) (r reckoning, err error) {
	err = m.books.View(ctx, store, func(tx *ledger.Tx) error {
		return eachConsignor(tx, func(event, consignor string) error {
			s, err := statements.Build(tx, event, consignor)
			if err != nil {
				return err
			}
			r.add(s)
			return nil
		})
	})
	return r, err
}

func (r *reckoning) add(s statements.Statement) {
	r.statements = append(r.statements, s)
	left := map[string]int64{}
	for _, list := range [][]statements.Line{s.Sales, s.Adjustments} {
		for _, l := range list {
			left[l.Order+" "+l.ItemID] += l.NetCents
			r.net, r.consignor, r.shop = r.net+l.NetCents, r.consignor+l.ConsignorCents, r.shop+l.ShopCents
		}
	}
	for _, net := range left {
		if net != 0 {
			r.lines++
		}
	}
}

// agrees says whether the statements tell what the shop sold.
func (r *reckoning) agrees(with sold) bool {
	return r.lines == with.lines && r.net == with.net && r.consignor+r.shop == r.net
}

// settled waits until the statements of a store tell what its shop sold.
func (m *market) settled(ctx context.Context, store v1alpha1.ShopifyStore, timeout time.Duration) (got reckoning, err error) {
	want := m.soldIn(store.Spec.ShopDomain)
	err = wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, timeout, true, func(ctx context.Context) (bool, error) {
		var waiting ledger.Backlog
		err := m.books.View(ctx, storeOf(store), func(tx *ledger.Tx) (err error) { waiting, err = tx.Backlog(); return err })
		if err != nil || waiting.Pending > 0 {
			return false, err
		}
		got, err = m.reckon(ctx, storeOf(store))
		return got.agrees(want), err
	})
	if wait.Interrupted(err) {
		err = fmt.Errorf("%s: the shop sold %d items for %s, and the statements tell of %d for %s", storeOf(store),
			want.lines, simulator.Cents(want.net), got.lines, simulator.Cents(got.net))
	}
	return got, err
}

// print shows the statements of those who sold something, and what they come to.
func (m *market) print(store ledger.Store, r reckoning) error {
	for _, s := range r.statements {
		if len(s.Sales) == 0 {
			continue
		}
		_, _ = fmt.Fprintln(m.out)
		if err := statements.WriteText(m.out, s); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintf(m.out, "\n%s: checked against the shop: %d items sold for %s = %s to consignors + %s to the shop\n", store,
		r.lines, simulator.Cents(r.net), simulator.Cents(r.consignor), simulator.Cents(r.shop))
	return nil
}
