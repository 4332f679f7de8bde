package main

import (
	"cmp"
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// ledgerURLVariable holds the ledger's URL where no flag does: it may contain a
// password, which every user of the machine would read in the list of processes.
const ledgerURLVariable = "SHOPKEEPER_LEDGER_URL"

// ledgerOptions are the flags of commands that work on the ledger.
type ledgerOptions struct {
	url   string
	store ledger.Store
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
	l, err := ledger.Open(ctx, ledger.Options{URL: url})
	if err != nil {
		return err
	}
	return errors.Join(f(l), l.Close())
}
