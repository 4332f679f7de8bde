package main

import (
	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/version"
)

func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "shopkeeper",
		Short:         "Keeps Shopify stores of consignment businesses in line with Kubernetes objects",
		Version:       version.String(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newManagerCommand(), newRelayCommand(), newConsoleCommand(), newMigrateCommand(), newImportCommand(), newStatementCommand(),
		newDeliveriesCommand(), newFindingsCommand(), newAssignCommand(), newTrailCommand(), newSimulatorCommand(), newSandboxCommand(), newDevCommand())
	return root
}
