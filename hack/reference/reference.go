// Package reference writes docs/reference.md: every command, flag, environment variable,
// metric, condition and event, as the code has them. `make generate` runs it.
package reference

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

const head = `<!-- Written by ` + "`make generate`" + ` from the code: change it there. -->

# Reference

[Commands and flags](#commands) · [environment variables](#environment-variables) · [metrics](#metrics) ·
[conditions](#conditions) · [events](#events). Fields of the
objects, and what to do about each condition, are in [ShopifyStore](spec/shopifystore.md) and [SyncJob](spec/syncjob.md).
`

// Text is the reference of the commands below root, and of the repository at a path.
func Text(ctx context.Context, root *cobra.Command, repository string) (string, error) {
	var b strings.Builder
	b.WriteString(head)
	writeCommands(&b, root)
	writeEnvironment(&b)
	metrics, err := Metrics(ctx)
	if err != nil {
		return "", err
	}
	writeMetrics(&b, metrics)
	api, err := readAPI(repository)
	if err != nil {
		return "", err
	}
	writeConditions(&b, api)
	events, err := readEvents(repository, api)
	if err != nil {
		return "", err
	}
	writeEvents(&b, events)
	return b.String(), nil
}

func section(b *strings.Builder, level int, title, intro string) {
	fmt.Fprintf(b, "\n%s %s\n", strings.Repeat("#", level), title)
	if intro != "" {
		fmt.Fprintf(b, "\n%s\n", intro)
	}
}

// plain keeps what Markdown would take for its own: a bar ends a cell, and an angle
// begins a tag.
var plain = strings.NewReplacer("|", `\|`, "<", `\<`)

// table writes a table of Markdown.
func table(b *strings.Builder, columns []string, rows [][]string) {
	line := func(cells []string) {
		for _, c := range cells {
			fmt.Fprintf(b, "| %s ", plain.Replace(c))
		}
		b.WriteString("|\n")
	}
	b.WriteString("\n")
	line(columns)
	line(slices.Repeat([]string{"---"}, len(columns)))
	for _, r := range rows {
		line(r)
	}
}

// code sets a text as code; nothing where there is none.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}
