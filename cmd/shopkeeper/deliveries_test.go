package main

import (
	"bytes"
	"errors"
	"os/user"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

var mapleKids = ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}

func runDeliveries(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := newDeliveriesCommand()
	var out bytes.Buffer
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestDeliveriesFlags(t *testing.T) {
	whose := []string{"--namespace", mapleKids.Tenant, "--store", mapleKids.Name}
	cases := map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"whose":     {"a ledger has many stores", []string{"list"}, "required flag(s) \"namespace\", \"store\" not set"},
		"no ledger": {"there has to be one", append([]string{"list"}, whose...), "--ledger-url"},
		"state":     {"those that are done are no work", append([]string{"list", "--state", "Done"}, whose...), "give Dead or Pending"},
		"limit":     {"none is no list", append([]string{"list", "--limit", "0"}, whose...), "--limit=0"},
		"which":     {"all of them only where it is said", append([]string{"replay"}, whose...), "give --id, once or more, or --all"},
		"both":      {"one contradicts the other", append([]string{"replay", "--all", "--id", "x"}, whose...), "give --id, once or more, or --all"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := runDeliveries(t, tc.args...)
			NewWithT(t).Expect(err).To(MatchError(ContainSubstring(tc.want)), tc.reason)
		})
	}
}

func TestDeliveriesAreListedAndReplayed(t *testing.T) {
	g := NewWithT(t)
	url := ledgertest.OnSQLite(t).Manager
	within := func(do func(l *ledger.Ledger) error) { // it is for one process at a time
		t.Helper()
		l, err := ledger.Open(t.Context(), ledger.Options{URL: url})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(errors.Join(do(l), l.Close())).To(Succeed())
	}
	received := time.Date(2027, 4, 10, 12, 0, 0, 0, time.UTC)
	within(func(l *ledger.Ledger) error {
		inbox := deliveries.NewInbox(l)
		defer inbox.Close()
		for i, topic := range []string{"orders/paid", "orders/create", "products/update"} {
			if err := inbox.Put(t.Context(), deliveries.Received{
				Tenant: mapleKids.Tenant, Store: mapleKids.Name, Topic: topic, WebhookID: topic, ReceivedAt: received.Add(time.Duration(i) * time.Second), Body: []byte(`{"email":"buyer@example.com"}`),
			}); err != nil {
				return err
			}
		}
		return l.Update(t.Context(), mapleKids, func(tx *ledger.Tx) error {
			list, err := tx.Deliveries(ledger.Pending, 10)
			if err != nil {
				return err
			}
			_, first := tx.MoveDelivery(list[0].ID, ledger.Pending, ledger.Dead, 60, "Shopify does\nnot answer")
			_, second := tx.MoveDelivery(list[1].ID, ledger.Pending, ledger.Dead, 60, "the same")
			return errors.Join(first, second)
		})
	})
	whose := func(args ...string) []string {
		return append(args, "--ledger-url", url, "--namespace", mapleKids.Tenant, "--store", mapleKids.Name)
	}
	list, err := runDeliveries(t, whose("list")...)
	g.Expect(err).NotTo(HaveOccurred())
	lines := strings.Split(strings.TrimSpace(list), "\n")
	g.Expect(lines).To(HaveLen(4))
	g.Expect(lines[1]).To(MatchRegexp(`^[0-9a-f-]{36}   orders/paid +Dead +2027-04-10T12:00:00Z   60 +Shopify does not answer$`))
	g.Expect(list).To(ContainSubstring("Pending"))
	g.Expect(list).NotTo(ContainSubstring("buyer"), "bodies are not shown")
	waiting, err := runDeliveries(t, whose("list", "--state", "Pending")...)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(waiting).To(And(ContainSubstring("products/update"), Not(ContainSubstring("Dead"))))

	id := strings.Fields(lines[1])[0]
	said, err := runDeliveries(t, whose("replay", "--id", id, "--by", "sam")...)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(said).To(Equal("replayed: 1\n"))
	_, err = runDeliveries(t, whose("replay", "--id", id)...)
	g.Expect(err).To(MatchError(ContainSubstring("only dead ones are replayed")))
	said, err = runDeliveries(t, whose("replay", "--all")...)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(said).To(Equal("replayed: 1\n"))

	me, err := user.Current()
	g.Expect(err).NotTo(HaveOccurred())
	within(func(l *ledger.Ledger) error {
		return l.View(t.Context(), mapleKids, func(tx *ledger.Tx) error {
			b, err := tx.Backlog()
			g.Expect([]int{b.Pending, b.Dead}).To(Equal([]int{3, 0}))
			trail, trailErr := tx.Trail("delivery/" + id)
			g.Expect(trail).To(HaveLen(1))
			g.Expect(trail[0].Actor).To(Equal("sam"))
			other, otherErr := tx.Trail("delivery/" + strings.Fields(lines[2])[0])
			g.Expect(other).To(HaveLen(1))
			g.Expect(other[0].Actor).To(Equal(me.Username))
			return errors.Join(err, trailErr, otherErr)
		})
	})
}
