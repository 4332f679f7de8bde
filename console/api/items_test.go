package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func newItem(id string) object {
	return object{"id": id, "consignorID": "c1", "eventID": "spring", "title": "Boots", "priceCents": 2000}
}

func with(o object, field string, value any) object {
	changed := maps.Clone(o)
	changed[field] = value
	return changed
}

func TestItems(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		made := b.call(http.MethodPost, of("/items"), newItem("i1"))
		b.want(made, 201, "taken in")
		equal(t, made.fields["state"].(string), "ready", "its state")
		equal(t, b.pushes("i1"), 1, "pushes")
		b.want(b.call(http.MethodPost, of("/items"), newItem("i1")), 201, "the same again")
		b.update(maple, func(tx *ledger.Tx) error { return tx.SetUnlisted("i1", true) })
		b.want(b.call(http.MethodPost, of("/items"), newItem("i1")), 201, "the same while it is off the shelf for now")
		equal(t, b.pushes("i1"), 1, "pushes of what did not change")
		b.want(b.call(http.MethodPost, of("/items"), with(newItem("i1"), "title", "Coat")), 409, "another of that id")

		read := b.call(http.MethodGet, of("/items/i1"), nil)
		b.want(read, 200, "read")
		equal(t, read.header.Get("ETag"), made.header.Get("ETag"), "its version")
		b.want(b.call(http.MethodGet, of("/items/i9"), nil), 404, "there is none")

		changed := b.call(http.MethodPatch, of("/items/i1"), object{"priceCents": 1500}, "If-Match", read.header.Get("ETag"))
		b.want(changed, 200, "changed")
		equal(t, changed.fields["title"].(string), "Boots", "what was not given")
		equal(t, changed.fields["priceCents"].(float64), 1500, "what was")
		equal(t, b.pushes("i1"), 2, "pushes")
		b.want(b.call(http.MethodPatch, of("/items/i1"), object{"priceCents": 1}, "If-Match", read.header.Get("ETag")), 412, "it was changed meanwhile")
		b.want(b.call(http.MethodPatch, of("/items/i1"), object{"title": "Red boots"}, "If-Match", `"other", `+changed.header.Get("ETag")), 200, "one of several versions")
		b.want(b.call(http.MethodPatch, of("/items/i1"), object{"title": "Blue boots"}, "If-Match", "*"), 200, "any version")

		b.item("i2", "listed")
		b.want(b.call(http.MethodPost, of("/items/i2:sell"), object{"paidCents": 2000}), 200, "sold")
		refused := b.call(http.MethodPatch, of("/items/i2"), object{"priceCents": 1})
		b.want(refused, 422, "its sale was at that price")
		if !strings.Contains(refused.problem()["priceCents"], "is sold") {
			t.Errorf("got %s", refused.text)
		}
	})
}

func TestWhatIsWrongWithAnItem(t *testing.T) {
	b := newBed(t, ledgertest.OnSQLite(t))
	good := newItem("i1")
	for name, c := range map[string]struct {
		reason string
		body   any
		status int
		field  string
	}{
		"no body":        {"there is something to say", nil, 400, ""},
		"no object":      {"it is one item", "[]", 422, "body"},
		"no JSON":        {"it cannot be read", "{", 400, "body"},
		"unknown field":  {"a misspelt one would be lost", with(good, "prise", 3), 422, "prise"},
		"missing field":  {"whose it is has to be said", `{"id":"i1","eventID":"spring","title":"x","priceCents":1}`, 422, "body"},
		"text for cents": {"amounts are whole cents", with(good, "priceCents", "12.50"), 422, "priceCents"},
		"broken cents":   {"amounts are whole cents", with(good, "priceCents", 12.5), 422, "priceCents"},
		"odd id":         {"it is printed on a label", with(good, "id", "a/b"), 422, "id"},
		"no title":       {"people have to know what it is", with(good, "title", " \n"), 422, "title"},
		"below nothing":  {"nobody is paid to take it", with(good, "priceCents", -1), 422, "priceCents"},
		"nobody's":       {"somebody has to be paid", with(good, "consignorID", "c9"), 422, "consignorID"},
		"no such event":  {"it is sold under an event's terms", with(good, "eventID", "winter"), 422, "eventID"},
		"a state":        {"that is not the caller's to say", with(good, "state", "sold"), 422, "state"},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.call(http.MethodPost, of("/items"), c.body)
			if r.status != c.status || r.header.Get("Content-Type") != "application/problem+json" || r.fields["detail"] == "" {
				t.Errorf("%s: got %d %s", c.reason, r.status, r.text)
			}
			if _, ok := r.problem()[c.field]; c.field != "" && !ok {
				t.Errorf("%s: got %s, want a problem with %s", c.reason, r.text, c.field)
			}
		})
	}
	equal(t, b.pushes("i1"), 0, "pushes")
}

func TestListsOfItems(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		for _, id := range []string{"i1", "i2", "i3", "i4", "i5"} {
			b.item(id, "ready")
		}
		b.item("x1", "listed")
		var seen []string
		cursor := ""
		for pages := 1; ; pages++ {
			r := b.call(http.MethodGet, of("/items?limit=2&cursor="+cursor), nil)
			b.want(r, 200, "a page")
			seen = append(seen, r.ids()...)
			next, more := r.fields["nextCursor"].(string)
			if !more {
				equal(t, pages, 3, "pages")
				break
			}
			cursor = next
		}
		if !slices.Equal(seen, []string{"i1", "i2", "i3", "i4", "i5", "x1"}) {
			t.Errorf("got %v", seen)
		}
		for query, want := range map[string][]string{
			"state=listed": {"x1"}, "text=X": {"x1"}, "consignorID=c2": nil, "eventID=spring&state=listed&consignorID=c1": {"x1"},
		} {
			if r := b.call(http.MethodGet, of("/items?"+query), nil); r.status != 200 || !slices.Equal(r.ids(), want) {
				t.Errorf("%s: got %d %v, want %v", query, r.status, r.ids(), want)
			}
		}
		for _, query := range []string{"limit=0", "limit=251", "limit=x", "state=gone", "cursor=%21", "stat=ready"} {
			b.want(b.call(http.MethodGet, of("/items?"+query), nil), 422, query)
		}
	})
}

func TestWithdrawn(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		for state, status := range map[string]int{"ready": 200, "listed": 200, "unsold": 200, "withdrawn": 200, "sold": 409, "reserved": 409, "donated": 409} {
			b.item("i-"+state, state)
			b.want(b.call(http.MethodPost, of("/items/i-"+state+":withdraw"), nil), status, state)
			if status == 200 {
				equal(t, b.state("i-"+state), "withdrawn", state)
				equal(t, b.pushes("i-"+state), 1, state)
			}
		}
		b.want(b.call(http.MethodPost, of("/items/none:withdraw"), nil), 404, "there is none")
		b.want(b.call(http.MethodPost, of("/items/i-sold:explode"), nil), 404, "no such action")
		b.want(b.call(http.MethodPost, of("/items/i-sold"), nil), 404, "no action")
	})
}

// TestOddAddresses: what a database does not take is refused before it is asked.
func TestOddAddresses(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		for path, status := range map[string]int{
			"/items/%00": 400, "/items/%FF": 400, "/items/a%0Ab:withdraw": 400, "/consignors/%00": 400, "/items?text=%00": 400, "/items?text=%FF": 400,
			"/items?text=%zz": 400, "/items?cursor=AA": 422, "/items?cursor=_w": 422, "/items/a%2Fb": 404, "/items/%27%3B--": 404, "/items?text=Zo%C3%AB": 200, "/items?text=%25": 200,
		} {
			method := http.MethodGet
			if strings.Contains(path, ":") {
				method = http.MethodPost
			}
			b.want(b.call(method, of(path), nil), status, path)
		}
		b.item("i1", "listed")
		for _, key := range []string{"\xff", "\x01", "schlüssel", strings.Repeat("k", 256)} {
			b.want(b.call(http.MethodPost, of("/items/i1:withdraw"), nil, "Idempotency-Key", key), 422, key)
		}
		equal(t, b.state("i1"), "listed", "its state")
	})
}
