// Package relayprobe is how the manager finds out whether a relay takes a store's
// webhooks in, before it has Shopify send any.
//
// The question is a POST to where the store's webhooks go, signed like one, with
// a topic of its own. It holds a nonce and the topics that are to be subscribed
// to. The relay answers with a proof that it knows the secret, and stores nothing.
//
// What is signed begins with a word that no webhook begins with, and neither the
// question nor its proof is taken for a webhook: whoever listens at a wrong
// address gets nothing to forge one with.
package relayprobe

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

const (
	// Topic is what the header X-Shopify-Topic says of a probe.
	Topic = "shopkeeper/probe"
	// ProofHeader holds the proof of an answer.
	ProofHeader = "X-Shopkeeper-Proof"
)

// A webhook's body is JSON, and begins with neither.
const (
	reserved = "shopkeeper-relay-"
	question = reserved + "probe\n"
	proof    = reserved + "proof\n"
)

// Reserved says whether a body is a question or its proof, and so no webhook.
func Reserved(body []byte) bool { return bytes.HasPrefix(body, []byte(reserved)) }

// ask is the body of a question: a nonce and the topics, a line each.
func ask(topics []string) []byte {
	lines := append([]string{rand.Text()}, slices.Sorted(slices.Values(topics))...)
	return []byte(question + strings.Join(lines, "\n"))
}

// Topics are those that a question asks for; ok is false where the body is none.
func Topics(body []byte) (topics []string, ok bool) {
	rest, ok := strings.CutPrefix(string(body), question)
	if !ok {
		return nil, false
	}
	return strings.Split(rest, "\n")[1:], true
}

// Proof answers a question: the base64 of HMAC-SHA256, by the secret that it was
// signed with, over a prefix and the question.
func Proof(secret, body []byte) string { return sign(secret, append([]byte(proof), body...)) }

// sign is the signature of a body, as Shopify makes it.
func sign(secret, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// sum signs a question with a route's current secret.
func sum(route routes.Route, body []byte) (signature, wantProof string) {
	secret := []byte(route.Secrets[0])
	return sign(secret, body), Proof(secret, body)
}
