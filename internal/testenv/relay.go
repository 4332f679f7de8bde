package testenv

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/relayprobe"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

// NewRelay starts a relay that answers probes as the real one does, and takes no
// webhooks in. It serves https at /webhooks/{namespace}/{store}, whatever stands
// before. known returns the routes that it has at that moment for a namespace, or
// an error where it is not ready.
func NewRelay(known func(ctx context.Context, namespace string) ([]routes.Route, error)) *httptest.Server {
	answer := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		list, err := known(r.Context(), r.PathValue("namespace"))
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		answerProbe(w, r, body, list)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/{namespace}/{store}", answer)
	mux.HandleFunc("POST /{before}/webhooks/{namespace}/{store}", answer)
	return httptest.NewTLSServer(mux)
}

func answerProbe(w http.ResponseWriter, r *http.Request, body []byte, known []routes.Route) {
	i := slices.IndexFunc(known, func(route routes.Route) bool {
		return route.Namespace == r.PathValue("namespace") && route.Store == r.PathValue("store")
	})
	if i < 0 {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	secret := slices.IndexFunc(known[i].Secrets, func(secret string) bool { return signed(secret, body, r.Header.Get("X-Shopify-Hmac-Sha256")) })
	topics, ok := relayprobe.Topics(body)
	switch {
	case secret < 0 || r.Header.Get("X-Shopify-Shop-Domain") != known[i].Shop:
		w.WriteHeader(http.StatusUnauthorized)
	case !ok || slices.ContainsFunc(topics, func(topic string) bool { return !slices.Contains(known[i].Topics, topic) }):
		w.WriteHeader(http.StatusConflict)
	default:
		w.Header().Set(relayprobe.ProofHeader, relayprobe.Proof([]byte(known[i].Secrets[secret]), body))
	}
}

func signed(secret string, body []byte, signature string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil)) == signature
}

// RelayClient reaches a relay under any address, as if that were its own.
func RelayClient(relay *httptest.Server) *http.Client {
	transport := relay.Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.ServerName = "example.com" // for which its certificate is
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, relay.Listener.Addr().String())
	}
	return &http.Client{Transport: transport}
}
