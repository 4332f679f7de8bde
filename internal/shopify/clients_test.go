package shopify

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

func TestClientsAreKept(t *testing.T) {
	clients, err := NewClients(Options{})
	if err != nil {
		t.Fatal(err)
	}
	get := func(owner, token, version string) *Client {
		t.Helper()
		c, err := clients.For(owner, testShop, version, Credentials{ClientID: "app", ClientSecret: token}, "1")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := get("a", "1", "2026-07")
	if get("a", "1", "2026-07") != first {
		t.Error("the same store got another client, and with it lost its token")
	}
	other := get("a", "2", "2026-07")
	if other == first {
		t.Error("a changed secret kept the old client")
	}
	if other.Budget() != first.Budget() {
		t.Error("the app's bucket in the shop outlives a secret")
	}
	if get("a", "2", "2026-10") == other {
		t.Error("a changed version kept the old client")
	}
	clients.Forget("a")
	if get("a", "2", "2026-10") == other {
		t.Error("a forgotten client came back")
	}
}

func TestBudgetsGoWithTheirLastClient(t *testing.T) {
	clients, err := NewClients(Options{})
	if err != nil {
		t.Fatal(err)
	}
	use := func(owner, token string) {
		t.Helper()
		if _, err := clients.For(owner, testShop, "2026-07", Credentials{AccessToken: token}, "1"); err != nil {
			t.Fatal(err)
		}
	}
	for _, token := range []string{"shpat_1", "shpat_2", "shpat_3"} {
		use("a", token)
	}
	use("b", "shpat_3")
	if n := len(clients.budgets); n != 1 {
		t.Errorf("%d budgets after two rotations of a token, want 1", n)
	}
	clients.Forget("a")
	if n := len(clients.budgets); n != 1 {
		t.Errorf("%d budgets while another store spends from one", n)
	}
	clients.Forget("b")
	if n := len(clients.budgets); n != 0 {
		t.Errorf("%d budgets that nobody spends from", n)
	}
}

func TestEndpointOptions(t *testing.T) {
	cases := map[string]struct {
		reason string
		o      Options
		ok     bool
	}{
		"none":       {"the shops themselves", Options{}, true},
		"http":       {"the simulator on this machine", Options{Endpoint: "http://127.0.0.1:8080"}, true},
		"path":       {"a path would be lost", Options{Endpoint: "http://127.0.0.1:8080/api"}, false},
		"no scheme":  {"an address alone is no URL", Options{Endpoint: "127.0.0.1:8080"}, false},
		"CA alone":   {"it would replace the system's for real shops", Options{EndpointCA: []byte("x")}, false},
		"CA garbage": {"no certificate in it", Options{Endpoint: "https://127.0.0.1:1", EndpointCA: []byte("x")}, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := NewClients(tc.o); (err == nil) != tc.ok {
				t.Errorf("%s: got %v", tc.reason, err)
			}
		})
	}
}

func TestStoresShareConnections(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, granted)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	clients, err := NewClients(Options{Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		name := fmt.Sprintf("client-%d", i)
		client, err := clients.For(name, Domain(name+".myshopify.com"), PinnedVersion, static, "1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.GrantedScopes(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n > 2 {
		t.Errorf("50 stores one after the other took %d connections", n)
	}
}
