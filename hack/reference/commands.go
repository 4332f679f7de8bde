package reference

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func writeCommands(b *strings.Builder, root *cobra.Command) {
	section(b, 2, "Commands", "`"+root.Name()+"` is one program; a process is one of its commands. Flags that are bold have to be given.")
	for _, c := range root.Commands() {
		writeCommand(b, c)
	}
}

func writeCommand(b *strings.Builder, c *cobra.Command) {
	if !c.IsAvailableCommand() || c.Name() == "completion" { // cobra's own
		return
	}
	section(b, 3, c.CommandPath(), c.Short+".")
	if c.Flags().HasAvailableFlags() {
		table(b, []string{"flag", "type", "default", "meaning"}, flags(c.Flags()))
	}
	for _, sub := range c.Commands() {
		writeCommand(b, sub)
	}
}

func flags(set *pflag.FlagSet) (rows [][]string) {
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		_, usage := pflag.UnquoteUsage(f)
		name, value := code("--"+f.Name), f.DefValue
		if f.Annotations[cobra.BashCompOneRequiredFlag] != nil {
			name = "**" + name + "**"
		}
		if value == "[]" {
			value = ""
		}
		rows = append(rows, []string{name, f.Value.Type(), code(value), usage})
	})
	return rows
}
