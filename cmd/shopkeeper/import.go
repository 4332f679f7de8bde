package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// importOptions are the flags of import.
type importOptions struct {
	ledgerOptions

	consignors, shifts, items string
	dryRun                    bool
}

func newImportCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Take in consignors, shifts and items from CSV files",
		Long: `Take in consignors, shifts and items from CSV files, all or nothing: where a row
is wrong, every such row is shown and nothing is imported. To import the same again
changes nothing. docs/intake.md tells the files' form.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	o.addStore(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.consignors, "consignors", "", "CSV file with the columns consignor_id, name, class")
	flags.StringVar(&o.shifts, "shifts", "", "CSV file with the columns shift_id, event_id, consignor_id")
	flags.StringVar(&o.items, "items", "", "CSV file with the columns item_id, consignor_id, event_id, title, price, markdown_eligible")
	flags.BoolVar(&o.dryRun, "dry-run", false, "say what an import would do, and do nothing")
	cmd.MarkFlagsOneRequired("consignors", "shifts", "items")
	return cmd
}

// errDryRun takes a transaction back.
var errDryRun = errors.New("dry run")

func (o *importOptions) run(ctx context.Context, out io.Writer) error {
	var files intake.Files
	for _, f := range []struct {
		path string
		into **intake.File
	}{{o.consignors, &files.Consignors}, {o.shifts, &files.Shifts}, {o.items, &files.Items}} {
		var err error
		if *f.into, err = readCSV(f.path); err != nil {
			return err
		}
	}
	return o.with(ctx, func(l *ledger.Ledger) error {
		var result intake.Result
		err := l.Update(ctx, o.store, func(tx *ledger.Tx) (err error) {
			if result, err = intake.Import(tx, files); err != nil {
				return err
			}
			if o.dryRun {
				return errDryRun
			}
			return deliveries.Push(tx, result.Push)
		})
		if err != nil && !errors.Is(err, errDryRun) {
			return err
		}
		for _, row := range []struct {
			what string
			file *intake.File
			n    intake.Count
		}{{"consignors", files.Consignors, result.Consignors}, {"shifts", files.Shifts, result.Shifts}, {"items", files.Items, result.Items}} {
			if row.file != nil {
				_, _ = fmt.Fprintf(out, "%-10s  %d new, %d changed, %d unchanged\n", row.what, row.n.New, row.n.Changed, row.n.Unchanged)
			}
		}
		if o.dryRun {
			_, _ = fmt.Fprintln(out, "Nothing was imported: this was a dry run.")
		}
		return nil
	})
}

// readCSV reads a file, or no more of it than shows that it is too large.
func readCSV(path string) (*intake.File, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(file, intake.MaxBytes+1))
	return &intake.File{Name: path, Content: content}, errors.Join(err, file.Close())
}
