package webhookrelay

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// signers are the secrets that a route's webhooks may be signed with. There are
// always two to try: how long a refusal takes tells neither whether a store
// exists nor whether its secret is being rotated.
type signers [2]signer

// signer is one secret. A decoy has a random one, and nothing is signed with it.
type signer struct {
	secret  []byte
	genuine int // 1, or 0 for a decoy: an int, for it to be used without a branch
}

// newSigners makes up for what is missing with decoys. An empty secret is
// missing, whoever wrote it: everybody can sign with it.
func newSigners(secrets []string) signers {
	var s signers
	for i := range s {
		if i < len(secrets) && secrets[i] != "" {
			s[i] = signer{secret: []byte(secrets[i]), genuine: 1}
		} else {
			s[i].secret = []byte(rand.Text())
		}
	}
	return s
}

// signed returns the secret that a body was signed with; nil where it was none of
// them. signature is the header X-Shopify-Hmac-Sha256: the base64 of HMAC-SHA256
// over the raw body
// (https://shopify.dev/docs/apps/build/webhooks/subscribe/https). It is compared
// as text, so that there is one that fits and no other spelling of it.
func (s *signers) signed(body []byte, signature string) []byte {
	by := -1
	for i := range s {
		mac := hmac.New(sha256.New, s[i].secret)
		mac.Write(body)
		var sum [sha256.Size]byte
		var text [44]byte // base64 of sum
		base64.StdEncoding.Encode(text[:], mac.Sum(sum[:0]))
		fits := subtle.ConstantTimeCompare(text[:], []byte(signature)) & s[i].genuine
		by = subtle.ConstantTimeSelect(fits, i, by)
	}
	if by < 0 {
		return nil
	}
	return s[by].secret
}
