package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/statements"
)

// statementOptions are the flags of statement.
type statementOptions struct {
	ledgerOptions

	event, consignor, format, by string
	number                       int
	closes, anyway               bool
}

func newStatementCommand() *cobra.Command {
	o := statementOptions{format: "text"}
	cmd := &cobra.Command{
		Use:   "statement",
		Short: "Show, or close, what consignors are owed for a sale event",
		Long: `Show what consignors are owed for a sale event and why, or close that: the
statement is frozen, and a positive balance is paid out by an entry in the ledger.
docs/statements.md tells the rules.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o.addStore(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.event, "event", "", "id of the sale event")
	flags.StringVar(&o.consignor, "consignor", "", "id of the consignor; all of the event where it is not given")
	flags.StringVar(&o.format, "format", o.format, "text, csv or json")
	flags.IntVar(&o.number, "number", 0, "number of a closed statement to show as it was handed out; 0 for the open one")
	flags.BoolVar(&o.closes, "close", false, "close the statements: once the return window has ended, and never to be undone")
	flags.BoolVar(&o.anyway, "anyway", false, "close although webhooks of the store are not worked off")
	flags.StringVar(&o.by, "by", "", "who closes; for the audit trail")
	require(cmd, "event")
	cmd.MarkFlagsRequiredTogether("close", "by")
	cmd.MarkFlagsMutuallyExclusive("close", "number")
	return cmd
}

func (o *statementOptions) run(ctx context.Context, out, notes io.Writer) error {
	write, ok := map[string]func(io.Writer, []statements.Statement) error{
		"text": writeTexts, "csv": statements.WriteCSV, "json": writeJSON,
	}[o.format]
	if !ok {
		return fmt.Errorf("--format %q: want text, csv or json", o.format)
	}
	return o.with(ctx, func(l *ledger.Ledger) error {
		var list []statements.Statement
		in := l.View
		if o.closes {
			in = l.Update
		}
		// In one transaction: all are closed, or none.
		if err := in(ctx, o.store, func(tx *ledger.Tx) (err error) { list, err = o.collect(tx); return err }); err != nil {
			return err
		}
		if len(list) == 0 {
			_, _ = fmt.Fprintln(notes, "There are no such statements.")
		}
		return write(out, list)
	})
}

// collect makes the statements that were asked for. Of all consignors, those who
// have none are left out.
func (o *statementOptions) collect(tx *ledger.Tx) ([]statements.Statement, error) {
	if err := o.mayClose(tx); err != nil {
		return nil, err
	}
	if o.consignor != "" {
		s, err := o.one(tx, o.consignor)
		return []statements.Statement{s}, err
	}
	if _, err := tx.SaleEvent(o.event); err != nil {
		return nil, fmt.Errorf("sale event %s of store %s: %w", o.event, o.store, err)
	}
	consignors, err := tx.ConsignorsOf(o.event)
	if err != nil {
		return nil, err
	}
	list := []statements.Statement{}
	for _, c := range consignors {
		s, err := o.one(tx, c.ID)
		_, nothing := errors.AsType[*statements.NothingOpenError](err)
		switch {
		case nothing, o.number > 0 && errors.Is(err, ledger.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			list = append(list, s)
		}
	}
	return list, nil
}

// mayClose refuses to pay out while the store's inbox holds what may be a refund.
func (o *statementOptions) mayClose(tx *ledger.Tx) error {
	if !o.closes || o.anyway {
		return nil
	}
	b, err := tx.Backlog()
	if err == nil && b.Pending+b.Dead > 0 {
		err = fmt.Errorf("%d webhooks of the store wait and %d are dead, and one may be a refund: "+
			"see `shopkeeper deliveries list`, replay what is dead, or close --anyway", b.Pending, b.Dead)
	}
	return err
}

func (o *statementOptions) one(tx *ledger.Tx, consignor string) (statements.Statement, error) {
	switch {
	case o.closes:
		return statements.Close(tx, o.event, consignor, o.by)
	case o.number > 0:
		return statements.Closed(tx, o.event, consignor, o.number)
	}
	return statements.Build(tx, o.event, consignor)
}

func writeTexts(w io.Writer, list []statements.Statement) error {
	for i, s := range list {
		if i > 0 {
			if _, err := io.WriteString(w, "\n\n"); err != nil {
				return err
			}
		}
		if err := statements.WriteText(w, s); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(w io.Writer, list []statements.Statement) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}
