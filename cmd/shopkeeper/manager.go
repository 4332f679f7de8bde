package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.uber.org/zap/zapcore"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/controllers"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/trail"
)

// managerOptions are the flags of the manager.
type managerOptions struct {
	relayURL             string
	relayRoutesSecret    string
	relayRoutesNamespace string
	resyncInterval       time.Duration
	workers              int
	jobWorkers           int
	shopifyEndpoint      string
	shopifyEndpointCA    string
	leaderElect          bool
	leaderNamespace      string
	metricsAddress       string
	probeAddress         string
	debug                bool
	ledgerURL            string
	photosURL            string

	// ledger is one that is open already.
	ledger   *ledger.Ledger
	askRelay func(ctx context.Context, relayURL string, route routes.Route) error
}

func (o *managerOptions) bind(flags *pflag.FlagSet) {
	flags.StringVar(&o.relayURL, "relay-url", o.relayURL, "public https address of the webhook relay; Shopify delivers to /webhooks/<namespace>/<name> below it")
	flags.StringVar(&o.relayRoutesSecret, "relay-routes-secret", o.relayRoutesSecret, "Secret that the manager writes for the relay to mount: the stores and what verifies their webhooks")
	flags.StringVar(&o.relayRoutesNamespace, "relay-routes-namespace", o.relayRoutesNamespace, "namespace of that Secret; by default the one that the process runs in")
	flags.StringVar(&o.ledgerURL, "ledger-url", o.ledgerURL, "the ledger: postgres://user:password@host/database; $"+ledgerURLVariable+" where it is not given. Without one, no webhook is worked off")
	flags.StringVar(&o.photosURL, "photos", o.photosURL, photosUsage+". Without it, items with photos wait")
	flags.DurationVar(&o.resyncInterval, "resync-interval", o.resyncInterval, "how often an idle store is compared with its spec (5% jitter)")
	flags.IntVar(&o.workers, "workers", o.workers, "how many stores are reconciled at a time")
	flags.IntVar(&o.jobWorkers, "job-workers", o.jobWorkers, "how many SyncJobs run at a time, at most half of them such that walk through a shop")
	flags.StringVar(&o.shopifyEndpoint, "shopify-endpoint", o.shopifyEndpoint, "send the requests of all shops to this URL instead; for the simulator")
	flags.StringVar(&o.shopifyEndpointCA, "shopify-endpoint-ca-file", o.shopifyEndpointCA, "PEM file with the CA of --shopify-endpoint")
	flags.BoolVar(&o.leaderElect, "leader-elect", o.leaderElect, "let one of several managers work at a time")
	flags.StringVar(&o.leaderNamespace, "leader-elect-namespace", o.leaderNamespace, "namespace of the lease; by default the one that the process runs in")
	flags.StringVar(&o.metricsAddress, "metrics-bind-address", o.metricsAddress, "address of the metrics endpoint; 0 for none")
	flags.StringVar(&o.probeAddress, "health-probe-bind-address", o.probeAddress, "address of /healthz and /readyz; 0 for none")
	flags.BoolVar(&o.debug, "debug", o.debug, "log in more detail")
}

func newManagerCommand() *cobra.Command {
	options := managerOptions{
		relayRoutesSecret: "shopkeeper-relay-routes", resyncInterval: 10 * time.Minute, workers: 10, jobWorkers: 20, leaderElect: true,
		metricsAddress: ":8080", probeAddress: ":8081", askRelay: askRelay,
	}
	kubeconfig := ""
	cmd := &cobra.Command{
		Use:   "manager",
		Short: "Reconcile ShopifyStores and run SyncJobs",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			setUpLogging(options.debug)
			config, err := kubernetesConfig(kubeconfig)
			if err != nil {
				return err
			}
			return runManager(cmd.Context(), config, options)
		},
	}
	options.bind(cmd.Flags())
	cmd.Flags().StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig of the cluster; by default $KUBECONFIG, or the cluster that the process runs in")
	return cmd
}

func kubernetesConfig(path string) (*rest.Config, error) {
	if path == "" {
		return ctrl.GetConfig()
	}
	return clientcmd.BuildConfigFromFlags("", path)
}

func setUpLogging(debug bool) {
	level := zapcore.InfoLevel
	if debug {
		level = zapcore.Level(slog.LevelDebug) // deeper than zap's own, which would hide what comes through slog
	}
	ctrl.SetLogger(zap.New(zap.Level(level)))
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return scheme
}

// leaseName names the lease that the manager which works holds.
const leaseName = "shopkeeper.shopify.shopkeeper.dev"

// runManager runs the manager until the context ends.
func runManager(ctx context.Context, config *rest.Config, o managerOptions) (err error) {
	if o.resyncInterval <= 0 {
		return fmt.Errorf("--resync-interval=%s: give a duration above zero, such as 10m", o.resyncInterval)
	}
	books, closeLedger, err := o.openLedger(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLedger()) }()
	bucket, closePhotos, err := openPhotos(ctx, o.photosURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closePhotos()) }()
	changes := &trail.Writer{Ledger: books, Log: slog.New(logr.ToSlogHandler(ctrl.Log.WithName("trail")))}
	clients, err := o.shopifyClients(changes)
	if err != nil {
		return err
	}
	config = rest.CopyConfig(config)
	config.QPS = -1 // the API server's priority and fairness limits us, not a guess made here
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                        newScheme(),
		Cache:                         cache.Options{DefaultTransform: controllers.SlimCache},
		Metrics:                       metricsserver.Options{BindAddress: o.metricsAddress},
		HealthProbeBindAddress:        o.probeAddress,
		LeaderElection:                o.leaderElect,
		LeaderElectionNamespace:       o.leaderNamespace,
		LeaderElectionID:              leaseName,
		LeaderElectionReleaseOnCancel: true, // the next one need not wait for the lease to run out
	})
	if err != nil {
		return fmt.Errorf("making the manager (outside of a cluster give --leader-elect-namespace, or --leader-elect=false): %w", err)
	}
	storeMetrics, err := controllers.NewStoreMetrics(metrics.Registry, mgr.GetCache(), mgr.Elected())
	if err != nil {
		return err
	}
	relayRoutes, err := o.relayRoutes(mgr, storeMetrics)
	if err != nil {
		return err
	}
	reconciler := &controllers.ShopifyStoreReconciler{
		Client:         mgr.GetClient(),
		Live:           mgr.GetAPIReader(),
		Events:         mgr.GetEventRecorder("shopkeeper"),
		Shopify:        clients,
		RelayURL:       o.relayURL,
		Routes:         relayRoutes,
		AskRelay:       o.askRelay,
		ResyncInterval: o.resyncInterval,
		Ledger:         books,
		Metrics:        storeMetrics,
		Now:            time.Now,
	}
	if err := reconciler.SetupWithManager(ctx, mgr, o.workers); err != nil {
		return fmt.Errorf("setting up the store controller: %w", err)
	}
	if books != nil {
		if err := o.keepBooks(mgr, books, bucket, reconciler, changes); err != nil {
			return err
		}
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return err
	}
	if err := mgr.AddReadyzCheck("ping", healthz.Ping); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

// shopifyClients are told what they change to the writer of audit trails, where there
// is a ledger.
func (o *managerOptions) shopifyClients(changes *trail.Writer) (*shopify.Clients, error) {
	options := shopify.Options{
		Endpoint: o.shopifyEndpoint, Registerer: metrics.Registry,
		Log: slog.New(logr.ToSlogHandler(ctrl.Log.WithName("shopify"))),
	}
	if changes.Ledger != nil {
		options.Changed = changes.Changed
	}
	if o.shopifyEndpointCA != "" {
		ca, err := os.ReadFile(o.shopifyEndpointCA)
		if err != nil {
			return nil, fmt.Errorf("--shopify-endpoint-ca-file: %w", err)
		}
		options.EndpointCA = ca
	}
	return shopify.NewClients(options)
}
