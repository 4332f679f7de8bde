package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

func newMigrateCommand() *cobra.Command {
	var o ledgerOptions
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the ledger's tables up to date",
		Long: `Bring the ledger's tables up to date, before the processes of a new release
start. On PostgreSQL, log in as the owner of the tables; the first time, as one who
may make roles. To run it again changes nothing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			url, err := o.address()
			if err != nil {
				return err
			}
			if err := ledger.Migrate(cmd.Context(), url); err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "The ledger is up to date.")
			return err
		},
	}
	o.addURL(cmd)
	return cmd
}
