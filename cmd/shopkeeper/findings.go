package main

import (
	"fmt"
	"io"
	"os/user"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// person is who a command is run for: the one who is named, or the user of this
// process.
func person(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	who, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("who asks for it? give --by: %w", err)
	}
	return who.Username, nil
}

// byUsage tells of the flag --by.
const byUsage = "who asks for it, for the audit trail; by default the user of this process"

func newFindingsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "findings",
		Short: "List what a person has to look at, and say what was seen to",
		Long: `List what a person has to look at in a store, and say what was seen to. What goes away
by itself needs no command. docs/ledger.md tells what each kind asks for.`,
	}
	cmd.AddCommand(newListFindingsCommand(), newResolveCommand())
	return cmd
}

func newListFindingsCommand() *cobra.Command {
	var o ledgerOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the findings that stand",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.with(cmd.Context(), func(l *ledger.Ledger) error {
				var list []ledger.Finding
				err := l.View(cmd.Context(), o.store, func(tx *ledger.Tx) (err error) { list, err = tx.Findings(); return err })
				if err != nil {
					return err
				}
				return printFindings(cmd.OutOrStdout(), list)
			})
		},
	}
	o.addStore(cmd)
	return cmd
}

func printFindings(out io.Writer, list []ledger.Finding) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	if _, err := fmt.Fprintln(table, "KIND\tSEVERITY\tSUBJECT\tSINCE\tDETAIL"); err != nil {
		return err
	}
	for _, f := range list {
		detail := strings.Join(strings.Fields(f.Detail), " ") // a row is a line
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", f.Kind, f.Severity, f.Subject, f.FirstSeenAt.Format(time.RFC3339), detail); err != nil {
			return err
		}
	}
	return table.Flush()
}

func newResolveCommand() *cobra.Command {
	var o ledgerOptions
	var kind, subject, by, reason string
	cmd := &cobra.Command{
		Use:   "resolve",
		Short: "Say that a finding was seen to",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			by, err := person(by)
			if err != nil {
				return err
			}
			return o.with(cmd.Context(), func(l *ledger.Ledger) error {
				return l.Update(cmd.Context(), o.store, func(tx *ledger.Tx) error {
					list, err := tx.Findings()
					if err != nil {
						return err
					}
					if !slices.ContainsFunc(list, func(f ledger.Finding) bool { return f.Kind == kind && f.Subject == subject }) {
						return fmt.Errorf("no finding %s stands about %q: see `shopkeeper findings list`", kind, subject)
					}
					if err := tx.Resolve(kind, subject); err != nil {
						return err
					}
					return tx.Record(ledger.TrailEntry{Actor: by, Action: "Finding", Subject: subject, Before: kind, After: "resolved", Reason: reason})
				})
			})
		},
	}
	o.addStore(cmd)
	cmd.Flags().StringVar(&kind, "kind", "", "kind of the finding")
	cmd.Flags().StringVar(&subject, "subject", "", "its subject, as listed")
	cmd.Flags().StringVar(&reason, "reason", "", "what was done about it")
	cmd.Flags().StringVar(&by, "by", "", byUsage)
	require(cmd, "kind", "subject", "reason")
	return cmd
}

func newAssignCommand() *cobra.Command {
	var o ledgerOptions
	var line uint64
	var item, by, reason string
	cmd := &cobra.Command{
		Use:   "assign",
		Short: "Say which item a line of an order was for",
		Long: `Say which item a line of an order was for: one that no item is known for, or that was
taken for another. Sales and commissions follow.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			by, err := person(by)
			if err != nil {
				return err
			}
			return o.with(cmd.Context(), func(l *ledger.Ledger) error {
				return l.Update(cmd.Context(), o.store, func(tx *ledger.Tx) error {
					result, err := orders.Assign(tx, line, item, by, reason)
					if err != nil {
						return err
					}
					return deliveries.Push(tx, result.Push())
				})
			})
		},
	}
	o.addStore(cmd)
	cmd.Flags().Uint64Var(&line, "line", 0, "Shopify's number of the line, as the finding UnknownItem tells")
	cmd.Flags().StringVar(&item, "item", "", "id of the item")
	cmd.Flags().StringVar(&reason, "reason", "", "how that is known")
	cmd.Flags().StringVar(&by, "by", "", byUsage)
	require(cmd, "line", "item", "reason")
	return cmd
}
