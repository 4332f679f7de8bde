package webhookrelay

import (
	"crypto/tls"
	"fmt"
	"sync/atomic"
)

// certificate is what the relay shows to those who connect: the latest that was
// loaded.
type certificate struct {
	current atomic.Pointer[tls.Certificate]
	metrics *metrics
}

// load takes over a certificate with its chain, and its key, both PEM. While both
// are being replaced they may not fit each other: that is refused, and the next
// look finds them complete.
func (c *certificate) load(contents [][]byte) error {
	pair, err := tls.X509KeyPair(contents[0], contents[1])
	if err != nil {
		return fmt.Errorf("certificate and key: %w", err)
	}
	c.current.Store(&pair)
	c.metrics.certificate.Set(float64(pair.Leaf.NotAfter.Unix()))
	return nil
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}
