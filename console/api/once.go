package api

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Once lets a request be sent again where its answer was lost.
type Once struct {
	IdempotencyKey string `header:"Idempotency-Key" json:"-" maxLength:"255" pattern:"^[ -~]+$" patternDescription:"printable ASCII" doc:"Names the request, such as by a UUID. Sent again with the same key within 24 hours, it is answered as before and changes nothing; another request with the key is refused. A request that was refused may be sent again with its key" example:"2f1c3a9e-7c1b-4c58-9d55-0c7f6b1f2a10"`
}

func (o Once) key() string { return o.IdempotencyKey }

// keyed is a request that may have an idempotency key.
type keyed interface{ key() string }

// same is a request that tells itself what makes it the same as another.
type same interface{ identity() any }

// keepAnswers is for how long an answer is given again.
const keepAnswers = 24 * time.Hour

// once does what a request asks for, or answers as it was answered before. The
// transactions of a store follow one another, so of two with the same key at a time
// one does it, and the other finds the answer.
func once[I, B any](v *visit, op operation, in *I, do func() (B, error)) (*answer[B], error) {
	k, ok := any(in).(keyed)
	if !ok || k.key() == "" {
		body, err := do()
		return answerOf(body), err
	}
	request, err := digest(v.person, op, in)
	if err != nil {
		return nil, err
	}
	since := v.Now().Add(-keepAnswers)
	before, err := v.Answer(k.key(), since)
	switch {
	case err == nil:
		return again[B](before, request)
	case !errors.Is(err, ledger.ErrNotFound):
		return nil, err
	}
	body, err := do()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	status := cmp.Or(op.status, http.StatusOK)
	return answerOf(body), v.PutAnswer(ledger.Answer{Key: k.key(), Request: request, Status: status, Body: string(text)}, since)
}

func again[B any](before ledger.Answer, request string) (*answer[B], error) {
	if before.Request != request {
		return nil, problemf(http.StatusUnprocessableEntity, "the Idempotency-Key was used for another request within 24 hours: give each request a key of its own")
	}
	var body B
	if err := json.Unmarshal([]byte(before.Body), &body); err != nil {
		return nil, err
	}
	out := answerOf(body)
	out.Replayed = "true"
	return out, nil
}

// digest tells requests apart: who makes it, what it is, and all that it says.
func digest(person string, op operation, in any) (string, error) {
	what := in
	if s, ok := in.(same); ok {
		what = s.identity()
	}
	text, err := json.Marshal([]any{person, op.id, what})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
