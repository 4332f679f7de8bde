package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// workload is a Deployment, StatefulSet or Job, as far as it matters here.
type workload struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct {
		Template corev1.PodTemplateSpec
	}
}

// workloads are those of an overlay that run the image.
func workloads(t *testing.T, overlay string) []workload {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), "kustomize", overlay).Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []workload
	for document := range strings.SplitSeq(string(text), "\n---\n") {
		var w workload
		if err := yaml.Unmarshal([]byte(document), &w); err != nil {
			continue // another kind, which has something else there
		}
		for _, c := range w.Spec.Template.Spec.Containers {
			if strings.Contains(c.Image, "/shopkeeper:") {
				found = append(found, w)
			}
		}
	}
	return found
}

func TestTheManifestsGiveFlagsThatThereAre(t *testing.T) {
	overlays, err := filepath.Glob(filepath.Join(testenv.Root(), "config", "overlays", "*", "kustomization.yaml"))
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	for _, overlay := range overlays {
		overlay = filepath.Dir(overlay)
		found := workloads(t, overlay)
		NewWithT(t).Expect(found).NotTo(BeEmpty(), overlay)
		for _, w := range found {
			t.Run(filepath.Base(overlay)+"/"+w.Metadata.Name, func(t *testing.T) {
				g := NewWithT(t)
				pod := w.Spec.Template.Spec
				cmd, flags, err := newCommand().Find(pod.Containers[0].Args)
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(cmd.HasParent()).To(BeTrue(), "a subcommand")
				g.Expect(cmd.ParseFlags(flags)).To(Succeed())
				g.Expect(cmd.ValidateArgs(cmd.Flags().Args())).To(Succeed())
				if cmd.Flags().Lookup("ledger-url") != nil {
					g.Expect(pod.Containers[0].Env).To(ContainElement(HaveField("Name", ledgerURLVariable)))
				}
				if cmd.Flags().Lookup("drain-delay") == nil {
					return
				}
				drain := time.Duration(0)
				for _, name := range []string{"drain-delay", "drain-timeout"} {
					d, err := cmd.Flags().GetDuration(name)
					g.Expect(err).NotTo(HaveOccurred())
					drain += d
				}
				g.Expect(time.Duration(*pod.TerminationGracePeriodSeconds)*time.Second).To(BeNumerically(">", drain), "who is killed before has not answered all")
			})
		}
	}
}
