//go:build !nodev

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/shopkeeper-dev/shopkeeper/config"
)

// controlPlanePatience is how long etcd and kube-apiserver may take for anything; envtest
// gives up after 20 seconds, which a laptop with much else to do may need.
const controlPlanePatience = 2 * time.Minute

// startControlPlane starts etcd and kube-apiserver with the custom resources,
// and writes a kubeconfig.
func startControlPlane() (cluster *rest.Config, kubeconfig string, stop func() error, err error) {
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		return nil, "", nil, errors.New("etcd and kube-apiserver are needed: run `make demo`, or first `export KUBEBUILDER_ASSETS=$(hack/control-plane.sh)`")
	}
	crds, err := readCRDs()
	if err != nil {
		return nil, "", nil, err
	}
	env := &envtest.Environment{
		CRDs: crds, CRDInstallOptions: envtest.CRDInstallOptions{MaxTime: controlPlanePatience},
		ControlPlaneStartTimeout: controlPlanePatience, ControlPlaneStopTimeout: controlPlanePatience,
	}
	if _, err := env.Start(); err != nil {
		return nil, "", nil, errors.Join(fmt.Errorf("starting the control plane: %w", err), env.Stop())
	}
	if kubeconfig, err = writeKubeconfig(env); err != nil {
		return nil, "", nil, errors.Join(err, env.Stop())
	}
	return env.Config, kubeconfig, env.Stop, nil
}

func writeKubeconfig(env *envtest.Environment) (string, error) {
	cache, err := os.UserCacheDir() // $XDG_CACHE_HOME or ~/.cache
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, "shopkeeper", "dev", "kubeconfig")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, env.KubeConfig, 0o600)
}

func readCRDs() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	var crds []*apiextensionsv1.CustomResourceDefinition
	err := fs.WalkDir(config.CRDs, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := config.CRDs.ReadFile(path)
		if err != nil {
			return err
		}
		crd := &apiextensionsv1.CustomResourceDefinition{}
		crds = append(crds, crd)
		return yaml.UnmarshalStrict(text, crd)
	})
	return crds, err
}
