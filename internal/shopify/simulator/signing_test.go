package simulator

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// signer sends an event and tells which secret it is signed with.
func (w *hooked) signer(secrets ...string) string {
	w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	w.clock.Advance(0)
	all := w.got.requests()
	last := all[len(all)-1]
	for _, secret := range secrets {
		if last.header.Get("X-Shopify-Hmac-Sha256") == mac(last.body, secret) {
			return secret
		}
	}
	return "none of them"
}

func TestSecretRotation(t *testing.T) {
	w := newHooked(t, nil)
	signer := func() string { return w.signer("maple-kids-secret", "second", "third") }
	mints := func(secret string) bool {
		return w.mint("", strings.Replace(mapleGrant, "maple-kids-secret", secret, 1)).status == 200
	}
	w.Expect(signer()).To(Equal("maple-kids-secret"))

	w.Expect(w.sim.RotateSecret(maple, "maple-kids-app", "second")).To(Succeed())
	w.clock.Advance(48 * time.Hour)
	w.Expect(signer()).To(Equal("maple-kids-secret"), "the oldest that is not revoked signs, however long")
	w.Expect(mints("maple-kids-secret")).To(BeTrue(), "either mints tokens")
	w.Expect(mints("second")).To(BeTrue())
	w.Expect(mints("third")).To(BeFalse())

	w.Expect(w.sim.RevokeOldSecrets(maple, "maple-kids-app")).To(Succeed())
	w.Expect(mints("maple-kids-secret")).To(BeFalse(), "a revoked secret mints nothing, at once")
	w.Expect(mints("second")).To(BeTrue())
	w.Expect(signer()).To(Equal("maple-kids-secret"), "but goes on signing")
	w.clock.Advance(time.Hour - time.Nanosecond)
	w.Expect(signer()).To(Equal("maple-kids-secret"), "for an hour")
	w.clock.Advance(time.Nanosecond)
	w.Expect(signer()).To(Equal("second"))

	w.Expect(w.sim.RotateSecret(maple, "maple-kids-app", "third")).To(Succeed())
	w.Expect(signer()).To(Equal("second"), "and so on")
	w.Expect(w.sim.RevokeOldSecrets(maple, "maple-kids-app")).To(Succeed())
	w.Expect(w.shop().Apps[0].OldSecrets[0].RevokedAt).To(Equal(clockStart.Add(48*time.Hour)), "a secret is revoked once")
	w.clock.Advance(time.Hour)
	w.Expect(signer()).To(Equal("third"))
}

func TestSigningDelayIsAnOption(t *testing.T) {
	w := newHooked(t, func(o *Options) { o.Webhooks.SigningDelay = new(time.Duration(0)) })
	w.Expect(w.sim.RotateSecret(maple, "maple-kids-app", "second")).To(Succeed())
	w.Expect(w.sim.RevokeOldSecrets(maple, "maple-kids-app")).To(Succeed())
	w.Expect(w.signer("maple-kids-secret", "second")).To(Equal("second"))
}

func TestARetryIsSignedWhenItIsSent(t *testing.T) {
	w := newHooked(t, func(o *Options) { o.Webhooks.SigningDelay = new(time.Duration(0)) })
	w.got.answer = failing
	w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	w.clock.Advance(0)
	w.Expect(w.sim.RotateSecret(maple, "maple-kids-app", "second")).To(Succeed())
	w.Expect(w.sim.RevokeOldSecrets(maple, "maple-kids-app")).To(Succeed())
	w.clock.Advance(time.Minute)
	requests := w.got.requests()
	w.Expect(requests[0].header.Get("X-Shopify-Hmac-Sha256")).To(Equal(mac(requests[0].body, "maple-kids-secret")))
	w.Expect(requests[1].header.Get("X-Shopify-Hmac-Sha256")).To(Equal(mac(requests[1].body, "second")))
}

func TestControlSecrets(t *testing.T) {
	w := newHooked(t, nil)
	path := "/shops/" + maple + "/apps/maple-kids-app/secrets"
	a := w.control("POST", path, `{"value": "second"}`)
	w.Expect(a.status).To(Equal(201), a.text)
	w.Expect(a.body).To(Equal(map[string]any{"current": "second", "old": []any{map[string]any{"value": "maple-kids-secret"}}, "signing": "maple-kids-secret"}))
	a = w.control("DELETE", path, "")
	w.Expect(a.at("old.0.revokedAt")).To(Equal("2026-11-23T09:00:00Z"), a.text)
	w.clock.Advance(time.Hour)
	w.Expect(w.control("DELETE", path, "").at("signing")).To(Equal("second"))
	for reason, tc := range map[string]struct {
		path, body string
		status     int
	}{
		"an empty secret would keep nobody out": {path, `{}`, 422},
		"a misspelt field":                      {path, `{"secret": "x"}`, 422},
		"no app":                                {"/shops/" + maple + "/apps/x/secrets", `{"value": "x"}`, 404},
		"no shop":                               {"/shops/x.myshopify.com/apps/x/secrets", `{"value": "x"}`, 404},
	} {
		w.Expect(w.control("POST", tc.path, tc.body).status).To(Equal(tc.status), reason)
	}
	w.Expect(w.control("DELETE", "/shops/"+maple+"/apps/x/secrets", "").status).To(Equal(404))
}
