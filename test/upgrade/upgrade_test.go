// Package upgrade holds that what a former version stored stays valid: its CRD is
// replaced in place by today's, as `kubectl apply` does, under objects of then. It keeps
// the last release's manifests as well, for the upgrade of test/e2e.
package upgrade

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

var (
	former = filepath.Join(testenv.Root(), "test", "upgrade", "testdata", "first")
	config *rest.Config
	api    client.Client
)

func TestMain(m *testing.M) {
	os.Exit(testenv.RunWith(m, filepath.Join(former, "crd"), func(c *rest.Config) {
		config = c
		scheme := runtime.NewScheme()
		err := v1alpha1.AddToScheme(scheme)
		if err == nil {
			api, err = client.New(config, client.Options{Scheme: scheme})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}))
}

func TestObjectsOfTheFirstCRDStayValid(t *testing.T) {
	manifests := read(t, filepath.Join(former, "objects"))
	coverEveryField(t, manifests)
	var stored []*unstructured.Unstructured
	for _, m := range manifests {
		apply(t, m)
		if m.GetKind() == "ShopifyStore" {
			stored = append(stored, writeStatus(t, m))
		}
	}
	upgrade(t, stored[0])
	for _, was := range stored {
		t.Run(was.GetNamespace(), func(t *testing.T) {
			is := get(t, was)
			if is.GetGeneration() != was.GetGeneration() {
				t.Error("the upgrade alone makes another generation, so that every store would be reconciled as changed")
			}
			for _, part := range []string{"spec", "status"} {
				if lost := missing(part, was.Object[part], is.Object[part]); len(lost) > 0 {
					t.Errorf("not there any more, or changed: %q", lost)
				}
			}
			readable(t, is)
			writable(t, manifestOf(manifests, was), is)
			copied(t, was)
		})
	}
}

// readable holds that today's Go type takes an object in whole.
func readable(t *testing.T, is *unstructured.Unstructured) {
	t.Helper()
	var store v1alpha1.ShopifyStore
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(is.Object, &store, true); err != nil {
		t.Fatalf("today's Go type does not take it: %v", err)
	}
	back, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&store)
	must(t, err)
	for _, part := range []string{"spec", "status"} {
		if !equality.Semantic.DeepEqual(back[part], is.Object[part]) {
			t.Errorf("today's Go type loses something of the %s: %q", part, missing(part, is.Object[part], back[part]))
		}
	}
	if store.Spec.Mode != v1alpha1.ModeEnforce {
		t.Errorf("the default of spec.mode does not appear: %q", store.Spec.Mode)
	}
}

// writable holds that users and the controller can go on writing the object.
func writable(t *testing.T, manifest, is *unstructured.Unstructured) {
	t.Helper()
	apply(t, manifest)
	if again := get(t, is); again.GetGeneration() != is.GetGeneration() {
		t.Error("the manifest of then, applied again, is a change")
	}
	var store v1alpha1.ShopifyStore
	must(t, api.Get(t.Context(), client.ObjectKeyFromObject(is), &store))
	if len(store.Status.Conditions) > 0 {
		store.Status.Conditions[0].Message = "Looked at by today's release"
		must(t, api.Status().Update(t.Context(), &store))
	}
	store.Labels = map[string]string{"tier": "gold"}
	must(t, api.Update(t.Context(), &store))
	if store.Generation != is.GetGeneration() {
		t.Error("a label is a change of the spec")
	}
	store.Spec.Settings.Pickup.Time = "FOUR_HOURS"
	store.Spec.DeletionPolicy = v1alpha1.DeletionOrphan
	store.Spec.Suspend = !store.Spec.Suspend
	must(t, api.Update(t.Context(), &store))
	if store.Generation != is.GetGeneration()+1 {
		t.Error("a change of the spec is none")
	}
}

// copied makes the object anew. What an update leaves as it was is not validated
// again, what is created is.
func copied(t *testing.T, was *unstructured.Unstructured) {
	t.Helper()
	again := &unstructured.Unstructured{Object: map[string]any{"spec": was.Object["spec"]}}
	again.SetGroupVersionKind(was.GroupVersionKind())
	again.SetNamespace(was.GetNamespace())
	again.SetName(was.GetName() + "-copy")
	must(t, api.Create(t.Context(), again, client.FieldValidation("Strict")))
	again.Object["status"] = was.Object["status"]
	must(t, api.Status().Update(t.Context(), again, &client.SubResourceUpdateOptions{UpdateOptions: client.UpdateOptions{FieldValidation: "Strict"}}))
	if lost := missing("status", was.Object["status"], get(t, again).Object["status"]); len(lost) > 0 {
		t.Errorf("a status of then cannot be written any more: %q", lost)
	}
}

// upgrade replaces the CRD and waits until the API server serves the new one,
// which a default of a new field shows.
func upgrade(t *testing.T, probe *unstructured.Unstructured) {
	t.Helper()
	_, err := envtest.InstallCRDs(config, envtest.CRDInstallOptions{Paths: []string{testenv.CRDs()}, ErrorIfPathMissing: true, MaxTime: testenv.Patience})
	must(t, err)
	must(t, wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, testenv.Patience, true, func(context.Context) (bool, error) {
		_, served, err := unstructured.NestedString(get(t, probe).Object, "spec", "mode")
		return served, err
	}))
}

// missing lists the paths that an earlier value has and a later one has not, or
// has with another value.
func missing(path string, earlier, later any) []string {
	var lost []string
	switch e := earlier.(type) {
	case map[string]any:
		l, _ := later.(map[string]any)
		for key, value := range e {
			lost = append(lost, missing(path+"."+key, value, l[key])...)
		}
	case []any:
		l, _ := later.([]any)
		if len(l) != len(e) {
			return []string{path}
		}
		for i := range e {
			lost = append(lost, missing(fmt.Sprintf("%s[%d]", path, i), e[i], l[i])...)
		}
	default:
		if !reflect.DeepEqual(earlier, later) {
			lost = append(lost, path)
		}
	}
	return lost
}
