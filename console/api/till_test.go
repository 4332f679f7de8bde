package api_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

func paid(cents int) object { return object{"paidCents": cents} }

func TestSoldAndBroughtBack(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		b.item("i1", "listed")
		sold := b.call(http.MethodPost, of("/items/i1:sell"), paid(2001))
		b.want(sold, 200, "sold")
		equal(t, fmt.Sprint(sold.fields["order"], sold.fields["netCents"], sold.fields["consignorCents"], sold.fields["shopCents"]), "till-12001 1201 800", "what it came to")
		equal(t, b.state("i1"), "sold", "its state")
		equal(t, b.pushes("i1"), 1, "pushes")
		b.want(b.call(http.MethodPost, of("/items/i1:sell"), paid(2001)), 409, "it is gone")
		b.want(b.call(http.MethodPost, of("/items/i9:sell"), paid(1)), 404, "there is none")
		b.want(b.call(http.MethodPost, of("/items/i1:sell"), paid(-1)), 422, "nobody pays less than nothing")
		b.want(b.call(http.MethodPost, of("/items/i1:return"), object{"to": "Shelf"}, "If-Match", `"old"`), 412, "it is another")
		b.want(b.call(http.MethodPost, of("/items/i1:return"), object{"to": "Nowhere"}), 422, "it goes somewhere")
		back := b.call(http.MethodPost, of("/items/i1:return"), object{"to": "Shelf"}, "If-Match", sold.header.Get("ETag"))
		b.want(back, 200, "brought back")
		equal(t, back.fields["state"].(string), "listed", "its state")
		equal(t, b.pushes("i1"), 2, "pushes")
		b.want(b.call(http.MethodPost, of("/items/i1:return"), object{"to": "Shelf"}), 409, "it is back already")

		b.item("i2", "listed")
		b.update(maple, func(tx *ledger.Tx) error {
			_, err := orders.Apply(tx, &shopify.Order{
				ID: 5, Name: "#1005", CreatedAt: b.now, UpdatedAt: b.now, FinancialStatus: "PAID", Currency: "CAD",
				Lines: []shopify.OrderLine{{ID: 50, SKU: "i2", Quantity: 1, CurrentQuantity: 1, Original: 2000}},
			}, b.now, "test")
			return err
		})
		b.want(b.call(http.MethodPost, of("/items/i2:return"), object{"to": "Shelf"}), 409, "that is Shopify's to refund")
	})
}

// TestManyTillsAtOnce: one sells it, the others are told.
func TestManyTillsAtOnce(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		b.item("i1", "listed")
		statuses := atOnce(8, func(int) int { return b.call(http.MethodPost, of("/items/i1:sell"), paid(2000)).status })
		equal(t, fmt.Sprint(statuses), "map[200:1 409:7]", "answers")
		equal(t, b.pushes("i1"), 1, "pushes")
		b.update(maple, func(tx *ledger.Tx) error {
			entries, err := tx.EntriesOf("spring", "c1")
			equal(t, len(entries), 1, "entries")
			return err
		})
	})
}

// atOnce runs something many times at a time, and counts what comes of it.
func atOnce(n int, do func(int) int) map[int]int {
	var all sync.WaitGroup
	var mu sync.Mutex
	counts := map[int]int{}
	for i := range n {
		all.Go(func() {
			came := do(i)
			mu.Lock()
			defer mu.Unlock()
			counts[came]++
		})
	}
	all.Wait()
	return counts
}

func TestIdempotencyKeys(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		b.item("i1", "listed")
		b.item("i2", "listed")
		sell := func(item, key string, body any, more ...string) reply {
			return b.call(http.MethodPost, of("/items/"+item+":sell"), body, append([]string{"Idempotency-Key", key}, more...)...)
		}
		first := sell("i1", "k1", paid(2000))
		b.want(first, 200, "sold")
		equal(t, first.header.Get("Idempotency-Replayed"), "", "the first")
		again := sell("i1", "k1", `{ "paidCents" : 2000 }`)
		b.want(again, 200, "the same again")
		equal(t, again.text, first.text, "what it says")
		equal(t, again.header.Get("ETag"), first.header.Get("ETag"), "the version then")
		equal(t, again.header.Get("Idempotency-Replayed"), "true", "the second")
		equal(t, b.pushes("i1"), 1, "pushes")

		b.want(sell("i1", "k1", paid(1999)), 422, "another amount")
		b.want(sell("i2", "k1", paid(2000)), 422, "another item")
		b.want(b.call(http.MethodPost, of("/items/i2:withdraw"), nil, "Idempotency-Key", "k1"), 422, "another action")
		b.want(sell("i1", "k1", paid(2000), "Authorization", "Bearer "+token(t, maple.Tenant, "admin")), 422, "another person")
		b.want(sell("i1", "k2", paid(2000)), 409, "refused")
		b.update(maple, func(tx *ledger.Tx) error { _, err := orders.TakeBack(tx, "i1", orders.ToShelf, "kim"); return err })
		b.want(sell("i1", "k2", paid(2000)), 200, "what was refused may come again")

		statuses := atOnce(8, func(int) int { return sell("i2", "k3", paid(2000)).status })
		equal(t, fmt.Sprint(statuses), "map[200:8]", "eight times at once")
		equal(t, b.pushes("i2"), 1, "pushes")

		// Another client's keys are their own.
		r := b.call(http.MethodPost, in(bees, "/items"), newItem("i1"), "Idempotency-Key", "k1", "Authorization", "Bearer "+token(t, bees.Tenant, "editor"))
		b.want(r, 201, "another client's")
		b.now = b.now.Add(24*time.Hour + time.Second)
		b.want(sell("i1", "k1", paid(2000)), 409, "after a day it is a new request")
	})
}
