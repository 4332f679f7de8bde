// Package config_test holds the manifests against a real API server: that it takes
// them, and what it lets the accounts in them do.
package config_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// soon is how long the API server may take to act on what it was given, on a machine that
// has much else to do.
const soon = time.Minute

// system is the namespace that the manifests install into.
const system = "shopkeeper-system"

var (
	restConfig *rest.Config
	admin      client.Client
	scheme     = runtime.NewScheme()
)

func TestMain(m *testing.M) {
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	os.Exit(testenv.Run(m, func(config *rest.Config) {
		restConfig = config
		var err error
		admin, err = client.New(config, client.Options{Scheme: scheme})
		utilruntime.Must(err)
	}))
}

// overlays are the directories that people apply.
func overlays(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("overlays/*/kustomization.yaml")
	if err != nil || len(found) == 0 {
		t.Fatalf("no overlays: %v", err)
	}
	for i := range found {
		found[i] = filepath.Dir(found[i])
	}
	return found
}

// kubectl runs it as people do, and returns what it says. To stop it is an error.
func kubectl(t *testing.T, stdin []byte, args ...string) (stdout, stderr string) {
	t.Helper()
	stdout, stderr, err := tryKubectl(t, stdin, args...)
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	return stdout, stderr
}

func tryKubectl(t *testing.T, stdin []byte, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	args = append([]string{"--kubeconfig", testenv.Kubeconfig(t, restConfig)}, args...)
	cmd := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), args...)
	var out, problems bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &problems
	err = cmd.Run()
	return out.String(), problems.String(), err
}

// render builds a directory as `kubectl apply -k` does.
func render(t *testing.T, directory string) []*unstructured.Unstructured {
	t.Helper()
	text, _ := kubectl(t, nil, "kustomize", directory)
	return parse(t, text)
}

func parse(t *testing.T, text string) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	for document := range strings.SplitSeq(text, "\n---\n") {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &object.Object); err != nil {
			t.Fatal(err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
	return objects
}

// encode writes objects as YAML.
func encode(t *testing.T, objects []*unstructured.Unstructured) []byte {
	t.Helper()
	var all bytes.Buffer
	for _, object := range objects {
		text, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("---\n")
		all.Write(text)
	}
	return all.Bytes()
}

func ofKind(objects []*unstructured.Unstructured, kinds ...string) []*unstructured.Unstructured {
	return slices.DeleteFunc(slices.Clone(objects), func(o *unstructured.Unstructured) bool { return !slices.Contains(kinds, o.GetKind()) })
}

// install applies the objects of some kinds from an overlay for good.
func install(t *testing.T, overlay string, kinds ...string) {
	t.Helper()
	objects := ofKind(render(t, overlay), kinds...)
	NewWithT(t).Expect(objects).NotTo(BeEmpty())
	kubectl(t, encode(t, objects), "apply", "--server-side", "-f", "-")
}

// impersonate returns a client that is somebody else.
func impersonate(t *testing.T, user string, groups ...string) client.Client {
	t.Helper()
	config := rest.CopyConfig(restConfig)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: groups}
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// bindRole gives a user a ClusterRole in a namespace.
func bindRole(t *testing.T, namespace, role, user string) {
	t.Helper()
	binding := &rbacv1.RoleBinding{
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}},
	}
	binding.Namespace, binding.GenerateName = namespace, "test-"
	if err := admin.Create(t.Context(), binding); err != nil {
		t.Fatal(err)
	}
}
