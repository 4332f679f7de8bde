package simulator

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// TestWhatAQueryWants: the index may leave out only what a query cannot be true of.
func TestWhatAQueryWants(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	at := func(clock string) time.Time {
		moment, err := time.Parse(time.RFC3339, "2026-11-23T"+clock+"Z")
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	cases := map[string]struct {
		reason, query string
		tags          []string // nil for any
		since         time.Time
	}{
		"tag":          {reason: "one of one", query: "tag:Spring", tags: []string{"spring"}},
		"and":          {reason: "the first will do", query: "status:ACTIVE tag:a tag:b", tags: []string{"a"}},
		"or":           {reason: "one of several", query: "tag:b OR tag:a OR tag:B", tags: []string{"a", "b"}},
		"or status":    {reason: "others may be true as well", query: "tag:b OR status:ACTIVE"},
		"not":          {reason: "all others", query: "NOT tag:b"},
		"prefix":       {reason: "no one value", query: "tag:b*"},
		"since":        {reason: "nothing earlier", query: "updated_at:>'2026-11-23T08:00:00Z'", since: at("08:00:00")},
		"between":      {reason: "the end bounds nothing", query: "updated_at:>='2026-11-23T08:00:00Z' updated_at:<'2026-11-23T10:00:00Z'", since: at("08:00:00")},
		"the later":    {reason: "of two", query: "updated_at:>='2026-11-23T08:00:00Z' updated_at:>'2026-11-23T08:30:00Z'", since: at("08:30:00")},
		"the earlier":  {reason: "of either", query: "updated_at:>='2026-11-23T08:00:00Z' OR updated_at:>'2026-11-23T08:30:00Z'", since: at("08:00:00")},
		"day":          {reason: "from midnight", query: "updated_at:>=2026-11-23", since: at("00:00:00")},
		"now":          {reason: "it is", query: "updated_at:now", since: now},
		"before":       {reason: "no bound", query: "updated_at:<'2026-11-23T08:00:00Z'"},
		"not since":    {reason: "the other way", query: "-updated_at:>'2026-11-23T08:00:00Z'"},
		"or something": {reason: "others may be true as well", query: "updated_at:>'2026-11-23T08:00:00Z' OR status:ACTIVE"},
		"both":         {reason: "each is known", query: "tag:a updated_at:>'2026-11-23T08:00:00Z'", tags: []string{"a"}, since: at("08:00:00")},
		"unreadable":   {reason: "whoever searches says so", query: "tag:"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			tags, few := fewWanted(tc.query, "tag")
			g.Expect(few).To(Equal(tc.tags != nil), tc.reason)
			if few {
				g.Expect(tags).To(Equal(tc.tags), tc.reason)
			}
			since, bounded := earliest(tc.query, "updated_at", now)
			g.Expect(bounded).To(Equal(!tc.since.IsZero()), tc.reason)
			if bounded {
				g.Expect(since).To(Equal(tc.since), tc.reason)
			}
		})
	}
}

// TestUpdatesAreFound: however products were written, a search by time finds what
// a look at each would.
func TestUpdatesAreFound(t *testing.T) {
	w := newCatalog(t)
	w.update(twoProducts)
	begin := w.time
	check := func(reason string) {
		t.Helper()
		for back := range 8 {
			since := begin.Add(time.Duration(back) * time.Minute)
			want := []any{}
			for _, p := range w.shop().Products {
				if p.UpdatedAt.After(since) {
					want = append(want, map[string]any{"id": gid("Product", p.ID)})
				}
			}
			a := w.ask(fmt.Sprintf(`{ products(first: 9, query: "updated_at:>'%s'") { nodes { id } } }`, since.Format(time.RFC3339)), nil)
			w.Expect(a.at("data.products.nodes")).To(Equal(want), fmt.Sprint(reason, " ", since))
		}
	}
	check("at first")
	for _, step := range []struct {
		reason string
		write  func()
	}{
		{"a new one", func() { w.ask(setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": boots(nil)}) }},
		{"an update", func() {
			w.ask(updateProductDocument, map[string]any{"product": map[string]any{"id": gid("Product", 41), "title": "New"}})
		}},
		{"stock", func() {
			w.ask(activateDocument, map[string]any{"item": gid("InventoryItem", 63), "location": gid("Location", hall), "available": 2, "key": "k"})
		}},
		{"publishing", func() { w.ask(publishDocument, map[string]any{"id": gid("Product", 45), "input": on(onlineStore)}) }},
		{"a merchant", func() { w.update(func(s *Shop) { s.Products[0].Title = "Merchant's" }) }},
		{"a deletion", func() { w.ask(deleteProductDocument, map[string]any{"id": gid("Product", 45)}) }},
	} {
		w.time = w.time.Add(time.Minute)
		step.write()
		check(step.reason)
	}
	w.time = begin.Add(90 * time.Second)
	w.ask(updateProductDocument, map[string]any{"product": map[string]any{"id": gid("Product", 41), "title": "Earlier"}})
	check("a clock that went back")
}
