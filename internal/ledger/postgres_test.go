package ledger

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestPostgresConfig(t *testing.T) {
	for name, tc := range map[string]struct {
		reason      string
		url         string
		connections int32
		timeout     time.Duration
		application string
	}{
		"ours":   {"a database that does not answer is given up before a probe ends the process", "postgres://u@h/db", 20, 5 * time.Second, "shopkeeper"},
		"theirs": {"who runs it knows better", "postgres://u@h/db?pool_max_conns=7&connect_timeout=9&application_name=mine", 7, 9 * time.Second, "mine"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			config, err := postgresConfig(tc.url, map[string]string{"application_name": "shopkeeper"})
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(config.MaxConns).To(Equal(tc.connections), tc.reason)
			g.Expect(config.ConnConfig.ConnectTimeout).To(Equal(tc.timeout), tc.reason)
			g.Expect(config.ConnConfig.RuntimeParams).To(HaveKeyWithValue("application_name", tc.application), tc.reason)
		})
	}
}
