package webhookrelay

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/serving"
)

// Options are what a relay needs.
type Options struct {
	Inbox Inbox
	// Routes is the file with the routes. It may come later: until then the relay is
	// not ready.
	Routes string
	// Certificate and Key are PEM files; both empty for plain HTTP behind something
	// that speaks TLS.
	Certificate, Key string
	// Limits are DefaultLimits where zero.
	Limits Limits
	Peers  Peers
	// DrainDelay is how long requests are taken after the context's end, while
	// readiness tells others to send them elsewhere. DrainTime is how long those
	// that are worked on then may take.
	DrainDelay, DrainTime time.Duration
	// ReloadInterval is how often files are looked at.
	ReloadInterval time.Duration
	// Registry has the metrics; serving.NewRegistry where nil.
	Registry serving.Registry
	Log      *slog.Logger
}

// Server is a relay.
type Server struct {
	options   Options
	handler   *Handler
	health    *health
	reloaders []*serving.Reloader
	serving   *serving.Server
}

// idleTime is how long a connection may be kept without a request: longer than load
// balancers do (60 s), for who ends one first must not be who is sent a request.
// streams is how many requests one of HTTP/2 may carry at a time.
const (
	idleTime = 75 * time.Second
	streams  = 100
)

// New makes a relay. Without a certificate that can be used there is none; routes
// may come later.
func New(ctx context.Context, o Options) (*Server, error) {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	if err := o.Limits.Validate(); err != nil {
		return nil, err
	}
	if o.ReloadInterval <= 0 || o.DrainDelay < 0 || o.DrainTime <= 0 {
		return nil, errors.New("give a reload interval and a drain time above zero, and a drain delay that is not below")
	}
	if o.Registry == nil {
		o.Registry = serving.NewRegistry()
	}
	m := newMetrics(o.Registry)
	certificate, reloads, err := serving.NewCertificate(o.Certificate, o.Key, m.certificate, m.reloads, o.Log)
	if err != nil {
		return nil, err
	}
	s := &Server{options: o}
	s.handler = newHandler(o.Inbox, o.Limits, o.Peers, m, o.Log)
	s.health = newHealth(s.handler)
	if certificate != nil {
		if err := reloads.Check(ctx); err != nil {
			return nil, err
		}
		s.reloaders = append(s.reloaders, reloads)
	}
	r := &serving.Reloader{Name: routesFile, Files: []string{o.Routes}, Load: s.loadRoutes, Reloads: m.reloads, Log: o.Log}
	_ = r.Check(ctx) // it was logged, and readiness tells
	s.reloaders = append(s.reloaders, r)
	s.serving = &serving.Server{
		Front: s.front(), Operations: s.health.operations(), Connections: o.Limits.Connections,
		Certificate: certificate, Reloaders: s.reloaders, ReloadInterval: o.ReloadInterval,
		Drain: func() { s.handler.draining.Store(true) }, DrainDelay: o.DrainDelay, DrainTime: o.DrainTime,
		CutOff: "requests were cut off, and Shopify will send them again", Log: o.Log, After: time.After,
	}
	return s, nil
}

// loadRoutes takes over the file with the routes.
func (s *Server) loadRoutes(contents [][]byte) error {
	list, err := routes.Parse(contents[0])
	if err != nil {
		return err
	}
	s.handler.routes.Store(newTable(list))
	s.handler.metrics.routes.Set(float64(len(list)))
	s.handler.metrics.loaded.SetToCurrentTime()
	return nil
}

// Run serves webhooks and operations (probes and metrics) until the context ends,
// and then until what was taken is answered. An error says what was cut off, or
// which listener failed. The listeners are closed at the end.
func (s *Server) Run(ctx context.Context, webhooks, operations net.Listener) error {
	return s.serving.Run(ctx, webhooks, operations)
}

// front is the server of webhooks.
func (s *Server) front() *http.Server {
	limits := s.options.Limits
	return &http.Server{
		Handler:           s.handler.paths(),
		ReadHeaderTimeout: limits.HeaderTime,
		ReadTimeout:       limits.HeaderTime + limits.BodyTime,
		WriteTimeout:      limits.AnswerTime + time.Second, // from the headers on
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    limits.HeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: streams},
		// Who connects decides on what is said here; panics are logged by the handler.
		ErrorLog: slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug),
	}
}
