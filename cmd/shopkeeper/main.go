// Command shopkeeper is the operator: each subcommand is one of its processes.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"context"
	_ "time/tzdata" // for schedules: the image has no files of time zones

	"github.com/spf13/cobra"
	_ "golang.org/x/crypto/x509roots/fallback" // to trust Shopify: nor has it any of roots

	"github.com/shopkeeper-dev/shopkeeper/internal/version"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "shopkeeper:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

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
