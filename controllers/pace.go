package controllers

import (
	"context"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// priorityRoutine is for all that comes back by itself: a look at what most
// likely has not changed, a schedule, another attempt. controller-runtime gives it
// to all that is there when a manager starts, and a higher one to a change of a
// spec or Secret. Attempts share it with looks, first come, first served, so that
// shops that hang do not keep the others from being looked at.
const priorityRoutine = handler.LowPriority

// minPause is the least time between the beginnings of two reconciles of an
// object, so that who writes a spec in a loop does not use up the shop's rate
// limit.
const minPause = time.Second

// pace holds back a reconcile of an object that was reconciled less than
// minPause ago, and sees to the priority of what comes back.
type pace struct {
	inner reconcile.Reconciler
	now   func() time.Time

	mu      sync.Mutex
	started map[reconcile.Request]time.Time
	swept   time.Time
}

// paced wraps a reconciler. The queue waits by the system's clock, so what
// decides how long it waits goes by that too.
func paced(inner reconcile.Reconciler) *pace {
	return &pace{inner: inner, now: time.Now, started: map[reconcile.Request]time.Time{}}
}

// Reconcile implements reconcile.Reconciler.
func (p *pace) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	if wait := p.begin(req); wait > 0 {
		return reconcile.Result{RequeueAfter: wait}, nil // with the priority that it has
	}
	result, err := p.inner.Reconcile(ctx, req)
	result.Priority = new(priorityRoutine) // it may have come with a higher one, and would go back as such
	return result, err
}

// begin notes the beginning of a reconcile, or says how long it has to wait.
func (p *pace) begin(req reconcile.Request) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.sweep(now)
	if since := now.Sub(p.started[req]); since < minPause {
		return minPause - since
	}
	p.started[req] = now
	return 0
}

// sweep forgets, once every minPause, what holds nobody back any more.
func (p *pace) sweep(now time.Time) {
	if now.Sub(p.swept) < minPause {
		return
	}
	p.swept = now
	for req, at := range p.started {
		if now.Sub(at) >= minPause {
			delete(p.started, req)
		}
	}
}
