package simulator

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// sold is a shop with an order that has been through everything.
func sold(t *testing.T, topics ...string) (*stall, Order) {
	t.Helper()
	w := newStall(t, topics...)
	o := w.sell(Checkout{
		Lines: []CheckoutLine{{SKU: "HAT", TaxRate: new(0.05)}, {SKU: "BOOTS-4T", Quantity: 2}, {Title: "Gift wrap", Price: new(Cents(300)), TaxRate: new(0.0)}},
		Discounts: []Discount{
			{Code: "SPRING10", Percent: 10, Method: AllocateAcross}, {Title: "Scratched", Amount: 200, Method: AllocateEach, SKUs: []string{"HAT"}},
		},
	})
	o, err := w.sim.RefundOrder(maple, o.ID, RefundRequest{Lines: []RefundRequestLine{{SKU: "BOOTS-4T", Quantity: 1, RestockType: "RETURN"}}, Amount: new(Cents(2000))})
	w.Expect(err).NotTo(HaveOccurred())
	return w, o
}

// What the shop tells of its own orders has the shape of public samples, in every
// version; but for refunds of orders, of which there are none.
func TestPayloadsOfTheStateHaveTheShapeOfTheSamples(t *testing.T) {
	w, o := sold(t)
	shop := w.shop()
	known := shapes(t)
	for _, version := range KnownVersions() {
		sampled := min(version, "2026-07") // there are no samples of 2026-10 yet (?)
		product := shop.Products[1].event(&shop, nil)
		product.Pictures = sampleProduct(clockStart).Pictures // the samples have one
		order := OrderPayload(shop, version, o.event())
		w.Expect(order["refunds"]).To(HaveLen(1))
		order["refunds"] = []any{}
		for topic, payload := range map[string]any{
			"orders/create": order, "refunds/create": RefundPayload(shop, o.Refunds[0].event(&o)),
			"products/update": ProductPayload(shop, product),
		} {
			value, err := decodeNumbers([]byte(jsonText(payload)))
			w.Expect(err).NotTo(HaveOccurred())
			w.Expect(known[topic+" "+sampled].misfits("", value)).To(BeEmpty(), topic+" "+version)
		}
	}
}

func TestPayloadsShowTheState(t *testing.T) {
	w, o := sold(t, "ORDERS_CREATE", "REFUNDS_CREATE", "ORDERS_UPDATED")
	w.clock.Advance(time.Second)
	var bodies []map[string]any
	for _, body := range w.got.bodies() {
		bodies = append(bodies, parse(w.WithT, body))
	}
	w.Expect(bodies).To(HaveLen(4), "created, updated; refunded, updated")
	// 52.00 less 10%, less 2.00 off the hat: 44.80, of which the hat is 8.80, the boots
	// 33.30 and the wrapping 2.70; 5% of the hat, 13% of the boots.
	want := map[string]any{
		"financial_status": "paid", "total_line_items_price": "52.00", "total_discounts": "7.20", "subtotal_price": "44.80", "total_tax": "4.77",
		"total_price": "49.57", "current_total_price": "49.57", "total_outstanding": "0.00", "source_name": "web", "test": false,
	}
	w.Expect(pick(bodies[0], want)).To(Equal(want))
	w.Expect(jsonText(bodies[0]["discount_codes"])).To(MatchJSON(`[{"code": "SPRING10", "amount": "5.20", "type": "percentage"}]`))
	w.Expect(bodies[0]["tax_lines"]).To(HaveLen(2))
	// One boot is 16.65 and 2.17 of tax: 18.82, and 1.18 more was given.
	want = map[string]any{"order_id": float64(o.ID), "restock": true}
	w.Expect(pick(bodies[2], want)).To(Equal(want))
	w.Expect(jsonText(bodies[2])).To(And(ContainSubstring(`"amount":"-1.18"`), ContainSubstring(`"kind":"refund_discrepancy"`), ContainSubstring(`"amount":"20.00"`)))
	want = map[string]any{"financial_status": "partially_refunded", "total_price": "49.57", "current_subtotal_price": "28.15"}
	w.Expect(pick(bodies[3], want)).To(Equal(want))
}

func TestProductsTell(t *testing.T) {
	w := newStall(t, allTopics...)
	w.stock(NewProduct{Title: "Scarf", Variants: []NewVariant{{SKU: "SCARF", Price: 900}}})
	w.Expect(w.news()).To(Equal([]string{"products/create"}))
	w.update(func(s *Shop) { s.Products[0].Status = "ARCHIVED" })
	w.Expect(w.news()).To(Equal([]string{"products/update"}), "a merchant in the admin")
	w.update(func(s *Shop) { s.InventoryItems[0].Levels[0].Available = 5 })
	w.Expect(w.news()).To(Equal([]string{"inventory_levels/update", "products/update"}), "stock is a product's too")
	w.update(func(s *Shop) { s.Products[0].UpdatedAt = s.Products[0].UpdatedAt.Add(time.Hour) })
	w.Expect(w.news()).To(BeEmpty(), "a date is no change")
	w.Expect(w.sim.DeleteProduct(maple, w.hat.ID)).To(Succeed())
	w.Expect(w.news()).To(Equal([]string{"products/delete"}))
	w.Expect(w.shop().InventoryItems).To(HaveLen(2), "with its stock")
	_, err := w.sim.AddProduct(maple, NewProduct{Title: "Nothing"})
	w.Expect(err).To(MatchError(ContainSubstring("variants")))

	a := w.ask(`mutation ($id: ID!) { productUpdate(product: {id: $id, status: DRAFT}) { product { status title } userErrors { field message } } }`,
		map[string]any{"id": gid("Product", w.boots.ID)})
	w.Expect(jsonText(a.at("data.productUpdate"))).To(MatchJSON(`{"product": {"status": "DRAFT", "title": "Boots"}, "userErrors": []}`), a.text)
	w.Expect(w.news()).To(Equal([]string{"products/update"}))
	a = w.ask(`mutation { productUpdate(product: {id: "gid://shopify/Product/1", status: DRAFT}) { product { id } userErrors { field message } } }`, nil)
	w.Expect(jsonText(a.at("data.productUpdate"))).To(MatchJSON(`{"product": null, "userErrors": [{"field": ["id"], "message": "Product does not exist"}]}`), a.text)
	a = w.ask(`mutation { productUpdate(product: {id: "gid://shopify/Product/1", templateSuffix: "x"}) { userErrors { message } } }`, nil)
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("NOT_MODELLED"))
}
