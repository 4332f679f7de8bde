package shopify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Options configure the way to Shopify for a whole process.
type Options struct {
	// Endpoint, where set, receives the requests of every shop instead of the
	// shop itself. It is for the simulator.
	Endpoint string
	// EndpointCA is a PEM bundle that the endpoint's certificate is checked
	// against instead of the system's.
	EndpointCA []byte
	// Wrap, where set, wraps the transport that reaches the network.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Now and Sleep stand in for the clock in tests.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Clients hands out the client of each store. Connections are shared by all;
// budget and tokens by the clients of one shop and app.
type Clients struct {
	route *route
	now   func() time.Time
	sleep func(context.Context, time.Duration) error

	mu      sync.Mutex
	clients map[string]ownedClient // by owner
	budgets map[appInShop]*Budget
}

type appInShop struct {
	shop Domain
	app  string
}

type ownedClient struct {
	key    clientKey
	client *Client
}

// clientKey holds all that a client depends on.
type clientKey struct {
	shop    Domain
	version string
	digest  string // of the credentials
}

// NewClients checks the options. An endpoint must be an http or https URL
// without a path.
func NewClients(o Options) (*Clients, error) {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = 16
	base.IdleConnTimeout = time.Minute
	r := &route{base: base}
	if o.Endpoint != "" {
		u, err := url.Parse(o.Endpoint)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" && u.Path != "/" {
			return nil, fmt.Errorf("shopify endpoint %q: give a URL such as https://127.0.0.1:8443, without a path", o.Endpoint)
		}
		r.endpoint = u
	}
	if len(o.EndpointCA) > 0 {
		if r.endpoint == nil {
			return nil, errors.New("a CA for the shopify endpoint is given without an endpoint")
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(o.EndpointCA) {
			return nil, errors.New("the CA of the shopify endpoint holds no PEM certificate")
		}
		base.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	if o.Wrap != nil {
		r.base = o.Wrap(base)
	}
	c := &Clients{route: r, now: o.Now, sleep: o.Sleep, clients: map[string]ownedClient{}, budgets: map[appInShop]*Budget{}}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	return c, nil
}

// For returns the client of an owner, which is any name that stays the same
// for one store. While shop, version and credentials stay the same, so does the
// client.
func (c *Clients) For(owner string, shop Domain, version string, creds Credentials) (*Client, error) {
	if err := creds.Validate(); err != nil {
		return nil, err
	}
	if _, err := ParseDomain(string(shop)); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := clientKey{shop: shop, version: version, digest: creds.digest()}
	if have, ok := c.clients[owner]; ok && have.key == key {
		return have.client, nil
	}
	client, err := newClient(shop, creds.App(), version, &transport{
		shop:   shop,
		route:  c.route,
		tokens: &tokenSource{shop: shop, creds: creds, send: c.route.send, now: c.now},
		budget: c.budgetOf(appInShop{shop, creds.App()}),
		sleep:  c.sleep,
	})
	if err != nil {
		return nil, err
	}
	c.clients[owner] = ownedClient{key: key, client: client}
	return client, nil
}

// Forget lets go of an owner's client, its tokens with it.
func (c *Clients) Forget(owner string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.clients, owner)
}

func (c *Clients) budgetOf(key appInShop) *Budget {
	b := c.budgets[key]
	if b == nil {
		b = newBudget(c.now, c.sleep)
		c.budgets[key] = b
	}
	return b
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
