package shopify

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestClientCredentials(t *testing.T) {
	clock := newClock()
	var mints, calls atomic.Int32
	revoked := atomic.Bool{}
	mintStatus := atomic.Int32{}
	mintStatus.Store(200)
	client, _ := dial(t, clock, Credentials{ClientID: "app", ClientSecret: "secret"}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/admin/oauth/access_token" {
			var body map[string]string
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body["client_id"] != "app" || body["client_secret"] != "secret" || body["grant_type"] != "client_credentials" {
				w.WriteHeader(400)
				return
			}
			w.WriteHeader(int(mintStatus.Load()))
			_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","scope":"read_products","expires_in":86399}`, mints.Add(1))
			return
		}
		calls.Add(1)
		if want := fmt.Sprintf("token-%d", mints.Load()); r.Header.Get(tokenHeader) != want || revoked.Swap(false) {
			w.WriteHeader(401)
			return
		}
		_, _ = io.WriteString(w, granted)
	})
	call := func(what string, wantMints int32) {
		t.Helper()
		if _, err := client.GrantedScopes(t.Context()); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if mints.Load() != wantMints {
			t.Errorf("%s: %d tokens minted, want %d", what, mints.Load(), wantMints)
		}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { _, _ = client.GrantedScopes(t.Context()) })
	}
	all.Wait()
	call("eight at once need one token", 1)
	clock.now = clock.now.Add(22 * time.Hour)
	call("a token is kept while it is good", 1)
	clock.now = clock.now.Add(90 * time.Minute)
	call("a token is renewed before its end", 2)
	revoked.Store(true)
	call("a token that is revoked early is replaced", 3)
	clock.now = clock.now.Add(23*time.Hour + 30*time.Minute)
	mintStatus.Store(503)
	mints.Add(-1) // the failed mint counts itself
	call("while renewal fails the old token serves", 3)
}

func TestRejectedClientCredentials(t *testing.T) {
	cases := map[string]struct {
		reason string
		status int
		body   string
		kind   Kind
		want   string
	}{
		"wrong secret":  {"the pair does not fit", 400, `{"error":"invalid_client"}`, CredentialsRejected, "invalid_client"},
		"not permitted": {"the message says what to do", 400, `{"error":"shop_not_permitted"}`, CredentialsRejected, "different organisations"},
		"no such shop":  {"the domain is wrong", 404, ``, NotFound, ""},
		"down":          {"it may pass", 500, ``, Unavailable, ""},
		"no token":      {"a reply without a token is none", 200, `{}`, Unavailable, "access_token"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			client, _ := dial(t, newClock(), Credentials{ClientID: "app", ClientSecret: "hush"}, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			_, err := client.GrantedScopes(t.Context())
			if KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: got %v", tc.reason, err)
			}
		})
	}
}

func TestCredentialsValidate(t *testing.T) {
	cases := map[string]struct {
		reason string
		creds  Credentials
		want   string
	}{
		"token":     {"one kind", Credentials{AccessToken: "t"}, ""},
		"client":    {"the other kind", Credentials{ClientID: "i", ClientSecret: "s"}, ""},
		"both":      {"it is not for us to choose", Credentials{AccessToken: "t", ClientID: "i", ClientSecret: "s"}, "keep one kind"},
		"half both": {"a leftover key is a mistake", Credentials{AccessToken: "t", ClientID: "i"}, "keep one kind"},
		"none":      {"nothing to work with", Credentials{}, "set accessToken"},
		"no id":     {"half a pair", Credentials{ClientSecret: "s"}, "without clientID"},
		"no secret": {"half a pair", Credentials{ClientID: "i"}, "without clientSecret"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := tc.creds.Validate()
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v", tc.reason, err)
			}
		})
	}
}
