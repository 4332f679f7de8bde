package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/trail"
)

func TestTheTrailIsShownAndVerified(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	g := NewWithT(t)
	t.Setenv(ledgerURLVariable, place.Manager)
	of := func(args ...string) []string {
		return append(append([]string{"trail"}, args...), "--namespace", "client-maple-kids", "--store", "maple-kids")
	}
	var head ledger.TrailHead
	inStore(t, place.Manager, "maple-kids", func(tx *ledger.Tx) (err error) {
		for _, price := range []string{"900", "800", "700"} {
			if err := tx.Record(ledger.TrailEntry{Actor: "sam", Action: "Correct", Subject: "MK-1004", After: price, Reason: "worn\nout"}); err != nil {
				return err
			}
		}
		head, err = tx.TrailHead()
		return err
	})
	said, _, err := command(t, of("show", "--subject", "MK-1004")...)
	g.Expect(said, err).To(MatchRegexp(`(?s)sam +Correct +900 +worn out\n.*700`))

	said, _, err = command(t, of("verify")...)
	g.Expect(said, err).To(And(HavePrefix("client-maple-kids/maple-kids: 3 entries fit together"), ContainSubstring("no anchor was looked at")))
	anchors := filepath.Join(t.TempDir(), "anchors.json")
	keep := func(head ledger.TrailHead) {
		text, err := trail.Format(trail.Anchors{"client-maple-kids/maple-kids": {TrailHead: head, At: time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)}})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(os.WriteFile(anchors, []byte(text), 0o600)).To(Succeed())
	}
	keep(head)
	said, _, err = command(t, of("verify", "--anchors", anchors)...)
	g.Expect(said, err).To(ContainSubstring("those up to 3 are as they were anchored at 2027-04-01T00:00:00Z"))

	keep(ledger.TrailHead{Seq: 3, Hash: strings.Repeat("0", 64)})
	_, _, err = command(t, of("verify", "--anchors", anchors)...)
	g.Expect(err).To(MatchError("the audit trail of client-maple-kids/maple-kids is not as it was written, from entry 3 on: it is another one than was anchored"))
	g.Expect(os.WriteFile(anchors, []byte("seq: 3"), 0o600)).To(Succeed())
	_, _, err = command(t, of("verify", "--anchors", anchors)...)
	g.Expect(err).To(MatchError(ContainSubstring(fmt.Sprintf("--anchors=%s: these are no anchors of audit trails", anchors))))
	_, _, err = command(t, of("verify", "--anchors", filepath.Join(t.TempDir(), "none"))...)
	g.Expect(err).To(MatchError(os.ErrNotExist))
}
