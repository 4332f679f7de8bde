package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// devOptions are the flags of dev.
type devOptions struct {
	samples   string
	once      bool
	timeout   time.Duration
	simulator string
	resync    time.Duration
	logs      bool
}

func newDevCommand() *cobra.Command {
	o := devOptions{
		timeout: 2 * time.Minute, simulator: "127.0.0.1:8765", resync: 10 * time.Second,
	}
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run everything in one process, with two sample clients",
		Long: `Run a Kubernetes control plane, a simulated Shopify, the relay, the console and the
manager in one process, apply two sample clients, import what their consignors bring, have
customers buy some of it, and print the statements. The control plane's binaries
are taken from $KUBEBUILDER_ASSETS; make demo sees to them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.samples, "samples", o.samples, "directory with YAML to apply instead of the built-in samples, and for a store that is to sell something a directory of its name with consignors.csv, shifts.csv and items.csv")
	flags.BoolVar(&o.once, "once", o.once, "exit when all statements agree with what was sold, or with an error that says why not")
	flags.DurationVar(&o.timeout, "timeout", o.timeout, "how long to wait for all stores to become Ready, and for each store's statements")
	flags.StringVar(&o.simulator, "simulator-listen", o.simulator, "address of the simulated Shopify; port 0 for any that is free")
	flags.DurationVar(&o.resync, "resync-interval", o.resync, "how often an idle store is compared with its spec")
	flags.BoolVar(&o.logs, "logs", o.logs, "print the manager's logs")
	return cmd
}

func (o devOptions) run(ctx context.Context, out io.Writer) error {
	if o.logs {
		setUpLogging(false)
	} else {
		ctrl.SetLogger(logr.Discard())
	}
	samples, err := o.readSamples()
	if err != nil {
		return err
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }

	say("Starting a Kubernetes control plane ...")
	cluster, kubeconfig, stop, err := startControlPlane()
	if err != nil {
		return err
	}
	defer func() { _ = stop() }()

	ctx, cancel := context.WithCancel(ctx)
	processes, ctx := errgroup.WithContext(ctx)
	err = o.demonstrate(ctx, processes, cluster, samples, kubeconfig, out)
	if err == nil && !o.once {
		say("\nRunning until Ctrl-C.")
		<-ctx.Done()
	}
	cancel()
	return errors.Join(err, processes.Wait())
}

// demonstrate starts the processes, applies the samples, reports when all stores
// are Ready, and then has them sell.
func (o devOptions) demonstrate(ctx context.Context, processes *errgroup.Group, config *rest.Config, samples sampleSet, kubeconfig string, out io.Writer) error {
	directory, err := os.MkdirTemp("", "shopkeeper-dev-")
	if err != nil {
		return err
	}
	processes.Go(func() error { <-ctx.Done(); return os.RemoveAll(directory) })
	relay, err := newDevRelay(ctx, directory, "127.0.0.1:0", devRoutes)
	if err != nil {
		return err
	}
	sim := simulator.New(simulator.Options{Now: time.Now, Versions: simulator.KnownVersions(), Webhooks: relay.webhooks()})
	if err := plantShops(sim, samples.objects); err != nil {
		return err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", o.simulator)
	if err != nil {
		return fmt.Errorf("%w: choose another with --simulator-listen", err)
	}
	processes.Go(func() error { return serve(ctx, listener, sim) })
	endpoint := "http://" + listener.Addr().String()
	books, err := openDevLedger(ctx, directory)
	if err != nil {
		return err
	}
	photosURL := (&url.URL{Scheme: "file", Path: filepath.Join(directory, "photos")}).String()
	kube, err := client.New(config, client.Options{Scheme: newScheme()})
	if err != nil {
		return err
	}
	if err := relay.run(ctx, processes, books, kube); err != nil {
		return err
	}
	processes.Go(func() error {
		return runManager(ctx, config, managerOptions{
			photosURL: photosURL,
			relayURL:  relay.url(), relayRoutesSecret: devRoutes.Name, relayRoutesNamespace: devRoutes.Namespace, askRelay: relay.ask(),
			ledger: books, resyncInterval: o.resync, workers: 4, jobWorkers: 4, shopifyEndpoint: endpoint, metricsAddress: "0", probeAddress: "0",
		})
	})
	bucket, closePhotos, err := openPhotos(ctx, photosURL)
	if err != nil {
		return err
	}
	processes.Go(func() error { <-ctx.Done(); return closePhotos() })
	intake, err := runDevConsole(ctx, processes, config, kube, books, bucket)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out, "Applying the samples ...")
	if err := applyAll(ctx, kube, samples.objects); err != nil {
		return err
	}
	stores, err := waitUntilReady(ctx, kube, samples.objects, o.timeout)
	report(out, sim, stores)
	if err != nil {
		return err
	}
	m := &market{sim: sim, books: books, photos: bucket, kube: kube, timeout: o.timeout, out: out, till: map[string]sold{}}
	if err := m.run(ctx, samples.files, stores); err != nil {
		return err
	}
	return reportAccess(out, kubeconfig, endpoint, intake)
}
