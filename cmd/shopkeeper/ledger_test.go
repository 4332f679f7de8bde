package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// command runs a subcommand and returns what it wrote.
func command(t *testing.T, args ...string) (out, notes string, err error) {
	t.Helper()
	var written, noted strings.Builder
	root := newCommand()
	root.SetArgs(args)
	root.SetOut(&written)
	root.SetErr(&noted)
	err = root.ExecuteContext(t.Context())
	return written.String(), noted.String(), err
}

// inStore changes a sample's store in the ledger.
func inStore(t *testing.T, url, store string, f func(*ledger.Tx) error) {
	t.Helper()
	g := NewWithT(t)
	l, err := ledger.Open(context.WithoutCancel(t.Context()), ledger.Options{URL: url})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(errors.Join(l.Update(t.Context(), ledger.Store{Tenant: "client-" + store, Name: store}, f), l.Close())).To(Succeed())
}

// declare does what a manager does with a store that has a sale event, which is
// over.
func declare(tx *ledger.Tx) error {
	started := time.Now().AddDate(0, -2, 0)
	return errors.Join(
		tx.Bind(ledger.Binding{ShopID: 7, ShopDomain: tx.Store().Name + ".myshopify.com", Currency: "CAD"}),
		tx.PutSaleEvent(ledger.SaleEvent{ID: "spring-2027", Name: "Spring", StartsAt: started, EndsAt: started.AddDate(0, 0, 2), ReturnWindowEndsAt: started.AddDate(0, 1, 0)}),
		tx.PutTerms("spring-2027", []ledger.Terms{{EffectiveFrom: started, RegularPercent: 6000, SuperPercent: 7000, MaxPercent: 8500}}),
	)
}

// leave has one webhook in the inbox, in a state.
func leave(tx *ledger.Tx, state string) error {
	_, err := tx.SQL().Exec(`INSERT INTO webhook_deliveries (tenant, store, delivery_id, topic, webhook_id, event_id, api_version, triggered_at, received_at, body, state, attempts, error, finished_at)
VALUES ($1, $2, 'd1', 'refunds/create', 'w1', '', '', 0, 1, '{}', $3, 1, '', 0) ON CONFLICT (tenant, store, delivery_id) DO UPDATE SET state = excluded.state`,
		tx.Store().Tenant, tx.Store().Name, state)
	return err
}

func sampleFiles(store string) []string {
	directory := filepath.Join(testenv.Root(), "config", "samples", store)
	return []string{
		"--consignors", filepath.Join(directory, "consignors.csv"), "--shifts", filepath.Join(directory, "shifts.csv"), "--items", filepath.Join(directory, "items.csv"),
	}
}

func TestFromImportToPayout(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		g := NewWithT(t)
		out, _, err := command(t, "migrate", "--ledger-url", place.Owner)
		g.Expect(out, err).To(Equal("The ledger is up to date.\n"))

		// From here on as its processes do.
		t.Setenv("SHOPKEEPER_LEDGER_URL", place.Manager)
		for _, store := range []string{"maple-kids", "thrifty-bees"} {
			inStore(t, place.Manager, store, declare)
			in := append([]string{"import", "--namespace", "client-" + store, "--store", store}, sampleFiles(store)...)
			counts := map[string]string{"maple-kids": "consignors  4 new, 0 changed, 0 unchanged\nshifts      3 new, 0 changed, 0 unchanged\nitems       12 new, 0 changed, 0 unchanged\n",
				"thrifty-bees": "consignors  4 new, 0 changed, 0 unchanged\nshifts      4 new, 0 changed, 0 unchanged\nitems       12 new, 0 changed, 0 unchanged\n"}[store]
			out, _, err = command(t, append(in, "--dry-run")...)
			g.Expect(out, err).To(Equal(counts + "Nothing was imported: this was a dry run.\n"))
			out, _, err = command(t, in...)
			g.Expect(out, err).To(Equal(counts))
			out, _, err = command(t, in...)
			g.Expect(out, err).To(And(ContainSubstring("items       0 new, 0 changed, 12 unchanged"), Not(ContainSubstring("1 new"))))
		}

		statement := []string{"statement", "--namespace", "client-maple-kids", "--store", "maple-kids", "--event", "spring-2027"}
		_, notes, err := command(t, append(statement, "--close", "--by", "sam")...)
		g.Expect(notes, err).To(Equal("There are no such statements.\n"), "nothing was sold")
		inStore(t, place.Manager, "maple-kids", func(tx *ledger.Tx) error {
			at := time.Now().AddDate(0, -2, 1)
			_, err := orders.Apply(tx, &shopify.Order{ID: 1, Name: "#1001", CreatedAt: at, UpdatedAt: at, FinancialStatus: "PAID", Currency: "CAD",
				Lines: []shopify.OrderLine{{ID: 2, SKU: "MK-1004", Quantity: 1, CurrentQuantity: 1, Original: 18000}}}, at, "test")
			return err
		})
		out, _, err = command(t, statement...)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(strings.Count(out, "Spring (spring-2027): statement 1, open")).To(Equal(4), out)
		out, _, err = command(t, append(statement, "--consignor", "C002", "--format", "csv")...)
		g.Expect(out, err).To(ContainSubstring("spring-2027,C002,Amélie Côté,1,Balance,,,,,,,,126.00,"))
		inStore(t, place.Manager, "maple-kids", func(tx *ledger.Tx) error { return leave(tx, ledger.Dead) })
		_, _, err = command(t, append(statement, "--close", "--by", "sam")...)
		g.Expect(err).To(MatchError(ContainSubstring("0 webhooks of the store wait and 1 are dead")), "one may be a refund")
		inStore(t, place.Manager, "maple-kids", func(tx *ledger.Tx) error { return leave(tx, ledger.Done) })
		out, _, err = command(t, append(statement, "--format", "json", "--close", "--by", "sam")...)
		g.Expect(out, err).To(And(ContainSubstring(`"paidCents": 12600`), ContainSubstring(`"by": "sam"`), Not(ContainSubstring("C001"))), "only what was open")
		_, _, err = command(t, append(statement, "--consignor", "C002", "--close", "--by", "sam")...)
		g.Expect(err).To(MatchError(ContainSubstring("there is nothing to close for consignor C002")))
		out, _, err = command(t, append(statement, "--number", "1")...)
		g.Expect(out, err).To(And(ContainSubstring("closed "), ContainSubstring(" by sam\n"), ContainSubstring("Paid out        126.00")))
		out, _, err = command(t, append(statement, "--number", "2", "--format", "json")...)
		g.Expect(out, err).To(Equal("[]\n"))
	})
}

// TestSamplesFitTogether imports what is embedded into the stores that are.
func TestSamplesFitTogether(t *testing.T) {
	g := NewWithT(t)
	samples, err := devOptions{}.readSamples()
	g.Expect(err).NotTo(HaveOccurred())
	l := ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, nil)
	stores := 0
	for _, object := range samples.objects {
		if object.GetObjectKind().GroupVersionKind().Kind != "ShopifyStore" {
			continue
		}
		var store v1alpha1.ShopifyStore
		g.Expect(runtime.DefaultUnstructuredConverter.FromUnstructured(object.(*unstructured.Unstructured).Object, &store)).To(Succeed())
		stores++
		files, err := readFiles(samples.files, store.Name)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(l.Update(t.Context(), ledger.Store{Tenant: store.Namespace, Name: store.Name}, func(tx *ledger.Tx) error {
			for _, e := range store.Spec.SaleEvents {
				if err := tx.PutSaleEvent(ledger.SaleEvent{ID: e.ID}); err != nil {
					return err
				}
			}
			result, err := intake.Import(tx, files)
			g.Expect(result.Items.New).To(BeNumerically(">", 10), store.Name)
			return err
		})).To(Succeed(), store.Name)
	}
	g.Expect(stores).To(Equal(2))
}

func TestLedgerCommandsThatFail(t *testing.T) {
	place := ledgertest.OnSQLite(t)
	inStore(t, place.Manager, "maple-kids", declare)
	wrong := filepath.Join(t.TempDir(), "items.csv")
	NewWithT(t).Expect(os.WriteFile(wrong, []byte("item_id,consignor_id,event_id,title,price,markdown_eligible\ni1,C001,spring-2027,Boots,1,\n"), 0o600)).To(Succeed())
	in := func(subcommand string, more ...string) []string {
		return append([]string{subcommand, "--ledger-url", place.Manager, "--namespace", "client-maple-kids", "--store", "maple-kids"}, more...)
	}
	cases := map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"no ledger":         {"there are two ways to say", []string{"migrate"}, "Give --ledger-url or set $SHOPKEEPER_LEDGER_URL"},
		"no store":          {"nobody's items", []string{"import", "--ledger-url", place.Manager, "--items", wrong}, `"namespace", "store" not set`},
		"no files":          {"nothing to import", in("import"), "at least one of the flags"},
		"missing file":      {"a typing error", in("import", "--items", wrong+"x"), "items.csvx: no such file"},
		"wrong row":         {"with file, line and column", in("import", "--items", wrong), wrong + `:2: consignor_id: there is no consignor "C001"`},
		"no event":          {"a statement is for one", in("statement"), `"event" not set`},
		"unknown event":     {"a typing error", in("statement", "--event", "fall-2027"), "sale event fall-2027 of store client-maple-kids/maple-kids: not in the ledger"},
		"unknown consignor": {"a typing error", in("statement", "--event", "spring-2027", "--consignor", "C9"), "not in the ledger"},
		"format":            {"there are three", in("statement", "--event", "spring-2027", "--format", "pdf"), "want text, csv or json"},
		"closed by nobody":  {"the trail names who", in("statement", "--event", "spring-2027", "--close"), "[by]"},
		"password":          {"stays secret", []string{"migrate", "--ledger-url", "postgres://u:hunter2@["}, "the ledger's URL is not one that PostgreSQL takes"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			t.Setenv("SHOPKEEPER_LEDGER_URL", "")
			_, _, err := command(t, tc.args...)
			g.Expect(err).To(MatchError(ContainSubstring(tc.want)), tc.reason)
			g.Expect(err.Error()).NotTo(ContainSubstring("hunter2"))
		})
	}
}

func TestTheLedgersURLIsNotShown(t *testing.T) {
	g := NewWithT(t)
	t.Setenv("SHOPKEEPER_LEDGER_URL", "postgres://u:hunter2@db/ledger")
	for _, subcommand := range []string{"migrate", "import", "statement"} {
		out, notes, err := command(t, subcommand, "--help")
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(out + notes).To(And(ContainSubstring("--ledger-url"), Not(ContainSubstring("hunter2"))))
	}
}

func TestProcessesWaitForTheLedger(t *testing.T) {
	late := fmt.Errorf("opening: %w", ledger.ErrOutdated)
	_, unreachable := openLedger(t.Context(), "postgres://relay@127.0.0.1:1/shopkeeper")
	for name, tc := range map[string]struct {
		reason   string
		takes    time.Duration // each attempt
		problems []error       // of the first attempts
		want     error
		attempts int
	}{
		"there":       {"nothing to wait for", 0, nil, nil, 1},
		"late":        {"the tables come a little later", 0, []error{late, late, late}, nil, 4},
		"unreachable": {"nobody listens yet", 0, []error{unreachable}, nil, 2},
		"hopeless":    {"waiting does not mend it", 0, []error{late, ledger.ErrUnprotected}, ledger.ErrUnprotected, 2},
		"never":       {"somebody has to be told", 0, slices.Repeat([]error{late}, 100), ledger.ErrOutdated, 46},
		"dropped":     {"before the probe ends it", 5 * time.Second, slices.Repeat([]error{late}, 100), ledger.ErrOutdated, 8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, attempts := NewWithT(t), 0
				_, err := patiently(t.Context(), func() (*ledger.Ledger, error) {
					attempts++
					<-time.After(tc.takes)
					if attempts <= len(tc.problems) {
						return nil, tc.problems[attempts-1]
					}
					return &ledger.Ledger{}, nil
				})
				if tc.want == nil {
					g.Expect(err).NotTo(HaveOccurred(), tc.reason)
				} else {
					g.Expect(err).To(MatchError(tc.want), tc.reason)
				}
				g.Expect(attempts).To(Equal(tc.attempts), tc.reason)
			})
		})
	}
	t.Run("ended", func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		end()
		_, err := patiently(ctx, func() (*ledger.Ledger, error) { return nil, late })
		NewWithT(t).Expect(err).To(MatchError(ledger.ErrOutdated), "it says what it waited for")
	})
}
