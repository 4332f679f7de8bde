package simulator

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

const unauthorized = `{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}` + "\n"

func TestAuthentication(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*Shop)
		token  string
		want   int
	}{
		"static":      {reason: "a static token is good", change: func(*Shop) {}, token: "shpat_maple-kids", want: 200},
		"none":        {reason: "without a token nothing is shown", change: func(*Shop) {}, want: 401},
		"unknown":     {reason: "a token that nobody gave out", change: func(*Shop) {}, token: "shpat_x", want: 401},
		"revoked":     {reason: "a token that was replaced", change: func(s *Shop) { s.Apps[0].AccessToken = "shpat_new" }, token: "shpat_maple-kids", want: 401},
		"uninstalled": {reason: "an app that is gone", change: func(s *Shop) { s.Apps[0].Uninstalled = true }, token: "shpat_maple-kids", want: 401},
		"revoked by name": {reason: "a token that is listed as revoked", token: "shpat_maple-kids", want: 401,
			change: func(s *Shop) { s.Apps[0].RevokedTokens = []string{"shpat_maple-kids"} }},
		"other revoked": {reason: "which others are not", token: "shpat_maple-kids", want: 200,
			change: func(s *Shop) { s.Apps[0].RevokedTokens = []string{"shpat_old"} }},
		"empty static": {reason: "an app without a static token has none that is empty",
			change: func(s *Shop) { s.Apps[0].AccessToken = "" }, want: 401},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.update(tc.change)
			a := w.askAs(tc.token, latest, `{ shop { id } }`, nil)
			w.Expect(a.status).To(Equal(tc.want), tc.reason)
			if tc.want == 401 {
				w.Expect(a.text).To(Equal(unauthorized))
			}
		})
	}
}

func (w *world) mint(contentType, body string) answer {
	return w.do(call{method: "POST", path: "/admin/oauth/access_token", contentType: contentType, body: body})
}

const mapleGrant = `{"grant_type": "client_credentials", "client_id": "maple-kids-app", "client_secret": "maple-kids-secret"}`

func TestClientCredentials(t *testing.T) {
	cases := map[string]struct {
		reason      string
		change      func(*Shop)
		contentType string
		body        string
		want        string // the error; empty for a token
	}{
		"json": {reason: "a JSON object", body: mapleGrant},
		"form": {reason: "or a form", contentType: "application/x-www-form-urlencoded",
			body: "grant_type=client_credentials&client_id=maple-kids-app&client_secret=maple-kids-secret"},
		"secret": {reason: "the secret is the app's", want: "invalid_client",
			body: `{"grant_type": "client_credentials", "client_id": "maple-kids-app", "client_secret": "x"}`},
		"client": {reason: "the app is known", want: "application_cannot_be_found",
			body: `{"grant_type": "client_credentials", "client_id": "x", "client_secret": "maple-kids-secret"}`},
		"grant": {reason: "other grants need a browser", want: "invalid_request",
			body: `{"grant_type": "authorization_code", "client_id": "maple-kids-app", "client_secret": "maple-kids-secret"}`},
		"organisation": {reason: "app and store are of one organisation", want: "shop_not_permitted", body: mapleGrant,
			change: func(s *Shop) { s.Apps[0].Organization = "agency" }},
		"uninstalled": {reason: "the app is installed", want: "app_not_installed", body: mapleGrant,
			change: func(s *Shop) { s.Apps[0].Uninstalled = true }},
		"no secret": {reason: "an app without a secret cannot", want: "invalid_client",
			change: func(s *Shop) { s.Apps[0].ClientSecret = "" },
			body:   `{"grant_type": "client_credentials", "client_id": "maple-kids-app", "client_secret": ""}`},
		"garbage": {reason: "a body that is neither", want: "invalid_request", body: `[`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tc.change != nil {
				w.update(tc.change)
			}
			a := w.mint(tc.contentType, tc.body)
			if tc.want != "" {
				w.Expect(a.status).To(Equal(400))
				w.Expect(a.at("error")).To(Equal(tc.want), tc.reason)
				w.Expect(a.at("error_description")).NotTo(BeEmpty())
				return
			}
			w.Expect(a.status).To(Equal(200), a.text)
			w.Expect(a.at("expires_in")).To(BeEquivalentTo(86399), tc.reason)
			w.Expect(a.at("scope")).To(HavePrefix("read_products,write_products,"))
			w.Expect(w.askAs(fmt.Sprint(a.at("access_token")), latest, `{ shop { id } }`, nil).status).To(Equal(200))
			w.Expect(w.sim.Calls(CallFilter{})[0].Kind).To(Equal(KindOAuth))
		})
	}
}

func TestMintedTokensExpire(t *testing.T) {
	w := newWorld(t)
	token := fmt.Sprint(w.mint("", mapleGrant).at("access_token"))
	other := fmt.Sprint(w.mint("", mapleGrant).at("access_token"))
	w.Expect(other).NotTo(Equal(token), "each exchange makes a new token")
	status := func(token string) int { return w.askAs(token, latest, `{ shop { id } }`, nil).status }

	w.time = w.time.Add(24*time.Hour - time.Second)
	w.Expect(status(token)).To(Equal(200))
	w.Expect(status("shpat_maple-kids")).To(Equal(200))
	w.time = w.time.Add(time.Second)
	w.Expect(status(token)).To(Equal(401))
	w.Expect(status("shpat_maple-kids")).To(Equal(200), "a static token does not expire")

	fresh := fmt.Sprint(w.mint("", mapleGrant).at("access_token"))
	w.Expect(w.shop().Apps[0].Tokens).To(HaveLen(1), "expired tokens are forgotten")
	w.update(func(s *Shop) { s.Apps[0].RevokedTokens = []string{fresh} })
	w.Expect(status(fresh)).To(Equal(401), "a token that was revoked is refused")
	renewed := fmt.Sprint(w.mint("", mapleGrant).at("access_token"))
	w.Expect(status(renewed)).To(Equal(200), "and the app can mint another")
	w.update(func(s *Shop) { s.Apps[0].Tokens = nil })
	w.Expect(status(renewed)).To(Equal(401), "a token that the shop no longer has is refused too")
}

func TestShopsAreApart(t *testing.T) {
	w := newWorld(t)
	w.Expect(w.sim.AddShop(NewShop("oak-kids.myshopify.com", "Oak Kids"))).To(Succeed())
	body := `{"query": "{ shop { name } }"}`
	path := "/admin/api/" + latest + "/graphql.json"
	a := w.do(call{method: "POST", host: "OAK-kids.myshopify.com:8443", path: path, token: "shpat_oak-kids", body: body})
	w.Expect(a.at("data.shop.name")).To(Equal("Oak Kids"), "the Host header names the shop, whatever its case and port")
	a = w.do(call{method: "POST", host: "oak-kids.myshopify.com", path: path, token: "shpat_maple-kids", body: body})
	w.Expect(a.status).To(Equal(401), "a token is one shop's")
	a = w.do(call{method: "POST", host: "elm-kids.myshopify.com", path: path, token: "shpat_maple-kids", body: body})
	w.Expect(a.status).To(Equal(404))
	w.Expect(a.text).To(Equal(`{"errors":"Not Found"}` + "\n"))
}
