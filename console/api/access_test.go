package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

// routes are all there are, with a request for each and the roles that may make it.
var routes = map[string]struct {
	method, path string
	body         any
	allowed      []string
}{
	"list-consignors": {http.MethodGet, "/consignors", nil, []string{"viewer", "editor", "admin"}},
	"get-consignor":   {http.MethodGet, "/consignors/c1", nil, []string{"viewer", "editor", "admin"}},
	"put-consignor":   {http.MethodPut, "/consignors/c1", object{"name": "Robin"}, []string{"editor", "admin"}},
	"list-shifts":     {http.MethodGet, "/shifts", nil, []string{"viewer", "editor", "admin"}},
	"add-shift":       {http.MethodPost, "/shifts", object{"id": "s1", "eventID": "spring", "consignorID": "c1"}, []string{"editor", "admin"}},
	"list-items":      {http.MethodGet, "/items", nil, []string{"viewer", "editor", "admin"}},
	"get-item":        {http.MethodGet, "/items/i1", nil, []string{"viewer", "editor", "admin"}},
	"create-item":     {http.MethodPost, "/items", newItem("i1"), []string{"editor", "admin"}},
	"change-item":     {http.MethodPatch, "/items/i1", object{"title": "Boots"}, []string{"editor", "admin"}},
	"sell-item":       {http.MethodPost, "/items/i1:sell", object{"paidCents": 2000}, []string{"editor", "admin"}},
	"return-item":     {http.MethodPost, "/items/i1:return", object{"to": "Shelf"}, []string{"editor", "admin"}},
	"withdraw-item":   {http.MethodPost, "/items/i1:withdraw", nil, []string{"editor", "admin"}},
	"list-photos":     {http.MethodGet, "/items/i1/photos", nil, []string{"viewer", "editor", "admin"}},
	"get-photo":       {http.MethodGet, "/items/i1/photos/" + strings.Repeat("0", 64), nil, []string{"viewer", "editor", "admin"}},
	"add-photo":       {http.MethodPost, "/items/i1/photos", "no photo", []string{"editor", "admin"}},
	"remove-photo":    {http.MethodDelete, "/items/i1/photos/" + strings.Repeat("0", 64), nil, []string{"editor", "admin"}},
	"import":          {http.MethodPost, "/imports", nil, []string{"editor", "admin"}},
}

// TestWhoMayDoWhat asks a real Kubernetes: people of two clients in each role, for
// their own store, the other client's, and one that there is not.
func TestWhoMayDoWhat(t *testing.T) {
	b := newBed(t, ledgertest.OnSQLite(t))
	b.item("i1", "listed")
	own := ledger.Store{Tenant: maple.Tenant, Name: "another"}
	missing := ledger.Store{Tenant: "client-of-nobody", Name: "nothing"}
	for role := range roles {
		theirs, others := token(t, maple.Tenant, role), token(t, bees.Tenant, role)
		for id, r := range routes {
			t.Run(role+"/"+id, func(t *testing.T) {
				call := func(store ledger.Store, token string) reply {
					return b.call(r.method, in(store, r.path), r.body, "Authorization", "Bearer "+token)
				}
				let := call(maple, theirs)
				if may := slices.Contains(r.allowed, role); may == (let.status == http.StatusForbidden) || let.status == http.StatusUnauthorized {
					t.Errorf("%s and allowed=%v: got %d: %s", role, may, let.status, let.text)
				}
				there, gone := call(maple, others), call(missing, others)
				if there.status != http.StatusForbidden || there.text != gone.text || fmt.Sprint(there.header) != fmt.Sprint(gone.header) {
					t.Errorf("another client's store and none differ:\n%d %v %s\n%d %v %s", there.status, there.header, there.text, gone.status, gone.header, gone.text)
				}
				for _, secret := range []string{maple.Tenant, maple.Name, "Robin", "Boots"} {
					if strings.Contains(there.text, secret) {
						t.Errorf("a stranger is told of %s: %s", secret, there.text)
					}
				}
				if slices.Contains(r.allowed, role) && call(own, theirs).status != http.StatusNotFound && id != "import" {
					t.Error("in the own namespace, a store that there is not has to be said so")
				}
			})
		}
	}
}

func TestTokens(t *testing.T) {
	b := newBed(t, ledgertest.OnSQLite(t))
	b.item("i1", "listed")
	good := token(t, maple.Tenant, "viewer")
	cut := good[:len(good)-4]
	for name, c := range map[string]struct {
		reason, header, challenge string
		status                    int
	}{
		"good":            {"it is for the console", "Bearer " + good, "", 200},
		"lower case":      {"the scheme's case says nothing", "bearer " + good, "", 200},
		"two audiences":   {"one of them is the console", "Bearer " + token(t, maple.Tenant, "viewer", "elsewhere", "shopkeeper-console"), "", 200},
		"none":            {"nobody is let in unasked", "", `Bearer realm="shopkeeper"`, 401},
		"password":        {"there are none", "Basic dXNlcjpwYXNz", `Bearer realm="shopkeeper"`, 401},
		"empty":           {"it is no token", "Bearer ", `Bearer realm="shopkeeper"`, 401},
		"garbage":         {"Kubernetes does not know it", "Bearer xyz", `Bearer realm="shopkeeper", error="invalid_token"`, 401},
		"tampered with":   {"its signature does not fit", "Bearer " + cut + "AAAA", `Bearer realm="shopkeeper", error="invalid_token"`, 401},
		"other audience":  {"who it was shown to must not use it here", "Bearer " + token(t, maple.Tenant, "viewer", "elsewhere"), `Bearer realm="shopkeeper", error="invalid_token"`, 401},
		"Kubernetes' own": {"pods have one, and hand it to Kubernetes alone", "Bearer " + cluster.console.BearerToken, `Bearer realm="shopkeeper", error="invalid_token"`, 401},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.call(http.MethodGet, of("/items"), nil, "Authorization", c.header)
			equal(t, r.status, c.status, c.reason)
			equal(t, r.header.Get("WWW-Authenticate"), c.challenge, c.reason)
			if c.status == 401 && (strings.Contains(r.text, "Boots") || strings.Contains(r.text, good)) {
				t.Errorf("it tells: %s", r.text)
			}
		})
	}
}

// TestATokenThatIsNoLongerGood: Kubernetes is asked again within seconds.
func TestATokenThatIsNoLongerGood(t *testing.T) {
	b := newBed(t, ledgertest.OnSQLite(t))
	if err := account(t.Context(), maple.Tenant, "leaving"); err != nil {
		t.Fatal(err)
	}
	text := token(t, maple.Tenant, "leaving")
	ask := func() int {
		return b.call(http.MethodGet, of("/items"), nil, "Authorization", "Bearer "+text).status
	}
	equal(t, ask(), 403, "known, and allowed nothing")
	if err := cluster.kube.CoreV1().ServiceAccounts(maple.Tenant).Delete(t.Context(), "leaving", *deleteNow()); err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(11 * time.Second)
	// Kubernetes itself remembers for some seconds.
	for until := time.Now().Add(2 * time.Minute); ask() != 401; b.now = b.now.Add(11 * time.Second) {
		if time.Now().After(until) {
			t.Fatal("a token of an account that is gone still lets in")
		}
	}
}

func TestNamesOfStores(t *testing.T) {
	b := newBed(t, ledgertest.OnSQLite(t))
	for _, path := range []string{
		"/api/v1/namespaces/*/stores/maple-kids/items", "/api/v1/namespaces/client-maple-kids/stores/*/items",
		"/api/v1/namespaces/client-maple-kids%2Fstores/stores/x/items", "/api/v1/namespaces/%20/stores/maple-kids/items",
		"/api/v1/namespaces/client-maple-kids/stores/%20/items", "/api/v1/namespaces/CLIENT-maple-kids/stores/maple-kids/items",
	} {
		equal(t, b.call(http.MethodGet, path, nil).status, 403, path)
	}
	equal(t, b.call(http.MethodGet, "/api/v1/namespaces//stores//items", nil).status != 200, true, "no names")
}

// TestEveryRouteIsHeld: a route that is added has to be in the matrix.
func TestEveryRouteIsHeld(t *testing.T) {
	var have []string
	for _, op := range operations(t) {
		have = append(have, op.ID)
	}
	slices.Sort(have)
	if want := slices.Sorted(maps.Keys(routes)); !slices.Equal(have, want) {
		t.Errorf("the API has %v, and the matrix %v", have, want)
	}
}
