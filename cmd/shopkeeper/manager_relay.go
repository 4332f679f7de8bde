package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/controllers"
	"github.com/shopkeeper-dev/shopkeeper/internal/relayprobe"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

// ownNamespace is the file that tells a pod its namespace.
const ownNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// namespace is where the manager keeps objects of its own: the one that a flag names,
// or that the process runs in; empty where neither is known.
func (o *managerOptions) namespace() (string, error) {
	if o.relayRoutesNamespace != "" {
		return o.relayRoutesNamespace, nil
	}
	text, err := os.ReadFile(ownNamespace)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading the namespace that the process runs in (give --relay-routes-namespace): %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// relayRoutes sets up what publishes the relay's routes. There is none where no
// namespace is known; no webhooks are subscribed to then.
func (o *managerOptions) relayRoutes(mgr ctrl.Manager, metrics *controllers.StoreMetrics) (*controllers.RelayRoutes, error) {
	namespace, err := o.namespace()
	if err != nil {
		return nil, err
	}
	if namespace == "" || o.relayRoutesSecret == "" {
		ctrl.Log.Info("no routes are published for a relay, so no webhooks are subscribed to: give --relay-routes-namespace and --relay-routes-secret")
		return nil, nil
	}
	published := &controllers.RelayRoutes{
		Client:  mgr.GetClient(),
		Live:    mgr.GetAPIReader(),
		Secret:  client.ObjectKey{Namespace: namespace, Name: o.relayRoutesSecret},
		Events:  mgr.GetEventRecorder("shopkeeper"),
		Metrics: metrics,
		Now:     time.Now,
	}
	if err := published.SetupWithManager(mgr); err != nil {
		return nil, fmt.Errorf("setting up the controller of the relay's routes: %w", err)
	}
	return published, nil
}

// relayClient asks relays; how long an answer may take is up to the question.
var relayClient = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}

// askRelay asks the relay as Shopify would reach it.
func askRelay(ctx context.Context, relayURL string, route routes.Route) error {
	return relayprobe.Ask(ctx, relayClient, relayURL, route)
}
