package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/client-go/discovery"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// schemas writes a JSON schema for each kind that the API server knows, by its own
// description, and returns where kubeconform finds them.
func schemas(t *testing.T) string {
	t.Helper()
	g := NewWithT(t)
	directory := t.TempDir()
	client, err := discovery.NewDiscoveryClientForConfig(restConfig)
	g.Expect(err).NotTo(HaveOccurred())
	paths, err := client.OpenAPIV3().Paths()
	g.Expect(err).NotTo(HaveOccurred())
	for path, group := range paths {
		if !strings.HasPrefix(path, "api/") && !strings.HasPrefix(path, "apis/") {
			continue
		}
		text, err := group.Schema("application/json")
		g.Expect(err).NotTo(HaveOccurred())
		var document struct {
			Components struct {
				Schemas map[string]map[string]any `json:"schemas"`
			} `json:"components"`
		}
		g.Expect(json.Unmarshal(text, &document)).To(Succeed())
		for _, schema := range document.Components.Schemas {
			seal(schema)
		}
		for name, schema := range document.Components.Schemas {
			kinds, _ := schema["x-kubernetes-group-version-kind"].([]any)
			if len(kinds) != 1 {
				continue // none of its own, such as ObjectMeta, or one of all, such as DeleteOptions
			}
			kind := kinds[0].(map[string]any)
			group := kind["group"]
			if group == "" {
				group = kind["version"] // as kubeconform calls the group without a name
			}
			file := fmt.Sprintf("%s_%s_%s.json", strings.ToLower(kind["kind"].(string)), group, kind["version"])
			writeSchema(t, filepath.Join(directory, file), name, document.Components.Schemas)
		}
	}
	return directory + "/{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json"
}

func writeSchema(t *testing.T, path, name string, all map[string]map[string]any) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"$ref": "#/components/schemas/" + name, "components": map[string]any{"schemas": all}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// seal has a schema refuse the properties that it does not name, as the API server
// does where it is asked to be strict.
func seal(schema map[string]any) {
	properties, ok := schema["properties"].(map[string]any)
	if ok && schema["additionalProperties"] == nil && schema["x-kubernetes-preserve-unknown-fields"] == nil {
		schema["additionalProperties"] = false
	}
	for _, property := range properties {
		seal(property.(map[string]any))
	}
	for _, inner := range []string{"items", "additionalProperties"} {
		if s, ok := schema[inner].(map[string]any); ok {
			seal(s)
		}
	}
}

// kubeconform runs the pinned program on a file.
func kubeconform(t *testing.T, where string, text []byte) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "objects.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "tool", "-modfile="+filepath.Join(testenv.Root(), "hack", "tools", "go.mod"),
		"kubeconform", "-strict", "-summary", "-schema-location", where, file)
	output, err := cmd.CombinedOutput()
	return string(output), err
}

func TestKubeconformIsCleanOnEveryOverlay(t *testing.T) {
	where := schemas(t)
	for _, overlay := range overlays(t) {
		t.Run(overlay, func(t *testing.T) {
			g := NewWithT(t)
			objects := render(t, overlay)
			said, err := kubeconform(t, where, encode(t, objects))
			g.Expect(err).NotTo(HaveOccurred(), said)
			g.Expect(said).To(ContainSubstring(fmt.Sprintf("Valid: %d, Invalid: 0, Errors: 0, Skipped: 0", len(objects))))

			deployment := ofKind(objects, "Deployment")[0]
			deployment.Object["spec"].(map[string]any)["replica"] = int64(2)
			said, err = kubeconform(t, where, encode(t, objects))
			g.Expect(err).To(HaveOccurred())
			g.Expect(said).To(ContainSubstring("Invalid: 1"), "a field that there is not")
		})
	}
}
