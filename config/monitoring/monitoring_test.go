// Package monitoring_test holds alerts, dashboard and documents against the
// metrics that there are. What the alerts do is tested by `make test-rules`.
package monitoring_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/yaml"

	// Registers the metrics of queues and reconciles.
	_ "sigs.k8s.io/controller-runtime/pkg/controller"

	"github.com/shopkeeper-dev/shopkeeper/hack/reference"
)

type alert struct {
	Alert       string            `json:"alert"`
	Expr        string            `json:"expr"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

func alerts(t *testing.T) []alert {
	t.Helper()
	var rule struct {
		Spec struct {
			Groups []struct {
				Rules []alert `json:"rules"`
			} `json:"groups"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "rules.yaml")), &rule); err != nil {
		t.Fatal(err)
	}
	var all []alert
	for _, g := range rule.Spec.Groups {
		all = append(all, g.Rules...)
	}
	if len(all) == 0 {
		t.Fatal("rules.yaml holds no alerts")
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// described matches what a prometheus.Desc shows of itself; the library has no
// other way to ask for its name.
var described = regexp.MustCompile(`fqName: "([^"]+)"`)

// known returns the names of all metrics that there are.
func known(t *testing.T) map[string]bool {
	t.Helper()
	own, err := reference.Metrics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, m := range own {
		all[m.Name] = true
	}
	descs := make(chan *prometheus.Desc)
	go func() {
		defer close(descs)
		metrics.Registry.(prometheus.Collector).Describe(descs)
	}()
	for d := range descs {
		if m := described.FindStringSubmatch(d.String()); m != nil {
			all[m[1]] = true
		}
	}
	return all
}

// named finds the metrics in expressions: of what Shopkeeper and the libraries
// that it is made of have, every name begins with one of these.
var named = regexp.MustCompile(`\b(?:shopkeeper|workqueue|controller_runtime|leader_election|rest_client|process|go)_[a-z0-9_]+\b`)

func TestEveryMetricInUseExists(t *testing.T) {
	have := known(t)
	texts := map[string]string{"dashboard.json": read(t, "dashboard.json")}
	for _, a := range alerts(t) {
		texts[a.Alert] = a.Expr
	}
	for _, path := range testsOfRules(t) {
		texts[path] = read(t, path)
	}
	for where, text := range texts {
		for _, name := range named.FindAllString(text, -1) {
			base := regexp.MustCompile(`_(bucket|count|sum)$`).ReplaceAllString(name, "")
			if !have[name] && !have[base] {
				t.Errorf("%s: there is no metric %s", where, name)
			}
		}
	}
}

func testsOfRules(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("tests/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no tests of the alerts: %v", err)
	}
	return paths
}

func TestEveryAlertIsExplainedAndTested(t *testing.T) {
	runbook := read(t, "../../docs/runbook.md")
	explained := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^### (\S+)$`).FindAllStringSubmatch(runbook, -1) {
		explained[heading[1]] = true
	}
	tests := ""
	for _, path := range testsOfRules(t) {
		tests += read(t, path)
	}
	for _, a := range alerts(t) {
		if !explained[a.Alert] {
			t.Errorf("docs/runbook.md has no paragraph about %s", a.Alert)
		}
		delete(explained, a.Alert)
		if !strings.Contains(tests, fmt.Sprintf("alertname=%q", a.Alert)) {
			t.Errorf("no test in which %s fires", a.Alert)
		}
		if s := a.Labels["severity"]; s != "info" && s != "warning" && s != "critical" {
			t.Errorf("%s: severity %q", a.Alert, s)
		}
		if a.Annotations["summary"] == "" || a.Annotations["description"] == "" {
			t.Errorf("%s does not say what it is about", a.Alert)
		}
		if want := "https://github.com/shopkeeper-dev/shopkeeper/blob/main/docs/runbook.md#" + strings.ToLower(a.Alert); a.Annotations["runbook_url"] != want {
			t.Errorf("%s: runbook_url is %q, want %q", a.Alert, a.Annotations["runbook_url"], want)
		}
	}
	for name := range explained {
		t.Errorf("docs/runbook.md explains %s, which is no alert", name)
	}
}
