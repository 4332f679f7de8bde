package simulator

import (
	"math/rand/v2"
	"testing"

	. "github.com/onsi/gomega"
)

func TestAllocation(t *testing.T) {
	lines := []OrderLine{{SKU: "A", Quantity: 2, Price: 1000}, {SKU: "B", Quantity: 1, Price: 999}, {SKU: "C", Quantity: 1, Price: 1}}
	cases := map[string]struct {
		reason    string
		discounts []Discount
		want      []Cents // off each line
	}{
		"percent across":   {"the whole order's, by what each line costs", []Discount{{Percent: 10, Method: AllocateAcross}}, []Cents{200, 99, 1}},
		"amount across":    {"to the cent, whatever does not divide", []Discount{{Amount: 100, Method: AllocateAcross}}, []Cents{66, 33, 1}},
		"more than all":    {"nothing costs less than nothing", []Discount{{Amount: 5000, Method: AllocateAcross}}, []Cents{2000, 999, 1}},
		"amount each":      {"the same off each line", []Discount{{Amount: 500, Method: AllocateEach}}, []Cents{500, 500, 1}},
		"percent each":     {"rounded line by line", []Discount{{Percent: 50, Method: AllocateEach}}, []Cents{1000, 500, 1}},
		"one":              {"off the dearest", []Discount{{Amount: 500, Method: AllocateOne}}, []Cents{500, 0, 0}},
		"some lines":       {"off those that it is for", []Discount{{Percent: 50, Method: AllocateEach, SKUs: []string{"B"}}}, []Cents{0, 500, 0}},
		"no such line":     {"off none", []Discount{{Percent: 50, Method: AllocateOne, SKUs: []string{"X"}}}, []Cents{0, 0, 0}},
		"one after other":  {"the later one off what is left", []Discount{{Percent: 50, Method: AllocateAcross, SKUs: []string{"A"}}, {Percent: 10, Method: AllocateAcross, SKUs: []string{"A"}}}, []Cents{1100, 0, 0}},
		"all is taken":     {"nothing is left to take", []Discount{{Percent: 100, Method: AllocateAcross}, {Amount: 100, Method: AllocateAcross}}, []Cents{2000, 999, 1}},
		"across some only": {"what it is for bears it", []Discount{{Amount: 100, Method: AllocateAcross, SKUs: []string{"B", "C"}}}, []Cents{0, 99, 1}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			of := clone(lines)
			allocate(of, tc.discounts)
			var off []Cents
			for _, l := range of {
				off = append(off, l.total()-l.discounted())
			}
			g.Expect(off).To(Equal(tc.want), tc.reason)
		})
	}
}

// Whatever the discounts, taxes and parts given back: no line costs less than
// nothing, ACROSS takes its amount to the cent, and all parts make the whole.
func TestMoneyAddsUp(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	g := NewWithT(t)
	for range 2000 {
		var lines []OrderLine
		var all Cents
		for range 1 + random.IntN(4) {
			n := 1 + random.IntN(5)
			lines = append(lines, OrderLine{Quantity: n, Current: n, Price: Cents(random.IntN(3000))})
			all += lines[len(lines)-1].total()
		}
		amount := Cents(1 + random.IntN(5000))
		allocate(lines, []Discount{{Amount: amount, Method: AllocateAcross}})
		var off Cents
		for i := range lines {
			l := &lines[i]
			g.Expect(l.discounted()).To(BeNumerically(">=", 0))
			off += l.total() - l.discounted()
			l.bearTax("HST", 0.13, random.IntN(2) == 0)
			var subtotal, tax Cents
			for l.Current > 0 {
				some := 1 + random.IntN(l.Current)
				s, x := l.last(some)
				l.Current, subtotal, tax = l.Current-some, subtotal+s, tax+x
			}
			g.Expect([]Cents{subtotal, tax}).To(Equal([]Cents{l.discounted(), l.tax()}))
		}
		g.Expect(off).To(Equal(min(amount, all)))
	}
}
