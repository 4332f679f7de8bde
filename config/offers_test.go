package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

// onProduction returns an overlay on the one for production, as people have it in their
// own repository: with these lines, in which CONFIG is this directory.
func onProduction(t *testing.T, lines string) string {
	t.Helper()
	g := NewWithT(t)
	directory, err := filepath.EvalSymlinks(t.TempDir())
	g.Expect(err).NotTo(HaveOccurred())
	here, err := filepath.Abs(".")
	g.Expect(err).NotTo(HaveOccurred())
	here, err = filepath.Rel(directory, here) // kustomize takes no absolute paths
	g.Expect(err).NotTo(HaveOccurred())
	text := "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [CONFIG/overlays/production]\n" + lines
	text = strings.ReplaceAll(text, "CONFIG", here)
	g.Expect(os.WriteFile(filepath.Join(directory, "kustomization.yaml"), []byte(text), 0o600)).To(Succeed())
	return directory
}

// offers are the patches that the overlay for production has in comments.
func offers(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("overlays/production/kustomization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	commented := regexp.MustCompile(`(?m)^# (- target:.*\n(?:#   .*\n)+)`)
	var patches []string
	for _, match := range commented.FindAllStringSubmatch(string(text), -1) {
		patches = append(patches, strings.ReplaceAll(match[1], "\n# ", "\n"))
	}
	return patches
}

func TestWhatTheProductionOverlayOffersWorks(t *testing.T) {
	plain := encode(t, render(t, "overlays/production"))
	all := offers(t)
	NewWithT(t).Expect(len(all)).To(BeNumerically(">", 5))
	for _, patch := range all {
		first, _, _ := strings.Cut(patch, "\n")
		t.Run(first, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(encode(t, render(t, onProduction(t, "patches:\n"+patch)))).NotTo(Equal(plain), "it changes something")
		})
	}
	install(t, "overlays/production", "Namespace")
	dryRun(t, onProduction(t, "patches:\n"+strings.Join(all, "")))
}

func TestTheAPIServerTakesEveryComponent(t *testing.T) {
	install(t, "overlays/production", "Namespace")
	components, err := filepath.Glob("components/*")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	NewWithT(t).Expect(components).NotTo(BeEmpty())
	for _, component := range components {
		t.Run(component, func(t *testing.T) {
			dryRun(t, onProduction(t, "components: [CONFIG/"+component+"]\n"))
		})
	}
}
