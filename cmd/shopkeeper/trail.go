package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/trail"
)

func newTrailCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trail",
		Short: "Show what the audit trail tells of something, and verify that nobody changed it",
	}
	cmd.AddCommand(newShowTrailCommand(), newVerifyTrailCommand())
	return cmd
}

func newShowTrailCommand() *cobra.Command {
	var o ledgerOptions
	subject := ""
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show what happened to something, the latest last",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.with(cmd.Context(), func(l *ledger.Ledger) error {
				var list []ledger.TrailEntry
				err := l.View(cmd.Context(), o.store, func(tx *ledger.Tx) (err error) { list, err = tx.Trail(subject); return err })
				if err != nil {
					return err
				}
				return printTrail(cmd.OutOrStdout(), list)
			})
		},
	}
	o.addStore(cmd)
	cmd.Flags().StringVar(&subject, "subject", "", "what it is about, such as an item's id, delivery/<id>, consignor/<id> or shopify/UpdateProduct")
	require(cmd, "subject")
	return cmd
}

func printTrail(out io.Writer, list []ledger.TrailEntry) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	if _, err := fmt.Fprintln(table, "AT\tACTOR\tACTION\tBEFORE\tAFTER\tREASON"); err != nil {
		return err
	}
	for _, e := range list {
		row := []string{e.HappenedAt.Format(time.RFC3339)}
		for _, text := range []string{e.Actor, e.Action, e.Before, e.After, e.Reason} {
			row = append(row, strings.Join(strings.Fields(text), " ")) // a row is a line
		}
		if _, err := fmt.Fprintln(table, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return table.Flush()
}

func newVerifyTrailCommand() *cobra.Command {
	var o ledgerOptions
	anchors := ""
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Hold the audit trail against its hashes, and against what was anchored",
		Long: `Hold all of a store's audit trail against its hashes, and against its head as it was
kept outside of the database: without that, whoever may write to the database could
have made another trail. To have it:

  kubectl get configmap -n shopkeeper-system shopkeeper-trail-anchors -o jsonpath='{.data.anchors\.json}'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			kept, err := readAnchors(cmd.InOrStdin(), anchors)
			if err != nil {
				return err
			}
			return o.with(cmd.Context(), func(l *ledger.Ledger) error {
				return verifyTrail(cmd.Context(), cmd.OutOrStdout(), l, o.store, kept.Of(o.store))
			})
		},
	}
	o.addStore(cmd)
	cmd.Flags().StringVar(&anchors, "anchors", "", "file with the anchors, - for the standard input; none are looked at where it is not given")
	return cmd
}

// readAnchors reads a file; none where there is no path.
func readAnchors(in io.Reader, path string) (trail.Anchors, error) {
	var text []byte
	var err error
	switch path {
	case "":
		return nil, nil
	case "-":
		text, err = io.ReadAll(in)
	default:
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("--anchors: %w", err)
	}
	kept, err := trail.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("--anchors=%s: %w", path, err)
	}
	return kept, nil
}

func verifyTrail(ctx context.Context, out io.Writer, l *ledger.Ledger, store ledger.Store, kept trail.Anchor) error {
	var head ledger.TrailHead
	err := l.View(ctx, store, func(tx *ledger.Tx) (err error) { head, err = tx.VerifyTrail(kept.TrailHead); return err })
	if err != nil {
		return err
	}
	anchored := "no anchor was looked at"
	if kept.Seq > 0 {
		anchored = fmt.Sprintf("those up to %d are as they were anchored at %s", kept.Seq, kept.At.Format(time.RFC3339))
	}
	_, err = fmt.Fprintf(out, "%s: %d entries fit together, the last by the hash %s; %s\n", store, head.Seq, cmp.Or(head.Hash, "of none"), anchored)
	return err
}
