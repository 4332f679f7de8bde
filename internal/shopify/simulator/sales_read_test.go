package simulator

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// Every field of an order can be read in every version.
func TestReadingAnOrder(t *testing.T) {
	w, o := sold(t)
	const money = ` { shopMoney { amount currencyCode } presentmentMoney { amount } }`
	document := `query ($order: ID!, $refund: ID!) {
		order(id: $order) {
			id legacyResourceId name number createdAt processedAt updatedAt cancelledAt cancelReason test displayFinancialStatus fullyPaid
			currencyCode presentmentCurrencyCode taxesIncluded sourceName retailLocation { id }
			totalPriceSet` + money + ` currentTotalPriceSet` + money + ` totalReceivedSet` + money + ` totalRefundedSet` + money + ` totalOutstandingSet` + money + `
			transactions(first: 1) { id kind status test gateway amountSet` + money + ` createdAt processedAt }
			lineItems(first: 1) { nodes {
				id title variantTitle sku vendor quantity currentQuantity product { title } variant { title }
				originalTotalSet` + money + ` originalUnitPriceSet` + money + `
				taxLines(first: 1) { title rate ratePercentage priceSet` + money + ` }
				discountAllocations { allocatedAmountSet` + money + ` discountApplication {
					index allocationMethod targetSelection targetType value { ... on MoneyV2 { amount } ... on PricingPercentageValue { percentage } }
					... on DiscountCodeApplication { code } ... on ManualDiscountApplication { title description }
				} }
			} }
		}
		refund(id: $refund) {
			id legacyResourceId note createdAt processedAt updatedAt order { id } totalRefundedSet` + money + `
			orderAdjustments(first: 5) { nodes { id reason amountSet` + money + ` taxAmountSet` + money + ` } }
			refundLineItems(first: 5) { nodes { id quantity restockType restocked lineItem { sku } location { name } subtotalSet` + money + ` totalTaxSet` + money + ` } }
		}
	}`
	for _, version := range schema.Versions {
		a := w.askAs("shpat_maple-kids", version, document, map[string]any{"order": gid("Order", o.ID), "refund": gid("Refund", o.Refunds[0].ID)})
		w.Expect(a.at("errors")).To(BeNil(), a.text)
		for path, want := range map[string]any{
			"data.order.displayFinancialStatus": "PARTIALLY_REFUNDED", "data.order.totalPriceSet.shopMoney.amount": "49.57",
			"data.order.currentTotalPriceSet.shopMoney.amount": "30.75", "data.order.totalReceivedSet.shopMoney.amount": "49.57",
			"data.order.lineItems.nodes.0.discountAllocations.0.discountApplication.code":             "SPRING10",
			"data.order.lineItems.nodes.0.discountAllocations.0.discountApplication.value.percentage": 10.0,
			"data.order.lineItems.nodes.0.discountAllocations.1.discountApplication.value.amount":     "2.00",
			"data.order.lineItems.nodes.0.discountAllocations.1.discountApplication.targetSelection":  "ENTITLED",
			"data.order.lineItems.nodes.0.taxLines.0.ratePercentage":                                  5.0,
			"data.refund.orderAdjustments.nodes.0.amountSet.shopMoney.amount":                         "-1.18",
			"data.refund.refundLineItems.nodes.0.subtotalSet.shopMoney.amount":                        "16.65",
			"data.refund.refundLineItems.nodes.0.location.name":                                       "Warehouse",
		} {
			w.Expect(a.at(path)).To(Equal(want), path)
		}
	}
}

func TestReadingAProduct(t *testing.T) {
	w := newStall(t)
	a := w.ask(`query ($product: ID!, $variant: ID!, $item: ID!) {
		product(id: $product) {
			id legacyResourceId title handle descriptionHtml vendor productType tags status createdAt updatedAt totalInventory
			variants(first: 5, sortKey: SKU) { nodes { id position } }
		}
		productVariant(id: $variant) {
			id legacyResourceId title sku barcode price compareAtPrice taxable position inventoryPolicy inventoryQuantity createdAt updatedAt
			product { id } inventoryItem { id variant { id } }
		}
		node(id: $variant) { id }
		inventoryItem(id: $item) { variants(first: 5) { nodes { sku } } }
	}`, map[string]any{
		"product": gid("Product", w.boots.ID), "variant": gid("ProductVariant", w.boots.Variants[0].ID), "item": gid("InventoryItem", w.boots.Variants[0].InventoryItemID),
	})
	w.Expect(a.at("errors")).To(BeNil(), a.text)
	w.Expect(pick(a.at("data.productVariant").(map[string]any), map[string]any{"sku": 0, "price": 0, "inventoryQuantity": 0, "compareAtPrice": 0})).To(
		Equal(map[string]any{"sku": "BOOTS-4T", "price": "18.50", "inventoryQuantity": 3.0, "compareAtPrice": nil}))
	w.Expect(a.at("data.inventoryItem.variants.nodes.0.sku")).To(Equal("BOOTS-4T"))
	w.Expect(a.at("data.product.totalInventory")).To(Equal(3.0))
}

func TestFindingOrders(t *testing.T) {
	w := newStall(t)
	first := w.sell(Checkout{Lines: []CheckoutLine{{SKU: "HAT"}}})
	w.clock.Advance(time.Hour)
	w.sell(Checkout{Lines: []CheckoutLine{{SKU: "BOOTS-4T"}}, Payment: CheckoutUnpaid, Test: true, Source: "pos"})
	cases := map[string]struct{ reason, query, want string }{
		"all":        {"those that were placed first", ``, `["#1001","#1002"]`},
		"since":      {"to the second", `updated_at:>='2026-11-23T10:00:00Z'`, `["#1002"]`},
		"status":     {"of payment", `financial_status:paid`, `["#1001"]`},
		"test":       {"orders", `test:true`, `["#1002"]`},
		"name":       {"with its sign", `name:'#1001'`, `["#1001"]`},
		"SKU":        {"of a line", `sku:boots-4t`, `["#1002"]`},
		"source":     {"of a till", `source_name:pos`, `["#1002"]`},
		"both":       {"and", `sku:HAT source_name:pos`, `[]`},
		"created":    {"before", `created_at:<'2026-11-23T10:00:00Z'`, `["#1001"]`},
		"no such ID": {"is none", `id:5`, `[]`},
	}
	names := func(a answer) string {
		w.Expect(a.at("errors")).To(BeNil(), a.text)
		found := []any{}
		for _, n := range a.at("data.orders.nodes").([]any) {
			found = append(found, n.(map[string]any)["name"])
		}
		return jsonText(found)
	}
	const document = `query ($query: String, $sort: OrderSortKeys) { orders(first: 5, query: $query, sortKey: $sort) { nodes { name } } }`
	for name, tc := range cases {
		t.Run(name, func(*testing.T) {
			w.Expect(names(w.ask(document, map[string]any{"query": tc.query, "sort": "CREATED_AT"}))).To(Equal(tc.want), tc.reason)
		})
	}
	w.clock.Advance(time.Hour)
	_, err := w.sim.RefundOrder(maple, first.ID, RefundRequest{Amount: new(Cents(100))})
	w.Expect(err).NotTo(HaveOccurred())
	w.Expect(names(w.ask(document, map[string]any{"sort": "UPDATED_AT"}))).To(Equal(`["#1002","#1001"]`), "what changes comes last")

	w.clock.Advance(60 * 24 * time.Hour)
	w.Expect(names(w.ask(document, map[string]any{"sort": "ID"}))).To(Equal(`[]`), "orders of 60 days ago")
	w.Expect(w.ask(`query ($id: ID!) { order(id: $id) { id } }`, map[string]any{"id": gid("Order", first.ID)}).at("data.order")).To(BeNil())
	w.update(func(s *Shop) { s.Apps[0].Scopes = append(s.Apps[0].Scopes, "read_all_orders") })
	w.Expect(names(w.ask(document, map[string]any{"sort": "ID"}))).To(Equal(`["#1001","#1002"]`))
}

func TestSellingOverTheControlAPI(t *testing.T) {
	w := newStall(t)
	shop := "/shops/" + maple
	p := w.control("POST", shop+"/products", `{"title": "Scarf", "variants": [{"sku": "SCARF", "priceCents": 900, "available": 2}]}`)
	w.Expect(p.status).To(Equal(201), p.text)
	w.Expect(w.control("GET", shop+"/products", "").at("products")).To(HaveLen(3))
	product := shop + "/products/" + jsonText(p.at("id"))
	w.Expect(w.control("PATCH", product, `{"status": "UNLISTED"}`).at("status")).To(Equal("UNLISTED"))
	sale := w.control("POST", shop+"/checkouts", `{"payment": "UNPAID", "lines": [{"sku": "SCARF", "quantity": 2}, {"sku": "HAT"}]}`)
	w.Expect(sale.status).To(Equal(201), sale.text)
	order := shop + "/orders/" + jsonText(sale.at("id"))
	for path, body := range map[string]string{"/edits": `{"remove": [{"sku": "SCARF", "quantity": 1}], "restock": true}`, "/colours": ``} {
		a := w.control("POST", order+path, body)
		w.Expect(a.status).To(Equal(map[string]int{"/edits": 201, "/colours": 404}[path]), a.text)
	}
	w.Expect(w.control("POST", order+"/payments", ``).status).To(Equal(201))
	a := w.control("POST", order+"/refunds", `{"lines": [{"sku": "SCARF", "restockType": "RETURN"}], "amountCents": 500}`)
	w.Expect(a.at("refunds.1.amountCents")).To(Equal(500.0), a.text)
	a = w.control("POST", order+"/cancellation", `{"reason": "STAFF", "restock": true}`)
	w.Expect([]any{a.status, a.at("cancelReason")}).To(Equal([]any{201, "STAFF"}))
	w.Expect(w.control("GET", order, "").text).To(MatchJSON(a.text))
	w.Expect([]int{w.available("SCARF"), w.available("HAT")}).To(Equal([]int{2, 1}), "all is back")

	w.Expect(w.control("POST", order+"/refunds", `{"colour": "red"}`).status).To(Equal(422))
	w.Expect(w.control("POST", shop+"/orders/x/refunds", `{}`).status).To(Equal(422))
	w.Expect(w.control("POST", shop+"/orders/9/refunds", `{}`).status).To(Equal(404))
	w.Expect(w.control("DELETE", product, "").status).To(Equal(204))
	w.Expect(w.control("DELETE", product, "").status).To(Equal(404))
}
