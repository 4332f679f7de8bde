package shopify

import (
	"errors"
	"sync"
	"time"
)

// probeInterval is how long credentials that a shop rejected are left alone
// before one call tries them again. New credentials have a breaker of their own.
const probeInterval = time.Hour

// breaker keeps rejected credentials from being sent over and over: Shopify
// counts failed logins, and nothing but a change of the credentials or of the
// app's installation helps.
type breaker struct {
	mu       sync.Mutex
	rejected *Error
	probeAt  time.Time
}

// allow returns the rejection while the credentials are left alone; when the
// pause is over, it lets one caller through as a probe.
func (b *breaker) allow(operation string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rejected == nil {
		return nil
	}
	if now.Before(b.probeAt) {
		e := *b.rejected
		e.Operation, e.RequestID, e.RetryAfter = operation, "", b.probeAt.Sub(now)
		return &e
	}
	b.probeAt = now.Add(probeInterval)
	return nil
}

// inconclusivePause is when to probe again after a probe that told nothing.
const inconclusivePause = time.Minute

// reset ends the pause, because somebody touched the credentials.
func (b *breaker) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rejected = nil
}

// note learns from the outcome of a call.
func (b *breaker) note(err error, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := errors.AsType[*Error](err)
	switch {
	case err == nil:
		b.rejected = nil
	case ok && e.Kind == CredentialsRejected:
		b.rejected, b.probeAt = e, now.Add(probeInterval)
	case b.rejected != nil:
		b.probeAt = now.Add(inconclusivePause)
	}
}
