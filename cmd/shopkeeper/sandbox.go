package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/console"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// sandboxOptions are the flags of sandbox.
type sandboxOptions struct {
	data, shops                  string
	simulator, relay             string
	console, consoleOperations   string
	metricsAddress, probeAddress string
	namespace, kubeconfig        string
	resync                       time.Duration
	debug                        bool
}

func newSandboxCommand() *cobra.Command {
	o := sandboxOptions{
		simulator: "127.0.0.1:8765", relay: "127.0.0.1:8443", console: "127.0.0.1:8444", consoleOperations: "127.0.0.1:8082",
		metricsAddress: ":8080", probeAddress: ":8081", resync: time.Minute,
	}
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run manager, relay, console and a simulated Shopify in one process, for a cluster to try it in",
		Long: `Run manager, relay, console and a simulated Shopify in one process, for the cluster that
it runs in, on a SQLite ledger. SQLite is one process's, so that this is what a ledger
without PostgreSQL can serve: nothing that matters. What is in --data is gone on from.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			setUpLogging(o.debug)
			cluster, err := kubernetesConfig(o.kubeconfig)
			if err != nil {
				return err
			}
			return o.run(cmd.Context(), cluster, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.data, "data", "", "directory of the ledger, the photos and what the simulated shops hold")
	flags.StringVar(&o.shops, "shops", "", "JSON file with shops to begin with, as the simulator's")
	flags.StringVar(&o.simulator, "simulator-listen", o.simulator, "address of the simulated Shopify, which has no access control")
	flags.StringVar(&o.relay, "relay-listen", o.relay, "address of the relay, which only this process trusts")
	flags.StringVar(&o.console, "console-listen", o.console, "address of the console, without TLS")
	flags.StringVar(&o.consoleOperations, "console-operations-listen", o.consoleOperations, "address of the console's /livez, /readyz and /metrics")
	flags.StringVar(&o.metricsAddress, "metrics-bind-address", o.metricsAddress, "address of the manager's metrics; 0 for none")
	flags.StringVar(&o.probeAddress, "health-probe-bind-address", o.probeAddress, "address of the manager's /healthz and /readyz; 0 for none")
	flags.StringVar(&o.namespace, "namespace", "", "namespace of the Secret with the relay's routes; by default the one that the process runs in")
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "kubeconfig of the cluster; by default $KUBECONFIG, or the cluster that the process runs in")
	flags.DurationVar(&o.resync, "resync-interval", o.resync, "how often an idle store is compared with its spec")
	flags.BoolVar(&o.debug, "debug", false, "log in more detail")
	require(cmd, "data")
	return cmd
}

func (o sandboxOptions) run(ctx context.Context, cluster *rest.Config, out io.Writer) (err error) {
	manager := managerOptions{
		relayRoutesSecret: "shopkeeper-relay-routes", relayRoutesNamespace: o.namespace, resyncInterval: o.resync, workers: 4, jobWorkers: 4,
		shopifyEndpoint: "http://" + o.simulator, metricsAddress: o.metricsAddress, probeAddress: o.probeAddress,
		photosURL: (&url.URL{Scheme: "file", Path: filepath.Join(o.data, "photos")}).String(),
	}
	namespace, err := manager.namespace()
	if err != nil {
		return err
	}
	if namespace == "" {
		return errors.New("--namespace is missing, and the process runs in none")
	}
	// Two processes on one directory end here, by the lock of the ledger.
	books, err := openDevLedger(ctx, o.data)
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	defer func() { err = errors.Join(err, books.Close()) }()
	relay, err := newDevRelay(ctx, o.data, o.relay, client.ObjectKey{Namespace: namespace, Name: manager.relayRoutesSecret})
	if err != nil {
		return fmt.Errorf("--relay-listen: %w", err)
	}
	manager.ledger, manager.relayURL, manager.askRelay = books, relay.url(), relay.ask()

	processes, ctx := errgroup.WithContext(ctx)
	err = o.start(ctx, processes, cluster, relay, manager, out)
	if err != nil {
		processes.Go(func() error { return err }) // ends what has started
	}
	return processes.Wait()
}

// start starts the processes, which go on until the context ends.
func (o sandboxOptions) start(ctx context.Context, processes *errgroup.Group, cluster *rest.Config, relay *devRelay, manager managerOptions, out io.Writer) error {
	authority := filepath.Join(o.data, "relay-ca.crt")
	err := writeFile(authority, 0o600, func(w io.Writer) error {
		_, err := w.Write(relay.ca.PEM())
		return err
	})
	if err != nil {
		return err
	}
	shopify := simulatorOptions{
		listen: o.simulator, shops: o.shops, state: filepath.Join(o.data, "shops.json"), versions: []string{"all"}, clock: "real", webhooksCAFile: authority,
	}
	processes.Go(func() error { return shopify.run(ctx, out) })
	kube, err := client.New(cluster, client.Options{Scheme: newScheme()})
	if err != nil {
		return err
	}
	if err := relay.run(ctx, processes, manager.ledger, kube); err != nil {
		return err
	}
	processes.Go(func() error { return runManager(ctx, cluster, manager) })
	processes.Go(func() error { return o.serveConsole(ctx, cluster, manager.ledger, manager.photosURL, out) })
	return nil
}

func (o sandboxOptions) serveConsole(ctx context.Context, cluster *rest.Config, books *ledger.Ledger, photosURL string, out io.Writer) (err error) {
	bucket, closePhotos, err := openPhotos(ctx, photosURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closePhotos()) }()
	return serveConsole(ctx, out, console.Options{
		Kubernetes: cluster, Ledger: books, Photos: bucket, DrainTime: 5 * time.Second, ReloadInterval: time.Minute,
		Log: slog.New(logr.ToSlogHandler(ctrl.Log.WithName("console"))),
	}, o.console, o.consoleOperations)
}
