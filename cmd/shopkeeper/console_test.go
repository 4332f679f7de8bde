package main

import (
	"os"
	"testing"

	. "github.com/onsi/gomega"
	"github.com/spf13/pflag"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

func TestTheConsolesFlagsAreDocumented(t *testing.T) {
	g := NewWithT(t)
	text, err := os.ReadFile(testenv.Root() + "/docs/intake.md")
	g.Expect(err).NotTo(HaveOccurred())
	newConsoleCommand().Flags().VisitAll(func(f *pflag.Flag) {
		g.Expect(string(text)).To(ContainSubstring("`--" + f.Name + "`"))
	})
}

func TestTheConsoleNeedsKubernetes(t *testing.T) {
	g := NewWithT(t)
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	cmd := newConsoleCommand()
	cmd.SetArgs([]string{"--ledger-url", "sqlite:///nowhere"})
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	g.Expect(cmd.ExecuteContext(t.Context())).To(MatchError(ContainSubstring("set $KUBECONFIG")))
}
