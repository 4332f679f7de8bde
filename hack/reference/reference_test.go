package reference

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

func TestMetricsTellTypeAndLabels(t *testing.T) {
	g := NewWithT(t)
	all, err := Metrics(t.Context())
	g.Expect(err).NotTo(HaveOccurred())
	byName := map[string]Metric{}
	for _, m := range all {
		g.Expect(m.Help).To(MatchRegexp(`^[^"]+\.$|always 1$`), m.Name)
		byName[m.Process+" "+m.Name] = m
	}
	for name, tc := range map[string]struct {
		reason, kind string
		labels       []string
	}{
		"manager shopkeeper_store_condition":              {"read when a scrape comes", "gauge", []string{"namespace", "name", "type"}},
		"manager shopkeeper_store_corrections_total":      {"the same, by its name", "counter", []string{"namespace", "name", "kind"}},
		"manager shopkeeper_delivery_lag_seconds":         {"a histogram may have no value yet", "histogram", []string{"topic"}},
		"manager shopkeeper_store_delivery_lag_seconds":   {"nor a summary", "summary", []string{"namespace", "name", "topic"}},
		"manager shopkeeper_relay_routes":                 {"two processes show one of this name", "gauge", nil},
		"relay shopkeeper_relay_routes":                   {"the other one", "gauge", nil},
		"console shopkeeper_console_requests":             {"a function", "gauge", nil},
		"console shopkeeper_console_reloads_total":        {"the console registers some itself", "counter", []string{"file", "result"}},
		"relay shopkeeper_relay_request_duration_seconds": {"named by its parts", "histogram", []string{"outcome"}},
	} {
		m := byName[name]
		g.Expect(m.Type).To(Equal(tc.kind), "%s: %s", name, tc.reason)
		g.Expect(m.Labels).To(Equal(tc.labels), "%s: %s", name, tc.reason)
	}
}

// known are the names of Environment.
func known() map[string]bool {
	all := map[string]bool{}
	for _, v := range Environment {
		for name := range strings.SplitSeq(v.Name, ", ") {
			all[name] = true
		}
	}
	return all
}

func TestEnvironmentHasWhatTheCodeReads(t *testing.T) {
	g := NewWithT(t)
	for _, directory := range []string{"cmd", "console", "controllers", "internal", "webhookrelay"} {
		g.Expect(filepath.WalkDir(filepath.Join(testenv.Root(), directory), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if ok && (name(call.Fun) == "Getenv" || name(call.Fun) == "LookupEnv") {
					g.Expect(known()).To(HaveKey(text(call.Args[0])), path)
				}
				return true
			})
			return nil
		})).To(Succeed())
	}
}

// text is what an argument says: a literal, or a constant of its file.
func text(e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok && id.Obj != nil {
		e = id.Obj.Decl.(*ast.ValueSpec).Values[0]
	}
	if literal, ok := e.(*ast.BasicLit); ok {
		value, _ := strconv.Unquote(literal.Value) // the parser has read it
		return value
	}
	return "something that is not known before it runs"
}

func TestEnvironmentHasWhatTheManifestsSet(t *testing.T) {
	g := NewWithT(t)
	found := 0
	for _, component := range []string{"manager", "relay", "console", "migrate"} {
		paths, err := filepath.Glob(filepath.Join(testenv.Root(), "config", component, "*.yaml"))
		g.Expect(err).NotTo(HaveOccurred())
		for _, path := range paths {
			manifest, err := os.ReadFile(path)
			g.Expect(err).NotTo(HaveOccurred())
			for _, variable := range regexp.MustCompile(`- name: ([A-Z_]{2,})\n`).FindAllStringSubmatch(string(manifest), -1) {
				if strings.Contains(string(manifest), "$("+variable[1]+")") {
					continue // a part of another one, which Kubernetes puts together
				}
				g.Expect(known()).To(HaveKey(variable[1]), path)
				found++
			}
		}
	}
	g.Expect(found).To(BeNumerically(">=", 7), "four ledgers and three limits of memory")
}

const conditionsFile = "package v1alpha1\n\nconst (\n%s\n)\n"

func TestTermsOfTheAPI(t *testing.T) {
	for name, tc := range map[string]struct {
		reason, constants, want string
	}{
		"in order":    {"a reason and a condition", "\t// ReadyCondition: it\n\t// is.\n\tReadyCondition = \"Ready\"\n\t// ReasonGone: it went.\n\tReasonGone = \"Gone\"", ""},
		"no comment":  {"the reference would have a gap", "\tReasonGone = \"Gone\"", "ReasonGone has no comment"},
		"other names": {"they are neither", "\tFinalizer = \"x/y\"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			root := repository(t, map[string]string{
				"api/v1alpha1/conditions.go":         strings.Replace(conditionsFile, "%s", tc.constants, 1),
				"api/v1alpha1/syncjob_conditions.go": "package v1alpha1\n",
			})
			a, err := readAPI(root)
			if tc.want != "" {
				g.Expect(err).To(MatchError(ContainSubstring(tc.want)), tc.reason)
				return
			}
			g.Expect(err).NotTo(HaveOccurred(), tc.reason)
			if name == "in order" {
				g.Expect(a.conditions["ShopifyStore"]).To(Equal([]term{{"ReadyCondition", "Ready", "it is."}}))
				g.Expect(a.byName["ReasonGone"]).To(Equal(term{"ReasonGone", "Gone", "it went."}))
			}
		})
	}
}

func TestEventsOfAController(t *testing.T) {
	gone := &api{byName: map[string]term{"ReasonGone": {"ReasonGone", "Gone", "it went."}}}
	for name, tc := range map[string]struct {
		reason, code, want string
		events             []event
	}{
		"of the API":         {"its comment is there", "func (run *storeRun) f() { run.event(corev1.EventTypeNormal, v1alpha1.ReasonGone, \"\") }", "", []event{{"ShopifyStore", "`Gone`", "Normal", "it went."}}},
		"of a condition":     {"a comment tells which", "func (run *jobRun) f() {\n\trun.event(corev1.EventTypeWarning, c.Reason, \"\") // Failed became True\n}", "", []event{{"SyncJob", "that of the condition", "Warning", "Failed became True"}}},
		"of the package":     {"by the recorder", "// tooLarge: it is full.\nconst tooLarge = \"TooLarge\"\n\nfunc (p *RelayRoutes) f() { p.Events.Eventf(s, nil, corev1.EventTypeWarning, tooLarge, \"Publish\", \"%s\", err) }", "", []event{{"Secret", "`TooLarge`", "Warning", "it is full."}}},
		"not explained":      {"nobody would know when", "func (run *jobRun) f() {\n\trun.event(corev1.EventTypeWarning, c.Reason, \"\")\n}", "say in a comment on this line", nil},
		"of who knows what":  {"nor about what", "func (x *other) f() { x.event(corev1.EventTypeNormal, v1alpha1.ReasonGone, \"\") }", "what other works on", nil},
		"handed on":          {"the call that did it counts", "func (run *storeRun) event(kind, reason, m string) { run.r.Events.Eventf(run.store, nil, kind, reason, \"Reconcile\", m) }", "", nil},
		"nothing is emitted": {"most calls do something else", "func (run *storeRun) f() { run.other(1, 2) }", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			events, err := readEvents(repository(t, map[string]string{"controllers/a.go": "package controllers\n\n" + tc.code + "\n"}), gone)
			if tc.want != "" {
				g.Expect(err).To(MatchError(ContainSubstring(tc.want)), tc.reason)
				return
			}
			g.Expect(err).NotTo(HaveOccurred(), tc.reason)
			g.Expect(events).To(Equal(tc.events), tc.reason)
		})
	}
}

func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	g, root := NewWithT(t), t.TempDir()
	for name, text := range files {
		g.Expect(os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755)).To(Succeed())
		g.Expect(os.WriteFile(filepath.Join(root, name), []byte(text), 0o600)).To(Succeed())
	}
	return root
}
