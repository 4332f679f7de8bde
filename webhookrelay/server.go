package webhookrelay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/net/netutil"
	"golang.org/x/sync/errgroup"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
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
	Log            *slog.Logger
}

// Server is a relay.
type Server struct {
	options     Options
	handler     *Handler
	health      *health
	reloaders   []*reloader
	certificate *certificate // nil without TLS

	after func(time.Duration) <-chan time.Time // of the clock
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
	if (o.Certificate == "") != (o.Key == "") {
		return nil, errors.New("a certificate needs its key, and a key its certificate: give both or none")
	}
	m := newMetrics(newRegistry())
	s := &Server{options: o, after: time.After}
	s.handler = newHandler(o.Inbox, o.Limits, o.Peers, m, o.Log)
	s.health = &health{handler: s.handler, now: time.Now}
	if o.Certificate != "" {
		s.certificate = &certificate{metrics: m}
		r := &reloader{name: certificateFile, files: []string{o.Certificate, o.Key}, load: s.certificate.load, metrics: m, log: o.Log}
		if err := r.check(ctx); err != nil {
			return nil, err
		}
		s.reloaders = append(s.reloaders, r)
	}
	r := &reloader{name: routesFile, files: []string{o.Routes}, load: s.loadRoutes, metrics: m, log: o.Log}
	_ = r.check(ctx) // it was logged, and readiness tells
	s.reloaders = append(s.reloaders, r)
	return s, nil
}

func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
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
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	front, back := s.front(), &http.Server{Handler: s.health.operations(), ReadHeaderTimeout: s.options.Limits.HeaderTime}
	webhooks = netutil.LimitListener(webhooks, s.options.Limits.Connections)
	if s.certificate != nil {
		webhooks = tls.NewListener(webhooks, front.TLSConfig)
	}
	group, failed := errgroup.WithContext(running)
	group.Go(func() error { return serve(front, webhooks) })
	group.Go(func() error { return serve(back, operations) })
	for _, r := range s.reloaders {
		group.Go(func() error { r.run(failed, s.options.ReloadInterval); return nil })
	}
	var err error
	select {
	case <-failed.Done(): // a listener, whose error Wait has
	case <-ctx.Done():
		err = s.drain(failed, front)
	}
	stop()
	err = errors.Join(err, front.Close(), back.Close())
	return errors.Join(group.Wait(), err)
}

func serve(server *http.Server, listener net.Listener) error {
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// front is the server of webhooks.
func (s *Server) front() *http.Server {
	limits := s.options.Limits
	server := &http.Server{
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
	if s.certificate != nil {
		server.TLSConfig = s.certificate.config()
		server.TLSConfig.NextProtos = []string{"h2", "http/1.1"}
	}
	return server
}

// drain ends without a request being lost: readiness says no, requests are still
// taken until that is known everywhere, and then those at hand are finished.
func (s *Server) drain(ctx context.Context, front *http.Server) error {
	s.handler.draining.Store(true)
	s.options.Log.InfoContext(ctx, "shutting down", "delay", s.options.DrainDelay)
	select {
	case <-s.after(s.options.DrainDelay):
	case <-ctx.Done(): // a listener failed in the meantime
	}
	ctx, cancel := context.WithTimeout(ctx, s.options.DrainTime)
	defer cancel()
	if err := front.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests were cut off, and Shopify will send them again: %w", err)
	}
	return nil
}
