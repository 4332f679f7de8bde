package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
)

func (s *Simulator) secretRoutes(handle func(string, func(*http.Request) (*reply, error))) {
	const secrets = "/__sim/shops/{domain}/apps/{clientID}/secrets"
	handle("POST "+secrets, func(r *http.Request) (*reply, error) {
		var fresh struct {
			Value string `json:"value"`
		}
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&fresh); err != nil {
			return nil, fmt.Errorf(`the body is not of the form {"value": "a new client secret"}: %w`, err)
		}
		if err := s.RotateSecret(r.PathValue("domain"), r.PathValue("clientID"), fresh.Value); err != nil {
			return nil, err
		}
		return s.showSecrets(http.StatusCreated, r)
	})
	handle("DELETE "+secrets, func(r *http.Request) (*reply, error) {
		if err := s.RevokeOldSecrets(r.PathValue("domain"), r.PathValue("clientID")); err != nil {
			return nil, err
		}
		return s.showSecrets(http.StatusOK, r)
	})
}

// showSecrets answers with the current secret, the older ones, and the one that
// signs at the moment.
func (s *Simulator) showSecrets(status int, r *http.Request) (*reply, error) {
	shop, there := s.Shop(r.PathValue("domain"))
	app := appByClientID(&shop, r.PathValue("clientID"))
	if !there || app == nil {
		return nil, notThereError("the shop or the app is gone")
	}
	return &reply{status, map[string]any{
		"current": app.ClientSecret, "old": anys(app.OldSecrets),
		"signing": app.signingSecret(s.now(), s.deliveries.options.signingDelay()),
	}}, nil
}
