package shopify

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
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
	// Clock tells the time; the system's where it is nil.
	Clock Clock
	// Registerer receives the metrics; nobody where it is nil.
	Registerer prometheus.Registerer
	// Log receives a line a request at debug level; nobody where it is nil.
	Log *slog.Logger
	// Changed is told of each call that was to change something in a shop, once it has
	// ended; nobody where it is nil. It must not block.
	Changed func(Change)
}

// Clients hands out the client of each store. Connections are shared by all, the
// budget by the clients of one shop and app; tokens belong to one client.
type Clients struct {
	route   *route
	clock   Clock
	metrics *metrics
	log     *slog.Logger
	changed func(Change)

	mu      sync.Mutex
	clients map[string]ownedClient // by owner
	budgets map[appInShop]*Budget
}

type appInShop struct {
	shop Domain
	app  string
}

type ownedClient struct {
	key      clientKey
	budget   appInShop
	revision string
	client   *Client
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
	m, err := newMetrics(o.Registerer)
	if err != nil {
		return nil, fmt.Errorf("registering the metrics of calls to Shopify: %w", err)
	}
	c := &Clients{route: r, clock: o.Clock, metrics: m, log: o.Log, changed: o.Changed, clients: map[string]ownedClient{}, budgets: map[appInShop]*Budget{}}
	if c.clock == nil {
		c.clock = systemClock{}
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// For returns the client of an owner, which is any name that stays the same
// for one store. While shop, version and credentials stay the same, so does the
// client. Another revision of where the credentials come from makes it try them
// again where they were rejected.
func (c *Clients) For(owner string, shop Domain, version string, creds Credentials, revision string) (*Client, error) {
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
		if have.revision != revision {
			have.client.transport.breaker.reset()
			have.revision = revision
			c.clients[owner] = have
		}
		return have.client, nil
	}
	former, budget := c.clients[owner], appInShop{shop, creds.App()}
	client, err := newClient(version, &transport{
		shop:    shop,
		route:   c.route,
		tokens:  &tokenSource{shop: shop, creds: creds, send: c.route.send, clock: c.clock},
		budget:  c.budgetOf(budget),
		clock:   c.clock,
		metrics: c.metrics,
		log:     c.log,
		owner:   owner,
		changed: c.changed,
	})
	if err != nil {
		return nil, err
	}
	c.clients[owner] = ownedClient{key: key, budget: budget, revision: revision, client: client}
	c.dropUnused(former.budget)
	return client, nil
}

// Last returns the client that an owner had last, if it is still there: a store
// that is deleted together with its Secret can still be cleared with it.
func (c *Clients) Last(owner string) (*Client, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	have, ok := c.clients[owner]
	return have.client, ok
}

// Forget lets go of an owner's client, its tokens with it.
func (c *Clients) Forget(owner string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.clients[owner]; ok {
		delete(c.clients, owner)
		c.dropUnused(have.budget)
		c.metrics.forget(have.key.shop)
	}
}

// dropUnused forgets a budget that no client spends from any more, such as that
// of a static token that was replaced.
func (c *Clients) dropUnused(key appInShop) {
	for _, owned := range c.clients {
		if owned.budget == key {
			return
		}
	}
	delete(c.budgets, key)
}

func (c *Clients) budgetOf(key appInShop) *Budget {
	b := c.budgets[key]
	if b == nil {
		b = newBudget(c.clock)
		c.budgets[key] = b
	}
	return b
}
