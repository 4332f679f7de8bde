package config_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// makeSecrets runs the script that comes before the overlay kind.
func makeSecrets(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(testenv.Root(), "hack", "kind-secrets.sh"))
	cmd.Env = append(os.Environ(), "KUBECONFIG="+testenv.Kubeconfig(t, restConfig), "KUBECTL="+filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"))
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

// values are all Secrets and ConfigMaps of the overlay's namespaces, by namespace, name and key.
func values(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, namespace := range []string{system, "shopkeeper-ledger", "shopkeeper-simulator"} {
		var secrets corev1.SecretList
		var configMaps corev1.ConfigMapList
		for _, list := range []client.ObjectList{&secrets, &configMaps} {
			if err := admin.List(t.Context(), list, client.InNamespace(namespace)); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range secrets.Items {
			for key, value := range s.Data {
				all[strings.Join([]string{"Secret", namespace, s.Name, key}, "/")] = string(value)
			}
		}
		for _, m := range configMaps.Items {
			for key, value := range m.Data {
				all[strings.Join([]string{"ConfigMap", namespace, m.Name, key}, "/")] = value
			}
		}
	}
	return all
}

// wanted are the Secrets and ConfigMaps without which a pod does not start, as values
// names them; without a key where all keys are mounted.
func wanted(pod *corev1.Pod) []string {
	var names []string
	want := func(parts ...string) { names = append(names, strings.Join(parts, "/")) }
	for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
		for _, e := range c.Env {
			if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
				want("Secret", pod.Namespace, e.ValueFrom.SecretKeyRef.Name, e.ValueFrom.SecretKeyRef.Key)
			}
		}
		for _, e := range c.EnvFrom {
			want("ConfigMap", pod.Namespace, e.ConfigMapRef.Name, "")
		}
	}
	for _, v := range pod.Spec.Volumes {
		switch {
		case v.Secret != nil && (v.Secret.Optional == nil || !*v.Secret.Optional):
			want("Secret", pod.Namespace, v.Secret.SecretName, "")
		case v.ConfigMap != nil:
			want("ConfigMap", pod.Namespace, v.ConfigMap.Name, "")
		}
	}
	return names
}

func TestTheScriptMakesEverySecretThatKindWants(t *testing.T) {
	g := NewWithT(t)
	makeSecrets(t)
	install(t, "overlays/kind", "ConfigMap")
	have := values(t)
	for _, pod := range podTemplates(t, render(t, "overlays/kind")) {
		for _, name := range wanted(pod) {
			g.Expect(have).To(HaveKey(HavePrefix(name)), pod.Name)
		}
	}

	roots := x509.NewCertPool()
	g.Expect(roots.AppendCertsFromPEM([]byte(have["ConfigMap/shopkeeper-simulator/shopkeeper-ca/ca.crt"]))).To(BeTrue())
	for _, process := range []string{"relay", "console"} {
		block, _ := pem.Decode([]byte(have["Secret/shopkeeper-system/shopkeeper-"+process+"-tls/tls.crt"]))
		certificate, err := x509.ParseCertificate(block.Bytes)
		g.Expect(err).NotTo(HaveOccurred())
		_, err = certificate.Verify(x509.VerifyOptions{Roots: roots, DNSName: "shopkeeper-" + process + ".shopkeeper-system.svc"})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(have["Secret/shopkeeper-system/shopkeeper-"+process+"-ledger/url"]).To(
			ContainSubstring(":" + have["Secret/shopkeeper-ledger/postgres-passwords/"+process] + "@"))
	}

	makeSecrets(t)
	g.Expect(values(t)).To(Equal(have), "what is in use does not change")
}
