package shopify

import (
	"errors"
	"sync"
	"time"
)

// probePauses are how long credentials that a shop rejected are left alone
// before one call tries them again: after the first rejection, the second, and so
// on; the last for good. That makes five calls on the first day and two on each
// further one. New credentials have a breaker of their own.
var probePauses = [...]time.Duration{time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour}

// inconclusivePause is when to probe again after a probe that told nothing.
const inconclusivePause = time.Minute

// breaker keeps rejected credentials from being sent over and over: Shopify
// counts failed logins, and nothing but a change of the credentials or of the
// app's installation helps.
type breaker struct {
	mu       sync.Mutex
	rejected *Error // nil while the credentials are good, as far as known
	probes   int    // that were rejected since
	probing  bool   // one is under way
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
	if b.probing || now.Before(b.probeAt) {
		e := *b.rejected
		e.Operation, e.RequestID, e.RetryAfter = operation, "", max(inconclusivePause, b.probeAt.Sub(now))
		return &e
	}
	b.probing = true
	return nil
}

// reset ends the pause, because somebody touched the credentials.
func (b *breaker) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.close()
}

// note learns from the outcome of a call that was let through. It returns the
// outcome: of a rejection one that says when the credentials are tried again.
func (b *breaker) note(err error, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, _ := errors.AsType[*Error](err)
	switch {
	case accepted(err, e):
		b.close()
	case e != nil && e.Kind == CredentialsRejected:
		return b.open(e, now)
	case b.probing:
		b.probing, b.probeAt = false, now.Add(inconclusivePause)
	}
	return err
}

// accepted says that an outcome proves the token good: it was read before the
// call was carried out or refused.
func accepted(err error, e *Error) bool {
	if e == nil {
		return err == nil
	}
	return (e.Kind == ScopeMissing || e.Kind == Invalid) && e.Operation != mintOperation
}

func (b *breaker) open(e *Error, now time.Time) error {
	if b.probing {
		b.probes++
	}
	if b.rejected == nil || b.probing { // others were under way together with the first
		b.probeAt = now.Add(probePauses[min(b.probes, len(probePauses)-1)])
	}
	b.probing = false
	paused := *e
	paused.RetryAfter = max(inconclusivePause, b.probeAt.Sub(now))
	b.rejected = &paused
	return &paused
}

func (b *breaker) close() { b.rejected, b.probes, b.probing = nil, 0, false }
