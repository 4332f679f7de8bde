package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func newSimulatorCommand() *cobra.Command {
	listen, shops := "127.0.0.1:8765", ""
	cmd := &cobra.Command{
		Use:   "simulator",
		Short: "Serve a simulated Shopify Admin API",
		Long: `Serve a simulated Shopify Admin API. A shop is addressed by the Host header, as
in real life; shops are made and changed under /__sim/ while it runs.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			sim := simulator.New(simulator.Options{Now: time.Now})
			if shops != "" {
				if err := loadShops(sim, shops); err != nil {
					return err
				}
			}
			return serveSimulator(cmd.Context(), sim, listen, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&listen, "listen", listen, "address to listen on")
	cmd.Flags().StringVar(&shops, "shops", shops, "JSON file with a list of shops to begin with, in the form that GET /__sim/shops shows")
	return cmd
}

func loadShops(sim *simulator.Simulator, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var shops []simulator.Shop
	if err := json.Unmarshal(text, &shops); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, shop := range shops {
		if err := sim.AddShop(shop); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func serveSimulator(ctx context.Context, sim *simulator.Simulator, address string, out io.Writer) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "Simulated Shopify at http://%s (control API under /__sim/)\n", listener.Addr())
	return serve(ctx, listener, sim)
}

// serve answers until the context ends, then lets the requests under way finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(shutdown); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
