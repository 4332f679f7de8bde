package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// tokenLife is how long a token of the client credentials grant lives
// (https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant);
// Shopify always states it as 86399 seconds.
const (
	tokenLife        = 24 * time.Hour
	tokenLifeSeconds = 86399
)

// authenticate finds the app by its access token.
func (s *Simulator) authenticate(x *exchange) *reply {
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	app := appByToken(&x.store.shop, x.request.Header.Get("X-Shopify-Access-Token"), x.now)
	if app == nil {
		return refuse(http.StatusUnauthorized, "[API] Invalid API key or access token (unrecognized login or wrong password)")
	}
	x.app, x.call.App = clone(*app), app.ClientID
	return nil
}

// appByToken returns the installed app that a token is good for, or nil.
func appByToken(shop *Shop, token string, now time.Time) *App {
	if token == "" {
		return nil
	}
	for i := range shop.Apps {
		a := &shop.Apps[i]
		if a.Uninstalled || slices.Contains(a.RevokedTokens, token) {
			continue
		}
		live := func(t Token) bool { return t.Value == token && now.Before(t.ExpiresAt) }
		if a.AccessToken == token || slices.ContainsFunc(a.Tokens, live) {
			return a
		}
	}
	return nil
}

func appByClientID(shop *Shop, clientID string) *App {
	i := slices.IndexFunc(shop.Apps, func(a App) bool { return a.ClientID == clientID })
	if i < 0 {
		return nil
	}
	return &shop.Apps[i]
}

// exchangeToken answers the client credentials grant.
func exchangeToken(x *exchange) *reply {
	grant, err := readGrant(x.request)
	if err != nil {
		if refused := tooLarge(err); refused != nil {
			return refused
		}
		return oauthError("invalid_request", err.Error())
	}
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	st := x.store
	app := appByClientID(&st.shop, grant["client_id"])
	switch {
	case grant["grant_type"] != "client_credentials":
		return oauthError("invalid_request", "The simulator knows the client_credentials grant only.")
	case app == nil:
		return oauthError("application_cannot_be_found", "Could not find Shopify API application with api_key "+grant["client_id"])
	case !app.accepts(grant["client_secret"]):
		return oauthError("invalid_client", "The client secret is not the app's.")
	case app.Organization != st.shop.Organization:
		return oauthError("shop_not_permitted", "Client credentials cannot be performed on this shop.")
	case app.Uninstalled:
		return oauthError("app_not_installed", "The application is not installed on this shop.")
	}
	st.minted++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", st.shop.Domain, app.ClientID, st.minted))
	token := Token{Value: "shpat_" + hex.EncodeToString(sum[:16]), ExpiresAt: x.now.Add(tokenLife)}
	app.Tokens = slices.DeleteFunc(app.Tokens, func(t Token) bool { return !x.now.Before(t.ExpiresAt) })
	app.Tokens = append(app.Tokens, token)
	x.call.App = app.ClientID
	return &reply{http.StatusOK, map[string]any{
		"access_token": token.Value, "scope": strings.Join(app.Scopes, ","), "expires_in": tokenLifeSeconds,
	}}
}

// oauthError is a refusal as public records show it for callers that accept
// JSON; others get the same words in an HTML page, which is not simulated.
func oauthError(code, description string) *reply {
	return &reply{http.StatusBadRequest, map[string]any{"error": code, "error_description": description}}
}

// readGrant reads the parameters of a token request, a JSON object or a form.
func readGrant(r *http.Request) (map[string]string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	grant := map[string]string{}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		if err := json.Unmarshal(body, &grant); err != nil {
			return nil, errors.New("the body is not a JSON object of strings")
		}
		return grant, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errors.New("the body is not a form")
	}
	for name := range form {
		grant[name] = form.Get(name)
	}
	return grant, nil
}

// tooLarge is the reply where reading failed because the body is too large, else nil.
func tooLarge(err error) *reply {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return refuse(http.StatusRequestEntityTooLarge, "Payload Too Large")
	}
	return nil
}
