package docs

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// kstatus are the conditions that every kind has beside its own.
var kstatus = []string{meta.ReadyCondition, meta.ReconcilingCondition, meta.StalledCondition}

// apiConstants are the names that conditions use.
type apiConstants struct{ conditions, reasons []string }

// constants reads the constants of the API package: …Condition and Reason…. Those
// in files syncjob_… belong to the SyncJob.
func constants(t *testing.T) (ofStores, ofJobs apiConstants) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testenv.Root(), "api", "v1alpha1", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		of := &ofStores
		if strings.HasPrefix(filepath.Base(file), "syncjob_") {
			of = &ofJobs
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				of.add(t, spec)
			}
			return true
		})
	}
	if len(ofStores.conditions) == 0 || len(ofStores.reasons) == 0 || len(ofJobs.conditions) == 0 {
		t.Fatal("no constants found: have their names changed?")
	}
	return ofStores, ofJobs
}

func (c *apiConstants) add(t *testing.T, spec *ast.ValueSpec) {
	t.Helper()
	for i, name := range spec.Names {
		if i >= len(spec.Values) {
			continue
		}
		literal, ok := spec.Values[i].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.HasSuffix(name.Name, "Condition"):
			c.conditions = append(c.conditions, value)
		case strings.HasPrefix(name.Name, "Reason"):
			c.reasons = append(c.reasons, value)
		}
	}
}

// shown says what the row of each field has to show: its default, where that is
// one value, and the values that it can have.
func shown(fields map[string]apiextensionsv1.JSONSchemaProps) map[string][]string {
	values := map[string][]string{}
	for path, schema := range fields {
		values[path] = nil
		if strings.HasPrefix(path, "status.conditions[].") {
			continue // Kubernetes' own
		}
		parts := append([]apiextensionsv1.JSONSchemaProps{schema}, schema.AllOf...)
		if schema.Items != nil {
			parts = append(parts, *schema.Items.Schema)
		}
		for _, part := range parts {
			for _, value := range part.Enum {
				values[path] = append(values[path], scalar(value.Raw))
			}
		}
		if schema.Default != nil && schema.Type != "object" && schema.Type != "array" {
			values[path] = append(values[path], scalar(schema.Default.Raw))
		}
	}
	return values
}

// scalar is a value as people write it, without JSON's quotes.
func scalar(raw []byte) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
