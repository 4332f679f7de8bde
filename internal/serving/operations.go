package serving

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// PingEvery is how long an answer to a Ping holds: probes come from all sides.
	PingEvery = time.Second
	// pingTime is how long an answer may take.
	pingTime = time.Second
)

// Ping asks whether what a server depends on answers, once for all who ask it.
type Ping struct {
	// Now is its clock.
	Now func() time.Time

	ask   func(context.Context) error
	mu    sync.Mutex // held while it asks
	asked time.Time
	found error
}

// NewPing returns a Ping that asks by a function.
func NewPing(ask func(context.Context) error) *Ping { return &Ping{Now: time.Now, ask: ask} }

// Err is what was answered within PingEvery.
func (p *Ping) Err(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.Now(); p.asked.IsZero() || now.Sub(p.asked) >= PingEvery {
		// Whoever asks first may leave; the answer is for the others too.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pingTime)
		defer cancel()
		p.found, p.asked = p.ask(ctx), now
	}
	return p.found
}

// Operations serves probes and metrics: problem says why the server is not ready,
// and is empty where it is, which a metric of the server's name shows too. They have a port
// of their own, for only the cluster to reach.
func Operations(server string, problem func(context.Context) string, metrics Registry) http.Handler {
	metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "shopkeeper", Subsystem: server, Name: "ready",
		Help: "Whether requests are taken (1) or not (0), as /readyz says, which tells why."}, func() float64 {
		if problem(context.Background()) != "" {
			return 0
		}
		return 1
	}))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if problem := problem(r.Context()); problem != "" {
			http.Error(w, problem, http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	return mux
}
