package simulator

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"sort"
	"strings"
)

// maxPage is the most that a page may ask for
// (https://shopify.dev/docs/api/usage/pagination-graphql).
const maxPage = 250

// pageArguments are what connections of every kind heed.
var pageArguments = []string{"first", "last", "after", "before", "reverse"}

// position is where an item stands in a list's order. It is also what a cursor
// says, so a cursor stays good when items come and go.
type position struct {
	Value string `json:"last_value"`
	ID    uint64 `json:"last_id"`
}

func (p position) compare(q position) int {
	return cmp.Or(strings.Compare(p.Value, q.Value), cmp.Compare(p.ID, q.ID))
}

func (p position) cursor() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // a string and a number
	}
	return base64.StdEncoding.EncodeToString(text)
}

func parseCursor(cursor string) (position, error) {
	var p position
	text, err := base64.StdEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return p, failure(codeBadRequest, "Invalid cursor for current pagination sort.")
	}
	return p, nil
}

// placed is an item with where it stands.
type placed[T any] struct {
	at   position
	item T
}

// connection is one page of a list.
type connection struct {
	nodes         []any
	cursors       []string
	next, earlier bool // whether there is more after and before it
}

// paginate cuts the page that the arguments ask for out of items, ordered by
// their positions. The messages are those of Shopify's replies.
func paginate[T any](items []T, order func(T) position, args arguments) (*connection, error) {
	compare := position.compare
	if args.flag("reverse") {
		compare = func(p, q position) int { return q.compare(p) }
	}
	if _, all := args["first"].(everything); all {
		return sliced(inOrder(items, order, compare), 0, len(items), 0)
	}
	first, hasFirst := args.whole("first")
	last, hasLast := args.whole("last")
	switch {
	case !hasFirst && !hasLast:
		return nil, failure(codeBadRequest, "you must provide one of first or last")
	case hasFirst && hasLast:
		return nil, failure(codeBadRequest, "providing both first and last is not supported")
	case first < 0:
		return nil, failure(codeBadRequest, "first cannot be negative")
	case last < 0:
		return nil, failure(codeBadRequest, "last cannot be negative")
	case first > maxPage:
		return nil, failure(codeBadRequest, "first cannot exceed 250. To query larger amounts of data with fewer limits, bulk operations should be used instead.")
	case last > maxPage:
		return nil, failure(codeBadRequest, "last cannot exceed 250. To query larger amounts of data with fewer limits, bulk operations should be used instead.")
	}
	sorted := inOrder(items, order, compare)
	from, to := 0, len(sorted)
	if args.given("after") {
		p, err := parseCursor(args.text("after"))
		if err != nil {
			return nil, err
		}
		from = sort.Search(len(sorted), func(i int) bool { return compare(sorted[i].at, p) > 0 })
	}
	if args.given("before") {
		p, err := parseCursor(args.text("before"))
		if err != nil {
			return nil, err
		}
		to = max(from, sort.Search(len(sorted), func(i int) bool { return compare(sorted[i].at, p) >= 0 }))
	}
	var depth int
	if hasFirst {
		to = min(to, from+first)
		depth = to
	} else {
		from = max(from, to-last)
		depth = len(sorted) - from
	}
	return sliced(sorted, from, to, depth)
}

func inOrder[T any](items []T, order func(T) position, compare func(p, q position) int) []placed[T] {
	sorted := make([]placed[T], len(items))
	for i, item := range items {
		sorted[i] = placed[T]{order(item), item}
	}
	slices.SortFunc(sorted, func(a, b placed[T]) int { return compare(a.at, b.at) })
	return sorted
}

// sliced is the page of a list from one index to before another. Its far end is so
// deep into the list, from the end that pages count from.
func sliced[T any](sorted []placed[T], from, to, depth int) (*connection, error) {
	if err := tooDeep(depth); err != nil {
		return nil, err
	}
	page := &connection{next: to < len(sorted), earlier: from > 0}
	for _, p := range sorted[from:to] {
		page.nodes = append(page.nodes, p.item)
		page.cursors = append(page.cursors, p.at.cursor())
	}
	return page, nil
}

// connectionFields are the fields of a connection and its edges, of whatever
// type its nodes are.
func connectionFields(name string) map[string]fields {
	return map[string]fields{
		name + "Connection": {
			"nodes": show(func(c *connection) any { return anys(c.nodes) }),
			"edges": show(func(c *connection) any {
				edges := []any{}
				for i, n := range c.nodes {
					edges = append(edges, record{"cursor": c.cursors[i], "node": n})
				}
				return edges
			}),
			"pageInfo": show(func(c *connection) any {
				info := record{"hasNextPage": c.next, "hasPreviousPage": c.earlier, "startCursor": nil, "endCursor": nil}
				if n := len(c.cursors); n > 0 {
					info["startCursor"], info["endCursor"] = c.cursors[0], c.cursors[n-1]
				}
				return info
			}),
		},
	}
}

// orders are the orders that a connection's sortKey offers, by its value.
type orders[T any] map[string]func(T) position

// chosen is the order that the arguments ask for.
func (o orders[T]) chosen(args arguments) (func(T) position, error) {
	order := o[args.text("sortKey")]
	if order == nil {
		return nil, notModelled("sortKey %s", args.text("sortKey"))
	}
	return order, nil
}

// page is paginate as the end of a resolver.
func page[T any](items []T, order func(T) position, args arguments) (any, error) {
	c, err := paginate(items, order, args)
	if err != nil {
		return nil, err
	}
	return c, nil
}
