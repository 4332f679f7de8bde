package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/shopkeeper-dev/shopkeeper/console"
	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/console/api"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// consoleOptions are the flags of the console.
type consoleOptions struct {
	ledgerOptions
	console.Options

	listen, operations, photos string
	debug                      bool
}

func newConsoleCommand() *cobra.Command {
	o := consoleOptions{Options: console.Options{Limits: api.DefaultLimits()}, ledgerOptions: ledgerOptions{patient: true}}
	cmd := &cobra.Command{
		Use:   "console",
		Short: "Serve the intake API and the till",
		Long: `Serve the intake API: consignors, shifts, items and photos over HTTP, and the till. Kubernetes
says who may do what. docs/intake.md is its manual.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			setUpLogging(o.debug)
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	o.addURL(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", ":8444", "address of the API; port 0 for any that is free")
	flags.StringVar(&o.operations, "operations-listen", ":8082", "address of /livez, /readyz and /metrics")
	flags.StringVar(&o.photos, "photos", "", photosUsage+". Without it, no photo is taken")
	flags.StringVar(&o.Audience, "audience", access.DefaultAudience, "audience that tokens have to be for")
	flags.StringVar(&o.Certificate, "tls-cert", "", "PEM file with the certificate and its chain; without one, what stands before the console has to speak TLS, for tokens are sent to it")
	flags.StringVar(&o.Key, "tls-key", "", "PEM file with the key of --tls-cert")
	flags.IntVar(&o.Limits.Requests, "max-requests", o.Limits.Requests, "requests at a time; more are answered 503")
	flags.DurationVar(&o.Limits.AnswerTime, "answer-timeout", o.Limits.AnswerTime, "how long a request may be worked on")
	flags.DurationVar(&o.DrainDelay, "drain-delay", 5*time.Second, "how long requests are still taken after SIGTERM, until nobody sends any")
	flags.DurationVar(&o.DrainTime, "drain-timeout", 30*time.Second, "how long the requests at hand may take after that")
	flags.DurationVar(&o.ReloadInterval, "reload-interval", time.Second, "how often the certificate is looked at for changes")
	flags.BoolVar(&o.debug, "debug", false, "log in more detail")
	return cmd
}

func (o *consoleOptions) run(ctx context.Context, out io.Writer) (err error) {
	if o.Kubernetes, err = ctrl.GetConfig(); err != nil {
		return fmt.Errorf("the console asks Kubernetes who may do what, and finds none: run it in a cluster, or set $KUBECONFIG: %w", err)
	}
	o.Log = slog.New(logr.ToSlogHandler(ctrl.Log.WithName("console")))
	bucket, closePhotos, err := openPhotos(ctx, o.photos)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closePhotos()) }()
	o.Photos = bucket
	return o.with(ctx, func(l *ledger.Ledger) error {
		o.Ledger = l
		return serveConsole(ctx, out, o.Options, o.listen, o.operations)
	})
}

// serveConsole runs a console until the context ends, and says where once it listens.
func serveConsole(ctx context.Context, out io.Writer, options console.Options, listen, operations string) error {
	server, err := console.New(ctx, options)
	if err != nil {
		return err
	}
	requests, probes, err := console.Listen(ctx, listen, operations)
	if err != nil {
		return errors.Join(errors.New("--listen or --operations-listen: choose another address"), err)
	}
	scheme := "http"
	if options.Certificate != "" {
		scheme = "https"
	}
	_, _ = fmt.Fprintf(out, "Console at %s://%s/, probes and metrics at http://%s\n", scheme, requests.Addr(), probes.Addr())
	return server.Run(ctx, requests, probes)
}
