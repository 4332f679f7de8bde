package shopify

import (
	"net/http"
	"strings"
	"testing"
)

// FuzzReply lets Shopify answer anything: no reply may crash the client, pass as
// a success without data, or put the token into an error.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		granted, `{}`, `[]`, `null`, `"text"`, `{"data":null}`, `{"errors":"Not Found"}`, `{"errors":[]}`, `{"errors":[{"message":"x","extensions":{"code":"THROTTLED"}}]}`,
		`{"errors":[{"message":1}]}`, `{"errors":{"base":["x"]}}`, `{"data":{"currentAppInstallation":null}}`, `{"data":{"currentAppInstallation":{"accessScopes":null}}}`, `{"data":{"currentAppInstallation":{"accessScopes":[null]}}}`,
		`{"extensions":{"cost":{"requestedQueryCost":-1,"actualQueryCost":-5,"throttleStatus":{"maximumAvailable":-1,"currentlyAvailable":1e308,"restoreRate":0}}}}`,
		`{"data":{"currentAppInstallation":{"accessScopes":[{"handle":"read_products"}]}},"extensions":{"cost":"free"}}`, "\x00", `{"data":`,
	} {
		for _, status := range []int{200, 400, 401, 404, 429, 500} {
			f.Add(status, seed)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status == http.StatusNoContent || status == http.StatusNotModified {
			return
		}
		client, _ := dial(t, newClock(), static, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		})
		scopes, err := client.GrantedScopes(t.Context())
		if err == nil && (status > 299 || !strings.Contains(strings.ToLower(body), "currentappinstallation")) {
			t.Errorf("%d %q passed as %v", status, body, scopes)
		}
		if err != nil && (KindOf(err) == "" || strings.Contains(err.Error(), static.AccessToken)) {
			t.Errorf("%d %q: %v", status, body, err)
		}
		if b := client.Budget(); b.Available() < 0 || b.Available() > 1e9 {
			t.Errorf("%d %q: %v points available", status, body, b.Available())
		}
	})
}
