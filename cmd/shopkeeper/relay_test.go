package main

import (
	"io"
	"testing"

	. "github.com/onsi/gomega"
)

func TestRelaysFlags(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"no routes": {"nothing could be taken in", nil, "--routes is missing"},
		"allow":     {"an address has a form", []string{"--routes", "r", "--allow-from", "everybody"}, "--allow-from"},
		"proxy":     {"the same", []string{"--routes", "r", "--trusted-proxy", "10.0.0.1/8"}, "did you mean 10.0.0.0/8?"},
		"no ledger": {"there has to be somewhere to store", []string{"--routes", "r"}, "--ledger-url"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			cmd := newRelayCommand()
			cmd.SetArgs(append([]string{"--listen", "127.0.0.1:0", "--operations-listen", "127.0.0.1:0"}, tc.args...))
			cmd.SilenceUsage, cmd.SilenceErrors = true, true
			cmd.SetOut(io.Discard)
			NewWithT(t).Expect(cmd.ExecuteContext(t.Context())).To(MatchError(ContainSubstring(tc.want)), tc.reason)
		})
	}
}
