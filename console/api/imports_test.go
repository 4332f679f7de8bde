package api_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

const (
	consignorHeading = "consignor_id,name,class\n"
	itemHeading      = "item_id,consignor_id,event_id,title,price,markdown_eligible\n"
)

// send imports files: pairs of a name and a content.
func (b *bed) send(files []string, headers ...string) reply {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(files); i += 2 {
		part, err := form.CreateFormFile(files[i], "C:\\"+files[i]+".csv")
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = part.Write([]byte(files[i+1]))
	}
	_ = form.Close()
	return b.call(http.MethodPost, of("/imports"), body.String(), append([]string{"Content-Type", form.FormDataContentType()}, headers...)...)
}

func TestImports(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		files := []string{"consignors", consignorHeading + "c3,Sam,\n", "items", itemHeading + "i1,c3,spring,Boots,12.50,yes\ni2,c1,spring,Coat,9,\n"}
		r := b.send(files, "Idempotency-Key", "k1")
		b.want(r, 200, "imported")
		equal(t, fmt.Sprint(r.fields["items"]), "map[changed:0 new:2 unchanged:0]", "items")
		equal(t, b.pushes("i1")+b.pushes("i2"), 2, "pushes")
		again := b.send(files, "Idempotency-Key", "k1")
		equal(t, again.text, r.text, "with its key, the body's boundary is another and the files are the same")
		equal(t, fmt.Sprint(b.send(files).fields["items"]), "map[changed:0 new:0 unchanged:2]", "without one")
		b.want(b.send(files[:2], "Idempotency-Key", "k1"), 422, "other files under its key")

		wrong := b.send([]string{"items", itemHeading + "i3,c1,spring,Hat,3,\ni4,c9,spring,Cap,\"12,50\",\n"})
		b.want(wrong, 422, "two things are wrong")
		problems := wrong.problem()
		if len(problems) != 1 || !strings.Contains(problems["items:3:price"], "is no price") {
			t.Errorf("got %s", wrong.text)
		}
		b.want(b.call(http.MethodGet, of("/items/i3"), nil), 404, "nothing was imported")
	})
}

func TestWhatIsNoImport(t *testing.T) {
	b := newBed(t, ledgertest.OnSQLite(t))
	for name, c := range map[string]struct {
		r      reply
		status int
	}{
		"nothing":        {b.send(nil), 422},
		"unknown file":   {b.send([]string{"orders", "x"}), 422},
		"a file twice":   {b.send([]string{"items", itemHeading, "items", itemHeading}), 422},
		"no form":        {b.call(http.MethodPost, of("/imports"), "a,b", "Content-Type", "text/csv"), 415},
		"cut off":        {b.call(http.MethodPost, of("/imports"), "--x\r\nContent-Disposition: form-data; name=\"items\"\r\n\r\nitem", "Content-Type", "multipart/form-data; boundary=x"), 400},
		"no boundary":    {b.call(http.MethodPost, of("/imports"), "x", "Content-Type", "multipart/form-data"), 400},
		"too large":      {b.send([]string{"items", itemHeading + strings.Repeat("x", 10<<20)}), 413},
		"large, no file": {b.call(http.MethodPost, of("/items"), `{"id":"`+strings.Repeat("x", 1<<20)+`"}`), 413},
	} {
		if c.r.status != c.status {
			t.Errorf("%s: got %d, want %d: %.300s", name, c.r.status, c.status, c.r.text)
		}
	}
}
