package simulator

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// TestSearchLag: what was written is found after a while, but for who knows what
// names it.
func TestSearchLag(t *testing.T) {
	w := newCatalog(t)
	w.update(func(s *Shop) { s.Catalog.SearchLag = Duration(30 * time.Second) })
	a := w.ask(setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": boots(nil)})
	id := a.at("data.productSet.product.id")
	updated := func() {
		w.ask(updateProductDocument, map[string]any{"product": map[string]any{"id": id, "title": fmt.Sprint("Boots at ", w.time)}})
	}
	found := func(document string) bool {
		t.Helper()
		a := w.ask(document, nil)
		w.Expect(a.at("errors")).To(BeNil(), a.text)
		for _, list := range a.at("data").(map[string]any) {
			if nodes, isList := list.(map[string]any)["nodes"].([]any); isList {
				return len(nodes) > 0
			}
			return list.(map[string]any)["id"] != nil
		}
		return false
	}
	const (
		byTag    = `{ products(first: 1, query: "tag:spring") { nodes { id } } }`
		byUpdate = `{ products(first: 1, query: "updated_at:>'2026-11-23T09:00:40Z'") { nodes { id } } }`
		bySKU    = `{ productVariants(first: 1, query: "sku:BOOTS") { nodes { id } } }`
		listed   = `{ products(first: 1) { nodes { id } } }`
		named    = `{ productByIdentifier(identifier: {customId: {namespace: "consignment", key: "item_id", value: "7"}}) { id } }`
	)
	for _, tc := range []struct {
		reason string
		after  time.Duration
		update bool
		want   map[string]bool
	}{
		{reason: "a new product is not found", want: map[string]bool{byTag: false, byUpdate: false, bySKU: false, listed: true, named: true}},
		{reason: "for a while", after: 29 * time.Second, want: map[string]bool{byTag: false, bySKU: false}},
		{reason: "and then it is", after: time.Second, want: map[string]bool{byTag: true, byUpdate: false, bySKU: true}},
		{reason: "when it changes it is found as before", after: 15 * time.Second, update: true, want: map[string]bool{byTag: true, byUpdate: false, bySKU: true}},
		{reason: "for a while too", after: 30 * time.Second, want: map[string]bool{byTag: true, byUpdate: true}},
	} {
		w.time = w.time.Add(tc.after)
		if tc.update {
			updated()
		}
		for document, want := range tc.want {
			w.Expect(found(document)).To(Equal(want), tc.reason+": "+document)
		}
	}
}
