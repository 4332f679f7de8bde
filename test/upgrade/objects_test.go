package upgrade

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	syaml "sigs.k8s.io/yaml"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// read reads the objects of all files in a directory. Every namespace that one is
// in comes before it.
func read(t *testing.T, directory string) []*unstructured.Unstructured {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(directory, "*.yaml"))
	must(t, err)
	var objects []*unstructured.Unstructured
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		for documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text))); ; {
			document, err := documents.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			must(t, err)
			object := &unstructured.Unstructured{}
			must(t, syaml.Unmarshal(document, &object.Object))
			objects = append(objects, namespaceOf(object), object)
		}
	}
	return slices.DeleteFunc(objects, func(o *unstructured.Unstructured) bool { return o.GetName() == "" })
}

func namespaceOf(object *unstructured.Unstructured) *unstructured.Unstructured {
	namespace := &unstructured.Unstructured{}
	namespace.SetAPIVersion("v1")
	namespace.SetKind("Namespace")
	namespace.SetName(object.GetNamespace())
	return namespace
}

// coverEveryField holds that together the stores use each field of their CRD.
func coverEveryField(t *testing.T, manifests []*unstructured.Unstructured) {
	t.Helper()
	fields, err := testenv.Fields(filepath.Join(former, "crd", "shopify.shopkeeper.dev_shopifystores.yaml"))
	must(t, err)
	used := map[string]bool{}
	for _, m := range manifests {
		if m.GetKind() == "ShopifyStore" {
			use("spec", m.Object["spec"], used)
			use("status", m.Object["status"], used)
		}
	}
	for path := range fields {
		if !used[path] {
			t.Errorf("no object uses %s", path)
		}
	}
}

func use(path string, value any, used map[string]bool) {
	used[path] = true
	switch v := value.(type) {
	case map[string]any:
		for key, part := range v {
			use(path+"."+key, part, used)
		}
	case []any:
		for _, item := range v {
			use(path+"[]", item, used)
		}
	}
}

// apply applies a manifest as its user does, server-side. The status is not the
// user's.
func apply(t *testing.T, manifest *unstructured.Unstructured) {
	t.Helper()
	object := manifest.DeepCopy()
	delete(object.Object, "status")
	must(t, api.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("platform-team")))
}

// writeStatus writes an object's status, as the controller did, and returns what
// the API server has then.
func writeStatus(t *testing.T, manifest *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	object := get(t, manifest)
	if status, ok := manifest.Object["status"]; ok {
		object.Object["status"] = status
		must(t, api.Status().Update(t.Context(), object, &client.SubResourceUpdateOptions{UpdateOptions: client.UpdateOptions{FieldValidation: "Strict"}}))
	}
	return get(t, manifest)
}

func get(t *testing.T, of *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(of.GroupVersionKind())
	must(t, api.Get(t.Context(), client.ObjectKeyFromObject(of), object))
	return object
}

func manifestOf(manifests []*unstructured.Unstructured, object *unstructured.Unstructured) *unstructured.Unstructured {
	i := slices.IndexFunc(manifests, func(m *unstructured.Unstructured) bool {
		return m.GetKind() == object.GetKind() && client.ObjectKeyFromObject(m) == client.ObjectKeyFromObject(object)
	})
	return manifests[i]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
