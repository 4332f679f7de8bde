package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/config"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// sampleSet are the samples: objects to apply, Namespaces first, and the
// directory that they are from.
type sampleSet struct {
	objects []client.Object
	files   fs.FS
}

// readSamples reads the samples.
func (o devOptions) readSamples() (sampleSet, error) {
	files, err := fs.Sub(config.Samples, "samples")
	if err != nil {
		return sampleSet{}, err
	}
	if o.samples != "" {
		files = os.DirFS(o.samples)
	}
	var objects []client.Object
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		more, err := parseObjects(text)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		objects = append(objects, more...)
		return nil
	})
	if err == nil && len(objects) == 0 {
		err = fmt.Errorf("no objects in the .yaml files of %s", o.samples)
	}
	slices.SortStableFunc(objects, func(a, b client.Object) int { return rank(a) - rank(b) })
	return sampleSet{objects: objects, files: files}, err
}

func rank(o client.Object) int {
	if o.GetObjectKind().GroupVersionKind().Kind == "Namespace" {
		return 0
	}
	return 1
}

func parseObjects(text []byte) ([]client.Object, error) {
	var objects []client.Object
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		doc, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(doc, &object.Object); err != nil {
			return nil, err
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

// applyAll applies objects as `kubectl apply --server-side` does.
func applyAll(ctx context.Context, kube client.Client, objects []client.Object) error {
	for _, object := range objects {
		config := client.ApplyConfigurationFromUnstructured(object.DeepCopyObject().(*unstructured.Unstructured))
		if err := kube.Apply(ctx, config, client.FieldOwner("shopkeeper-dev")); err != nil {
			return fmt.Errorf("applying %s %s: %w", object.GetObjectKind().GroupVersionKind().Kind, client.ObjectKeyFromObject(object), err)
		}
	}
	return nil
}

// plantShops makes the simulated shop of every sample store, as its merchant
// would have set it up: the app is installed, local pickup is not yet on.
func plantShops(sim *simulator.Simulator, samples []client.Object) error {
	secrets := map[client.ObjectKey]corev1.Secret{}
	var stores []v1alpha1.ShopifyStore
	for _, object := range samples {
		content := object.(*unstructured.Unstructured).Object
		switch object.GetObjectKind().GroupVersionKind().Kind {
		case "Secret":
			var s corev1.Secret
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &s); err != nil {
				return err
			}
			secrets[client.ObjectKeyFromObject(object)] = s
		case "ShopifyStore":
			var s v1alpha1.ShopifyStore
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &s); err != nil {
				return err
			}
			stores = append(stores, s)
		}
	}
	for _, store := range stores {
		secret := secrets[client.ObjectKey{Namespace: store.Namespace, Name: store.Spec.CredentialsSecretRef.Name}]
		if err := sim.AddShop(shopOf(store, secret)); err != nil {
			return fmt.Errorf("a simulated shop for %s: %w", client.ObjectKeyFromObject(&store), err)
		}
	}
	return nil
}

func shopOf(store v1alpha1.ShopifyStore, secret corev1.Secret) simulator.Shop {
	shop := simulator.NewShop(store.Spec.ShopDomain, store.Spec.ClientName)
	app := &shop.Apps[0]
	app.Title = plan.AppTitle(store.Spec.ClientName)
	app.AccessToken = secret.StringData["accessToken"]
	if id := secret.StringData["clientID"]; id != "" {
		app.ClientID, app.ClientSecret = id, secret.StringData["clientSecret"]
	}
	for i, name := range store.Spec.Settings.Locations {
		if slices.ContainsFunc(shop.Locations, func(l simulator.Location) bool { return l.Name == name }) {
			continue
		}
		location := shop.Locations[0]
		location.Name, location.Primary = name, false
		shop.Locations = slices.Insert(shop.Locations, min(i+1, len(shop.Locations)), location)
	}
	return shop
}
