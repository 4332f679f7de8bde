package api_test

import (
	"net/http"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

// FuzzCreateItem: whatever is sent is taken in or refused, and never breaks anything.
func FuzzCreateItem(f *testing.F) {
	for _, body := range []string{
		`{"id":"i1","consignorID":"c1","eventID":"spring","title":"Boots","priceCents":2000}`,
		`{"id":"i1","consignorID":"c1","eventID":"spring","title":"\u0000","priceCents":9e99}`,
		`{"id":null}`, `[{}]`, `{"id":"i1","id":"i2"}`, "\xff", `{"title":"\ud800"}`, `{"priceCents":-9223372036854775808}`,
	} {
		f.Add(body, "key")
	}
	f.Add("", "\x00")
	shared := newBed(f, ledgertest.OnSQLite(f)) // to make one takes longer than an input
	f.Fuzz(func(t *testing.T, body, key string) {
		b := *shared
		b.t = t
		r := b.call(http.MethodPost, of("/items"), body, "Idempotency-Key", key)
		switch r.status {
		case 201, 400, 409, 413, 422:
		default:
			t.Errorf("got %d: %s", r.status, r.text)
		}
		if kind := r.header.Get("Content-Type"); r.status != 201 && kind != "application/problem+json" {
			t.Errorf("a refusal is %s", kind)
		}
	})
}
