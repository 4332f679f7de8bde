package serving

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
	"golang.org/x/sync/errgroup"
)

// Server is a server of requests, and of operations beside it.
type Server struct {
	// Front serves the requests, with all of its limits.
	Front *http.Server
	// Operations serves probes and metrics.
	Operations http.Handler
	// Connections is how many are open at a time; more wait to be accepted.
	Connections int
	// Certificate is nil for plain HTTP.
	Certificate *Certificate
	// Reloaders look at files every ReloadInterval.
	Reloaders      []*Reloader
	ReloadInterval time.Duration
	// Drain is called at the context's end: from then on readiness says no. Requests
	// are taken for DrainDelay more, and those at hand may then take DrainTime.
	Drain                 func()
	DrainDelay, DrainTime time.Duration
	// CutOff says what it means that DrainTime was not enough.
	CutOff string
	Log    *slog.Logger
	// After is the clock's.
	After func(time.Duration) <-chan time.Time
}

// Run serves until the context ends, and then until what was taken is answered. An
// error says what was cut off, or which listener failed. The listeners are closed
// at the end.
func (s *Server) Run(ctx context.Context, front, operations net.Listener) error {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	back := &http.Server{Handler: s.Operations, ReadHeaderTimeout: s.Front.ReadHeaderTimeout}
	front = netutil.LimitListener(front, s.Connections)
	if s.Certificate != nil {
		s.Front.TLSConfig = s.Certificate.config()
		front = tls.NewListener(front, s.Front.TLSConfig)
	}
	group, failed := errgroup.WithContext(running)
	group.Go(func() error { return serve(s.Front, front) })
	group.Go(func() error { return serve(back, operations) })
	for _, r := range s.Reloaders {
		group.Go(func() error { r.Run(failed, s.ReloadInterval); return nil })
	}
	var err error
	select {
	case <-failed.Done(): // a listener, whose error Wait has
	case <-ctx.Done():
		err = s.drain(failed)
	}
	stop()
	err = errors.Join(err, s.Front.Close(), back.Close())
	return errors.Join(group.Wait(), err)
}

func serve(server *http.Server, listener net.Listener) error {
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// drain ends without a request being lost: readiness says no, requests are still
// taken until that is known everywhere, and then those at hand are finished.
func (s *Server) drain(ctx context.Context) error {
	s.Drain()
	s.Log.InfoContext(ctx, "shutting down", "delay", s.DrainDelay)
	select {
	case <-s.After(s.DrainDelay):
	case <-ctx.Done(): // a listener failed in the meantime
	}
	ctx, cancel := context.WithTimeout(ctx, s.DrainTime)
	defer cancel()
	if err := s.Front.Shutdown(ctx); err != nil {
		return fmt.Errorf("%s: %w", s.CutOff, err)
	}
	return nil
}
