package simulator

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestWhatBecomesOfAnOrder(t *testing.T) {
	// Every order is of a hat and two boots: 12.00 + 37.00 and 13% HST, 55.37 in all.
	all := Checkout{Lines: []CheckoutLine{{SKU: "HAT"}, {SKU: "BOOTS-4T", Quantity: 2}}}
	unpaid := all
	unpaid.Payment = CheckoutUnpaid
	stockMoves := []string{"inventory_levels/update", "products/update"}
	cases := map[string]struct {
		reason      string
		checkout    Checkout
		act         func(*Simulator, uint64) (Order, error)
		status      string
		outstanding Cents
		current     []int // of each line
		left        []int // hats, boots
		news        []string
	}{
		"paid later": {
			reason: "orders/paid comes with the payment", checkout: unpaid,
			act:    func(s *Simulator, id uint64) (Order, error) { return s.Pay(maple, id, 0) },
			status: "PAID", current: []int{1, 2}, left: []int{0, 1}, news: []string{"orders/paid", "orders/updated"},
		},
		"paid in part": {
			reason: "it is not paid yet", checkout: unpaid,
			act:    func(s *Simulator, id uint64) (Order, error) { return s.Pay(maple, id, 5000) },
			status: "PARTIALLY_PAID", outstanding: 537, current: []int{1, 2}, left: []int{0, 1}, news: []string{"orders/updated"},
		},
		"a line more": {
			reason: "it is to be paid", checkout: all,
			act: func(s *Simulator, id uint64) (Order, error) {
				return s.EditOrder(maple, id, OrderEdit{Add: []CheckoutLine{{SKU: "BOOTS-4T"}}})
			},
			status: "PARTIALLY_PAID", outstanding: 2091, current: []int{1, 2, 1}, left: []int{0, 0}, news: append([]string{"orders/edited", "orders/updated"}, stockMoves...),
		},
		"a boot less": {
			reason: "the customer has not paid for it", checkout: unpaid,
			act: func(s *Simulator, id uint64) (Order, error) {
				return s.EditOrder(maple, id, OrderEdit{Remove: []RemovedLine{{SKU: "BOOTS-4T", Quantity: 1}}, Restock: true})
			},
			status: "PENDING", outstanding: 3446, current: []int{1, 1}, left: []int{0, 2}, news: append([]string{"orders/edited", "orders/updated"}, stockMoves...),
		},
		"a hat less, not restocked": {
			reason: "stock stays where it was", checkout: all,
			act: func(s *Simulator, id uint64) (Order, error) {
				return s.EditOrder(maple, id, OrderEdit{Remove: []RemovedLine{{SKU: "HAT"}}})
			},
			status: "PAID", current: []int{0, 2}, left: []int{0, 1}, news: []string{"orders/edited", "orders/updated"},
		},
		"cancelled before payment": {
			reason: "no money moves", checkout: unpaid,
			act:    func(s *Simulator, id uint64) (Order, error) { return s.CancelOrder(maple, id, Cancellation{}) },
			status: "VOIDED", current: []int{0, 0}, left: []int{0, 1}, news: []string{"orders/cancelled", "orders/updated"},
		},
		"cancelled and restocked": {
			reason: "money and things go back", checkout: all,
			act: func(s *Simulator, id uint64) (Order, error) {
				return s.CancelOrder(maple, id, Cancellation{Restock: true, Reason: "FRAUD"})
			},
			status: "REFUNDED", current: []int{0, 0}, left: []int{1, 3},
			news: []string{"orders/cancelled", "refunds/create", "orders/updated", "inventory_levels/update", "inventory_levels/update", "products/update", "products/update"},
		},
		"cancelled, money kept": {
			reason: "nothing goes back", checkout: all,
			act: func(s *Simulator, id uint64) (Order, error) {
				return s.CancelOrder(maple, id, Cancellation{KeepMoney: true})
			},
			status: "PAID", current: []int{0, 0}, left: []int{0, 1}, news: []string{"orders/cancelled", "orders/updated"},
		},
		"a boot returned": {
			reason: "one of two", checkout: all,
			act: func(s *Simulator, id uint64) (Order, error) {
				return s.RefundOrder(maple, id, RefundRequest{Lines: []RefundRequestLine{{SKU: "BOOTS-4T", Quantity: 1, RestockType: "RETURN"}}})
			},
			status: "PARTIALLY_REFUNDED", current: []int{1, 1}, left: []int{0, 2}, news: append([]string{"refunds/create", "orders/updated"}, stockMoves...),
		},
		"all refunded, nothing restocked": {
			reason: "the things are worn", checkout: all,
			act: func(s *Simulator, id uint64) (Order, error) {
				return s.RefundOrder(maple, id, RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT"}, {SKU: "BOOTS-4T"}}})
			},
			status: "REFUNDED", current: []int{0, 0}, left: []int{0, 1}, news: []string{"refunds/create", "orders/updated"},
		},
		"a gift": {
			reason: "money without a line", checkout: all,
			act: func(s *Simulator, id uint64) (Order, error) {
				return s.RefundOrder(maple, id, RefundRequest{Amount: new(Cents(500))})
			},
			status: "PARTIALLY_REFUNDED", current: []int{1, 2}, left: []int{0, 1}, news: []string{"refunds/create", "orders/updated"},
		},
		"given back unpaid": {
			reason: "there is no money to give back", checkout: unpaid,
			act: func(s *Simulator, id uint64) (Order, error) {
				return s.RefundOrder(maple, id, RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT", RestockType: "CANCEL"}}})
			},
			status: "PENDING", outstanding: 4181, current: []int{0, 2}, left: []int{1, 1}, news: append([]string{"refunds/create", "orders/updated"}, stockMoves...),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStall(t, allTopics...)
			sold := w.sell(tc.checkout)
			w.news()
			w.clock.Advance(time.Hour)
			o, err := tc.act(w.sim, sold.ID)
			w.Expect(err).NotTo(HaveOccurred(), tc.reason)
			var current []int
			for _, l := range o.Lines {
				current = append(current, l.Current)
			}
			w.Expect([]any{o.financialStatus(), o.outstanding(), current, []int{w.available("HAT"), w.available("BOOTS-4T")}}).To(
				Equal([]any{tc.status, tc.outstanding, tc.current, tc.left}), tc.reason)
			w.Expect(w.news()).To(Equal(tc.news))
			w.Expect(o.UpdatedAt).To(Equal(sold.UpdatedAt.Add(time.Hour)), "an order's date moves with every change")
			w.Expect(w.shop().Orders).To(Equal([]Order{o}))
		})
	}
}

func TestRefundsDifferFromTheirLines(t *testing.T) {
	cases := map[string]struct {
		reason  string
		request RefundRequest
		amount  Cents
		want    Cents // the adjustment
	}{
		"as the lines":  {"no difference", RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT"}}}, 1356, 0},
		"held back":     {"a fee", RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT"}}, Amount: new(Cents(1000))}, 1000, 356},
		"nothing back":  {"the things alone", RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT"}}, Amount: new(Cents(0))}, 0, 1356},
		"without lines": {"a gift", RefundRequest{Amount: new(Cents(500))}, 500, -500},
		"and more":      {"lines and a gift", RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT"}}, Amount: new(Cents(1500))}, 1500, -144},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStall(t)
			o := w.sell(Checkout{Lines: []CheckoutLine{{SKU: "HAT"}, {SKU: "BOOTS-4T"}}})
			o, err := w.sim.RefundOrder(maple, o.ID, tc.request)
			w.Expect(err).NotTo(HaveOccurred())
			w.Expect([]Cents{o.Refunds[0].Amount, o.Refunds[0].Adjustment, o.outstanding()}).To(Equal([]Cents{tc.amount, tc.want, 0}), tc.reason)
		})
	}
}

func TestActsThatAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason string
		act    func(s *Simulator, id uint64) error
		want   string
	}{
		"paid twice": {"nothing is outstanding", func(s *Simulator, id uint64) error { _, err := s.Pay(maple, id, 0); return err }, "0.00 is outstanding"},
		"no order":   {"it is not there", func(s *Simulator, _ uint64) error { _, err := s.Pay(maple, 9, 0); return err }, "no id 9"},
		"no edit":    {"it changes nothing", func(s *Simulator, id uint64) error { _, err := s.EditOrder(maple, id, OrderEdit{}); return err }, "add or to remove"},
		"no such line": {"it is not there", func(s *Simulator, id uint64) error {
			_, err := s.EditOrder(maple, id, OrderEdit{Remove: []RemovedLine{{SKU: "X"}}})
			return err
		}, `SKU "X"`},
		"too many": {"so many were not sold", func(s *Simulator, id uint64) error {
			_, err := s.RefundOrder(maple, id, RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT", Quantity: 2}}})
			return err
		}, "2 of 1 left"},
		"too much": {"so much was not paid", func(s *Simulator, id uint64) error {
			_, err := s.RefundOrder(maple, id, RefundRequest{Amount: new(Cents(1357))})
			return err
		}, "13.56 is left"},
		"restock type": {"a misspelt one would not restock", func(s *Simulator, id uint64) error {
			_, err := s.RefundOrder(maple, id, RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT", RestockType: "return"}}})
			return err
		}, "NO_RESTOCK, CANCEL or RETURN"},
		"nowhere": {"stock is somewhere", func(s *Simulator, id uint64) error {
			_, err := s.RefundOrder(maple, id, RefundRequest{Lines: []RefundRequestLine{{SKU: "HAT", RestockType: "RETURN", LocationID: 9}}})
			return err
		}, "no such location"},
		"nothing": {"it gives nothing back", func(s *Simulator, id uint64) error { _, err := s.RefundOrder(maple, id, RefundRequest{}); return err }, "want lines"},
		"reason": {"one of Shopify's", func(s *Simulator, id uint64) error {
			_, err := s.CancelOrder(maple, id, Cancellation{Reason: "WHIM"})
			return err
		}, "CUSTOMER"},
		"no shop": {"nor an order of it", func(s *Simulator, id uint64) error { _, err := s.Pay("x.myshopify.com", id, 0); return err }, "no shop"},
		"edit sold out": {"an edit takes stock", func(s *Simulator, id uint64) error {
			_, err := s.EditOrder(maple, id, OrderEdit{Add: []CheckoutLine{{SKU: "HAT"}}})
			return err
		}, "0 of HAT"},
		"deleted, twice": {"it is gone", func(s *Simulator, _ uint64) error { return s.DeleteProduct(maple, 1) }, "no id 1"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newStall(t, allTopics...)
			o := w.sell(Checkout{Lines: []CheckoutLine{{SKU: "HAT"}}})
			w.news()
			before := w.shop()
			w.Expect(tc.act(w.sim, o.ID)).To(MatchError(ContainSubstring(tc.want)), tc.reason)
			w.Expect(w.shop()).To(Equal(before))
			w.Expect(w.news()).To(BeEmpty())
		})
	}
	w := newStall(t)
	o := w.sell(Checkout{Lines: []CheckoutLine{{SKU: "HAT"}}})
	_, err := w.sim.CancelOrder(maple, o.ID, Cancellation{})
	w.Expect(err).NotTo(HaveOccurred())
	_, err = w.sim.CancelOrder(maple, o.ID, Cancellation{})
	w.Expect(err).To(MatchError(ContainSubstring("cancelled already")))
	_, err = w.sim.EditOrder(maple, o.ID, OrderEdit{Add: []CheckoutLine{{SKU: "BOOTS-4T"}}})
	w.Expect(err).To(MatchError(ContainSubstring("cancelled")))
}
