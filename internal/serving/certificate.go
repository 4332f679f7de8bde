package serving

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// CertificateFile is what a certificate's reloads are called in metrics and logs.
const CertificateFile = "certificate"

// Certificate is what a server shows to those who connect: the latest that was
// loaded.
type Certificate struct {
	current atomic.Pointer[tls.Certificate]
	expiry  prometheus.Gauge
}

// NewCertificate returns a certificate, and what loads it from PEM files and again
// when they change; nil and nil where there are no files. expiry is set to when it
// expires, in seconds since 1970.
func NewCertificate(certificate, key string, expiry prometheus.Gauge, reloads *prometheus.CounterVec, log *slog.Logger) (*Certificate, *Reloader, error) {
	switch {
	case (certificate == "") != (key == ""):
		return nil, nil, errors.New("a certificate needs its key, and a key its certificate: give both or none")
	case certificate == "":
		return nil, nil, nil
	}
	c := &Certificate{expiry: expiry}
	return c, &Reloader{Name: CertificateFile, Files: []string{certificate, key}, Load: c.load, Reloads: reloads, Log: log}, nil
}

// load takes over a certificate with its chain, and its key, both PEM. While both
// are being replaced they may not fit each other: that is refused, and the next
// look finds them complete.
func (c *Certificate) load(contents [][]byte) error {
	pair, err := tls.X509KeyPair(contents[0], contents[1])
	if err != nil {
		return fmt.Errorf("certificate and key: %w", err)
	}
	c.current.Store(&pair)
	c.expiry.Set(float64(pair.Leaf.NotAfter.Unix()))
	return nil
}

func (c *Certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
		NextProtos:     []string{"h2", "http/1.1"},
	}
}
