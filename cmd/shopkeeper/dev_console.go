package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/config"
	"github.com/shopkeeper-dev/shopkeeper/console"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// runDevConsole makes the roles of clients' people, serves the console until the
// context ends, and returns its address.
func runDevConsole(ctx context.Context, processes *errgroup.Group, kubernetes *rest.Config, kube client.Client, books *ledger.Ledger, bucket *photos.Bucket) (string, error) {
	roles, err := parseObjects(config.TenantRoles)
	if err != nil {
		return "", err
	}
	if err := applyAll(ctx, kube, roles); err != nil {
		return "", err
	}
	server, err := console.New(ctx, console.Options{
		Kubernetes: kubernetes, Ledger: books, Photos: bucket, DrainTime: 5 * time.Second, ReloadInterval: time.Minute,
		Log: slog.New(logr.ToSlogHandler(ctrl.Log.WithName("console"))),
	})
	if err != nil {
		return "", err
	}
	requests, probes, err := console.Listen(ctx, "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	processes.Go(func() error { return server.Run(ctx, requests, probes) })
	return "http://" + requests.Addr().String(), nil
}
