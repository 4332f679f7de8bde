package simulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

// Secret is a client secret that an app had before its current one. Until it is
// revoked it is as good as the current one.
type Secret struct {
	Value string `json:"value"`
	// RevokedAt is zero where the secret is not revoked.
	RevokedAt time.Time `json:"revokedAt,omitzero"`
}

// accepts says whether the app may mint tokens with a secret: with any that is
// not revoked, so that a rotation needs no standstill
// (https://shopify.dev/docs/apps/build/authentication-authorization/client-secrets/rotate-revoke-client-credentials).
func (a *App) accepts(secret string) bool {
	if secret == "" {
		return false
	}
	return a.ClientSecret == secret || slices.ContainsFunc(a.OldSecrets, func(s Secret) bool { return s.Value == secret && s.RevokedAt.IsZero() })
}

// signingSecret is the one that webhooks are signed with: the oldest that is
// not revoked. A revoked one goes on signing for as long as delay says; Shopify
// speaks of up to an hour and the simulator takes all of it.
func (a *App) signingSecret(now time.Time, delay time.Duration) string {
	for _, s := range a.OldSecrets {
		if s.RevokedAt.IsZero() || now.Before(s.RevokedAt.Add(delay)) {
			return s.Value
		}
	}
	return a.ClientSecret
}

// signature is the header X-Shopify-Hmac-Sha256
// (https://shopify.dev/docs/apps/build/webhooks/subscribe/https).
func signature(body []byte, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// RotateSecret gives an app of a shop a new client secret. The one before it
// stays good, and goes on signing webhooks, until RevokeOldSecrets. An app that
// is on several shops has the same secrets on each, so rotate them all.
func (s *Simulator) RotateSecret(domain, clientID, secret string) error {
	if secret == "" {
		return fmt.Errorf("the new client secret is empty")
	}
	return s.updateApp(domain, clientID, func(a *App) {
		if a.ClientSecret != "" {
			a.OldSecrets = append(a.OldSecrets, Secret{Value: a.ClientSecret})
		}
		a.ClientSecret = secret
	})
}

// RevokeOldSecrets revokes all of an app's client secrets but the current one.
func (s *Simulator) RevokeOldSecrets(domain, clientID string) error {
	now := s.now()
	return s.updateApp(domain, clientID, func(a *App) {
		for i := range a.OldSecrets {
			stamp(&a.OldSecrets[i].RevokedAt, now)
		}
	})
}

func (s *Simulator) updateApp(domain, clientID string, change func(*App)) error {
	return s.update(domain, func(shop *Shop) error {
		app := appByClientID(shop, clientID)
		if app == nil {
			return notThereError(fmt.Sprintf("the shop has no app with client id %q", clientID))
		}
		change(app)
		return nil
	})
}
