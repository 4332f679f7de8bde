package shopify_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// oneSale is a shop with a product and an order of it.
func oneSale(s *simulator.Shop) {
	s.InventoryItems = []simulator.InventoryItem{{ID: 9001, SKU: "A-1", Tracked: true}}
	s.Products = []simulator.Product{{ID: 9002, Title: "Hat", Status: "ACTIVE", Variants: []simulator.Variant{{ID: 9003, InventoryItemID: 9001, Price: 1200}}}}
	s.Orders = []simulator.Order{{ID: 9010, Currency: "CAD", Lines: []simulator.OrderLine{{ID: 9011, Quantity: 1, Current: 1, Price: 1200}}}}
}

func TestOrder(t *testing.T) {
	w := newFaultyWorld(t, operation{})
	hat := must[simulator.Product](t)(w.sim.AddProduct(faultyShop, simulator.NewProduct{Title: "Hat", Variants: []simulator.NewVariant{{SKU: "HAT", Price: 1200, Available: 3}}}))
	placed := must[simulator.Order](t)(w.sim.Checkout(faultyShop, simulator.Checkout{
		Lines: []simulator.CheckoutLine{
			{SKU: "HAT", Quantity: 2, TaxRate: new(0.05)}, {Title: "Gift wrap", Price: new(simulator.Cents(300)), TaxRate: new(0.0)},
		},
		Discounts: []simulator.Discount{{Percent: 10, Method: simulator.AllocateAcross}},
		Source:    "pos", Test: true,
	}))
	back := must[simulator.Order](t)(w.sim.RefundOrder(faultyShop, placed.ID, simulator.RefundRequest{
		Lines: []simulator.RefundRequestLine{{SKU: "HAT", Quantity: 1, RestockType: "RETURN"}}, Amount: new(simulator.Cents(1200)),
	}))
	got := must[*shopify.Order](t)(w.client.Order(t.Context(), placed.ID))
	want := &shopify.Order{
		ID: placed.ID, Name: "#1001", CreatedAt: placed.CreatedAt, UpdatedAt: back.UpdatedAt, ProcessedAt: placed.CreatedAt, Test: true,
		FinancialStatus: "PARTIALLY_REFUNDED", Currency: "CAD", SourceName: "pos",
		Lines: []shopify.OrderLine{
			{
				ID: placed.Lines[0].ID, SKU: "HAT", Title: "Hat", ProductID: hat.ID, VariantID: hat.Variants[0].ID,
				Quantity: 2, CurrentQuantity: 1, Original: 2400, Discounts: []int64{240}, Taxes: []int64{108},
			},
			{ID: placed.Lines[1].ID, Title: "Gift wrap", Quantity: 1, CurrentQuantity: 1, Original: 300, Discounts: []int64{30}},
		},
		Refunds: []shopify.Refund{{
			ID: back.Refunds[0].ID, CreatedAt: back.UpdatedAt, TotalRefunded: 1200, Adjustments: []int64{-66}, // 10.80 and 0.54 of tax came back
			Lines: []shopify.RefundLine{{LineID: placed.Lines[0].ID, Quantity: 1, RestockType: "RETURN", LocationID: placed.LocationID}},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestOrderOfManyLinesAndRefunds(t *testing.T) {
	w := newFaultyWorld(t, operation{})
	var lines []simulator.CheckoutLine
	for i := range 230 {
		lines = append(lines, simulator.CheckoutLine{Title: fmt.Sprint("Thing ", i), Price: new(simulator.Cents(100))})
	}
	placed := must[simulator.Order](t)(w.sim.Checkout(faultyShop, simulator.Checkout{Lines: lines}))
	var some []simulator.RefundRequestLine
	for _, l := range placed.Lines[:170] {
		some = append(some, simulator.RefundRequestLine{LineID: l.ID})
	}
	must[simulator.Order](t)(w.sim.RefundOrder(faultyShop, placed.ID, simulator.RefundRequest{Lines: some}))
	for range 12 {
		must[simulator.Order](t)(w.sim.RefundOrder(faultyShop, placed.ID, simulator.RefundRequest{Amount: new(simulator.Cents(100))}))
	}
	got := must[*shopify.Order](t)(w.client.Order(t.Context(), placed.ID))
	if len(got.Lines) != 230 || len(got.Refunds) != 13 || len(got.Refunds[0].Lines) != 170 {
		t.Fatalf("got %d lines, %d refunds, %d lines in the first", len(got.Lines), len(got.Refunds), len(got.Refunds[0].Lines))
	}
	for i, l := range got.Lines {
		if l.ID != placed.Lines[i].ID {
			t.Fatalf("line %d is %d, want %d", i, l.ID, placed.Lines[i].ID)
		}
	}
	if n := w.requests(); n != 5 {
		t.Errorf("%d requests, want 1 for the order, 2 for its lines and 2 for the refund's", n)
	}
}

// Pages of two states of an order are not put together.
func TestAnOrderThatChangesWhileItIsRead(t *testing.T) {
	w := newFaultyWorld(t, operation{shop: func(s *simulator.Shop) {
		o := simulator.Order{ID: 9010, Currency: "CAD"}
		for i := range uint64(101) {
			o.Lines = append(o.Lines, simulator.OrderLine{ID: 9100 + i, Quantity: 1, Current: 1})
		}
		s.Orders = []simulator.Order{o}
	}})
	w.strike(simulator.Fault{Kind: simulator.FaultThrottled, Operation: "OrderLines", First: 1})
	w.clock.onWait = func() {
		if err := w.sim.Update(faultyShop, func(s *simulator.Shop) { s.Orders[0].UpdatedAt = s.Orders[0].UpdatedAt.Add(time.Second) }); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.client.Order(t.Context(), 9010); shopify.KindOf(err) != shopify.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestThingsThatAreNotThere(t *testing.T) {
	w := newFaultyWorld(t, operation{shop: oneSale})
	cases := map[string]error{}
	_, cases["order"] = w.client.Order(t.Context(), 1)
	_, cases["product"] = w.client.Product(t.Context(), 1)
	_, cases["SKU"] = w.client.ProductBySKU(t.Context(), "A-2")
	_, cases["inventory item"] = w.client.InventoryItem(t.Context(), 1)
	for name, err := range cases {
		if shopify.KindOf(err) != shopify.NotFound {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestOrdersByUpdate(t *testing.T) {
	var want []uint64
	start := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	w := newFaultyWorld(t, operation{shop: func(s *simulator.Shop) {
		for i := range uint64(400) { // the later the number, the earlier the change
			at := start.Add(-time.Duration(i) * time.Minute)
			s.Orders = append(s.Orders, simulator.Order{ID: 9000 + i, Currency: "CAD", CreatedAt: at, UpdatedAt: at})
		}
	}})
	for i := uint64(301); i > 0; i-- {
		want = append(want, 9000+i-1)
	}
	var got []uint64
	for after := ""; ; {
		page := must[shopify.OrderPage](t)(w.client.Orders(t.Context(), start.Add(-300*time.Minute), after))
		for _, o := range page.Orders {
			got = append(got, o.ID)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
