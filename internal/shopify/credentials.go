package shopify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Credentials let an app into a shop: either a static access token (an app made
// in the shop's admin), or a client id and secret that are exchanged for tokens
// of 24 hours (an app made in the Dev Dashboard).
type Credentials struct {
	AccessToken  string
	ClientID     string
	ClientSecret string
}

// Validate says what to change where the credentials are of no kind or of both.
func (c Credentials) Validate() error {
	token, client := c.AccessToken != "", c.ClientID != "" || c.ClientSecret != ""
	switch {
	case token && client:
		return errors.New("both accessToken and clientID or clientSecret are set: keep one kind")
	case !token && !client:
		return errors.New("no credentials: set accessToken, or clientID and clientSecret")
	case client && c.ClientID == "":
		return errors.New("clientSecret is set without clientID")
	case client && c.ClientSecret == "":
		return errors.New("clientID is set without clientSecret")
	}
	return nil
}

// App identifies the app without giving a secret away: its client id, or a
// digest of its token. A rate limit belongs to a shop and an app.
func (c Credentials) App() string {
	if c.ClientID != "" {
		return c.ClientID
	}
	return c.digest()
}

func (c Credentials) digest() string {
	sum := sha256.Sum256([]byte(c.AccessToken + "\x00" + c.ClientID + "\x00" + c.ClientSecret))
	return hex.EncodeToString(sum[:8])
}

const (
	// renewBefore is how long before its end a minted token is renewed, or in the
	// last quarter of a shorter life.
	renewBefore = time.Hour
	// mintTimeout bounds one exchange, so that a renewal that hangs leaves time
	// for a call with the old token.
	mintTimeout = 10 * time.Second
)

// tokenSource hands out the access token, minting one where the credentials are
// a client id and secret. Minted tokens live in memory only.
type tokenSource struct {
	shop  Domain
	creds Credentials
	send  func(*http.Request) (*http.Response, error)
	clock Clock

	mu      sync.Mutex // held while minting, so that one caller mints for all
	token   string
	renew   time.Time
	expires time.Time
}

// Token returns a token that is good for now.
func (s *tokenSource) Token(ctx context.Context) (string, error) {
	if s.creds.AccessToken != "" {
		return s.creds.AccessToken, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != "" && s.clock.Now().Before(s.renew) {
		return s.token, nil
	}
	token, lifetime, err := s.mint(ctx)
	if err != nil {
		if s.token != "" && s.clock.Now().Before(s.expires) && KindOf(err) != CredentialsRejected {
			return s.token, nil // renewal is early; the old one still works
		}
		return "", err
	}
	now := s.clock.Now()
	s.token, s.expires = token, now.Add(lifetime)
	s.renew = s.expires.Add(-min(renewBefore, lifetime/4))
	return token, nil
}

// drop forgets a minted token that the shop refused, and says whether another
// can be minted. Where no token could be had at all, trying again is no use.
func (s *tokenSource) drop(token string) bool {
	if s.creds.AccessToken != "" || token == "" {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = ""
	}
	return true
}

const mintOperation = "ExchangeClientCredentials"

// mint exchanges the client credentials for a token
// (https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant).
func (s *tokenSource) mint(ctx context.Context) (string, time.Duration, error) {
	body, err := json.Marshal(map[string]string{
		"grant_type": "client_credentials", "client_id": s.creds.ClientID, "client_secret": s.creds.ClientSecret,
	})
	if err != nil {
		return "", 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, mintTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+string(s.shop)+"/admin/oauth/access_token", bytes.NewReader(body))
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	resp, err := s.send(req)
	if err != nil {
		return "", 0, unreachable(mintOperation, err)
	}
	text, err := readCapped(resp)
	if err != nil {
		return "", 0, unreachable(mintOperation, err)
	}
	if err := mintRefusal(resp, text); err != nil {
		return "", 0, err
	}
	var reply struct {
		AccessToken string  `json:"access_token"`
		ExpiresIn   float64 `json:"expires_in"` // seconds
	}
	if err := json.Unmarshal(text, &reply); err != nil || reply.AccessToken == "" || reply.ExpiresIn <= 0 {
		return "", 0, &Error{Kind: Unavailable, Operation: mintOperation, RequestID: requestID(resp),
			Message: "the reply holds no access_token and expires_in"}
	}
	return reply.AccessToken, time.Duration(reply.ExpiresIn) * time.Second, nil
}

func mintRefusal(resp *http.Response, text []byte) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	var reply struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(text, &reply) // an HTML page leaves it empty, and the status speaks
	e := &Error{Kind: CredentialsRejected, Operation: mintOperation, RequestID: requestID(resp)}
	switch {
	case strings.Contains(string(text), "shop_not_permitted"):
		e.Message = "the app and the shop belong to different organisations: create the app in the organisation that owns the shop, or give an accessToken"
	case resp.StatusCode == http.StatusBadRequest, resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		e.Message = "the shop rejects the client id and secret"
		if reply.Error != "" {
			e.Message += fmt.Sprintf(" (%s)", reply.Error)
		}
	default:
		return statusError(mintOperation, resp, text)
	}
	return e
}
