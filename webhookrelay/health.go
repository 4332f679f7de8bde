package webhookrelay

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// pingEvery is how long an answer of the inbox holds: probes come from all sides.
	pingEvery = time.Second
	// pingTime is how long the inbox may take to answer.
	pingTime = time.Second
)

// health tells whether the relay takes webhooks in.
type health struct {
	handler *Handler
	now     func() time.Time

	mu    sync.Mutex // held while the inbox is asked, so that it is asked once
	asked time.Time
	found error
}

// problem says why the relay is not ready; empty where it is.
func (s *health) problem(ctx context.Context) string {
	switch {
	case s.handler.draining.Load():
		return "shutting down"
	case s.handler.routes.Load() == nil:
		return "no routes were loaded yet: see whether --routes names the file that the manager's Secret is mounted as"
	case s.ping(ctx) != nil:
		return "deliveries cannot be stored: see whether the ledger is reached"
	default:
		return ""
	}
}

func (s *health) ping(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.asked.IsZero() || now.Sub(s.asked) >= pingEvery {
		// Whoever asks first may leave; the answer is for the others too.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pingTime)
		defer cancel()
		s.found, s.asked = s.handler.inbox.Ping(ctx), now
	}
	return s.found
}

// operations serves probes and metrics. They have a port of their own, for only
// the cluster to reach.
func (s *health) operations() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if problem := s.problem(r.Context()); problem != "" {
			http.Error(w, problem, http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.handler.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}
