package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// simulatorOptions are the flags of simulator.
type simulatorOptions struct {
	listen   string
	shops    string
	state    string
	versions []string
	clock    string
	tls      bool
	tlsHosts []string
	caFile   string

	webhooksAnyHost bool
	webhooksCAFile  string
	webhooksRetries []time.Duration
}

func newSimulatorCommand() *cobra.Command {
	o := simulatorOptions{listen: "127.0.0.1:8765", versions: []string{"all"}, clock: "real"}
	cmd := &cobra.Command{
		Use:   "simulator",
		Short: "Serve a simulated Shopify Admin API",
		Long: `Serve a simulated Shopify Admin API. A shop is addressed by the Host header, as
in real life; shops are made and changed under /__sim/ while it runs.
docs/simulator.md says what can be done with it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", o.listen, "address to listen on; port 0 for any that is free")
	flags.StringVar(&o.shops, "shops", o.shops, "JSON file with shops to begin with, in the form that GET /__sim/shops shows; domain and name will do; those that --state holds are left as they are")
	flags.StringVar(&o.state, "state", o.state, "file to go on from, where it exists, and to save everything to at the end, tokens and secrets included")
	flags.StringSliceVar(&o.versions, "api-versions", o.versions, "API versions that are accessible: all that are known, a list, or clock for those that Shopify serves at the simulator's time")
	flags.StringVar(&o.clock, "clock", o.clock, "real; or simulated, which stands still but for POST /__sim/clock; or a time such as 2026-11-23T09:00:00Z for a simulated clock to begin at")
	flags.BoolVar(&o.webhooksAnyHost, "webhooks-any-host", o.webhooksAnyHost, "deliver webhooks to any host and over plain http, not only to this machine")
	flags.StringVar(&o.webhooksCAFile, "webhooks-ca-file", o.webhooksCAFile, "PEM file with the CAs of the hosts that webhooks are delivered to, instead of the system's")
	flags.DurationSliceVar(&o.webhooksRetries, "webhooks-retries", o.webhooksRetries, "when a webhook that failed is sent again, counted from the first attempt, ascending; by default 8 times within 4 hours, as Shopify does")
	flags.BoolVar(&o.tls, "tls", o.tls, "speak HTTPS with a certificate of a CA that is made at every start")
	flags.StringVar(&o.caFile, "ca-file", o.caFile, "file to write that CA's certificate to, for clients to trust; needs --tls")
	flags.StringSliceVar(&o.tlsHosts, "tls-host", o.tlsHosts, "further host names and IP addresses for the certificate, beside *.myshopify.com, localhost, 127.0.0.1 and ::1")
	return cmd
}

func (o simulatorOptions) run(ctx context.Context, out io.Writer) error {
	if o.caFile != "" && !o.tls {
		return errors.New("--ca-file is for --tls, which is not given")
	}
	options, err := o.options()
	if err != nil {
		return err
	}
	sim := simulator.New(options)
	defer sim.Close()
	if err := sim.PinVersions(pinnedVersions(o.versions)...); err != nil {
		return fmt.Errorf("--api-versions: %w", err)
	}
	if o.state != "" {
		if err := loadState(sim, o.state); err != nil {
			return fmt.Errorf("--state: %w", err)
		}
	}
	if o.shops != "" {
		if err := loadShops(sim, o.shops); err != nil {
			return err
		}
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	scheme := "http"
	if o.tls {
		scheme = "https"
		if listener, err = o.secure(listener); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintf(out, "Simulated Shopify at %s://%s (control API under /__sim/)\n", scheme, listener.Addr())
	err = serve(ctx, listener, sim)
	sim.Close() // what a delivery changes belongs into the state
	if o.state == "" {
		return err
	}
	if failed := writeFile(o.state, 0o600, sim.Snapshot); failed != nil {
		err = errors.Join(err, fmt.Errorf("--state: %w", failed))
	}
	return err
}

func (o simulatorOptions) options() (simulator.Options, error) {
	options := simulator.Options{Now: time.Now, Webhooks: simulator.WebhookOptions{AnyHost: o.webhooksAnyHost, Retries: o.webhooksRetries}}
	if !slices.IsSorted(o.webhooksRetries) || len(o.webhooksRetries) > 0 && o.webhooksRetries[0] <= 0 {
		return options, fmt.Errorf("--webhooks-retries %v: want times above zero, the earliest first, such as 2s,10s,1m", o.webhooksRetries)
	}
	switch o.clock {
	case "real":
	case "simulated":
		options.Clock = simulator.NewClock(time.Now())
	default:
		start, err := time.Parse(time.RFC3339, o.clock)
		if err != nil {
			return options, fmt.Errorf("--clock %q: want real, simulated or a time such as 2026-11-23T09:00:00Z", o.clock)
		}
		options.Clock = simulator.NewClock(start)
	}
	if o.webhooksCAFile != "" {
		authorities, err := os.ReadFile(o.webhooksCAFile)
		if err != nil {
			return options, fmt.Errorf("--webhooks-ca-file: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(authorities) {
			return options, fmt.Errorf("--webhooks-ca-file: %s holds no PEM certificate", o.webhooksCAFile)
		}
		options.Webhooks.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return options, nil
}

// secure puts TLS on a listener, and the CA's certificate where clients find it
// before the first of them can connect.
func (o simulatorOptions) secure(listener net.Listener) (net.Listener, error) {
	ca, err := simulator.NewCA(o.tlsHosts...)
	if err == nil && o.caFile != "" {
		err = writeFile(o.caFile, 0o644, func(w io.Writer) error {
			_, err := w.Write(ca.PEM())
			return err
		})
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return tls.NewListener(listener, ca.ServerConfig()), nil
}

// pinnedVersions reads --api-versions; the clock pins none.
func pinnedVersions(flag []string) []string {
	if len(flag) == 1 {
		switch flag[0] {
		case "all":
			return simulator.KnownVersions()
		case "clock":
			return nil
		}
	}
	return flag
}

func loadShops(sim *simulator.Simulator, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	shops, err := simulator.ParseShops(text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, shop := range shops {
		if _, there := sim.Shop(shop.Domain); there {
			continue
		}
		if err := sim.AddShop(shop); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// loadState restores a file, if there is one. Where there could be none, it says
// so now and not at the end, when all would be lost.
func loadState(sim *simulator.Simulator, path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = os.Stat(filepath.Dir(path))
		return err
	}
	if err != nil {
		return err
	}
	defer file.Close()
	if err := sim.Restore(file); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// writeFile replaces a file as a whole: whoever reads it, and whatever happens,
// finds the old content or the new.
func writeFile(path string, mode fs.FileMode, content func(io.Writer) error) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // it is gone where all went well
	err = errors.Join(temp.Chmod(mode), content(temp), temp.Sync(), temp.Close())
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
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
