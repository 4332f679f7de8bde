package simulator

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// shape is what public samples of a payload have: types by path, and which
// members are always there.
type shape struct {
	types    map[string][]string
	required map[string][]string // members by the path of their object
}

// shapes reads testdata/payload_shapes.txt, by topic and version.
func shapes(t *testing.T) map[string]*shape {
	t.Helper()
	text, err := os.ReadFile("testdata/payload_shapes.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*shape{}
	current := &shape{}
	header := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			header = false
		case line[0] == '=':
			if !header {
				current = &shape{types: map[string][]string{"": {"object"}}, required: map[string][]string{}}
			}
			header = true
			all[line[2:]] = current
		default:
			path, types, _ := strings.Cut(line, " ")
			current.add(path, strings.Split(types, "|"))
		}
	}
	return all
}

func (s *shape) add(path string, types []string) {
	name := strings.ReplaceAll(path, "?", "")
	for i, kind := range types {
		if kind == "money" {
			types[i] = "object"
			for _, money := range []string{".shop_money", ".presentment_money"} {
				s.add(path+money, []string{"object"})
				s.add(path+money+".amount", []string{"string"})
				s.add(path+money+".currency_code", []string{"string"})
			}
		}
	}
	s.types[name] = types
	if at := strings.LastIndexByte(name, '.'); !strings.HasSuffix(path, "?") && !strings.HasSuffix(path, "[]") {
		s.required[name[:at]] = append(s.required[name[:at]], name[at+1:])
	}
}

// misfits are where a payload is not of the shape.
func (s *shape) misfits(path string, value any) []string {
	kind := kindOf(value)
	types, known := s.types[path]
	if !known {
		return []string{path + " is not in the samples"}
	}
	if !contains(types, kind) {
		return []string{fmt.Sprintf("%s is %s, in the samples %s", path, kind, strings.Join(types, " or "))}
	}
	var all []string
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if !strings.HasSuffix(path, ".receipt") { // which is the payment provider's
				all = append(all, s.misfits(path+"."+name, member)...)
			}
		}
		for _, name := range s.required[path] {
			if !has(v, name) {
				all = append(all, path+"."+name+" is in all samples")
			}
		}
	case []any:
		for _, item := range v {
			all = append(all, s.misfits(path+"[]", item)...)
		}
	}
	return all
}

func contains(types []string, kind string) bool {
	for _, t := range types {
		if t == kind || t == "any" || t == "number" && kind == "integer" {
			return true
		}
	}
	return false
}

func kindOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "number"
		}
		return "integer"
	case []any:
		return "array"
	default:
		return "object"
	}
}

func TestPayloadsHaveTheShapeOfTheSamples(t *testing.T) {
	known := shapes(t)
	shop := NewShop(maple, "Maple Kids")
	shop.ID, shop.CreatedAt, shop.UpdatedAt, shop.Locations[0].ID = 1, clockStart, clockStart, 1001
	taxIncluded := shop
	taxIncluded.TaxesIncluded = true
	tested := 0
	for topic := range samples {
		for _, version := range KnownVersions() {
			s := known[topicNames[topic]+" "+version]
			if s == nil && version == "2026-10" {
				s = known[topicNames[topic]+" 2026-07"] // there are no samples of it yet (?)
			}
			for _, of := range []Shop{shop, taxIncluded} {
				t.Run(topic+" "+version, func(t *testing.T) {
					g := NewWithT(t)
					g.Expect(s).NotTo(BeNil())
					sample, err := SamplePayload(of, topic, clockStart)
					g.Expect(err).NotTo(HaveOccurred())
					value, err := decodeNumbers([]byte(jsonText(sample(version))))
					g.Expect(err).NotTo(HaveOccurred())
					g.Expect(s.misfits("", value)).To(BeEmpty())
					tested++
				})
			}
		}
	}
	NewWithT(t).Expect(tested).To(Equal(2 * len(known) / 3 * 4))
}

func TestTheShapeTestSeesMisfits(t *testing.T) {
	g := NewWithT(t)
	s := shapes(t)["inventory_levels/update 2026-07"]
	value, err := decodeNumbers([]byte(`{"inventory_item_id": "4001", "location_id": 1.5, "available": null, "updated_at": "x", "colour": 1}`))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(s.misfits("", value)).To(ConsistOf(
		".inventory_item_id is string, in the samples integer", ".location_id is number, in the samples integer",
		".colour is not in the samples", ".admin_graphql_api_id is in all samples"))
}

func TestOrderMoney(t *testing.T) {
	cases := map[string]struct {
		reason   string
		included bool
		change   func(*EventOrder)
		want     map[string]any
	}{
		"tax on top": {reason: "tax is rounded by line and added", want: map[string]any{
			"subtotal_price": "43.00", "total_tax": "4.81", "total_price": "57.31", "total_outstanding": "0.00", "financial_status": "paid"}},
		"tax included": {reason: "or is in the price", included: true, want: map[string]any{
			"subtotal_price": "43.00", "total_tax": "4.26", "total_price": "52.50"}},
		"edited": {reason: "what is left after an edit", change: func(o *EventOrder) { o.Lines[0].Current = new(1) }, want: map[string]any{
			"total_price": "57.31", "current_subtotal_price": "24.50", "current_total_tax": "2.41", "current_total_price": "36.41"}},
		"unpaid": {reason: "what is still owed", change: func(o *EventOrder) { o.Unpaid = true }, want: map[string]any{
			"financial_status": "pending", "total_outstanding": "57.31"}},
		"till": {reason: "a sale at a till", change: func(o *EventOrder) { o.Location, o.Shipping = 1001, 0 }, want: map[string]any{
			"source_name": "pos", "location_id": uint64(1001), "shipping_lines": []any{}, "total_price": "47.81"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			shop := NewShop(maple, "Maple Kids")
			shop.TaxesIncluded = tc.included
			o := sampleOrder(clockStart)
			if tc.change != nil {
				tc.change(&o)
			}
			g.Expect(pick(OrderPayload(shop, latest, o), tc.want)).To(Equal(tc.want), tc.reason)
		})
	}
	g := NewWithT(t)
	g.Expect(Cents(-105).String()).To(Equal("-1.05"))
	g.Expect(Cents(7).String()).To(Equal("0.07"))
}

func TestRefundMoney(t *testing.T) {
	g := NewWithT(t)
	o := sampleOrder(clockStart)
	refund := EventRefund{ID: 1, Order: o, At: clockStart, Lines: []EventRefundLine{{Line: 6001, Quantity: 1, RestockType: "no_restock"}, {Line: 1, Quantity: 1}}}
	p := RefundPayload(NewShop(maple, "Maple Kids"), refund)
	g.Expect(p["refund_line_items"]).To(HaveLen(1), "a line that the order does not have")
	line := p["refund_line_items"].([]any)[0].(map[string]any)
	g.Expect([]any{line["subtotal"], line["total_tax"], p["restock"]}).To(Equal([]any{18.5, 2.41, false}))
	g.Expect(p["transactions"].([]any)[0].(map[string]any)["amount"]).To(Equal("20.91"))
}

func TestAProductWithoutPictures(t *testing.T) {
	g := NewWithT(t)
	p := sampleProduct(clockStart)
	p.Pictures = nil
	fields := ProductPayload(NewShop(maple, "Maple Kids"), p)
	g.Expect([]any{fields["image"], fields["images"]}).To(Equal([]any{nil, []any{}}))
}

func TestManyVariants(t *testing.T) {
	g := NewWithT(t)
	p := sampleProduct(clockStart)
	p.Variants = nil
	for i := range uint64(130) {
		p.Variants = append(p.Variants, EventVariant{ID: i + 1, Title: fmt.Sprint(i), UpdatedAt: clockStart.Add(time.Duration(i) * time.Second)})
	}
	fields := ProductPayload(NewShop(maple, "Maple Kids"), p)
	g.Expect(fields["variants"]).To(HaveLen(100), "the first hundred in full")
	g.Expect(fields["variant_gids"]).To(HaveLen(130), "all by id")
	g.Expect(fields["variant_gids"].([]any)[0].(map[string]any)["admin_graphql_api_id"]).To(Equal("gid://shopify/ProductVariant/130"), "the last changed first")
}
