package api_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "intake.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTheManualNamesEveryRoute, every status, and no other routes.
func TestTheManualNamesEveryRoute(t *testing.T) {
	text := manual(t)
	parameter := regexp.MustCompile(`\{\w+\}`)
	var have []string
	for path, methods := range published(t).Paths {
		path = parameter.ReplaceAllString(strings.TrimPrefix(path, "/api/v1/namespaces/{namespace}/stores/{store}"), "{id}")
		for method, op := range methods {
			have = append(have, strings.ToUpper(method)+" "+path)
			for status := range op.Responses {
				if status[0] > '2' && !regexp.MustCompile(`(?m)^\|[\d, ]*\b`+status+`\b`).MatchString(text) {
					t.Errorf("docs/intake.md does not tell of %s", status)
				}
			}
		}
	}
	var told []string
	for _, m := range regexp.MustCompile("`((?:GET|PUT|POST|PATCH|DELETE) /[^`]*)`").FindAllStringSubmatch(text, -1) {
		told = append(told, m[1])
	}
	slices.Sort(have)
	slices.Sort(told)
	if !slices.Equal(have, told) {
		t.Errorf("the API has\n%s\nand docs/intake.md\n%s", strings.Join(have, "\n"), strings.Join(told, "\n"))
	}
}

// TestTheRolesAreAggregated: who may view, edit or administer a namespace may do so
// here, and no role allows less than the one below it.
func TestTheRolesAreAggregated(t *testing.T) {
	list, err := clusterRoles("tenants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"shopkeeper-tenant-viewer": {"view", "edit", "admin"}, "shopkeeper-tenant-editor": {"edit", "admin"}, "shopkeeper-tenant-admin": {"admin"}}
	below := map[string]bool{}
	for _, role := range list {
		for _, to := range []string{"view", "edit", "admin"} {
			label := role.Labels["rbac.authorization.k8s.io/aggregate-to-"+to] == "true"
			equal(t, label, slices.Contains(want[role.Name], to), role.Name+" to "+to)
		}
		allows := map[string]bool{}
		for _, rule := range role.Rules {
			for _, resource := range rule.Resources {
				for _, verb := range rule.Verbs {
					allows[verb+" "+resource] = true
				}
			}
		}
		for permission := range below {
			if !allows[permission] {
				t.Errorf("%s may not %s, and the role below it may", role.Name, permission)
			}
		}
		below = allows
		delete(want, role.Name)
	}
	equal(t, len(want), 0, "roles that are missing")
}
