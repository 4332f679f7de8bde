// Package console serves the console: the intake API.
package console

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/client-go/rest"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/console/api"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/serving"
)

// Options are what a console needs.
type Options struct {
	// Kubernetes says whose a token is and what its owner may do.
	Kubernetes *rest.Config
	Ledger     *ledger.Ledger
	// Photos are where photos are kept; where nil, none are taken.
	Photos *photos.Bucket
	// Audience is whom tokens have to be for; access.DefaultAudience where empty.
	Audience string
	// Certificate and Key are PEM files; both empty for plain HTTP behind something
	// that speaks TLS.
	Certificate, Key string
	// Limits are api.DefaultLimits where zero.
	Limits api.Limits
	// DrainDelay is how long requests are taken after the context's end, while
	// readiness tells others to send them elsewhere. DrainTime is how long those
	// that are worked on then may take.
	DrainDelay, DrainTime time.Duration
	// ReloadInterval is how often the certificate's files are looked at.
	ReloadInterval time.Duration
	// Registry has the metrics; serving.NewRegistry where nil.
	Registry serving.Registry
	Log      *slog.Logger
}

// connections are open at a time, headerTime is how long a request's headers may
// take, and headerBytes how large they may be: a token is some KB. idleTime is
// longer than load balancers keep a connection, as the relay's is.
const (
	connections = 1024
	headerTime  = 5 * time.Second
	headerBytes = 32 << 10
	idleTime    = 75 * time.Second
)

// New makes a console. Without a certificate that can be used there is none.
func New(ctx context.Context, o Options) (*serving.Server, error) {
	if o.Limits == (api.Limits{}) {
		o.Limits = api.DefaultLimits()
	}
	if o.ReloadInterval <= 0 || o.DrainDelay < 0 || o.DrainTime <= 0 {
		return nil, errors.New("give a reload interval and a drain time above zero, and a drain delay that is not below")
	}
	if o.Registry == nil {
		o.Registry = serving.NewRegistry()
	}
	reloads, expiry := certificateMetrics()
	o.Registry.MustRegister(reloads, expiry)
	certificate, reloader, err := serving.NewCertificate(o.Certificate, o.Key, expiry, reloads, o.Log)
	if err != nil {
		return nil, err
	}
	s := &serving.Server{
		Connections: connections, Certificate: certificate, ReloadInterval: o.ReloadInterval,
		DrainDelay: o.DrainDelay, DrainTime: o.DrainTime, CutOff: "requests were cut off, and whoever made them does not know what became of them",
		Log: o.Log, After: time.After,
	}
	if reloader != nil {
		if err := reloader.Check(ctx); err != nil {
			return nil, err
		}
		s.Reloaders = append(s.Reloaders, reloader)
	}
	guard, err := access.NewGuard(access.Options{Kubernetes: o.Kubernetes, Ledger: o.Ledger, Audience: o.Audience})
	if err != nil {
		return nil, err
	}
	intake, err := api.New(api.Options{Guard: guard, Photos: o.Photos, Limits: o.Limits, Log: o.Log, Registerer: o.Registry})
	if err != nil {
		return nil, err
	}
	books := serving.NewPing(o.Ledger.Ping)
	s.Drain = intake.Drain
	s.Front, s.Operations = front(o, intake), serving.Operations("console", func(ctx context.Context) string {
		switch {
		case intake.Draining():
			return "shutting down"
		case books.Err(ctx) != nil:
			return "nothing can be read or written: see whether the ledger is reached"
		}
		// Kubernetes not: without it, no other console would do better.
		return ""
	}, o.Registry)
	return s, nil
}

func front(o Options, handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       headerTime + o.Limits.BodyTime,
		WriteTimeout:      o.Limits.BodyTime + o.Limits.AnswerTime, // from the headers on
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
}

func certificateMetrics() (*prometheus.CounterVec, prometheus.Gauge) {
	name := func(name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: "shopkeeper", Subsystem: "console", Name: name, Help: help}
	}
	reloads := prometheus.NewCounterVec(prometheus.CounterOpts(name("reloads_total", "Changes of the certificate's files, by result (Loaded or Refused).")), []string{"file", "result"})
	for _, result := range []string{serving.Loaded, serving.Refused} {
		reloads.WithLabelValues(serving.CertificateFile, result) // from 0 on, so that the first shows as an increase
	}
	return reloads, prometheus.NewGauge(prometheus.GaugeOpts(name("certificate_expiry_timestamp_seconds", "When the certificate that is in use expires; 0 without TLS.")))
}

// Listen opens the addresses of requests and of operations.
func Listen(ctx context.Context, requests, operations string) (front, back net.Listener, err error) {
	var lc net.ListenConfig
	if front, err = lc.Listen(ctx, "tcp", requests); err != nil {
		return nil, nil, err
	}
	if back, err = lc.Listen(ctx, "tcp", operations); err != nil {
		return nil, nil, errors.Join(err, front.Close())
	}
	return front, back, nil
}
