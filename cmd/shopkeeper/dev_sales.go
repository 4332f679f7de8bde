package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/internal/statements"
)

// market holds a sale event in the simulated shops with what is imported, and holds the
// statements against what was sold.
type market struct {
	sim     *simulator.Simulator
	books   *ledger.Ledger
	photos  *photos.Bucket
	kube    client.Client
	timeout time.Duration
	out     io.Writer
	// till is what was sold beside the shops, by domain.
	till map[string]sold
}

// stall is a store whose event is held.
type stall struct {
	store v1alpha1.ShopifyStore
	items []ledger.Item
}

func (s *stall) domain() string { return s.store.Spec.ShopDomain }

// run imports what the consignors of each store bring, and goes through the event. A
// store without files sells nothing.
func (m *market) run(ctx context.Context, files fs.FS, stores []v1alpha1.ShopifyStore) error {
	var stalls []*stall
	for _, store := range stores {
		brought, err := readFiles(files, store.Name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		s := &stall{store: store}
		if err := m.open(ctx, s); err != nil {
			return err
		}
		if err := m.importInto(ctx, s.store, brought); err != nil {
			return fmt.Errorf("importing into %s: %w", storeOf(store), err)
		}
		if err := m.photograph(ctx, s.store, files); err != nil {
			return fmt.Errorf("the photos of %s: %w", storeOf(store), err)
		}
		stalls = append(stalls, s)
	}
	for _, act := range []func(context.Context, *stall) error{m.list, m.sell, m.settle, m.giveBack, m.settle, m.markDown, m.settle, m.close, m.check, m.show} {
		for _, s := range stalls {
			if err := act(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", storeOf(s.store), err)
			}
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

// list waits until all that was imported is for sale in the shop, with its photos.
func (m *market) list(ctx context.Context, s *stall) (err error) {
	if s.items, err = m.items(ctx, storeOf(s.store)); err != nil {
		return err
	}
	if len(s.items) < 11 {
		return fmt.Errorf("%d items were imported, and the demo picks from 11", len(s.items))
	}
	err = m.until(ctx, func(ctx context.Context) (string, error) {
		items, err := m.items(ctx, storeOf(s.store))
		if err != nil {
			return "", err
		}
		unsent, err := m.unsent(ctx, storeOf(s.store), items)
		left := slices.DeleteFunc(items, func(i ledger.Item) bool { return i.State == string(catalog.Listed) })
		if err != nil || len(left)+unsent == 0 {
			return "", err
		}
		return fmt.Sprintf("%d items and %d photos are not in the shop yet", len(left), unsent), nil
	})
	if err == nil {
		_, _ = fmt.Fprintf(m.out, "%s: %d items are listed in %s\n", storeOf(s.store), len(s.items), s.domain())
	}
	return err
}

// sell has customers buy in the shop, and one at the till beside it.
func (m *market) sell(ctx context.Context, s *stall) error {
	line := func(i int) simulator.CheckoutLine { return simulator.CheckoutLine{SKU: s.items[i].ID} }
	if _, err := m.buy(s, simulator.Checkout{Lines: []simulator.CheckoutLine{line(0), line(3)}}); err != nil {
		return err
	}
	if _, err := m.buy(s, simulator.Checkout{Lines: []simulator.CheckoutLine{line(6), line(9)},
		Discounts: []simulator.Discount{{Code: "SPRING10", Percent: 10, Method: simulator.AllocateAcross}}}); err != nil {
		return err
	}
	later, err := m.buy(s, simulator.Checkout{Lines: []simulator.CheckoutLine{line(10)}, Payment: "UNPAID"})
	if err != nil {
		return err
	}
	if _, err = m.sim.Pay(s.domain(), later.ID, 0); err != nil {
		return err
	}
	item := s.items[1]
	m.till[s.domain()] = sold{lines: 1, net: item.PriceCents}
	return m.books.Update(ctx, storeOf(s.store), func(tx *ledger.Tx) error {
		_, result, err := orders.Sell(tx, item.ID, item.PriceCents, "demo")
		if err != nil {
			return err
		}
		return deliveries.Push(tx, result.Push())
	})
}

// buy has a customer buy online, from where the shop has the first thing.
func (m *market) buy(s *stall, c simulator.Checkout) (simulator.Order, error) {
	shop, _ := m.sim.Shop(s.domain())
	for _, i := range shop.InventoryItems {
		for _, l := range i.Levels {
			if i.SKU == c.Lines[0].SKU && l.Available > 0 {
				c.LocationID = l.LocationID
			}
		}
	}
	return m.sim.Checkout(s.domain(), c)
}

// giveBack refunds the second item of the first order, which goes on the shelf again.
func (m *market) giveBack(_ context.Context, s *stall) error {
	shop, _ := m.sim.Shop(s.domain())
	o := shop.Orders[0]
	_, err := m.sim.RefundOrder(s.domain(), o.ID, simulator.RefundRequest{Lines: []simulator.RefundRequestLine{{LineID: o.Lines[1].ID, RestockType: "RETURN"}}})
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

// soldIn reads what was sold from the shop itself, and adds what the till sold.
func (m *market) soldIn(domain string) (total sold) {
	total = m.till[domain]
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

// settle waits until the statements of a store tell what was sold.
func (m *market) settle(ctx context.Context, s *stall) error {
	want := m.soldIn(s.domain())
	return m.until(ctx, func(ctx context.Context) (string, error) {
		var waiting ledger.Backlog
		err := m.books.View(ctx, storeOf(s.store), func(tx *ledger.Tx) (err error) { waiting, err = tx.Backlog(); return err })
		if err != nil {
			return "", err
		}
		got, err := m.reckon(ctx, storeOf(s.store))
		if err != nil || waiting.Pending == 0 && got.agrees(want) {
			return "", err
		}
		return fmt.Sprintf("%d items were sold for %s, and the statements tell of %d for %s; %d webhooks wait",
			want.lines, simulator.Cents(want.net), got.lines, simulator.Cents(got.net), waiting.Pending), nil
	})
}

// until waits until nothing is missing any more.
func (m *market) until(ctx context.Context, missing func(context.Context) (string, error)) error {
	last := ""
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, m.timeout, true, func(ctx context.Context) (bool, error) {
		what, err := missing(ctx)
		if err == nil {
			last = what
		}
		return err == nil && what == "", err
	})
	if wait.Interrupted(err) && last != "" {
		return fmt.Errorf("after %s: %s", m.timeout, last)
	}
	return err
}

// show prints the statements, which were held against the shop.
func (m *market) show(ctx context.Context, s *stall) error {
	if err := m.settle(ctx, s); err != nil {
		return err
	}
	r, err := m.reckon(ctx, storeOf(s.store))
	if err != nil {
		return err
	}
	return m.print(storeOf(s.store), r)
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
