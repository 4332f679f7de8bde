package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// deliveriesOptions are the flags of both commands.
type deliveriesOptions struct {
	ledgerOptions

	limit int
}

func newDeliveriesCommand() *cobra.Command {
	options := deliveriesOptions{limit: 1000}
	cmd := &cobra.Command{
		Use:   "deliveries",
		Short: "List webhook deliveries that are not done, and have dead ones worked on again",
		Long: `List the webhook deliveries of a store that are not done, and have dead ones worked
on again. A ledger in SQLite can be opened only while no manager has it.`,
	}
	for _, under := range []*cobra.Command{newListDeliveriesCommand(&options), newReplayCommand(&options)} {
		options.addStore(under)
		under.Flags().IntVar(&options.limit, "limit", options.limit, "how many deliveries at most")
		cmd.AddCommand(under)
	}
	return cmd
}

// with opens the ledger for a command.
func (o *deliveriesOptions) with(ctx context.Context, do func(*ledger.Ledger) error) error {
	if o.limit < 1 {
		return fmt.Errorf("--limit=%d: give a number above zero", o.limit)
	}
	return o.ledgerOptions.with(ctx, do)
}

func newListDeliveriesCommand(options *deliveriesOptions) *cobra.Command {
	state := ""
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the deliveries that are dead or wait, the oldest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			states := []string{ledger.Dead, ledger.Pending}
			switch state {
			case "":
			case ledger.Dead, ledger.Pending:
				states = []string{state}
			default:
				return fmt.Errorf("--state=%s: give %s or %s", state, ledger.Dead, ledger.Pending)
			}
			return options.with(cmd.Context(), func(l *ledger.Ledger) error {
				var list []ledger.Delivery
				err := l.View(cmd.Context(), options.store, func(tx *ledger.Tx) error {
					for _, s := range states {
						found, err := tx.Deliveries(s, options.limit-len(list))
						if err != nil {
							return err
						}
						list = append(list, found...)
					}
					return nil
				})
				if err != nil {
					return err
				}
				return printDeliveries(cmd.OutOrStdout(), list)
			})
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "Dead or Pending; by default both")
	return cmd
}

// printDeliveries prints a table. Bodies stay where they are.
func printDeliveries(out io.Writer, list []ledger.Delivery) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	if _, err := fmt.Fprintln(table, "ID\tTOPIC\tSTATE\tRECEIVED\tATTEMPTS\tERROR"); err != nil {
		return err
	}
	for _, d := range list {
		problem := strings.Join(strings.Fields(d.Error), " ") // a row is a line
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", d.ID, d.Topic, d.State, d.ReceivedAt.Format(time.RFC3339), d.Attempts, problem); err != nil {
			return err
		}
	}
	return table.Flush()
}

func newReplayCommand(options *deliveriesOptions) *cobra.Command {
	var ids []string
	var all bool
	by := ""
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Have dead deliveries worked on again",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all == (len(ids) > 0) {
				return errors.New("which deliveries? give --id, once or more, or --all")
			}
			by, err := person(by)
			if err != nil {
				return err
			}
			return options.with(cmd.Context(), func(l *ledger.Ledger) error {
				n, err := deliveries.Replay(cmd.Context(), l, options.store, ids, options.limit, by)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "replayed: %d\n", n)
				return err
			})
		},
	}
	cmd.Flags().StringSliceVar(&ids, "id", nil, "delivery to work on again")
	cmd.Flags().BoolVar(&all, "all", false, "work on all dead ones again, the oldest first, up to --limit")
	cmd.Flags().StringVar(&by, "by", "", byUsage)
	return cmd
}
