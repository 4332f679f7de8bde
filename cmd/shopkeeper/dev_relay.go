package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/relayprobe"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/webhookrelay"
)

// devRelay is the relay of dev: the real one, behind a certificate that only dev's
// own processes trust.
type devRelay struct {
	ca       *simulator.CA
	listener net.Listener
	// directory is where the routes are mounted.
	directory string
	// routes is the Secret that the manager writes for the relay.
	routes client.ObjectKey
	lost   atomic.Bool
}

func newDevRelay(ctx context.Context, directory, listen string, routes client.ObjectKey) (*devRelay, error) {
	ca, err := simulator.NewCA()
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, err
	}
	return &devRelay{ca: ca, listener: listener, directory: directory, routes: routes}, nil
}

// url is where the relay is, as the shops are told.
func (d *devRelay) url() string {
	return fmt.Sprintf("https://localhost:%d", d.listener.Addr().(*net.TCPAddr).Port)
}

func (d *devRelay) trust() *tls.Config {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(d.ca.PEM())
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// ask is how the manager asks the relay.
func (d *devRelay) ask() func(context.Context, string, routes.Route) error {
	asker := &http.Client{Transport: &http.Transport{TLSClientConfig: d.trust()}}
	return func(ctx context.Context, url string, route routes.Route) error {
		return relayprobe.Ask(ctx, asker, url, route)
	}
}

// webhooks is how the simulated shops deliver: to the relay, with retries that a
// demo can wait for. The first delivery of orders/paid is lost on its way, as
// happens on a real one.
func (d *devRelay) webhooks() simulator.WebhookOptions {
	return simulator.WebhookOptions{
		Transport: losesFirst{relay: d, topic: "orders/paid", next: &http.Transport{TLSClientConfig: d.trust()}},
		Retries:   []time.Duration{2 * time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute},
	}
}

// losesFirst loses the first request of a topic.
type losesFirst struct {
	relay *devRelay
	topic string
	next  http.RoundTripper
}

func (l losesFirst) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("X-Shopify-Topic") == l.topic && l.relay.lost.CompareAndSwap(false, true) {
		return nil, errors.New("lost on its way, for the demo")
	}
	return l.next.RoundTrip(r)
}

// run serves webhooks into the ledger until the context ends.
func (d *devRelay) run(ctx context.Context, processes *errgroup.Group, books *ledger.Ledger, kube client.Client) error {
	inbox := deliveries.NewInbox(books)
	file := filepath.Join(d.directory, "routes.json")
	server, err := webhookrelay.New(ctx, webhookrelay.Options{
		Inbox: inbox, Routes: file, DrainTime: 5 * time.Second, ReloadInterval: 100 * time.Millisecond,
		Log: slog.New(logr.ToSlogHandler(ctrl.Log.WithName("relay"))),
	})
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	operations, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	processes.Go(func() error { return mountRoutes(ctx, kube, d.routes, file) })
	processes.Go(func() error {
		defer inbox.Close()
		return server.Run(ctx, tls.NewListener(d.listener, d.ca.ServerConfig()), operations)
	})
	return nil
}

// devRoutes is where dev's manager writes the relay's routes.
var devRoutes = client.ObjectKey{Namespace: "default", Name: "shopkeeper-relay-routes"}

// mountRoutes keeps a file as the Secret is, which is the kubelet's part in a cluster.
func mountRoutes(ctx context.Context, kube client.Client, routes client.ObjectKey, file string) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	mounted := ""
	for {
		var secret corev1.Secret
		err := kube.Get(ctx, routes, &secret)
		if ctx.Err() != nil {
			return nil
		}
		if client.IgnoreNotFound(err) != nil {
			return err
		}
		if content := string(secret.Data["routes.json"]); err == nil && content != mounted {
			if err := replaceFile(file, content); err != nil {
				return err
			}
			mounted = content
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// replaceFile changes a file in one step.
func replaceFile(path, content string) error {
	if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// openDevLedger makes a ledger that goes with the demo.
func openDevLedger(ctx context.Context, directory string) (*ledger.Ledger, error) {
	url := "sqlite://" + filepath.Join(directory, "ledger.db")
	if err := ledger.Migrate(ctx, url); err != nil {
		return nil, err
	}
	return ledger.Open(ctx, ledger.Options{URL: url})
}
