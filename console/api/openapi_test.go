package api_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/shopkeeper-dev/shopkeeper/console/api"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

type schema struct {
	Ref         string            `json:"$ref"`
	Description string            `json:"description"`
	Properties  map[string]schema `json:"properties"`
}

type described struct {
	ID          string `json:"operationId"`
	Summary     string `json:"summary"`
	Description string `json:"description"`
	Parameters  []struct {
		Name, Description string
	} `json:"parameters"`
	Responses map[string]struct {
		Content map[string]struct {
			Schema schema `json:"schema"`
		} `json:"content"`
	} `json:"responses"`
}

type description struct {
	OpenAPI    string                          `json:"openapi"`
	Paths      map[string]map[string]described `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
	Security []map[string][]string `json:"security"`
}

func published(t *testing.T) (d description) {
	t.Helper()
	a, err := api.New(api.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := a.Description()
	if err == nil {
		err = yaml.Unmarshal(text, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func operations(t *testing.T) (list []described) {
	t.Helper()
	for _, methods := range published(t).Paths {
		for _, op := range methods {
			list = append(list, op)
		}
	}
	return list
}

func TestTheDescriptionIsComplete(t *testing.T) {
	d := published(t)
	if !strings.HasPrefix(d.OpenAPI, "3.1") || len(d.Security) == 0 {
		t.Errorf("version %s, security %v", d.OpenAPI, d.Security)
	}
	for _, op := range operations(t) {
		if op.Summary == "" || !strings.Contains(op.Description, "Needs ") {
			t.Errorf("%s: summary %q, description %q", op.ID, op.Summary, op.Description)
		}
		for _, p := range op.Parameters {
			if p.Description == "" {
				t.Errorf("%s: the parameter %s is not described", op.ID, p.Name)
			}
		}
		for _, status := range []string{"401", "403", "404", "422", "500", "503"} {
			if op.Responses[status].Content["application/problem+json"].Schema.Ref != "#/components/schemas/Problem" {
				t.Errorf("%s: %s is not described", op.ID, status)
			}
		}
	}
	for name, s := range d.Components.Schemas {
		for field, property := range s.Properties {
			if property.Description == "" {
				t.Errorf("%s.%s is not described", name, field)
			}
		}
	}
}

func TestTheDescriptionIsPublished(t *testing.T) {
	b := newBed(t, ledgertest.OnSQLite(t))
	r := b.call("GET", "/openapi.json", nil, "Authorization", "")
	b.want(r, 200, "it is no secret")
	written, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	committed, err := yaml.YAMLToJSON(written)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(committed, &want); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(r.fields) != fmt.Sprint(want) {
		t.Error("docs/openapi.yaml is another: run `make generate`")
	}
	b.want(b.call("GET", "/openapi.yaml", nil), 200, "as YAML")
	b.want(b.call("GET", "/docs", nil), 404, "no page that loads scripts from elsewhere")
}
