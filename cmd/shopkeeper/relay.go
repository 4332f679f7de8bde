package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/webhookrelay"
)

// relayOptions are the flags of the relay.
type relayOptions struct {
	listen            string
	operationsAddress string
	routes            string
	ledgerURL         string
	certificate, key  string
	allowFrom         []string
	trustedProxies    []string
	limits            webhookrelay.Limits
	drainDelay        time.Duration
	drainTimeout      time.Duration
	reloadInterval    time.Duration
	debug             bool
}

func (o *relayOptions) bind(flags *pflag.FlagSet) {
	flags.StringVar(&o.listen, "listen", o.listen, "address to take webhooks in at; port 0 for any that is free")
	flags.StringVar(&o.operationsAddress, "operations-listen", o.operationsAddress, "address of /livez, /readyz and /metrics")
	flags.StringVar(&o.routes, "routes", o.routes, "file with the stores, their secrets and topics: the Secret that the manager writes, mounted")
	flags.StringVar(&o.ledgerURL, "ledger-url", o.ledgerURL, "database that deliveries are stored in; $"+ledgerURLVariable+" where it is not given")
	flags.StringVar(&o.certificate, "tls-cert", o.certificate, "PEM file with the certificate and its chain; without one, what stands before the relay has to speak TLS")
	flags.StringVar(&o.key, "tls-key", o.key, "PEM file with the key of --tls-cert")
	flags.StringSliceVar(&o.allowFrom, "allow-from", o.allowFrom, "addresses and ranges that requests may come from, the manager's included; by default all")
	flags.StringSliceVar(&o.trustedProxies, "trusted-proxy", o.trustedProxies, "addresses and ranges of the proxies before the relay, whose X-Forwarded-For is believed; for --allow-from")
	flags.IntVar(&o.limits.Connections, "max-connections", o.limits.Connections, "connections at a time; more wait")
	flags.IntVar(&o.limits.Requests, "max-requests", o.limits.Requests, "requests at a time; more are answered 503")
	flags.Int64Var(&o.limits.BodyBytes, "max-body-bytes", o.limits.BodyBytes, "size of a body")
	flags.Int64Var(&o.limits.BufferedBytes, "max-buffered-bytes", o.limits.BufferedBytes, "memory for all bodies; what goes beyond it is answered 503")
	flags.DurationVar(&o.drainDelay, "drain-delay", o.drainDelay, "how long requests are still taken after SIGTERM, until nobody sends any")
	flags.DurationVar(&o.drainTimeout, "drain-timeout", o.drainTimeout, "how long the requests at hand may take after that")
	flags.DurationVar(&o.reloadInterval, "reload-interval", o.reloadInterval, "how often files are looked at for changes")
	flags.BoolVar(&o.debug, "debug", o.debug, "log in more detail")
}

func newRelayCommand() *cobra.Command {
	options := relayOptions{
		listen: ":8443", operationsAddress: ":8081", limits: webhookrelay.DefaultLimits(),
		drainDelay: 5 * time.Second, drainTimeout: 10 * time.Second, reloadInterval: time.Second,
	}
	cmd := &cobra.Command{
		Use:   "relay",
		Short: "Take Shopify's webhooks in and store them",
		Long: `Take Shopify's webhooks in: what is signed for a store is stored, and only then
answered 200. docs/webhooks.md says what is guaranteed. It needs no access to
Kubernetes.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			setUpLogging(options.debug)
			return options.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	options.bind(cmd.Flags())
	return cmd
}

func (o *relayOptions) run(ctx context.Context, out io.Writer) (err error) {
	server, err := o.options()
	if err != nil {
		return err
	}
	var closeInbox func() error
	if server.Inbox, closeInbox, err = openInbox(ctx, o.ledgerURL); err != nil {
		return fmt.Errorf("--ledger-url: %w", err)
	}
	defer func() { err = errors.Join(err, closeInbox()) }()
	return serveRelay(ctx, out, server, o.listen, o.operationsAddress)
}

// options reads the flags, but for what needs the ledger.
func (o *relayOptions) options() (options webhookrelay.Options, err error) {
	if o.routes == "" {
		return options, errors.New("--routes is missing: name the file that the manager's Secret is mounted as")
	}
	options = webhookrelay.Options{
		Routes: o.routes, Certificate: o.certificate, Key: o.key, Limits: o.limits,
		DrainDelay: o.drainDelay, DrainTime: o.drainTimeout, ReloadInterval: o.reloadInterval,
		Log: slog.New(logr.ToSlogHandler(ctrl.Log.WithName("relay"))),
	}
	if options.Peers.Allowed, err = webhookrelay.ParsePrefixes(o.allowFrom); err != nil {
		return options, fmt.Errorf("--allow-from: %w", err)
	}
	if options.Peers.Proxies, err = webhookrelay.ParsePrefixes(o.trustedProxies); err != nil {
		return options, fmt.Errorf("--trusted-proxy: %w", err)
	}
	return options, nil
}

// serveRelay runs a relay until the context ends, and says where once it listens.
func serveRelay(ctx context.Context, out io.Writer, options webhookrelay.Options, listen, operations string) error {
	server, err := webhookrelay.New(ctx, options)
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	webhooks, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	probes, err := lc.Listen(ctx, "tcp", operations)
	if err != nil {
		return errors.Join(fmt.Errorf("--operations-listen: %w", err), webhooks.Close())
	}
	scheme := "http"
	if options.Certificate != "" {
		scheme = "https"
	}
	_, _ = fmt.Fprintf(out, "Relay at %s://%s/webhooks/, probes and metrics at http://%s\n", scheme, webhooks.Addr(), probes.Addr())
	return server.Run(ctx, webhooks, probes)
}

// openInbox opens the inbox in the ledger, and returns how to close it.
func openInbox(ctx context.Context, url string) (webhookrelay.Inbox, func() error, error) {
	if url = ledgerURL(url); url == "" {
		return nil, nil, errors.New("give the database that deliveries are stored in, postgres://user:password@host/database, or set $" + ledgerURLVariable)
	}
	books, err := waitForLedger(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	inbox := deliveries.NewInbox(books)
	return inbox, func() error { inbox.Close(); return books.Close() }, nil
}
