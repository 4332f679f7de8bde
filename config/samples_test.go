package config_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

// installOthers installs the custom resources that testdata/others.txt lists, from the
// modules of those who made them.
func installOthers(t *testing.T) {
	t.Helper()
	g := NewWithT(t)
	text, err := os.ReadFile("testdata/others.txt")
	g.Expect(err).NotTo(HaveOccurred())
	args := []string{"apply", "--server-side"}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		g.Expect(fields).To(HaveLen(4))
		var module struct {
			Dir string `json:"Dir"`
			Sum string `json:"Sum"`
		}
		output, err := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", fields[0]+"@"+fields[1]).Output()
		g.Expect(err).NotTo(HaveOccurred(), string(output))
		g.Expect(json.Unmarshal(output, &module)).To(Succeed())
		g.Expect(module.Sum).To(Equal(fields[2]), line)
		args = append(args, "-f", filepath.Join(module.Dir, fields[3]))
	}
	kubectl(t, nil, args...)
	kubectl(t, nil, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
}

func TestTheAPIServerTakesSamplesAndMonitoring(t *testing.T) {
	installOthers(t)
	install(t, "overlays/production", "Namespace")
	directories, err := filepath.Glob("samples/*/kustomization.yaml")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	NewWithT(t).Expect(directories).NotTo(BeEmpty())
	for _, file := range append(directories, "monitoring/kustomization.yaml") {
		directory := filepath.Dir(file)
		t.Run(directory, func(t *testing.T) {
			g := NewWithT(t)
			objects := render(t, directory)
			if namespaces := ofKind(objects, "Namespace"); len(namespaces) > 0 {
				kubectl(t, encode(t, namespaces), "apply", "--server-side", "-f", "-")
			}
			applied, warnings := kubectl(t, encode(t, objects), "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-")
			g.Expect(warnings).To(BeEmpty())
			g.Expect(applied).NotTo(BeEmpty())
		})
	}
}
