package webhookrelay

import (
	"context"
	"net/http"

	"github.com/shopkeeper-dev/shopkeeper/internal/serving"
)

// health tells whether the relay takes webhooks in.
type health struct {
	handler *Handler
	inbox   *serving.Ping
}

func newHealth(h *Handler) *health { return &health{handler: h, inbox: serving.NewPing(h.inbox.Ping)} }

// problem says why the relay is not ready; empty where it is.
func (s *health) problem(ctx context.Context) string {
	switch {
	case s.handler.draining.Load():
		return "shutting down"
	case s.handler.routes.Load() == nil:
		return "no routes were loaded yet: see whether --routes names the file that the manager's Secret is mounted as"
	case s.inbox.Err(ctx) != nil:
		return "deliveries cannot be stored: see whether the ledger is reached"
	default:
		return ""
	}
}

func (s *health) operations() http.Handler {
	return serving.Operations("relay", s.problem, s.handler.metrics.registry)
}
