package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// ledgerURLVariable holds the ledger's URL where no flag does: it may contain a
// password, which every user of the machine would read in the list of processes.
const ledgerURLVariable = "SHOPKEEPER_LEDGER_URL"

// ledgerOptions are the flags of commands that work on the ledger.
type ledgerOptions struct {
	url   string
	store ledger.Store
	// patient waits for a ledger that is not ready yet.
	patient bool
}

func (o *ledgerOptions) addURL(cmd *cobra.Command) {
	// No default is shown: it may be a secret.
	cmd.Flags().StringVar(&o.url, "ledger-url", "", "the ledger: sqlite:///path/to/file or postgres://user:password@host/database; $"+ledgerURLVariable+" where it is not given")
}

func (o *ledgerOptions) addStore(cmd *cobra.Command) {
	o.addURL(cmd)
	cmd.Flags().StringVar(&o.store.Tenant, "namespace", "", "namespace of the ShopifyStore")
	cmd.Flags().StringVar(&o.store.Name, "store", "", "name of the ShopifyStore")
	require(cmd, "namespace", "store")
}

// require marks flags that have to be given.
func require(cmd *cobra.Command, flags ...string) {
	for _, name := range flags {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // there is no such flag
		}
	}
}

// ledgerURL is where the ledger is: what the flag says or, where it does not, the
// environment; "" where neither does.
func ledgerURL(flag string) string { return cmp.Or(flag, os.Getenv(ledgerURLVariable)) }

func (o *ledgerOptions) address() (string, error) {
	if url := ledgerURL(o.url); url != "" {
		return url, nil
	}
	return "", errors.New("which ledger? Give --ledger-url or set $" + ledgerURLVariable)
}

// with opens the ledger for as long as f runs.
func (o *ledgerOptions) with(ctx context.Context, f func(*ledger.Ledger) error) error {
	url, err := o.address()
	if err != nil {
		return err
	}
	open := openLedger
	if o.patient {
		open = waitForLedger
	}
	l, err := open(ctx, url)
	if err != nil {
		return err
	}
	return errors.Join(f(l), l.Close())
}

func openLedger(ctx context.Context, url string) (*ledger.Ledger, error) {
	return ledger.Open(ctx, ledger.Options{URL: url})
}

// waitForLedger opens the ledger for a process that serves. Pods start together: the
// database, the policy that lets them reach it, or this release's tables may be some
// seconds late, and whoever ended for that would be started again ever later.
func waitForLedger(ctx context.Context, url string) (*ledger.Ledger, error) {
	return patiently(ctx, func() (*ledger.Ledger, error) { return openLedger(ctx, url) })
}

// patience is how long it is tried, once a second: less than the minute that the
// manifests' startup probes allow.
const patience = 45 * time.Second

func patiently(ctx context.Context, open func() (*ledger.Ledger, error)) (*ledger.Ledger, error) {
	started := time.Now()
	for n := 1; ; n++ {
		l, err := open()
		if err == nil || time.Since(started) >= patience || !ledger.MayPass(err) {
			return l, err
		}
		if n == 1 {
			ctrl.Log.Info("the ledger is not ready yet, and is tried again for a while", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(time.Second):
		}
	}
}
