package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/console/api"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

// photo is the file of a photo in one shade, in a format that the API takes.
func photo(tb testing.TB, shade byte) string {
	tb.Helper()
	m := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// shows says which shade a JPEG shows.
func shows(tb testing.TB, file string) int {
	tb.Helper()
	m, err := jpeg.Decode(strings.NewReader(file))
	if err != nil {
		tb.Fatal(err)
	}
	return int(color.GrayModel.Convert(m.At(5, 5)).(color.Gray).Y)
}

// shades are those of an item's photos, in their order.
func (b *bed) shades(item string) (list []int) {
	b.t.Helper()
	r := b.call(http.MethodGet, of("/items/"+item+"/photos"), nil)
	b.want(r, 200, "listed")
	entries, _ := r.fields["items"].([]any)
	for _, one := range entries {
		read := b.call(http.MethodGet, of("/items/"+item+"/photos/"+one.(object)["hash"].(string)), nil)
		b.want(read, 200, "read")
		if kind := read.header.Get("Content-Type"); kind != "image/jpeg" {
			b.t.Errorf("a photo is served as %s", kind)
		}
		list = append(list, shows(b.t, read.text))
	}
	return list
}

func TestPhotos(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		b.item("i1", "ready")
		add := func(shade byte, headers ...string) reply {
			return b.call(http.MethodPost, of("/items/i1/photos"), photo(t, shade), append([]string{"Content-Type", "text/html"}, headers...)...)
		}
		first := add(10, "Idempotency-Key", "k1")
		b.want(first, 201, "taken")
		equal(t, fmt.Sprint(first.fields["width"], "x", first.fields["height"]), "40x30", "its size")
		equal(t, b.pushes("i1"), 1, "pushes")
		b.want(add(10), 201, "the same again")
		equal(t, b.pushes("i1"), 1, "pushes of what did not change")
		again := add(10, "Idempotency-Key", "k1")
		equal(t, again.text+again.header.Get("Idempotency-Replayed"), first.text+"true", "the same under its key")
		b.want(add(20, "Idempotency-Key", "k1"), 422, "another under its key")
		b.want(add(20), 201, "a second")
		equal(t, fmt.Sprint(b.shades("i1")), "[10 20]", "photos")
		b.want(add(30), 409, "two are enough of a regular consignor")
		b.want(add(20), 201, "one that is there is no third")

		one := of("/items/i1/photos/" + first.fields["hash"].(string))
		b.want(b.call(http.MethodDelete, one, nil), 200, "removed")
		b.want(b.call(http.MethodDelete, one, nil), 404, "it is gone")
		b.want(b.call(http.MethodGet, one, nil), 404, "nor is it shown")
		b.want(add(30), 201, "there is room again")
		equal(t, fmt.Sprint(b.shades("i1")), "[20 30]", "photos")
		equal(t, b.pushes("i1"), 3, "pushes")

		b.item("i2", "ready")
		b.want(b.call(http.MethodGet, of("/items/i2/photos/"+first.fields["hash"].(string)), nil), 404, "it is another item's")
		equal(t, len(b.shades("i2")), 0, "photos of another item")
		b.want(b.call(http.MethodPost, of("/items/i9/photos"), photo(t, 1)), 404, "there is no such item")
		b.want(b.call(http.MethodGet, of("/items/i9/photos"), nil), 404, "there is no such item")
	})
}

func TestWhatIsNoPhoto(t *testing.T) {
	b := newBed(t, ledgertest.OnSQLite(t))
	b.item("i1", "ready")
	whole := photo(t, 1)
	for name, c := range map[string]struct {
		reason, body string
		status       int
	}{
		"nothing": {"there are no bytes", "", 400},
		"page":    {"a browser would run it", "<!doctype html><script>alert(1)</script>", 415},
		"cut off": {"it cannot be decoded", whole[:len(whole)/2], 422},
		"bomb":    {"its header claims 60,000 pixels a side", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x06\x00\x00\x00\xa3\x6e\x5d\x1b", 422},
		"heavy":   {"one byte too many", whole + strings.Repeat("x", photos.MaxBytes+1-len(whole)), 413},
		"endless": {"many too many", whole + strings.Repeat("x", 2*photos.MaxBytes), 413},
	} {
		r := b.call(http.MethodPost, of("/items/i1/photos"), c.body, "Content-Type", "image/png")
		if r.status != c.status || r.header.Get("Content-Type") != "application/problem+json" || len(fmt.Sprint(r.fields["detail"])) < 20 {
			t.Errorf("%s: %s: got %d, want %d: %.300s", name, c.reason, r.status, c.status, r.text)
		}
	}
	equal(t, len(b.shades("i1"))+b.pushes("i1"), 0, "photos and pushes")
}

func TestAConsoleWithoutABucket(t *testing.T) {
	b := newBed(t, ledgertest.OnSQLite(t))
	b.item("i1", "ready")
	var err error
	if b.api, err = api.New(api.Options{Guard: b.guard}); err != nil {
		t.Fatal(err)
	}
	r := b.call(http.MethodPost, of("/items/i1/photos"), photo(t, 1))
	b.want(r, 503, "there is nowhere to put it")
	if !strings.Contains(r.text, "--photos") {
		t.Errorf("it does not say what to do: %s", r.text)
	}
}
