package simulator

import (
	"fmt"
	"testing"

	. "github.com/onsi/gomega"
)

// letters are items named a, b, c, …, whose order is that of their names.
func letters(names string) []string {
	var items []string
	for _, r := range names {
		items = append(items, string(r))
	}
	return items
}

func letterOrder(name string) position { return position{Value: name, ID: 1} }

func TestPaginate(t *testing.T) {
	after := func(name string) string { return letterOrder(name).cursor() }
	cases := map[string]struct {
		reason        string
		items         string
		args          arguments
		want          string
		next, earlier bool
		err           string
	}{
		"first":         {reason: "the beginning of the list", items: "cabd", args: arguments{"first": int64(2)}, want: "ab", next: true},
		"after":         {reason: "goes on behind the cursor", items: "abcd", args: arguments{"first": 2.0, "after": after("b")}, want: "cd", earlier: true},
		"last":          {reason: "the end of the list", items: "abcd", args: arguments{"last": int64(3)}, want: "bcd", earlier: true},
		"before":        {reason: "ends in front of the cursor", items: "abcd", args: arguments{"last": int64(2), "before": after("d")}, want: "bc", next: true, earlier: true},
		"reverse":       {reason: "turns the list round", items: "abcd", args: arguments{"first": int64(2), "reverse": true}, want: "dc", next: true},
		"reverse after": {reason: "and cursors with it", items: "abcd", args: arguments{"first": int64(9), "reverse": true, "after": after("c")}, want: "ba", earlier: true},
		"removed":       {reason: "a cursor stays good when its item goes", items: "acd", args: arguments{"first": int64(2), "after": after("b")}, want: "cd", earlier: true},
		"exhausted":     {reason: "nothing is behind the end", items: "ab", args: arguments{"first": int64(2), "after": after("b")}, want: "", earlier: true},
		"empty":         {reason: "an empty list has one empty page", items: "", args: arguments{"first": int64(250)}, want: ""},
		"neither":       {reason: "a page has a size", items: "ab", args: arguments{}, err: "you must provide one of first or last"},
		"both":          {reason: "and one end", items: "ab", args: arguments{"first": int64(1), "last": int64(1)}, err: "providing both first and last is not supported"},
		"too many":      {reason: "250 is the most", items: "ab", args: arguments{"first": int64(251)}, err: "first cannot exceed 250"},
		"too many back": {reason: "from the end too", items: "ab", args: arguments{"last": int64(251)}, err: "last cannot exceed 250"},
		"negative":      {reason: "less than nothing cannot be had", items: "ab", args: arguments{"first": int64(-1)}, err: "cannot be negative"},
		"bad cursor":    {reason: "a cursor is what a reply gave", items: "ab", args: arguments{"first": int64(1), "after": "b"}, err: "Invalid cursor"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			page, err := paginate(letters(tc.items), letterOrder, tc.args)
			if tc.err != "" {
				g.Expect(err).To(MatchError(ContainSubstring(tc.err)), tc.reason)
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			got := ""
			for _, n := range page.nodes {
				got += n.(string)
			}
			g.Expect(got).To(Equal(tc.want), tc.reason)
			g.Expect([]bool{page.next, page.earlier}).To(Equal([]bool{tc.next, tc.earlier}), "next, earlier")
		})
	}
}

func TestReadingOnWhileTheListChanges(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		s.Locations = nil
		for i := range 5 {
			s.Locations = append(s.Locations, Location{Name: fmt.Sprintf("Hall %d", i), Active: true})
		}
		s.Locations = append(s.Locations, Location{Name: "Closed"})
	})
	document := `query ($after: String) { locations(first: 2, after: $after) {
		nodes { name } edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
	a := w.ask(document, nil)
	w.Expect(a.at("data.locations.nodes.1.name")).To(Equal("Hall 1"), a.text)
	w.Expect(a.at("data.locations.edges.1.node.name")).To(Equal("Hall 1"))
	w.Expect(a.at("data.locations.edges.1.cursor")).To(Equal(a.at("data.locations.pageInfo.endCursor")))
	w.Expect(a.at("data.locations.edges.0.cursor")).To(Equal(a.at("data.locations.pageInfo.startCursor")))
	w.Expect(a.at("data.locations.pageInfo.hasNextPage")).To(Equal(true))
	w.Expect(a.at("data.locations.pageInfo.hasPreviousPage")).To(Equal(false))

	w.update(func(s *Shop) { s.Locations = s.Locations[2:] })
	a = w.ask(document, map[string]any{"after": a.at("data.locations.pageInfo.endCursor")})
	w.Expect(a.at("data.locations.nodes")).To(Equal([]any{map[string]any{"name": "Hall 2"}, map[string]any{"name": "Hall 3"}}), a.text)

	a = w.ask(`{ locations(first: 9, includeInactive: true, sortKey: ID, reverse: true) { nodes { name } } }`, nil)
	w.Expect(a.at("data.locations.nodes.0.name")).To(Equal("Closed"), "an inactive location is shown to whoever asks")
	a = w.ask(`{ locations { nodes { id } } }`, nil)
	w.Expect(a.at("errors.0.message")).To(Equal("you must provide one of first or last"))
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("BAD_REQUEST"))
}
