package main

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestTheConsoleNeedsKubernetes(t *testing.T) {
	g := NewWithT(t)
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	cmd := newConsoleCommand()
	cmd.SetArgs([]string{"--ledger-url", "sqlite:///nowhere"})
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	g.Expect(cmd.ExecuteContext(t.Context())).To(MatchError(ContainSubstring("set $KUBECONFIG")))
}
