package webhookrelay

import (
	"bytes"
	"crypto/hmac"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/relayprobe"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

// FuzzHandler holds that what is answered 200 is stored as it was signed, and that
// nothing else is stored, whatever is sent. signing chooses whose secret, if any,
// the body is signed with.
func FuzzHandler(f *testing.F) {
	for signing := range uint8(5) {
		f.Add("POST", maple().Path(), "orders/create", mapleShop, "", signing, []byte(orderBody))
	}
	f.Add("POST", maple().Path(), relayprobe.Topic, mapleShop, "", uint8(1), []byte("shopkeeper-relay-probe\nNONCE\norders/create"))
	f.Add("POST", maple().Path(), "orders/create", mapleShop, "", uint8(1), []byte("shopkeeper-relay-proof\n{}"))
	f.Add("GET", "/webhooks/client-maple-kids/oak", "orders/create", mapleShop, "x", uint8(0), []byte{})
	known := []routes.Route{maple(), thrifty()}
	f.Fuzz(func(t *testing.T, method, path, topic, shop, header string, signing uint8, body []byte) {
		secrets := []string{"", currentSecret, previousSecret, "shpss_thrifty"}
		if int(signing) < len(secrets) {
			header = signature(secrets[signing], string(body))
		}
		r := httptest.NewRequest(http.MethodPost, "http://relay", strings.NewReader(string(body)))
		r.Method, r.RemoteAddr, r.URL.Path = method, "203.0.113.9:1", path
		r.Header = http.Header{topicHeader: {topic}, shopHeader: {shop}, signatureHeader: {header}}
		inbox := &recorder{}
		h := newTestHandler(inbox, nil)
		w := httptest.NewRecorder()
		h.paths().ServeHTTP(w, r)

		stored := inbox.stored()
		at := slices.IndexFunc(known, func(r routes.Route) bool { return r.Path() == path })
		signed := at >= 0 && slices.ContainsFunc(known[at].Secrets, func(s string) bool {
			return hmac.Equal([]byte(header), []byte(signature(s, string(body))))
		})
		switch {
		case w.Code != http.StatusOK:
			if len(stored) != 0 {
				t.Fatalf("stored %d and answered %d", len(stored), w.Code)
			}
		case !signed || method != http.MethodPost || shop != known[at].Shop:
			t.Fatalf("answered 200 to %s %s of %s, signed %t", method, path, shop, signed)
		case topic == relayprobe.Topic:
			if len(stored) != 0 || w.Header().Get(relayprobe.ProofHeader) == "" {
				t.Fatal("a probe is answered with a proof, and not stored")
			}
		case len(stored) != 1 || !bytes.Equal(stored[0].Body, body) || stored[0].Topic != topic ||
			stored[0].Tenant != known[at].Namespace || stored[0].Store != known[at].Store || stored[0].WebhookID == "" ||
			!slices.Contains(known[at].Topics, topic) || relayprobe.Reserved(body):
			t.Fatalf("answered 200, and stored %+v", stored)
		}
		if h.buffered.used.Load() != 0 || h.requests.used.Load() != 0 {
			t.Fatal("something was not given back")
		}
	})
}
